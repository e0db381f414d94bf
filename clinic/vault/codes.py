"""Printed codes: 128 random bits in letters that are hard to mistake, with a check letter."""

import os

from .errors import VaultError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 26
CODE_BYTES = 16
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


class BadCode(VaultError):
    """A printed code was mistyped."""


def new_secret() -> bytes:
    return os.urandom(CODE_BYTES)


def to_code(secret: bytes) -> str:
    """16 bytes as 27 letters in groups: `7K2Q-…`, the last one a check."""
    number = int.from_bytes(secret, "big")
    letters = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(LETTERS)))
    return _grouped(letters + _check(letters))


def from_code(code: str) -> bytes:
    """The 16 bytes of a typed code, however spaced. Raises BadCode."""
    letters = "".join(code.upper().translate(LOOKALIKES).replace("-", " ").split())
    if len(letters) != LETTERS + 1 or set(letters) - set(ALPHABET):
        raise BadCode
    if _check(letters[:-1]) != letters[-1]:
        raise BadCode
    return _to_bytes(letters[:-1])


def _to_bytes(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number * 32 + ALPHABET.index(letter)
    if number >> 128:
        raise BadCode
    return number.to_bytes(CODE_BYTES, "big")


def _check(letters: str) -> str:
    """Finds every wrong letter and every two neighbours swapped: a polynomial over 32 elements."""
    total = 0
    for letter in letters:
        total = _twice(total ^ ALPHABET.index(letter))
    return ALPHABET[total]


def _twice(value: int) -> int:
    return (value << 1) ^ (0b100101 if value & 16 else 0)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
