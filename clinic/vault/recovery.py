"""The clinic recovery key: three printed codes, any two recover, one alone cannot."""

import os
from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .codes import new_secret
from .encoding import lp
from .errors import Tampered
from .keys import SEED, KeyPair, PublicKey, derive

NONCE = 12
SHARE = NONCE + SEED + 16
PAIRS = tuple(combinations(range(3), 2))


def create(organisation: UUID) -> tuple[PublicKey, bytes, list[bytes]]:
    """A new recovery key: its public half, its thrice sealed private half, the three code secrets."""
    seed, secrets = os.urandom(SEED), [new_secret() for _ in range(3)]
    pair = KeyPair(seed)
    shares = [_seal(seed, secrets[a], secrets[b], organisation, (a, b)) for a, b in PAIRS]
    return pair.public, b"".join(shares), secrets


def recover(sealed: bytes, one: bytes, other: bytes, organisation: UUID) -> KeyPair:
    """The key pair, from any two of the three codes in either order. Raises Tampered."""
    for number, pair in enumerate(PAIRS):
        share = bytes(sealed)[number * SHARE : (number + 1) * SHARE]
        for first, second in ((one, other), (other, one)):
            seed = _open(share, first, second, organisation, pair)
            if seed:
                return KeyPair(seed)
    raise Tampered


def _cipher(one: bytes, other: bytes) -> AESGCM:
    return AESGCM(derive(one + other, "recovery"))


def _place(organisation: UUID, pair: Sequence[int]) -> bytes:
    return lp(b"clinic/1/recovery", organisation.bytes, bytes(pair))


def _seal(seed: bytes, one: bytes, other: bytes, organisation: UUID, pair: Sequence[int]) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _cipher(one, other).encrypt(nonce, seed, _place(organisation, pair))


def _open(share: bytes, one: bytes, other: bytes, organisation: UUID, pair: Sequence[int]) -> bytes:
    try:
        return _cipher(one, other).decrypt(share[:NONCE], share[NONCE:], _place(organisation, pair))
    except (InvalidTag, ValueError):
        return b""
