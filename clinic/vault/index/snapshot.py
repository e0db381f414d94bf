"""One request's view of a team's index. Columns are fetched and opened only when asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, repeat
from typing import NamedTuple
from uuid import UUID

from clinic.vault.keyring import TeamKeys
from clinic.vault.models import IndexChange

from . import matching, segments
from .columns import Entry, belongs
from .matching import Similar
from .sealing import Changes, Seeds, Trust, gather
from .segments import Segment, Segments, Spot
from .state import load


class Due(NamedTuple):
    """What a board sorts by. `Snapshot.read` opens the entries that it then shows."""

    day: date | None
    owner: UUID | None
    where: Segment | Entry
    place: int = 0


@dataclass(slots=True)
class Hit:
    entry: Entry
    score: float


class Snapshot:
    """What the team's index says now: segments, overlaid with the changes since."""

    def __init__(self, known: Segments, changes: Changes, damaged: int, unfolded: int) -> None:
        self.damaged, self.unfolded = damaged, unfolded
        self._segments, self._changed = known, changes
        self._hidden = {thing.bytes for thing in changes}
        self._outs: dict[UUID, set[int]] = {}

    def entries(self, *kinds: str) -> list[Entry]:
        """All entries of these kinds ("case"), or of these shelves ("case.waiting")."""
        return segments.read([*self._spots(kinds), *self._fresh(kinds)])

    def due(self, *kinds: str) -> list[Due]:
        """Due day and owner of each entry of these kinds, without opening the entries."""
        found = [due for segment in self._segments.with_heads for due in self._due(segment, kinds)]
        return found + [Due(entry.day, entry.owner, entry) for entry in self._fresh(kinds)]

    def read(self, dues: Iterable[Due]) -> list[Entry]:
        """The entries of these, in the same order."""
        spots = ((due.where, due.place) for due in dues)
        return segments.read([at if isinstance(at, Entry) else Spot(at, place) for at, place in spots])

    def get(self, thing: UUID) -> Entry | None:
        if thing in self._changed:
            return self._changed[thing]
        for segment in self._segments.with_heads:
            place = segment.head.find(thing.bytes)
            if place >= 0 and place not in segment.gone:
                return segments.read([Spot(segment, place)])[0]
        return None

    def find(
        self,
        words: Sequence[str],
        similar: Similar,
        *,
        digits: str = "",
        most: int = 20,
        kinds: Sequence[str] = (),
    ) -> list[Hit]:
        """The best `most` entries, of any or these kinds, by misspelt words or with these digits."""
        fresh = [entry for entry in self._changed.values() if entry and belongs(entry.kind, kinds)]
        found: list[tuple[float, Spot | Entry]] = [*matching.score_entries(fresh, words, similar, digits)]
        found += islice(self._scored(words, similar, digits, kinds), most)
        found = sorted(found, key=_score, reverse=True)[:most]
        entries = segments.read([spot for _, spot in found])
        return [Hit(entry, score) for entry, (score, _) in zip(entries, found, strict=True)]

    def _scored(
        self, words: Sequence[str], similar: Similar, digits: str, kinds: Sequence[str]
    ) -> Iterable[tuple[float, Spot]]:
        """Best first."""
        scored = [
            (score, segment, place)
            for segment in self._segments.with_names
            for place, score in matching.score_segment(segment.names, words, similar, digits).items()
        ]
        scored.sort(key=_score, reverse=True)
        _ = scored and self._segments.with_heads
        return (
            (score, Spot(segment, place))
            for score, segment, place in scored
            if self._counts(segment, place) and belongs(segment.head.kind(place), kinds)
        )

    def _counts(self, segment: Segment, place: int) -> bool:
        return place not in segment.gone and segment.head.id(place) not in self._hidden

    def _places(self, segment: Segment, kinds: Sequence[str]) -> list[int]:
        places, out = segment.head.places(kinds), self._out(segment)
        return [place for place in places if place not in out] if out else places

    def _out(self, segment: Segment) -> set[int]:
        """Places of what is gone or was changed since: found out once."""
        if segment.id not in self._outs:
            self._outs[segment.id] = segment.gone | self._overlaid(segment)
        return self._outs[segment.id]

    def _overlaid(self, segment: Segment) -> set[int]:
        ids = segment.head.ids() if self._hidden else []
        changed = self._hidden.intersection(ids)
        return {place for place, thing in enumerate(ids) if thing in changed} if changed else set()

    def _spots(self, kinds: Sequence[str]) -> list[Spot]:
        heads = self._segments.with_heads
        return [Spot(segment, place) for segment in heads for place in self._places(segment, kinds)]

    def _due(self, segment: Segment, kinds: Sequence[str]) -> Iterator[Due]:
        places = self._places(segment, kinds)
        days, owners = segment.head.due(places)
        return map(Due, days, owners, repeat(segment), places)

    def _fresh(self, kinds: Sequence[str]) -> list[Entry]:
        return [entry for entry in self._changed.values() if entry and belongs(entry.kind, kinds)]


def scan(keys: TeamKeys, *, trust: Trust, seeds: Seeds | None = None) -> Snapshot:
    """The team's index; changes that nobody on the roster wrote are left out and counted.

    Reads the changes first, then the account of what was folded in: nothing falls between where
    another request folds in the meantime. Raises Tampered where the index itself was altered.
    """
    rows = list(IndexChange.objects.filter(team=keys.id).order_by("order"))
    state = load(keys)
    changes, unread = gather(rows, state, keys, trust, seeds or {})
    return Snapshot(Segments(keys, state), changes, len(unread), len(rows) - len(unread))


def _score(found: tuple[float, object] | tuple[float, object, object]) -> float:
    return found[0]
