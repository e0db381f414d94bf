"""Teams: their secrets, who holds them, and how a person's keyring is opened."""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F

from clinic.vault import index
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring, TeamKeys
from clinic.vault.keys import KEY, Identity, KeyPair, PublicKey, commitment, same
from clinic.vault.wraps import Subject, is_public, unwrap_with, wrap_to

from . import pins, roster
from .errors import NotAllowed
from .models import Purpose, Team, TeamEpoch, TeamMembership, User
from .record import record
from .roster import Person, Role, TeamEntry


def keyring_for(user: User, identity: Identity) -> Keyring:
    """What `user` can open now. A row that is forged, altered or out of date counts as absent.

    Rows and roster are read one after the other: where a team got new keys between, both are read again.
    """
    ring = Keyring(organisation=user.organisation_id, user=user.id, identity=identity)
    rows = _rows(user)
    _take(rows, user, ring)
    if len(ring.teams) < len(rows) and (newer := _rows(user)) != rows:
        _take(newer, user, ring)
    return ring


def open_teams(user: User, identity: Identity) -> dict[UUID, TeamKeys]:
    return keyring_for(user, identity).teams


def everyone(ring: Keyring) -> TeamKeys:
    """The keys of the team "everyone". Raises Locked."""
    if Purpose.EVERYONE not in ring.named:
        raise Locked
    return ring.team(ring.named[Purpose.EVERYONE])


def is_member(ring: Keyring, purpose: str) -> bool:
    """Does the person hold the key of the team of this purpose?"""
    return purpose in ring.named


def is_supervising_attorney(ring: Keyring) -> bool:
    """Of that team, and of that role by the roster: a coordinator can join any team."""
    return ring.role == Role.SUPERVISOR and is_member(ring, Purpose.SUPERVISING)


def by_purpose(purpose: str, ring: Keyring | None = None) -> Team:
    """The team that the roster says has this purpose. Raises Tampered."""
    for entry in roster.teams(ring).values():
        if entry.purpose == purpose:
            return Team.objects.get(id=entry.id)
    raise Tampered


def members(team: Team, ring: Keyring | None = None) -> list[Person]:
    """Who holds the team's key, or will at the next holder's sign-in, by the roster."""
    entry, people = roster.trusted_team(team.id, ring), roster.people(ring)
    return [people[user] for user in entry.members if user in people]


@transaction.atomic
def create_team(
    *,
    purpose: Purpose,
    members: Collection[UUID],
    ring: Keyring,
    by: User,
    name: str = "",
) -> Team:
    """A team and its first secret, wrapped to `members`, who all stand on the roster."""
    check_coordinator(ring)
    roster.hold(ring)
    team, keys = new_team(ring.organisation, purpose)
    people = [roster.trusted_identity(user, ring) for user in members]
    open_epoch(keys, people=people, recovery=roster.trusted_recovery(ring), ring=ring, earlier={})
    entry = entry_for(keys, name=name, purpose=purpose, members=members)
    roster.write(entry, ring)
    if ring.user in members:
        hold(keys, purpose, ring)
    record("team_created", by=by, about=team.id, details={"name": entry.label})
    return team


@transaction.atomic
def add_member(*, team: Team, user: User, ring: Keyring, by: User) -> bool:
    """Let `user` hold the team's key. False where it waits for the next sign-in of a holder."""
    check_coordinator(ring)
    roster.hold(ring)
    person = roster.trusted_identity(user.id, ring)
    label = roster.trusted_team(team.id, ring).label
    record("team_member_added", by=by, about=user.id, details={"team": str(team.id), "name": label})
    if team.id in ring.teams:
        admit(user.id, team.id, ring)
        return True
    roster.update_person(user.id, ring, pending=person.pending | {team.id})
    return False


