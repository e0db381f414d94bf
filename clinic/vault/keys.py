"""Key pairs, identities and what is derived from them."""

import hashlib
import hmac
import os
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from .encoding import lp
from .errors import Tampered

KEY = 32
SEED = 96
IDENTITY = 128
KEM_PUBLIC = 1216
IDENTITY_PUBLIC = 1248
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def derive(key: bytes, label: str, length: int = KEY) -> bytes:
    """HKDF-Expand of a uniformly random key under one of our labels."""
    return HKDFExpand(hashes.SHA256(), length, b"clinic/1/" + label.encode()).derive(key)


def commitment(key: bytes) -> bytes:
    """16 bytes that bind a key to one value: compared after every unwrap."""
    return derive(key, "commit", 16)


def same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


class Secret:
    """Never printed, never pickled, never copied to another process."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> str:
        raise TypeError("a secret is never pickled")


class PublicKey:
    """An X-Wing public key, 1,216 bytes: ML-KEM-768 then X25519."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEM_PUBLIC:
            raise Tampered
        self.raw = bytes(raw)

    @cached_property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(b"clinic/1/public" + self.raw).digest()

    def encrypt(self, content: bytes, info: bytes) -> bytes:
        """Raises Tampered where this is no usable public key."""
        try:
            return SUITE.encrypt(content, self._kem, info=info)
        except ValueError as error:
            raise Tampered from error

    @property
    def _kem(self) -> MLKEM768X25519PublicKey:
        try:
            lattice = MLKEM768PublicKey.from_public_bytes(self.raw[:1184])
            return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(self.raw[1184:]))
        except ValueError as error:
            raise Tampered from error


class KeyPair(Secret):
    """An X-Wing key pair from a 96-byte seed (ML-KEM seed, X25519 scalar)."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED:
            raise Tampered
        self._seed = bytes(seed)

    @classmethod
    def from_seed(cls, seed: bytes) -> "KeyPair":
        return cls(seed)

    @cached_property
    def _lattice(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self._seed[:64])

    @cached_property
    def _curve(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self._seed[64:])

    @cached_property
    def public(self) -> PublicKey:
        lattice = self._lattice.public_key().public_bytes_raw()
        return PublicKey(lattice + self._curve.public_key().public_bytes_raw())

    def derive(self, label: str) -> bytes:
        """A 32-byte key that follows from the private half."""
        return derive(hashlib.sha256(b"clinic/1/pair-secret" + self._seed).digest(), label)

    def decrypt(self, sealed: bytes, info: bytes) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag` on anything but the sealed bytes."""
        return SUITE.decrypt(sealed, MLKEM768X25519PrivateKey(self._lattice, self._curve), info=info)


class PublicIdentity:
    """What others know of a person: X-Wing public key, then Ed25519 (1,248 bytes)."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != IDENTITY_PUBLIC:
            raise Tampered
        self.raw = bytes(raw)

    @cached_property
    def kem(self) -> PublicKey:
        return PublicKey(self.raw[:KEM_PUBLIC])

    @cached_property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(b"clinic/1/identity" + self.raw).digest()

    def verify(self, signature: bytes, message: bytes) -> None:
        verify(self.raw[KEM_PUBLIC:], signature, message)


class Identity(Secret):
    """A person's private keys, 128 bytes: X-Wing seed, then Ed25519. Lives for one request."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != IDENTITY:
            raise Tampered
        self.raw = bytes(raw)

    @classmethod
    def generate(cls) -> "Identity":
        return cls(MLKEM768PrivateKey.generate().private_bytes_raw() + os.urandom(64))

    @cached_property
    def pair(self) -> KeyPair:
        return KeyPair(self.raw[:SEED])

    @cached_property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.raw[SEED:])

    @cached_property
    def public(self) -> PublicIdentity:
        return PublicIdentity(self.pair.public.raw + self._signing.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._signing.sign(message)

    @cached_property
    def own_key(self) -> bytes:
        """For personal wraps and drafts."""
        return derive(self._secret, "own")

    @cached_property
    def otp_key(self) -> bytes:
        """For the one-time-code seed and the backup codes."""
        return derive(self._secret, "otp")

    @property
    def _secret(self) -> bytes:
        return hashlib.sha256(b"clinic/1/identity-secret" + self.raw).digest()


def signing_public(seed: bytes) -> bytes:
    """The Ed25519 public key of a 32-byte seed (an invitation's key)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Raises Tampered unless `signature` (64 bytes) is by `public` (32 bytes) over `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Tampered from error


def self_test() -> None:
    """Refuses to run where ML-KEM or HPKE is missing or broken. Raises VaultError."""
    pair = KeyPair(os.urandom(SEED))
    info = lp(b"clinic/1/self-test")
    if pair.decrypt(pair.public.encrypt(b"sealed", info), info) != b"sealed":
        raise Tampered
