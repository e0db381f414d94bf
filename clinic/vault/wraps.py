"""A key sealed for somebody: under a symmetric key they hold, or to their public key."""

import hmac
import os
import struct
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .encoding import lp
from .errors import Tampered
from .keys import KEY, KeyPair, PublicKey, Secret, commitment, derive, same

SYMMETRIC, PUBLIC = b"\x01", b"\x02"
NONCE = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose key is wrapped: its kind ("case", "team", …), id, generation and 16-byte commitment."""

    kind: str
    id: UUID
    generation: int
    commitment: bytes

    def info(self, holder: bytes) -> bytes:
        """What both kinds of wrap are bound to; `holder` says for whom."""
        return lp(
            b"clinic/1/wrap",
            self.kind.encode(),
            self.id.bytes,
            struct.pack(">I", self.generation),
            holder,
            self.commitment,
        )

    def check(self, key: bytes) -> bytes:
        if len(key) != KEY or not same(commitment(key), self.commitment):
            raise Tampered
        return key


class Kek(Secret):
    """The wrapping key of one team epoch (~1 µs a wrap) or of one person (epoch 0)."""

    __slots__ = ("_cipher", "_holder")

    def __init__(self, secret: bytes, holder: UUID, epoch: int) -> None:
        self._cipher = AESGCM(derive(secret, "kek"))
        self._holder = lp(holder.bytes, struct.pack(">I", epoch))

    def wrap(self, key: bytes, subject: Subject) -> bytes:
        nonce = os.urandom(NONCE)
        return SYMMETRIC + nonce + self._cipher.encrypt(nonce, key, subject.info(self._holder))

    def unwrap(self, wrap: bytes, subject: Subject) -> bytes:
        """The 32-byte key. Raises Tampered."""
        wrap = bytes(wrap)
        if wrap[:1] != SYMMETRIC:
            raise Tampered
        try:
            key = self._cipher.decrypt(wrap[1:13], wrap[13:], subject.info(self._holder))
        except (InvalidTag, ValueError) as error:
            raise Tampered from error
        return subject.check(key)


def wrap_to(public: PublicKey, key: bytes, subject: Subject) -> bytes:
    """1,169 bytes that only the holder of the private half opens."""
    return PUBLIC + public.encrypt(key, subject.info(public.fingerprint))


def unwrap_with(pair: KeyPair, wrap: bytes, subject: Subject) -> bytes:
    """The 32-byte key. Raises Tampered."""
    wrap = bytes(wrap)
    if wrap[:1] != PUBLIC:
        raise Tampered
    try:
        key = pair.decrypt(wrap[1:], subject.info(pair.public.fingerprint))
    except (InvalidTag, ValueError) as error:
        raise Tampered from error
    return subject.check(key)


def is_public(wrap: bytes) -> bool:
    """True where the holder's next write should replace this by a symmetric wrap."""
    return bytes(wrap[:1]) == PUBLIC


def mark(key: bytes, *facts: bytes) -> UUID:
    """An id that only somebody with the key can make: what it was made of cannot be altered."""
    tag = hmac.digest(derive(key, "access"), lp(b"clinic/1/access", *facts), "sha256")
    return UUID(bytes=tag[:16], version=4)