def admit(user: UUID, team: UUID, ring: Keyring) -> None:
    """Wrap a team's current secret to somebody on the roster. Raises Locked, Stale, Tampered."""
    roster.hold(ring)
    person, locked, keys = roster.trusted_identity(user, ring), lock(team), ring.team(team)
    if locked.current_epoch != keys.epoch:
        raise Stale
    entry = roster.trusted_team(team, ring)
    epoch = TeamEpoch.objects.get(team=locked, number=keys.epoch)
    wrapped = wrap_for(person, keys, entry.purpose, ring)
    TeamMembership.objects.update_or_create(
        epoch=epoch, user_id=person.id, defaults={"wrapped_secret": wrapped}
    )
    roster.update_team(team, ring, members=entry.members | {person.id})
    if team in person.pending:
        roster.update_person(person.id, ring, pending=person.pending - {team})


def settle(user: User, ring: Keyring) -> None:
    """At sign-in: keep every team's secret under one's own key, and remember which "everyone" is true."""
    for row in _rows(user):
        keys = ring.teams.get(row.team)
        if keys and is_public(row.wrap):
            wrapped = ring.own_kek.wrap(keys.secret, subject_of(keys, row.purpose))
            TeamMembership.objects.filter(id=row.id).update(wrapped_secret=wrapped)
    if Purpose.EVERYONE in ring.named:
        pins.set_pin(user, ring.identity, everyone(ring))


def seeds(keys: TeamKeys) -> dict[int, KeyPair]:
    """The team's key pairs by epoch, earlier ones too: old deliveries stay readable."""
    epoch = TeamEpoch.objects.select_related("team").get(team=keys.id, number=keys.epoch)
    return {number: KeyPair(seed) for number, seed in pins.open_earlier(keys, epoch).items()} | {
        keys.epoch: keys.pair
    }


# Epochs and wraps, shared with rotation, recovery and founding.


def new_team(organisation: UUID, purpose: Purpose) -> tuple[Team, TeamKeys]:
    """A team without members yet, and the secret of its first epoch."""
    team = Team(organisation_id=organisation, purpose=purpose, id=uuid4())
    team.group = Group.objects.create(name=str(team.id))
    team.save()
    return team, TeamKeys(team.id, 1, os.urandom(KEY))


def open_epoch(
    keys: TeamKeys,
    *,
    people: Iterable[Person],
    recovery: PublicKey,
    ring: Keyring,
    earlier: Mapping[int, bytes],
) -> TeamEpoch:
    """The rows of a new epoch: its wraps for `people` and for recovery."""
    team = Team.objects.get(id=keys.id)
    epoch = TeamEpoch.objects.create(
        team=team,
        number=keys.epoch,
        commitment=commitment(keys.secret),
        public_key=keys.pair.public.raw,
        earlier_seeds=pins.seal_earlier(keys, team, earlier),
        recovery_wrap=wrap_to(recovery, keys.secret, subject_of(keys, team.purpose)),
    )
    TeamMembership.objects.bulk_create(
        TeamMembership(epoch=epoch, user_id=one.id, wrapped_secret=wrap_for(one, keys, team.purpose, ring))
        for one in people
    )
    return epoch


def entry_for(keys: TeamKeys, *, name: str, purpose: Purpose, members: Collection[UUID]) -> TeamEntry:
    committed = commitment(keys.secret)
    return TeamEntry(keys.id, name, purpose, keys.epoch, keys.pair.public, committed, frozenset(members))


def subject_of(keys: TeamKeys, purpose: str) -> Subject:
    return subject(keys.id, purpose, keys.epoch, commitment(keys.secret))


def subject(team: UUID, purpose: str, epoch: int, committed: bytes) -> Subject:
    """The team "everyone" has a kind of its own: no other team can be passed off as it."""
    kind = "everyone" if purpose == Purpose.EVERYONE else "team"
    return Subject(kind, team, epoch, committed)


