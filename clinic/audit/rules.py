"""The chain, as arithmetic: no database, no clock, no key."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from clinic.vault.encoding import lp

START = bytes(32)
HEAD = re.compile(r"(\d+) *[:·] *([0-9a-f]{64})")


class Link(NamedTuple):
    """One event as it lies in the table; `day` in ISO form."""

    id: UUID
    sequence: int
    day: str
    commitment: bytes
    sealed: bytes
    hash: bytes


class Head(NamedTuple):
    """A place in the chain that somebody vouches for."""

    sequence: int
    hash: bytes


BEGINNING = Head(0, START)


class What(StrEnum):
    MISSING = "missing"  # numbers from here on are gone
    ALTERED = "altered"  # this event, or its place, is not what was written
    END = "end"  # the last event is not where the head says
    REWRITTEN = "rewritten"  # the printed head names another event
    OLDER = "older"  # the printed head is newer than all of this


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the record, and at which number."""

    what: What
    sequence: int


def link_hash(previous: bytes, organisation: UUID, link: Link) -> bytes:
    """SHA-256 over the hash before and everything that stands in the row."""
    told = lp(
        organisation.bytes,
        link.id.bytes,
        link.sequence.to_bytes(8, "big"),
        link.day.encode(),
        link.commitment,
        link.sealed,
    )
    return hashlib.sha256(previous + told).digest()


def check_chain(
    organisation: UUID,
    links: Iterable[Link],
    end: Head,
    *,
    start: Head = BEGINNING,
    printed: Head | None = None,
) -> Iterator[Fault]:
    """Walks the links after `start` by their numbers to the `end`; a `printed` head must lie on the way."""
    last, previous = start
    for link in links:
        yield from _check_link(organisation, link, last, previous)
        if printed and printed.sequence == link.sequence and printed.hash != link.hash:
            yield Fault(What.REWRITTEN, link.sequence)
        last, previous = link.sequence, link.hash
    if Head(last, previous) != end:
        yield Fault(What.END, min(last, end.sequence) + 1 if last != end.sequence else last)
    if printed and printed.sequence > last:
        yield Fault(What.OLDER, last)


def _check_link(organisation: UUID, link: Link, last: int, previous: bytes) -> Iterator[Fault]:
    if link.sequence != last + 1:
        yield Fault(What.MISSING, last + 1)
    elif link_hash(previous, organisation, link) != link.hash:
        yield Fault(What.ALTERED, link.sequence)


def head_text(head: Head) -> str:
    """One line for paper: the number of the last event and 16 groups of four."""
    letters = head.hash.hex()
    return f"{head.sequence} · {' '.join(letters[at : at + 4] for at in range(0, len(letters), 4))}"


def read_head(typed: str) -> Head:
    """The head on a printed line, however spaced. Raises ValueError."""
    found = HEAD.fullmatch("".join(typed.lower().split()))
    if not found:
        raise ValueError("not a line of a printed record head")
    return Head(int(found[1]), bytes.fromhex(found[2]))
