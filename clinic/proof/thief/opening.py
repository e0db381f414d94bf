"""Every key is tried on everything; what opens is searched for further keys, until nothing more opens."""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from clinic.cases.models import Document
from clinic.vault import files
from clinic.vault.contract import KEYS
from clinic.vault.errors import Tampered
from clinic.vault.keys import IDENTITY, KEY, SEED, Identity, KeyPair, derive

from .case_targets import of_cases
from .people_targets import of_people
from .targets import Letter, Owner, Sealed, Target

HEX = re.compile(rb"[0-9a-fA-F]{64,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/]{43,}={0,2}")
FILES = "sealed files"


@dataclass
class Found:
    """Keys of every kind."""

    keys: set[bytes] = field(default_factory=set)
    seeds: set[bytes] = field(default_factory=set)

    def __ior__(self, other: "Found") -> "Found":
        self.keys |= other.keys
        self.seeds |= other.seeds
        return self


@dataclass
class Haul:
    """What there was, and what of it opened."""

    targets: list[Target]
    opened: dict[int, bytes] = field(default_factory=dict)  # by the place in `targets`
    files: dict[UUID, Owner] = field(default_factory=dict)
    opened_files: set[UUID] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.opened) + len(self.opened_files)

    def by_column(self) -> dict[str, tuple[int, int]]:
        """How many there are and how many opened, by column."""
        told: dict[str, tuple[int, int]] = {}
        for number, target in enumerate(self.targets):
            there, opened = told.get(target.column, (0, 0))
            told[target.column] = there + 1, opened + (number in self.opened)
        return told | {FILES: (len(self.files), len(self.opened_files))}


def everything() -> Haul:
    """All that is sealed, none of it open."""
    owners = {row.pk: Owner(*row.scope()) for row in Document.objects.select_related("key")}
    return Haul([*of_people(), *of_cases()], files=owners)


def try_keys(haul: Haul, found: Found) -> None:
    """Opens what can be opened with these keys and all that follow from them."""
    tried = Found()
    while found.keys or found.seeds:
        tried |= found
        opened = [*_symmetric(haul, found.keys), *_letters(haul, found.seeds)]
        _files(haul, found.keys)
        found = Found()
        for content in opened:
            found |= keys_in(content)
        found = Found(found.keys - tried.keys, found.seeds - tried.seeds)


def _symmetric(haul: Haul, keys: Iterable[bytes]) -> Iterator[bytes]:
    ciphers = [AESGCM(key) for key in keys]
    for number, target in enumerate(haul.targets):
        if number in haul.opened or not isinstance(target, Sealed):
            continue
        content = next((told for cipher in ciphers if (told := target.open(cipher)) is not None), None)
        if content is not None:
            haul.opened[number] = content
            yield content


def _letters(haul: Haul, seeds: Iterable[bytes]) -> Iterator[bytes]:
    pairs = [KeyPair(seed) for seed in seeds]
    for number, target in enumerate(haul.targets):
        if number in haul.opened or not isinstance(target, Letter):
            continue
        content = next((told for pair in pairs if (told := target.open(pair)) is not None), None)
        if content is not None:
            haul.opened[number] = content
            yield content


def _files(haul: Haul, keys: Iterable[bytes]) -> None:
    for file in haul.files.keys() - haul.opened_files:
        if any(_opens(file, key) for key in keys):
            haul.opened_files.add(file)


def _opens(file: UUID, key: bytes) -> bool:
    try:
        return bool(list(files.open_checked(file, key, settings.UPLOAD_LIMIT)))
    except Tampered:
        return False


def keys_in(content: bytes) -> Found:
    """The keys that something opened is, or holds."""
    if len(content) == IDENTITY:
        return of_identity(Identity(content))
    if len(content) == SEED:
        return Found({KeyPair(content).derive("pin")}, {content})
    if len(content) == KEY:
        return of_key(content)
    found = Found()
    for raw in _written(content):
        found |= Found(seeds={raw}) if len(raw) == SEED else of_key(raw)
    return found


def of_key(key: bytes) -> Found:
    """A key, and all that our labels derive from it."""
    return Found({key, *(derive(key, label) for label in KEYS)}, {derive(key, "seed", SEED)})


def of_identity(identity: Identity) -> Found:
    found = Found(seeds={identity.raw[:SEED]})
    for key in (identity.own_key, identity.otp_key):
        found |= of_key(key)
    return found


def _written(content: bytes) -> Iterator[bytes]:
    """Keys and seeds written as hexadecimal or base64."""
    for text in HEX.findall(content):
        yield from _of_length(bytes.fromhex(text.decode()[: len(text) // 2 * 2]))
    for text in BASE64.findall(content):
        try:
            yield from _of_length(b64decode(text + b"=" * (-len(text) % 4)))
        except ValueError:
            continue


def _of_length(raw: bytes) -> Iterator[bytes]:
    if len(raw) in {KEY, SEED}:
        yield raw
