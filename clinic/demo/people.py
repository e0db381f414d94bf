"""The cast, through the same doors as everybody: invited, joined, completed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clinic.accounts import invitations, leaving, teams
from clinic.accounts.founding import found_clinic
from clinic.accounts.identities import Enrolment
from clinic.accounts.models import Organisation, Purpose, User
from clinic.accounts.roster import Role
from clinic.directory.models import Letterhead
from clinic.vault.keyring import Keyring, using

from .accounts import Account

MAIL = "northstar.example"
COORDINATOR = "ana"
JOINED = {
    "ben": Role.ATTORNEY,
    "chi": Role.INTAKE,
    "dee": Role.ATTORNEY,
    "sol": Role.SUPERVISOR,
    "eve": Role.ATTORNEY,
}
LEFT = "eve"
TEAMS = (
    ("", Purpose.INTAKE, ["chi"]),
    ("", Purpose.SUPERVISING, ["sol"]),
    ("North team", Purpose.OTHER, ["ben", "sol"]),
    ("South team", Purpose.OTHER, ["dee", "eve"]),
)


@dataclass(slots=True)
class Cast:
    """Everybody by sign-in name, with what they were shown once."""

    organisation: Organisation
    users: dict[str, User]
    papers: dict[str, Enrolment]
    recovery_codes: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> User:
        return self.users[name]

    @contextmanager
    def acting(self, name: str) -> Iterator[Keyring]:
        """A request of this person: their keys, opened anew."""
        user = User.objects.get(sign_in_name=name)
        with using(teams.keyring_for(user, self.papers[name].identity)) as ring:
            yield ring

    @property
    def accounts(self) -> list[Account]:
        roles = {COORDINATOR: Role.COORDINATOR, **JOINED}
        return [Account.of(name, roles[name].value, self.papers[name]) for name in self.users if name != LEFT]


def make_cast() -> Cast:
    founded = found_clinic(
        sign_in_name=COORDINATOR,
        email=f"{COORDINATOR}@{MAIL}",
        purposes=[Purpose.EVERYONE, Purpose.COORDINATION],
    )
    papers = {COORDINATOR: founded.enrolment}
    cast = Cast(founded.organisation, {COORDINATOR: founded.user}, papers, founded.recovery_codes)
    _letterhead(founded.organisation)
    for name, role in JOINED.items():
        _join(cast, name, role)
    for team, purpose, members in TEAMS:
        with cast.acting(COORDINATOR) as ring:
            ids = [cast[name].pk for name in members]
            teams.create_team(purpose=purpose, members=ids, ring=ring, by=cast[COORDINATOR], name=team)
    _leave(cast, LEFT)
    return cast


def _letterhead(organisation: Organisation) -> None:
    Letterhead.objects.create(
        organisation=organisation,
        name="North Star Legal Clinic (fictional)",
        address="100 Example Avenue\nMinneapolis, MN 55400",
        telephone="612-555-0100",
        email=f"office@{MAIL}",
    )


def _join(cast: Cast, name: str, role: Role) -> None:
    ana = cast[COORDINATOR]
    with cast.acting(COORDINATOR) as ring:
        _user, code = invitations.invite(
            sign_in_name=name, email=f"{name}@{MAIL}", role=role, teams_to_join=(), ring=ring, by=ana
        )
    cast.users[name], cast.papers[name] = invitations.join(sign_in_name=name, code=code)
    with cast.acting(COORDINATOR) as ring:
        invitations.complete_pending(ring=ring, by=ana)


def _leave(cast: Cast, name: str) -> None:
    with cast.acting(COORDINATOR) as ring:
        leaving.leave_clinic(user=cast[name], ring=ring, by=cast[COORDINATOR])
