"""Segments: thousands of entries each, fetched and opened only as far as a question needs."""

from collections.abc import Iterator, Sequence, Set
from functools import cached_property
from typing import NamedTuple
from uuid import UUID, uuid4

from clinic.vault.envelope import Place, Scope
from clinic.vault.errors import Tampered
from clinic.vault.keyring import TeamKeys
from clinic.vault.models import IndexLines, IndexSegment

from .columns import BLOCK, Entry, Head, Names, pack_lines, unpack_lines
from .state import State

AT_ONCE = 500


def column_place(organisation: UUID, team: UUID, segment: UUID, column: str) -> Place:
    return Place(organisation, Scope("index", team), "vault.segment", segment, column)


def lines_place(organisation: UUID, team: UUID, block: UUID) -> Place:
    return Place(organisation, Scope("index", team), "vault.lines", block, "record")


class Segment:
    """One segment, as far as its columns were fetched."""

    def __init__(self, keys: TeamKeys, organisation: UUID, row: UUID, gone: set[int]) -> None:
        self.id, self.gone, self.blobs = row, gone, dict[str, bytes]()
        self._keys, self._organisation = keys, organisation

    @cached_property
    def head(self) -> Head:
        return Head(self._open("head"))

    @cached_property
    def names(self) -> Names:
        return Names(self._open("names"))

    def lines(self, block: UUID, sealed: bytes) -> list[bytes]:
        place = lines_place(self._organisation, self._keys.id, block)
        return unpack_lines(self._keys.index_box.open(place, bytes(sealed)))

    def living(self) -> int:
        return len(self.head) - len(self.gone)

    def _open(self, column: str) -> bytes:
        place = column_place(self._organisation, self._keys.id, self.id, column)
        return self._keys.index_box.open(place, bytes(self.blobs.pop(column)))


class Spot(NamedTuple):
    """Where an entry stands."""

    segment: Segment
    place: int


class Segments:
    """The segments that count: one query a column, whatever their number."""

    def __init__(self, keys: TeamKeys, state: State | None) -> None:
        self._all = (
            [Segment(keys, state.organisation, row, gone) for row, gone in state.gone.items()]
            if state
            else []
        )

    @cached_property
    def with_heads(self) -> list[Segment]:
        return self._fetch("head")

    @cached_property
    def with_names(self) -> list[Segment]:
        return self._fetch("names")

    def _fetch(self, column: str) -> list[Segment]:
        """Raises Tampered where a segment is missing."""
        wanted = [segment.id for segment in self._all]
        found = dict(IndexSegment.objects.filter(pk__in=wanted).values_list("id", column)) if wanted else {}
        if len(found) != len(wanted):
            raise Tampered
        for segment in self._all:
            segment.blobs[column] = found[segment.id]
        return self._all


def read(spots: Sequence[Spot | Entry]) -> list[Entry]:
    """The entries at these spots, in the same order: one query for AT_ONCE blocks. Raises Tampered."""
    wanted = {spot.segment.head.block(spot.place): spot.segment for spot in spots if isinstance(spot, Spot)}
    lines = {block: wanted[block].lines(block, sealed) for block, sealed in _blocks(list(wanted))}
    if len(lines) != len(wanted):
        raise Tampered
    return [spot if isinstance(spot, Entry) else _entry(spot, lines) for spot in spots]


def write(keys: TeamKeys, organisation: UUID, entries: Sequence[Entry]) -> UUID:
    """A new segment with these entries."""
    row = IndexSegment(organisation_id=organisation, team=keys.id)
    blocks = [(uuid4(), entries[at : at + BLOCK]) for at in range(0, len(entries), BLOCK)]
    columns = {"head": Head.pack(entries, [block for block, _ in blocks]), "names": Names.pack(entries)}
    for column, plain in columns.items():
        place = column_place(organisation, keys.id, row.id, column)
        setattr(row, column, keys.index_box.seal(place, plain))
    row.save(force_insert=True)
    IndexLines.objects.bulk_create([_lines_row(keys, row, block, stretch) for block, stretch in blocks])
    return row.id


def _lines_row(keys: TeamKeys, row: IndexSegment, block: UUID, entries: Sequence[Entry]) -> IndexLines:
    place = lines_place(row.organisation_id, keys.id, block)
    plain = pack_lines(entry.line() for entry in entries)
    return IndexLines(id=block, segment=row, sealed=keys.index_box.seal(place, plain))


def wipe(keys: TeamKeys, organisation: UUID, segment: Segment, places: Set[int]) -> None:
    """Takes words, numbers and lines of what is gone out of a standing segment. Nobody may still read it."""
    column = column_place(organisation, keys.id, segment.id, "names")
    names = keys.index_box.seal(column, segment.names.without(places))
    IndexSegment.objects.filter(pk=segment.id).update(names=names)
    blocks = {segment.head.block(place) for place in places}
    for block, sealed in list(_blocks(list(blocks))):
        lines = segment.lines(block, sealed)
        for place in places:
            if segment.head.block(place) == block:
                lines[place % BLOCK] = b""
        plain = keys.index_box.seal(lines_place(organisation, keys.id, block), pack_lines(lines))
        IndexLines.objects.filter(pk=block).update(sealed=plain)


def _entry(spot: Spot, lines: dict[UUID, list[bytes]]) -> Entry:
    return Entry.from_line(lines[spot.segment.head.block(spot.place)][spot.place % BLOCK])


def _blocks(ids: Sequence[UUID]) -> Iterator[tuple[UUID, bytes]]:
    for at in range(0, len(ids), AT_ONCE):
        rows = IndexLines.objects.filter(pk__in=ids[at : at + AT_ONCE])
        yield from ((row, bytes(sealed)) for row, sealed in rows.values_list("id", "sealed"))
