"""Everything sealed in the database, as something to try keys on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clinic.vault.encoding import lp
from clinic.vault.envelope import NONCE_AT, SEALED_AT, Place, Scope
from clinic.vault.errors import VaultError
from clinic.vault.keys import KeyPair
from clinic.vault.wraps import NONCE, Subject, is_public


class Owner(NamedTuple):
    """Who should be able to open a thing: a user, a team, those of one compartment of a case, …"""

    kind: str
    id: UUID


OWNERS = {"own": "user", "roster": "team", "index": "team", "team": "team"}


def owner_of(scope: Scope) -> Owner:
    return Owner(OWNERS.get(scope.kind, scope.kind), scope.id)


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """Under a symmetric key. `column` is "app.Model.column"."""

    column: str
    row: object
    owner: Owner
    nonce: bytes
    content: bytes
    aad: bytes

    def open(self, cipher: AESGCM) -> bytes | None:
        try:
            return cipher.decrypt(self.nonce, self.content, self.aad)
        except InvalidTag:
            return None


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """To a public key; `info` depends on its fingerprint."""

    column: str
    row: object
    owner: Owner
    content: bytes
    info: Callable[[bytes], bytes]

    def open(self, pair: KeyPair) -> bytes | None:
        try:
            return pair.decrypt(self.content, self.info(pair.public.fingerprint))
        except (InvalidTag, ValueError, VaultError):
            return None


Target = Sealed | Letter
Raw = bytes | memoryview


def record(column: str, row: object, place: Place, value: Raw) -> Sealed:
    """What a Box sealed."""
    envelope = bytes(value)
    nonce, content = envelope[NONCE_AT:SEALED_AT], envelope[SEALED_AT:]
    return Sealed(column, row, owner_of(place.scope), nonce, content, place.aad(envelope[:NONCE_AT]))


def wrap(column: str, row: object, owner: Owner, value: Raw, subject: Subject, epoch: int = 0) -> Target:
    """What a Kek wrapped, or what was wrapped to a public key."""
    value = bytes(value)
    if is_public(value):
        return Letter(column, row, owner, value[1:], subject.info)
    holder = lp(owner.id.bytes, epoch.to_bytes(4, "big"))
    return Sealed(column, row, owner, value[1 : 1 + NONCE], value[1 + NONCE :], subject.info(holder))


def plain(column: str, row: object, owner: Owner, value: Raw, aad: bytes, skip: int = 0) -> Sealed:
    """A nonce, then what it was sealed with, after `skip` bytes."""
    value = bytes(value)[skip:]
    return Sealed(column, row, owner, value[:NONCE], value[NONCE:], aad)
