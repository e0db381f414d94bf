"""Folding changes into segments, and moving an index to a new epoch. All or nothing."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from clinic.vault.envelope import Box, Place
from clinic.vault.keyring import TeamKeys
from clinic.vault.models import IndexChange, IndexLines, IndexSegment

from . import state as account
from .columns import Entry
from .sealing import Change, Changes, Seeds, Trust, gather, seal_change, sort_out
from .segments import Segment, Segments, Spot, column_place, lines_place, read, wipe, write
from .state import State
from .store import lock

SEGMENT_SIZE = 16_384  # a word that many entries have stands once in a segment, and is compared once
GROWTH = 3
GRACE = 4  # folds that a reader may take to read what they replaced


@transaction.atomic
def compact(keys: TeamKeys, *, trust: Trust, seeds: Seeds | None = None, thorough: bool = False) -> None:
    """Folds the changes into segments; whoever comes second finds nothing left to do.

    What was dropped goes out of its segment a few folds later, but for its random id: `thorough` rewrites the
    segment at once (some 50 ms for a thousand entries), removes what the last folds replaced, and makes a
    purge final.
    What cannot be read stays, for somebody with an earlier key.
    """
    head = lock(keys.id)
    state = account.load(keys) or State(head.organisation_id)
    rows = list(IndexChange.objects.filter(team=keys.id).order_by("order"))
    changes, unread = gather(rows, state, keys, trust, seeds or {})
    done = {row.pk for row in rows} - {row.pk for row in unread}
    if not done and not thorough:
        return
    _fold(keys, state, changes, thorough)
    state.folded = max([state.folded, *(row.order for row in rows)])
    state.left = [row.order for row in unread]
    state.since = state.since | changes.keys() if unread else set()
    account.save(keys, state)
    IndexChange.objects.filter(team=keys.id).exclude(pk__in=[row.pk for row in unread]).delete()


@transaction.atomic
def discard(keys: TeamKeys, *, trust: Trust, seeds: Seeds | None = None) -> int:
    """Removes the changes that cannot be read. How many."""
    lock(keys.id)
    rows = IndexChange.objects.filter(team=keys.id).order_by("order")
    _, unread = sort_out(rows, keys, trust, seeds or {})
    return IndexChange.objects.filter(pk__in=[row.pk for row in unread]).delete()[0]


@transaction.atomic
def reseal(old: TeamKeys, new: TeamKeys, *, trust: Trust, seeds: Seeds | None = None) -> None:
    """Moves the whole index to a new epoch: part of the rotation's transaction. Raises Tampered."""
    lock(old.id)
    state = account.load(old)
    if state:
        _clear(state, keep=0)
        _wipe(old, Segments(old, state), state, keep=0)
        _reseal_segments(old.index_box, new.index_box, state, old.id)
        account.save(new, state)
    for row in IndexChange.objects.filter(team=old.id).order_by("order"):
        _reseal_change(row, old, new, trust, seeds or {})


def _fold(keys: TeamKeys, state: State, changes: Changes, thorough: bool) -> None:
    known = Segments(keys, state)
    state.worn.insert(0, _newly_gone(known.with_heads, changes))
    fresh = [entry for entry in changes.values() if entry]
    state.dead.insert(0, [])
    for segment in _worth_rewriting(known.with_heads, thorough, len(fresh)):
        fresh = [*_living(segment), *fresh]
        state.dead[0].append(segment.id)
        del state.gone[segment.id]
    _wipe(keys, known, state, keep=0 if thorough else GRACE)
    for at in range(0, len(fresh), SEGMENT_SIZE):
        state.gone[write(keys, state.organisation, fresh[at : at + SEGMENT_SIZE])] = set()
    _clear(state, keep=0 if thorough else GRACE)


def _newly_gone(segments: Sequence[Segment], changes: Changes) -> dict[UUID, set[int]]:
    """Marks what was dropped or stands in a change now. Where, by segment."""
    changed, found = {thing.bytes for thing in changes}, dict[UUID, set[int]]()
    for segment in segments if changed else ():
        places = {n for n, thing in enumerate(segment.head.ids()) if thing in changed} - segment.gone
        if places:
            segment.gone.update(places)
            found[segment.id] = places
    return found


def _wipe(keys: TeamKeys, known: Segments, state: State, *, keep: int) -> None:
    """Nothing of what is gone stays in a segment, once nobody reads the lists as they were before."""
    due: dict[UUID, set[int]] = {}
    for fold in state.worn[keep:]:
        for segment_id in fold.keys() & state.gone.keys():
            due.setdefault(segment_id, set()).update(fold[segment_id])
    state.worn = state.worn[:keep]
    for segment in known.with_names if due and known.with_heads else ():
        if segment.id in due:
            wipe(keys, state.organisation, segment, due[segment.id])


def _worth_rewriting(segments: Sequence[Segment], thorough: bool, fresh: int) -> list[Segment]:
    """The smallest, while none has more than GROWTH times as many entries as are written anyway.

    So there are few segments, and an entry is rewritten a few times while the index grows fourfold.
    """
    if thorough:
        return [segment for segment in segments if segment.gone]
    taken, size = [], fresh
    for segment in sorted(segments, key=Segment.living):
        if segment.living() > min(GROWTH * size, SEGMENT_SIZE - size):
            break
        taken.append(segment)
        size += segment.living()
    return taken


def _living(segment: Segment) -> list[Entry]:
    return read([Spot(segment, place) for place in range(len(segment.head)) if place not in segment.gone])


def _clear(state: State, *, keep: int) -> None:
    dead = [segment for fold in state.dead[keep:] for segment in fold]
    IndexSegment.objects.filter(pk__in=dead).delete()
    state.dead = state.dead[:keep]


def _reseal_segments(old: Box, new: Box, state: State, team: UUID) -> None:
    for row in IndexSegment.objects.filter(pk__in=list(state.gone)).iterator(chunk_size=8):
        row.head = _moved(old, new, column_place(state.organisation, team, row.id, "head"), row.head)
        row.names = _moved(old, new, column_place(state.organisation, team, row.id, "names"), row.names)
        row.save(update_fields=["head", "names"])
    for lines in IndexLines.objects.filter(segment__in=list(state.gone)).iterator(chunk_size=200):
        lines.sealed = _moved(old, new, lines_place(state.organisation, team, lines.id), lines.sealed)
        lines.save(update_fields=["sealed"])


def _moved(old: Box, new: Box, place: Place, sealed: bytes | memoryview) -> bytes:
    return new.seal(place, old.open(place, bytes(sealed)))


def _reseal_change(row: IndexChange, old: TeamKeys, new: TeamKeys, trust: Trust, seeds: Seeds) -> None:
    changes, _ = sort_out([row], old, trust, seeds)
    for thing, entry in changes.items():
        row.epoch = new.epoch
        seal_change(row, new, Change(thing, entry))
        row.save(update_fields=["epoch", "sealed"])
