"""From six words to a master key."""

import fcntl
import secrets
import struct
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import IO, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings
from xkcdpass import xkcd_password

from .boot import boot_directory
from .encoding import lp
from .errors import Tampered

WORDS = 6
OWN_CHOICE_LENGTH = 20
SLOTS = 2
COST = struct.Struct(">II")


class Cost(NamedTuple):
    """Of one derivation: KiB of memory, and how often it goes over them."""

    memory: int
    passes: int

    @property
    def raw(self) -> bytes:
        return COST.pack(*self)


FLOOR, CEILING = Cost(*settings.ARGON2_FLOOR), Cost(*settings.ARGON2_CEILING)


def cost_now() -> Cost:
    return Cost(settings.ARGON2_MEMORY_KIB, settings.ARGON2_PASSES)


def floor_now() -> Cost:
    """What no copy may cost less than. The tests have one of their own."""
    return Cost(*settings.ARGON2_FLOOR)


def read_cost(raw: bytes) -> Cost:
    """What a stored copy says of itself. Raises Tampered below the floor and beyond the ceiling."""
    if len(raw) != COST.size:
        raise Tampered
    cost = Cost(*COST.unpack(raw))
    limits = zip(floor_now(), cost, CEILING, strict=True)
    if not all(least <= value <= most for least, value, most in limits):
        raise Tampered
    return cost


@cache
def _words() -> list[str]:
    return list(xkcd_password.generate_wordlist(wordfile="eff-long", min_length=3, max_length=9))


def generate_passphrase() -> str:
    """Six words from a public list of several thousand: about 77 bits."""
    return " ".join(secrets.choice(_words()) for _ in range(WORDS))


def normal(passphrase: str) -> bytes:
    return " ".join(unicodedata.normalize("NFKC", passphrase).split()).encode()


def master_key(passphrase: str, user: UUID, salt: bytes, cost: Cost | None = None) -> bytes:
    """32 bytes by Argon2id, at most two at once on the machine. `cost`: as now set."""
    memory, passes = cost or cost_now()
    kdf = Argon2id(
        salt=salt,
        length=32,
        iterations=passes,
        lanes=1,
        memory_cost=memory,
        ad=lp(b"clinic/1/user", user.bytes),
        secret=settings.PEPPER,
    )
    with _slot():
        return kdf.derive(normal(passphrase))


@contextmanager
def _slot() -> Iterator[None]:
    """One of two places, shared by every worker through locked files in tmpfs."""
    with ExitStack() as opened:
        paths = [boot_directory() / f"argon2-{number}" for number in range(SLOTS)]
        files = [opened.enter_context(path.open("w")) for path in paths]
        if not any(_is_free(file) for file in files):
            fcntl.flock(secrets.choice(files), fcntl.LOCK_EX)
        yield


def _is_free(file: IO[str]) -> bool:
    """Takes the place if nobody has it. Closing the file gives it back."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
