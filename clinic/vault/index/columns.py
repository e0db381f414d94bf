"""Entries as columns: each blob of a segment is readable without the others.

head   per entry: id (16 bytes), kind, due day (0 for none), owner; and the ids of its blocks of lines
names  the segment's words once each, and for every word the entries that have it; digits per entry
lines  BLOCK entries as one line of JSON each: only the blocks with a hit are fetched
"""

import struct
import sys
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import orjson

from clinic.vault.errors import Tampered

VERSION = 1
BLOCK = 64
NOBODY = bytes(16)
K = TypeVar("K", bound=Hashable)
SIZE = struct.Struct(">I")


@dataclass(slots=True)
class Entry:
    """One listed thing.

    `kind` says what it is and on which shelf it stands ("case.waiting"); `terms` are folded words of
    names; `digits` are telephone and A-numbers; `data` is what a list shows, as plain JSON values.
    """

    id: UUID
    kind: str
    terms: list[str] = field(default_factory=list)
    digits: list[str] = field(default_factory=list)
    day: date | None = None
    owner: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """The entry as one line of JSON."""
        day, owner = self.day and self.day.isoformat(), self.owner and self.owner.hex
        plain = [VERSION, self.id.hex, self.kind, self.terms, self.digits, day, owner, self.data]
        return orjson.dumps(plain)

    @classmethod
    def from_line(cls, line: bytes) -> "Entry":
        version, thing, kind, terms, digits, day, owner, data = orjson.loads(line)
        if version != VERSION:
            raise Tampered
        on, by = day and date.fromisoformat(day), owner and UUID(owner)
        return cls(UUID(thing), kind, terms, digits, on, by, data)

    def check(self) -> None:
        """For an entry that somebody else wrote. Raises Tampered or ValueError where a value is not ours."""
        words = [self.kind, *self.terms, *self.digits]
        lists = isinstance(self.terms, list) and isinstance(self.digits, list)
        if not lists or not isinstance(self.data, dict) or not all(isinstance(word, str) for word in words):
            raise Tampered
        if "\n" in self.kind:
            raise Tampered
        self.line()


def belongs(kind: str, kinds: Sequence[str]) -> bool:
    """Is `kind` one of these, or a shelf of one ("case.waiting" of "case")? No kinds mean any."""
    return not kinds or any(kind == wanted or kind.startswith(wanted + ".") for wanted in kinds)


def _blob(parts: Sequence[bytes]) -> bytes:
    return bytes([VERSION]) + b"".join(SIZE.pack(len(part)) + part for part in parts)


