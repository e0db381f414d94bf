"""One sealed record: format, suite, key generation, nonce, ciphertext.

envelope = 0x01 | 0x01 | generation u32 | nonce 12 | AES-256-GCM(padded content) ‖ tag
"""

import os
import struct
from functools import cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .encoding import lp, pad, unpad
from .errors import Tampered
from .keys import Secret, commitment

HEADER = struct.Struct(">BBI")
FORMAT, SUITE = 1, 1
NONCE_AT, SEALED_AT, SHORTEST = 6, 18, 50


START = b"\0\x08" + lp(b"clinic/1/record")[2:] + b"\0\0\0\x06"
ID = b"\0\0\0\x10"


class Scope(NamedTuple):
    """Which key: a kind ("case", "advocate", "attorney", "own", …) and the id it belongs to."""

    kind: str
    id: UUID


class Place(NamedTuple):
    """Where a sealed record stands: nothing sealed for one place opens in another."""

    organisation: UUID
    scope: Scope
    table: str
    row: UUID
    slot: str

    def aad(self, header: bytes) -> bytes:
        # The same bytes as lp(b"clinic/1/record", header, organisation, …), in a quarter of the time.
        scope = self.scope
        return b"".join(
            (
                START,
                header,
                ID,
                self.organisation.bytes,
                _label(scope.kind),
                ID,
                scope.id.bytes,
                _label(self.table),
                ID,
                self.row.bytes,
                _label(self.slot),
            )
        )


class Box(Secret):
    """One 32-byte key of one scope at one generation."""

    __slots__ = ("_cipher", "_header", "_key", "generation")

    def __init__(self, key: bytes, generation: int) -> None:
        self._cipher, self._key, self.generation = AESGCM(key), key, generation
        self._header = HEADER.pack(FORMAT, SUITE, generation)

    @property
    def key(self) -> bytes:
        return self._key

    @property
    def commitment(self) -> bytes:
        return commitment(self._key)

    def seal(self, place: Place, content: bytes) -> bytes:
        nonce = os.urandom(12)
        return self._header + nonce + self._cipher.encrypt(nonce, pad(content), place.aad(self._header))

    def open(self, place: Place, envelope: bytes) -> bytes:
        """The content. Raises Tampered on anything short, unknown, altered or moved."""
        if envelope[:NONCE_AT] != self._header or len(envelope) < SHORTEST:
            raise Tampered
        nonce, sealed = envelope[NONCE_AT:SEALED_AT], envelope[SEALED_AT:]
        try:
            return unpad(self._cipher.decrypt(nonce, sealed, place.aad(self._header)))
        except InvalidTag as error:
            raise Tampered from error


@cache
def _label(label: str) -> bytes:
    return lp(label.encode())[2:]


def generation_of(envelope: bytes) -> int:
    """The key generation that an envelope names. Raises Tampered."""
    if len(envelope) < SHORTEST:
        raise Tampered
    form, suite, generation = HEADER.unpack_from(envelope)
    if (form, suite) != (FORMAT, SUITE):
        raise Tampered
    return int(generation)
