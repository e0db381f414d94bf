"""A new secret for a team: whoever is not kept, and any old copy, opens nothing that comes after."""

import os
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError

from clinic.vault.errors import Stale
from clinic.vault.keyring import Keyring, TeamKeys
from clinic.vault.keys import KEY

from . import pins, roster, teams
from .errors import LastHolder
from .models import Purpose, Team, TeamEpoch, User
from .record import record
from .roster import Person, TeamEntry

Rewrap = Callable[[TeamKeys, TeamKeys, TeamEpoch], None]
TRIES = 3
_registered: dict[str, Rewrap] = {}


def register(name: str, rewrap: Rewrap) -> None:
    """`rewrap(old, new, epoch)` moves everything of one table that is wrapped to a team's old secret."""
    _registered[name] = rewrap


def rotate(*, team: Team, keep: Collection[UUID], ring: Keyring) -> TeamKeys:
    """A new epoch of `team` for those in `keep`, all or nothing; `ring` holds it afterwards.

    Raises Locked, Stale (somebody else made a new epoch), LastHolder, Tampered (not on the roster).
    """
    for _attempt in range(TRIES - 1):
        try:
            return _rotate(team, keep, ring)
        except (ProtectedError, IntegrityError, OperationalError):
            continue
    return _rotate(team, keep, ring)


def renew_everyone(ring: Keyring) -> None:
    """A new roster key: no older roster entry can be put back."""
    everyone = roster.trusted_team(ring.named[Purpose.EVERYONE], ring)
    rotate(team=Team.objects.get(id=everyone.id), keep=everyone.members, ring=ring)


def catch_up(*, ring: Keyring, by: User) -> int:
    """Make the new epochs that were due when nobody at hand held the team's key. How many."""
    return _catch_up(ring, by) if _due(ring) else 0


def _due(ring: Keyring) -> list[TeamEntry]:
    return [entry for entry in roster.teams(ring).values() if entry.due and entry.id in ring.teams]


@transaction.atomic
def _catch_up(ring: Keyring, by: User) -> int:
    roster.hold(ring)
    due = _due(ring)
    teams.lock_epochs([entry.id for entry in due])
    for entry in due:
        rotate(team=Team.objects.get(id=entry.id), keep=entry.members, ring=ring)
        record("team_rekeyed", by=by, about=entry.id, details={"name": entry.label})
    return len(due)


def _rotate(team: Team, keep: Collection[UUID], ring: Keyring) -> TeamKeys:
    with ring.or_as_before(), transaction.atomic():
        return _new_epoch(team, frozenset(keep), ring)


def _new_epoch(team: Team, keep: frozenset[UUID], ring: Keyring) -> TeamKeys:
    roster.hold(ring)
    locked, old = teams.lock(team.id), ring.team(team.id)
    if locked.current_epoch != old.epoch:
        raise Stale
    entry = roster.trusted_team(team.id, ring)
    kept = _trusted(keep & entry.members, ring)
    if not kept:
        raise LastHolder
    new = TeamKeys(team.id, old.epoch + 1, os.urandom(KEY))
    teams.lock_epochs([team.id])
    before = TeamEpoch.objects.select_related("team").get(team=locked, number=old.epoch)
    after = _open(new, old, before, kept, ring)
    locked.current_epoch = team.current_epoch = new.epoch
    locked.save()
    _tell_the_roster(entry, new, kept, ring)
    for rewrap in _registered.values():
        rewrap(old, new, after)
    before.delete()
    if ring.user not in {person.id for person in kept}:
        teams.let_go(team.id, ring)
    return new


def _trusted(users: frozenset[UUID], ring: Keyring) -> list[Person]:
    """Only whom the roster knows as working here: a damaged entry must not stop the others from moving on."""
    return roster.with_account(
        [one for one in roster.people(ring).values() if one.id in users and one.active]
    )


def _open(new: TeamKeys, old: TeamKeys, before: TeamEpoch, kept: list[Person], ring: Keyring) -> TeamEpoch:
    return teams.open_epoch(
        new,
        people=kept,
        recovery=roster.trusted_recovery(ring),
        ring=ring,
        earlier=pins.open_earlier(old, before) | {old.epoch: old.seed},
    )


def _tell_the_roster(entry: TeamEntry, new: TeamKeys, kept: list[Person], ring: Keyring) -> None:
    everything = list(roster.entries(ring)) if entry.purpose == Purpose.EVERYONE else []
    ring.teams[new.id] = new
    for other in everything:
        roster.write(other, ring)
    members = [person.id for person in kept]
    roster.write(teams.entry_for(new, name=entry.name, purpose=entry.purpose, members=members), ring)