def _parts(blob: bytes) -> list[bytes]:
    if blob[:1] != bytes([VERSION]):
        raise Tampered
    parts, at = [], 1
    while at < len(blob):
        (size,) = SIZE.unpack_from(blob, at)
        parts.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def _numbers(code: str, raw: bytes) -> "array[int]":
    numbers = array(code, raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _raw(code: str, values: Sequence[int]) -> bytes:
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _ids(raw: bytes) -> list[bytes]:
    return [one for (one,) in struct.iter_unpack("16s", raw)]


class Head:
    """Which entries a segment has, of which kind, due when, owned by whom."""

    def __init__(self, blob: bytes) -> None:
        kinds, self._ids, shelves, days, owners, owned, self._blocks = _parts(blob)
        self.kinds, self._shelves = kinds.decode().split("\n"), _numbers("H", shelves)
        self.days, self._owned, self._owners = _numbers("I", days), _numbers("H", owned), owners

    @staticmethod
    def pack(entries: Sequence[Entry], blocks: Sequence[UUID]) -> bytes:
        kinds = dict.fromkeys(entry.kind for entry in entries)
        owners = [entry.owner.bytes if entry.owner else NOBODY for entry in entries]
        shelf, owned = _places(kinds), _places(dict.fromkeys(owners))
        return _blob(
            [
                "\n".join(kinds).encode(),
                b"".join(entry.id.bytes for entry in entries),
                _raw("H", [shelf[entry.kind] for entry in entries]),
                _raw("I", [entry.day.toordinal() if entry.day else 0 for entry in entries]),
                b"".join(owned),
                _raw("H", [owned[owner] for owner in owners]),
                b"".join(block.bytes for block in blocks),
            ]
        )

    def __len__(self) -> int:
        return len(self.days)

    def id(self, place: int) -> bytes:
        return self._ids[16 * place : 16 * place + 16]

    def ids(self) -> list[bytes]:
        return _ids(self._ids)

    def find(self, thing: bytes) -> int:
        """Where the entry stands, or -1."""
        at = self._ids.find(thing)
        while at % 16 and at > 0:
            at = self._ids.find(thing, at + 1)
        return at // 16

    def kind(self, place: int) -> str:
        return self.kinds[self._shelves[place]]

    def places(self, kinds: Sequence[str]) -> list[int]:
        if not kinds:
            return list(range(len(self)))
        wanted = {place for place, kind in enumerate(self.kinds) if belongs(kind, kinds)}
        return [place for place, shelf in enumerate(self._shelves) if shelf in wanted]

    def due(self, places: Sequence[int]) -> tuple[Iterator[date | None], Iterator[UUID | None]]:
        """The due days of these, and their owners. Thousands a page, so no loop of our own."""
        days = map(self.days.__getitem__, places)
        owners = map(self._owned.__getitem__, places)
        return map(self._dates.__getitem__, days), map(self._owner_ids.__getitem__, owners)

    def block(self, place: int) -> UUID:
        number = place // BLOCK
        return UUID(bytes=self._blocks[16 * number : 16 * number + 16])

    def blocks(self) -> list[UUID]:
        return [UUID(bytes=block) for block in _ids(self._blocks)]

    @cached_property
    def _dates(self) -> dict[int, date | None]:
        return {day: date.fromordinal(day) if day else None for day in set(self.days)}

    @cached_property
    def _owner_ids(self) -> list[UUID | None]:
        return [None if raw == NOBODY else UUID(bytes=raw) for raw in _ids(self._owners)]


def _places(known: Iterable[K]) -> dict[K, int]:
    return {key: place for place, key in enumerate(known)}


class Names:
    """The words of a segment and who has them."""

    def __init__(self, blob: bytes) -> None:
        self._words, starts, holders, self._digits = _parts(blob)
        self._starts, self._holders = _numbers("I", starts), _numbers("H", holders)

    @staticmethod
    def pack(entries: Sequence[Entry]) -> bytes:
        having: dict[str, list[int]] = {}
        for place, entry in enumerate(entries):
            for term in dict.fromkeys(_one_line(entry.terms)):
                having.setdefault(term, []).append(place)
        return _names(having, (" ".join(_one_line(entry.digits)) for entry in entries))

    def without(self, places: Set[int]) -> bytes:
        """The column, packed again, with nothing of the entries at these places."""
        having = {word: [p for p in self.having(n) if p not in places] for n, word in enumerate(self.words)}
        digits = self._digits.decode().split("\n")
        kept = {word: holders for word, holders in having.items() if holders}
        return _names(kept, ("" if n in places else line for n, line in enumerate(digits)))

    @cached_property
    def words(self) -> list[str]:
        return self._words.decode().split("\n") if self._words else []

    def having(self, word: int) -> Sequence[int]:
        return self._holders[self._starts[word] : self._starts[word + 1]]

    def with_digits(self, digits: str) -> list[int]:
        if digits.encode() not in self._digits:
            return []
        lines = self._digits.decode().split("\n")
        return [place for place, line in enumerate(lines) if digits in line]


def _names(having: Mapping[str, Sequence[int]], digits: Iterable[str]) -> bytes:
    starts, holders = [0], list[int]()
    for places in having.values():
        holders.extend(places)
        starts.append(len(holders))
    numbers = "\n".join(digits)
    return _blob(["\n".join(having).encode(), _raw("I", starts), _raw("H", holders), numbers.encode()])


def _one_line(words: Sequence[str]) -> list[str]:
    return [" ".join(word.split()) for word in words if word.strip()]


def pack_lines(lines: Iterable[bytes]) -> bytes:
    """What is gone is an empty line."""
    return bytes([VERSION]) + b"\n".join(lines)


def unpack_lines(blob: bytes) -> list[bytes]:
    if blob[:1] != bytes([VERSION]):
        raise Tampered
    return blob[1:].split(b"\n")