def wrap_for(person: Person, keys: TeamKeys, purpose: str, ring: Keyring) -> bytes:
    """Under one's own key for oneself, to the public key on the roster for others."""
    what = subject_of(keys, purpose)
    if person.id == ring.user:
        return ring.own_kek.wrap(keys.secret, what)
    return wrap_to(person.public.kem, keys.secret, what)


def lock(team: UUID) -> Team:
    return Team.objects.select_for_update().get(id=team)


def lock_epochs(teams: Collection[UUID]) -> None:
    """Waits for writes under way and holds up new ones, which need epoch, index, then the audit's head."""
    rows = TeamEpoch.objects.select_for_update().filter(team__in=list(teams)).order_by("team")
    list(rows.only("id"))
    index.lock_all(teams)


def check_coordinator(ring: Keyring) -> None:
    if ring.role != Role.COORDINATOR:
        raise NotAllowed


def hold(keys: TeamKeys, purpose: str, ring: Keyring) -> None:
    ring.teams[keys.id] = keys
    if purpose != Purpose.OTHER:
        ring.named[purpose] = keys.id


def let_go(team: UUID, ring: Keyring) -> None:
    ring.teams.pop(team)
    for name in [name for name, known in ring.named.items() if known == team]:
        del ring.named[name]


# Opening.


class _Row(NamedTuple):
    """One wrapped secret: models would cost each request more than the opening itself."""

    id: UUID
    epoch: UUID
    team: UUID
    purpose: str
    number: int
    commitment: bytes
    wrap: bytes


def _rows(user: User) -> list[_Row]:
    current = TeamMembership.objects.filter(user=user, epoch__number=F("epoch__team__current_epoch"))
    columns = ("epoch__team__purpose", "epoch__number", "epoch__commitment", "wrapped_secret")
    rows = current.values_list("id", "epoch_id", "epoch__team_id", *columns)
    return [_Row._make(row) for row in rows]


def _unwrap(row: _Row, ring: Keyring) -> TeamKeys | None:
    what = subject(row.team, row.purpose, row.number, bytes(row.commitment))
    try:
        if is_public(row.wrap):
            secret = unwrap_with(ring.identity.pair, row.wrap, what)
        else:
            secret = ring.own_kek.unwrap(row.wrap, what)
    except Tampered:
        return None
    return TeamKeys(row.team, row.number, secret)


def _take(rows: list[_Row], user: User, ring: Keyring) -> None:
    for row in rows:
        if row.purpose == Purpose.EVERYONE and (keys := _everyone(row, user, ring)):
            hold(keys, Purpose.EVERYONE, ring)
            _take_what_the_roster_confirms(rows, ring)
            break


def _everyone(row: _Row, user: User, ring: Keyring) -> TeamKeys | None:
    """Anybody can wrap to a public key: such a wrap is believed only if it descends from the pin."""
    keys = _unwrap(row, ring)
    if keys is None or not is_public(row.wrap):
        return keys
    epoch = TeamEpoch.objects.select_related("team").filter(id=row.epoch).first()
    return keys if epoch and pins.descends(keys, epoch, pins.pin_of(user, ring.identity)) else None


def _take_what_the_roster_confirms(rows: list[_Row], ring: Keyring) -> None:
    known = {entry.id: entry for entry in roster.entries(ring, {ring.user, *(row.team for row in rows)})}
    found = {row.team: ring.teams.get(row.team) or _unwrap(row, ring) for row in rows}
    me = known.get(ring.user)
    ring.teams.clear()
    ring.named.clear()
    if not isinstance(me, Person) or not me.active or not same(me.public.raw, ring.identity.public.raw):
        return
    ring.role = me.role
    for team, keys in found.items():
        entry = known.get(team)
        if keys and isinstance(entry, TeamEntry) and confirmed(keys, entry):
            hold(keys, entry.purpose, ring)


def confirmed(keys: TeamKeys, entry: TeamEntry) -> bool:
    return entry.epoch == keys.epoch and same(entry.commitment, commitment(keys.secret))
