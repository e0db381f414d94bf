"""Who works here, as a coordinator reads it: what the roster says, not what plain rows say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinic.vault.keyring import Keyring

from . import roster
from .models import PendingGrant, Purpose, Session, Team, User
from .roster import Person, Role, TeamEntry

USUAL_TEAM = {
    Role.INTAKE: Purpose.INTAKE,
    Role.COORDINATOR: Purpose.COORDINATION,
    Role.SUPERVISOR: Purpose.SUPERVISING,
}


@dataclass(frozen=True, slots=True)
class TeamLine:
    id: UUID
    label: str
    may_leave: bool = True
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    id: UUID
    name: str
    email: str
    role: Role
    active: bool
    teams: list[TeamLine]
    others: list[TeamLine]  # which they could join
    sessions: int

    @property
    def role_label(self) -> str:
        return str(self.role.label)


@dataclass(frozen=True, slots=True)
class Invitation:
    id: UUID
    name: str
    expires_on: date
    joined: bool


def everybody(ring: Keyring) -> list[Card]:
    """Those who work here by name, then those who left."""
    known, teams = roster.people(ring), roster.teams(ring)
    users = User.objects.filter(organisation=ring.organisation).in_bulk(list(known))
    live = Session.objects.filter(user__in=list(known), expire_date__gt=timezone.now())
    count = Counter(live.values_list("user_id", flat=True))
    cards = [_card(one, users[one.id], teams, count[one.id]) for one in known.values() if one.id in users]
    return sorted(cards, key=lambda card: (not card.active, card.name.casefold()))


def card(user: User, ring: Keyring) -> Card | None:
    """None for somebody whom the roster does not know."""
    person = roster.people(ring).get(user.pk)
    return _card(person, user, roster.teams(ring), 0) if person else None


def _card(person: Person, user: User, teams: Mapping[UUID, TeamEntry], count: int) -> Card:
    inside = [_line(team, person) for team in teams.values() if person.id in team.members]
    waiting = [_line(teams[one], person) for one in person.pending if one in teams]
    shown = {line.id for line in (*inside, *waiting)}
    others = [_line(team, person) for team in teams.values() if team.id not in shown]
    return Card(user.pk, person.name, user.email, person.role, person.active, inside + waiting, others, count)


def _line(team: TeamEntry, person: Person) -> TeamLine:
    waiting = team.id in person.pending
    return TeamLine(team.id, team.label, may_leave=team.purpose != Purpose.EVERYONE, waiting=waiting)


def labels(teams: Iterable[TeamEntry]) -> str:
    return ", ".join(sorted(team.label for team in teams))


def team_label(team: Team, ring: Keyring) -> str:
    return roster.trusted_team(team.pk, ring).label


def team_choices(ring: Keyring) -> list[tuple[str, str]]:
    """The teams that somebody can be invited to."""
    teams = [team for team in roster.teams(ring).values() if team.purpose != Purpose.EVERYONE]
    return sorted(((str(team.id), team.label) for team in teams), key=lambda pair: pair[1])


def wanted_teams(chosen: Mapping[str, Any], ring: Keyring) -> list[UUID]:
    """The chosen teams, or the usual one of the role."""
    if chosen["teams"]:
        return [UUID(team) for team in chosen["teams"]]
    usual = USUAL_TEAM.get(Role(chosen["role"]))
    return [team.id for team in roster.teams(ring).values() if team.purpose == usual]


def open_invitations(ring: Keyring) -> list[Invitation]:
    grants = PendingGrant.objects.filter(organisation=ring.organisation).select_related("user")
    found = [
        Invitation(one.user_id, one.user.sign_in_name, one.expires_on, bool(one.newcomer_signature))
        for one in grants
    ]
    return sorted(found, key=lambda one: one.name.casefold())
