"""Two of the three printed codes open every team and let a named person in again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet

from clinic.vault import recovery
from clinic.vault.codes import from_code
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring, TeamKeys, using
from clinic.vault.keys import Identity, KeyPair, same
from clinic.vault.wraps import unwrap_with

from . import pins, roster, rotation, teams
from .errors import CodesDoNotFit
from .identities import Enrolment, enrol
from .models import Organisation, Purpose, Team, TeamEpoch, TeamMembership, User
from .record import record
from .roster import Person, Role, TeamEntry
from .sessions import end_all

Readmitted = Callable[[KeyPair, User, Keyring], int | None]
_registered: dict[str, Readmitted] = {}


def register(name: str, readmitted: Readmitted) -> None:
    """`readmitted(pair, user, ring)` wraps to the person's new keys what they held by name.

    Gives how many walled cases, lost until then, are theirs now.
    """
    _registered[name] = readmitted


@dataclass(frozen=True, slots=True, repr=False)
class Readmission:
    """Shown once."""

    user: User
    enrolment: Enrolment
    teams: int
    recovered: int


def open_recovery(
    organisation: Organisation, one: str, other: str, *, sealed: bytes | None = None
) -> KeyPair:
    """The recovery key, by two of the three codes in either order. Raises BadCode, CodesDoNotFit.

    `sealed`: one that does not count yet.
    """
    first, second = from_code(one), from_code(other)
    try:
        pair = recovery.recover(sealed or bytes(organisation.recovery_sealed), first, second, organisation.id)
    except Tampered as error:
        raise CodesDoNotFit from error
    return pair


@transaction.atomic
def readmit(
    *, organisation: Organisation, pair: KeyPair, sign_in_name: str, email: str = "", role: Role | None = None
) -> Readmission:
    """New keys for somebody, known or new, with their teams; a coordinator gets every team.

    A supervising attorney gets the walled cases that nobody can open any more.

    Raises Tampered where the clinic's team "everyone" is not the one that the codes were printed for.
    """
    user = _user(organisation, sign_in_name, email)
    end_all(user)
    TeamMembership.objects.filter(user=user).delete()
    enrolment = enrol(user)
    with using(_ring(organisation, pair, user, enrolment.identity)) as ring:
        person = _on_the_roster(user, role, ring)
        joined = _give_teams(person, ring)
        recovered = sum(readmitted(pair, user, ring) or 0 for readmitted in _registered.values())
        record("person_readmitted", by=user, about=user.id)
    return Readmission(user, enrolment, joined, recovered)


def known_as(sign_in_name: str) -> User | None:
    """Whoever signs in by this name; capitals do not make it another one."""
    alike = User.objects.filter(sign_in_name__iexact=sign_in_name)
    return alike.filter(sign_in_name=sign_in_name).first() or alike.first()


def _user(organisation: Organisation, sign_in_name: str, email: str) -> User:
    known = known_as(sign_in_name)
    if known:
        user = User.objects.select_for_update().get(pk=known.pk)
    else:
        user = User(organisation=organisation, sign_in_name=sign_in_name, id=uuid4())
    if user.organisation_id != organisation.id:
        raise CodesDoNotFit
    user.email = email or user.email
    user.is_active = True
    user.save()
    return user


def _ring(organisation: Organisation, pair: KeyPair, user: User, identity: Identity) -> Keyring:
    """Every team of the clinic that the recovery key opens and the roster confirms."""
    ring = Keyring(organisation=organisation.id, user=user.id, identity=identity)
    everyone = _everyone(organisation, pair)
    teams.hold(everyone, Purpose.EVERYONE, ring)
    if not same(roster.trusted_recovery(ring).raw, pair.public.raw):
        raise Tampered
    hold_every_team(organisation, pair, ring)
    ring.role = Role.COORDINATOR
    roster.hold(ring)
    return ring


def hold_every_team(organisation: Organisation, pair: KeyPair, ring: Keyring) -> None:
    """Those whose secret the recovery key opens and the roster confirms."""
    known = roster.teams(ring)
    for epoch in _epochs(organisation):
        entry, keys = known.get(epoch.team_id), _unwrapped(epoch, pair)
        if entry and keys and teams.confirmed(keys, entry):
            teams.hold(keys, entry.purpose, ring)


def _everyone(organisation: Organisation, pair: KeyPair) -> TeamKeys:
    pin = pins.open_recovery_pin(pair, organisation)
    for epoch in _epochs(organisation).filter(team__purpose=Purpose.EVERYONE):
        keys = _unwrapped(epoch, pair)
        if keys and pins.descends(keys, epoch, pin):
            return keys
    raise Tampered


def _epochs(organisation: Organisation) -> QuerySet[TeamEpoch]:
    current = TeamEpoch.objects.filter(team__organisation=organisation, number=F("team__current_epoch"))
    return current.select_related("team")


def _unwrapped(epoch: TeamEpoch, pair: KeyPair) -> TeamKeys | None:
    subject = teams.subject(epoch.team_id, epoch.team.purpose, epoch.number, bytes(epoch.commitment))
    try:
        return TeamKeys(epoch.team_id, epoch.number, unwrap_with(pair, bytes(epoch.recovery_wrap), subject))
    except Tampered:
        return None


def _on_the_roster(user: User, role: Role | None, ring: Keyring) -> Person:
    known = roster.people(ring).get(user.id)
    name = known.name if known else user.sign_in_name
    becomes = role or (known.role if known else Role.COORDINATOR)
    person = Person(user.id, name, becomes, ring.identity.public)
    roster.write(person, ring)
    return person


def _give_teams(person: Person, ring: Keyring) -> int:
    """Each team they are in gets a new epoch, so that their old keys open nothing new. "Everyone" last."""
    teams.lock_epochs(ring.teams)
    joining = [entry.id for entry in roster.teams(ring).values() if _belongs(person, entry)]
    for team in sorted(
        set(joining) & ring.teams.keys(), key=lambda team: team == ring.named[Purpose.EVERYONE]
    ):
        entry = roster.trusted_team(team, ring)
        roster.write(replace(entry, members=entry.members | {person.id}), ring)
        rotation.rotate(team=Team.objects.get(id=team), keep=entry.members | {person.id}, ring=ring)
    pins.set_pin(User.objects.get(id=person.id), ring.identity, teams.everyone(ring))
    return len(joining)


def _belongs(person: Person, entry: TeamEntry) -> bool:
    if person.role == Role.COORDINATOR or entry.purpose == Purpose.EVERYONE:
        return True
    return person.id in entry.members
