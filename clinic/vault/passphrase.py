"""From six words to a master key."""

import fcntl
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import IO
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings
from xkcdpass import xkcd_password

from .boot import boot_directory
from .encoding import lp

WORDS = 6
OWN_CHOICE_LENGTH = 20
FLOOR_KIB, FLOOR_PASSES = 64 * 1024, 3
SLOTS = 2


@cache
def _words() -> list[str]:
    return list(xkcd_password.generate_wordlist(wordfile="eff-long", min_length=3, max_length=9))


def generate_passphrase() -> str:
    """Six words from a public list of several thousand: about 77 bits."""
    return " ".join(secrets.choice(_words()) for _ in range(WORDS))


def normal(passphrase: str) -> bytes:
    return " ".join(unicodedata.normalize("NFKC", passphrase).split()).encode()


def master_key(passphrase: str, user: UUID, salt: bytes) -> bytes:
    """32 bytes by Argon2id (64 MiB, 3 passes), at most two at once on the machine."""
    memory, passes = settings.ARGON2_MEMORY_KIB, settings.ARGON2_PASSES
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
