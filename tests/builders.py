"""Builders that show only what a test is about, and the cast of every test."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import transaction

from clinic.accounts import leaving, pins, roster, teams
from clinic.accounts.founding import found_clinic
from clinic.accounts.identities import Enrolment, enrol
from clinic.accounts.models import Organisation, Purpose, Team, User
from clinic.accounts.roster import Person, Role
from clinic.vault.keyring import Keyring, using


@dataclass
class Cast:
    """The people of one fictional clinic. A keyring is opened anew from the database, as at a request."""

    organisation: Organisation
    ana: User
    ben: User
    chi: User
    dee: User
    sol: User
    eve: User
    recovery_codes: list[str]
    papers: dict[str, Enrolment] = field(default_factory=dict)
    named: dict[str, Team] = field(default_factory=dict)

    def ring(self, user: User) -> Keyring:
        return teams.keyring_for(User.objects.get(id=user.id), self.papers[user.sign_in_name].identity)

    @contextmanager
    def acting(self, user: User) -> Iterator[Keyring]:
        """A request of `user`: their keyring is the current one."""
        with using(self.ring(user)) as ring:
            yield ring

    def team(self, name: str) -> Team:
        return Team.objects.get(id=self.named[name].id)


@transaction.atomic
def make_clinic() -> Cast:
    """ana coordinates, ben and dee are attorneys, chi takes calls, sol supervises, eve has left."""
    founded = found_clinic(
        sign_in_name="ana",
        email="ana@clinic.example",
        purposes=[Purpose.EVERYONE, Purpose.COORDINATION],
    )
    ana, identity = founded.user, founded.enrolment.identity
    papers = {"ana": founded.enrolment}
    with using(teams.keyring_for(ana, identity)) as ring:
        people = {name: make_person(name=name, role=role, ring=ring, papers=papers) for name, role in OTHERS}
        named = _teams(people, ring, ana)
        leaving.leave_clinic(user=people["eve"], ring=ring, by=ana)
    ana.refresh_from_db()
    people["eve"].refresh_from_db()
    return Cast(
        founded.organisation, ana, **people, recovery_codes=founded.recovery_codes, papers=papers, named=named
    )


OTHERS = [
    ("ben", Role.ATTORNEY),
    ("chi", Role.INTAKE),
    ("dee", Role.ATTORNEY),
    ("sol", Role.SUPERVISOR),
    ("eve", Role.ATTORNEY),
]


def make_person(*, name: str, role: Role, ring: Keyring, papers: dict[str, Enrolment]) -> User:
    """Somebody on the roster and in "everyone", without an invitation's detours."""
    user = User.objects.create(
        organisation_id=ring.organisation,
        sign_in_name=name,
        email=f"{name}@clinic.example",
        password=uuid4().hex,
    )
    papers[name] = enrol(user)
    roster.write(Person(user.id, name, role, papers[name].identity.public), ring)
    pins.set_pin(user, papers[name].identity, teams.everyone(ring))
    teams.admit(user.id, teams.everyone(ring).id, ring)
    return user


def _teams(people: dict[str, User], ring: Keyring, ana: User) -> dict[str, Team]:
    wanted = {
        "intake": (Purpose.INTAKE, ["chi"]),
        "supervising": (Purpose.SUPERVISING, ["sol"]),
        "north": (Purpose.OTHER, ["ben", "sol"]),
        "south": (Purpose.OTHER, ["dee"]),
    }
    made = {
        name: _team(name, purpose, (people[who] for who in members), ring, ana)
        for name, (purpose, members) in wanted.items()
    }
    standing = [Purpose.EVERYONE, Purpose.COORDINATION]
    return made | {purpose.value: Team.objects.get(id=ring.named[purpose]) for purpose in standing}


def _team(name: str, purpose: Purpose, members: Iterable[User], ring: Keyring, ana: User) -> Team:
    ids = [user.id for user in members]
    return teams.create_team(purpose=purpose, members=ids, ring=ring, by=ana, name=name)
