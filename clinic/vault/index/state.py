"""The sealed account of an index: which segments count, what in them is gone, what was folded in."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from clinic.vault.envelope import Place, Scope
from clinic.vault.errors import Tampered
from clinic.vault.keyring import TeamKeys
from clinic.vault.models import IndexSegment, IndexState

VERSION = 1


@dataclass
class State:
    """Changes up to `folded` are in the segments, but for those `left`, which nobody could read.

    `since` are the things that changed again while something was left: an older change comes too late.
    `dead` segments were replaced by the last few folds, and `worn` places were left by them: both stay for
    whoever is reading them.
    """

    organisation: UUID
    folded: int = 0
    left: list[int] = field(default_factory=list)
    since: set[UUID] = field(default_factory=set)
    gone: dict[UUID, set[int]] = field(default_factory=dict)
    dead: list[list[UUID]] = field(default_factory=list)
    worn: list[dict[UUID, set[int]]] = field(default_factory=list)

    def plain(self) -> bytes:
        gone, worn = _told(self.gone), [_told(fold) for fold in self.worn]
        dead = [[segment.hex for segment in fold] for fold in self.dead]
        since = [thing.hex for thing in self.since]
        plain = [VERSION, self.folded, self.left, since, gone, dead, worn]
        return json.dumps(plain, separators=(",", ":")).encode()

    @classmethod
    def from_plain(cls, organisation: UUID, plain: bytes) -> "State":
        version, folded, left, since, gone, dead, *more = json.loads(plain)
        if version != VERSION:
            raise Tampered
        worn = [_places(fold) for fold in more[0]] if more else []
        replaced = [list(_ids(fold)) for fold in dead]
        return cls(organisation, folded, left, _ids(since), _places(gone), replaced, worn)


def _told(places: dict[UUID, set[int]]) -> dict[str, list[int]]:
    return {segment.hex: sorted(found) for segment, found in places.items()}


def _places(told: dict[str, list[int]]) -> dict[UUID, set[int]]:
    return {UUID(segment): set(places) for segment, places in told.items()}


def _ids(values: list[str]) -> set[UUID]:
    return {UUID(value) for value in values}


def load(keys: TeamKeys) -> State | None:
    """None for a team that never folded. Raises Tampered, also where segments stand without an account."""
    rows = IndexState.objects.filter(team=keys.id)
    row = rows.first()
    if row is None and IndexSegment.objects.filter(team=keys.id).exists():
        row = rows.first()  # the first fold ended just now
        if row is None:
            raise Tampered
    if row is None:
        return None
    return State.from_plain(row.organisation_id, keys.index_box.open(_place(row), bytes(row.sealed)))


def save(keys: TeamKeys, state: State) -> None:
    row = IndexState(team=keys.id, organisation_id=state.organisation)
    row.sealed = keys.index_box.seal(_place(row), state.plain())
    row.save()


def _place(row: IndexState) -> Place:
    return Place(row.organisation_id, Scope("index", row.team), "vault.state", row.team, "record")
