"""Leaving a team, leaving the clinic, and changing what a person is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import transaction

from clinic.vault.keyring import Keyring

from . import invitations, nudges, roster, rotation, teams
from .errors import (
    CallsUnfinished,
    CasesLeftAlone,
    EveryoneStays,
    LastCoordinator,
    LastHolder,
    NotYourself,
)
from .models import BackupDevice, PendingGrant, Purpose, SealedTotp, Team, TeamMembership, User
from .record import record
from .roster import Role, TeamEntry
from .sessions import end_all

Goodbye = Callable[[User, User, bool, Keyring], Collection[UUID]]
Count = Callable[[User], int]
_registered: dict[str, Goodbye] = {}
_left_alone: dict[str, Count] = {}
_unfinished: dict[str, Count] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What somebody's leaving did: teams with new keys, and those that are due when a holder signs in.

    `damaged`: in how many cases something is, so that they stayed as they were.
    """

    renewed: list[TeamEntry] = field(default_factory=list)
    due: list[TeamEntry] = field(default_factory=list)
    damaged: int = 0


def register(
    name: str, goodbye: Goodbye, *, left_alone: Count | None = None, unfinished: Count | None = None
) -> None:
    """`goodbye(user, by, hostile, ring)` ends what a leaver held by name; it is called twice.

    `hostile`: also seal anew what they had opened. Gives the cases in which something is damaged: they
    stay as they were, and keep no account open. `left_alone(user)` counts what needs them still,
    `unfinished(user)` what goes with them, because nobody else can open it.
    """
    _registered[name] = goodbye
    if left_alone:
        _left_alone[name] = left_alone
    if unfinished:
        _unfinished[name] = unfinished


def left_alone(user: User) -> int:
    """How many walled cases fewer than two people could open without this person."""
    return sum(count(user) for count in _left_alone.values())


def unfinished(user: User) -> int:
    """How many calls this person never logged: only they can open them."""
    return sum(count(user) for count in _unfinished.values())


@transaction.atomic
def leave_team(*, user: User, team: Team, ring: Keyring, by: User) -> Left:
    """Take a team's key from somebody. Raises NotAllowed, EveryoneStays, LastHolder, LastCoordinator."""
    teams.check_coordinator(ring)
    roster.hold(ring)
    entry = roster.trusted_team(team.id, ring)
    if entry.purpose == Purpose.EVERYONE:
        raise EveryoneStays
    person = roster.person(user.id, ring)
    roster.update_person(user.id, ring, pending=person.pending - {team.id})
    left = Left()
    if user.id in entry.members:
        teams.lock_epochs([team.id, ring.named[Purpose.EVERYONE]])
        left = _take_keys([entry], user.id, ring)
        nudges.tell_too(_working(entry.members - {user.id}), of=user)
    rotation.renew_everyone(ring)
    record("team_member_removed", by=by, about=user.id, details={"team": str(team.id), "name": entry.label})
    return left


@transaction.atomic
def leave_clinic(*, user: User, ring: Keyring, by: User, hostile: bool = False, anyway: bool = False) -> Left:
    """End somebody's account: keys, sessions, teams and cases.

    Raises NotAllowed, NotYourself, LastHolder; AskOnceMore unless `hostile`, or it must be `anyway`.
    """
    teams.check_coordinator(ring)
    if user.id == by.id:
        raise NotYourself
    roster.hold(ring)
    person = roster.trusted_identity(user.id, ring)
    _check_a_coordinator_stays(person.id, ring)
    if not (hostile or anyway):
        _check_nothing_is_lost(user)
    leaving = _teams_of(user.id, ring)
    teams.lock_epochs([*(entry.id for entry in leaving), ring.named[Purpose.EVERYONE]])
    damaged = _say_goodbye(user, by, hostile, ring)
    left = _take_keys(leaving, user.id, ring)
    roster.update_person(user.id, ring, active=False, pending=frozenset())
    _take_key(roster.trusted_team(ring.named[Purpose.EVERYONE], ring), user.id, ring)
    # To what somebody gave them meanwhile: from here on nobody can.
    damaged |= _say_goodbye(user, by, hostile, ring)
    _close_account(user)
    nudges.move(user=user, to=[one.id for one in roster.coordinators(ring)])
    record("person_left", by=by, about=user.id)
    return replace(left, damaged=len(damaged))


@transaction.atomic
def change_role(*, user: User, role: Role, ring: Keyring, by: User) -> None:
    """The roster key is made anew, so that the old role cannot be put back.

    Raises NotAllowed, LastCoordinator.
    """
    teams.check_coordinator(ring)
    roster.hold(ring)
    person = roster.trusted_identity(user.id, ring)
    if role != Role.COORDINATOR:
        _check_a_coordinator_stays(person.id, ring)
    roster.update_person(user.id, ring, role=role)
    rotation.renew_everyone(ring)
    if user.id == ring.user:
        ring.role = role
    record("role_changed", by=by, about=user.id, details={"name": str(role.label)})


def _say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> set[UUID]:
    return {case for goodbye in _registered.values() for case in goodbye(user, by, hostile, ring)}


def _teams_of(user: UUID, ring: Keyring) -> list[TeamEntry]:
    """Every team of the person but "everyone"."""
    known = roster.teams(ring).values()
    return [entry for entry in known if user in entry.members and entry.purpose != Purpose.EVERYONE]


def _take_keys(entries: list[TeamEntry], user: UUID, ring: Keyring) -> Left:
    left = Left()
    for entry in entries:
        _check_someone_stays(entry, user, ring)
        (left.renewed if _take_key(entry, user, ring) else left.due).append(entry)
    return left


def _take_key(entry: TeamEntry, user: UUID, ring: Keyring) -> bool:
    """False where `ring` lacks the key: the row goes now, the next holder's sign-in makes the new epoch."""
    keep = entry.members - {user}
    if entry.id in ring.teams:
        rotation.rotate(team=Team.objects.get(id=entry.id), keep=keep, ring=ring)
        return True
    TeamMembership.objects.filter(epoch__team=entry.id, user=user).delete()
    roster.update_team(entry.id, ring, members=keep, due=True)
    return False


def _working(users: Collection[UUID]) -> set[UUID]:
    return set(User.objects.filter(id__in=users, is_active=True).values_list("id", flat=True))


def _check_nothing_is_lost(user: User) -> None:
    if alone := left_alone(user):
        raise CasesLeftAlone(alone)
    if calls := unfinished(user):
        raise CallsUnfinished(calls)


def _check_someone_stays(entry: TeamEntry, user: UUID, ring: Keyring) -> None:
    if not User.objects.filter(id__in=entry.members - {user}).exists():
        raise LastHolder
    if entry.purpose == Purpose.COORDINATION:
        _check_a_coordinator_stays(user, ring)


def _check_a_coordinator_stays(user: UUID, ring: Keyring) -> None:
    if not [one for one in roster.coordinators(ring) if one.id != user]:
        raise LastCoordinator


def _close_account(user: User) -> None:
    end_all(user)
    SealedTotp.objects.filter(user=user).delete()
    BackupDevice.objects.filter(user=user).delete()
    PendingGrant.objects.filter(user=user).delete()
    invitations.give_up(PendingGrant.objects.filter(granted_by=user))
    user.is_active = False
    user.identity_sealed = user.identity_by_code = user.pin = b""
    user.save()
