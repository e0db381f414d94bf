"""The clinic that the machine of permission_machine.py drives, and what must hold in it after every step.

The model beside it is written in plain sets and knows nothing of keys. Each person is asked, with a keyring
opened anew from the database, what they can really open.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import time_machine
from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from clinic.accounts import arrival, roster, teams
from clinic.accounts.errors import Refused
from clinic.accounts.models import User
from clinic.accounts.roster import Role
from clinic.cases import access
from clinic.cases.actions import FEWEST
from clinic.cases.models import Case, Compartment, Note
from clinic.vault.keyring import Keyring
from tests.builders import Cast, make_clinic, make_person

TODAY = date(2026, 11, 23)
STORY, NOTE = "the story", "the note"
PEOPLE = ("ana", "ben", "chi", "dee", "sol", "fay", "gus")
CASE, ADVOCATE, ATTORNEY = Compartment.CASE, Compartment.ADVOCATE, Compartment.ATTORNEY
UNDOING = ("SAVEPOINT", "ROLLBACK", "RELEASE")  # what the database does by itself after a crash


class Crash(Exception):
    """The power failed."""


@dataclass
class Expected:
    """What one case should open for whom: per compartment, people with their last day, and teams."""

    by_name: dict[Compartment, dict[str, date | None]] = field(default_factory=dict)
    by_team: dict[Compartment, set[str]] = field(default_factory=dict)
    offers: dict[str, date] = field(default_factory=dict)
    walled: bool = False

    def drop(self, person: str) -> None:
        for holders in self.by_name.values():
            holders.pop(person, None)
        self.offers.pop(person, None)


@contextmanager
def failing_after(fuel: int | None) -> Iterator[None]:
    """Every statement beyond `fuel` raises, as if the machine had died there."""
    left = [fuel]

    def burn(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if left[0] is not None and not sql.startswith(UNDOING):
            if left[0] == 0:
                raise Crash
            left[0] -= 1
        return execute(sql, *args)

    with connection.execute_wrapper(burn):
        yield


def make_larger_clinic() -> Cast:
    """The cast, with fay and ana at intake too, and gus supervising."""
    cast = make_clinic()
    with cast.acting(cast.ana) as ring:
        for name, role, team in (("fay", Role.HELPER, "intake"), ("gus", Role.ATTORNEY, "supervising")):
            user = make_person(name=name, role=role, ring=ring, papers=cast.papers)
            teams.add_member(team=cast.team(team), user=user, ring=ring, by=cast.ana)
        teams.add_member(team=cast.team("intake"), user=cast.ana, ring=ring, by=cast.ana)
    for holder in (cast.chi, cast.sol):
        with cast.acting(holder) as ring:
            arrival.finish_what_waits(user=holder, ring=ring)
    for name in PEOPLE:
        user = User.objects.get(sign_in_name=name)
        arrival.arrive(user=user, identity=cast.papers[name].identity)
    return cast


class PermissionClinic(RuleBasedStateMachine):
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.clock = time_machine.travel(f"{TODAY}T18:00:00Z", tick=False)
        self.clock.start()
        self.today = TODAY
        self.cases: list[tuple[UUID, Expected]] = []
        self.members: dict[str, set[str]] = {}
        self.gone: set[str] = {"eve"}
        self.moved = True  # something happened since everybody was asked

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    # What must hold ---------------------------------------------------------

    @invariant()
    def permission_is_key(self) -> None:
        if not self.moved:
            return
        self.moved = False
        for name in PEOPLE:
            with self._acting(name) as ring:
                rows = {row.pk: row for row in Case.objects.all()}
                access.unlock(*rows.values())
                self._check_compartments(name, rows)
                self._check_lists(name, rows)
                self._check_offers(name, rows, ring)

    def _check_compartments(self, name: str, rows: dict[UUID, Case]) -> None:
        notes = list(Note.objects.select_related("key"))
        for case, expected in self.cases:
            says = self.user(name).get_all_permissions(rows[case])
            for compartment in expected.by_name:
                allowed = self._may(name, expected, compartment)
                codename = f"cases.{access.OPEN[compartment]}"
                assert (codename in says) == allowed, f"{name} has_perm {compartment}, should be {allowed}"
                opens = self._opens(rows[case], compartment, notes)
                assert opens == allowed, f"{name} opens {compartment}: {opens}, should be {allowed}"
            offered = self._is_offered(name, expected)
            assert ("cases.consider_case" in says) == offered, f"{name} may consider, should be {offered}"

    def _opens(self, row: Case, compartment: Compartment, notes: list[Note]) -> bool:
        if not access.holds(row, compartment):
            return False
        if compartment == CASE:
            return row.story == STORY
        inside = [one for one in notes if one.case_id == row.pk and one.key.compartment == compartment]
        return all(note.text == NOTE for note in inside)

    def _check_lists(self, name: str, rows: dict[UUID, Case]) -> None:
        visible = set(Case.objects.visible_to(self.user(name), on=self.today).values_list("pk", flat=True))
        allowed = {case for case, expected in self.cases if self._may(name, expected, CASE)}
        assert visible == allowed, f"{name} sees the case that others hold, or not their own"

    def _check_offers(self, name: str, rows: dict[UUID, Case], ring: Keyring) -> None:
        """With a keyring that has nothing else: what the offers alone open."""
        ring._boxes.clear()
        ring._newest.clear()
        access.unlock_offers(rows.values())
        for case, expected in self.cases:
            opens = access.holds(rows[case], CASE)
            allowed = self._is_offered(name, expected)
            assert opens == allowed, f"{name} opens the offer: {opens}, should be {allowed}"

    def _is_offered(self, name: str, expected: Expected) -> bool:
        return self._works(name) and expected.offers.get(name, date.min) >= self.today

    # How it is done ---------------------------------------------------------

    def user(self, name: str) -> User:
        return User.objects.get(sign_in_name=name)

    @contextmanager
    def _acting(self, name: str) -> Iterator[Keyring]:
        with self.cast.acting(self.user(name)) as ring:
            self.ring = ring
            yield ring

    def _do(self, name: str, act: Callable[[], Any], fuel: int | None) -> Any:
        """What the act gave; Crash where it stopped; the class of a refusal."""
        self.moved = True
        with self._acting(name):
            try:
                with failing_after(fuel), transaction.atomic():
                    return act()
            except Crash:
                return Crash
            except (Refused, access.OfferGone) as refused:
                return type(refused)

    def _works(self, name: str) -> bool:
        return name not in self.gone

    def _case(self, number: int) -> tuple[UUID, Expected]:
        return self.cases[number % len(self.cases)]

    def _may(self, name: str, expected: Expected, compartment: Compartment) -> bool:
        if not self._works(name) or compartment not in expected.by_name:
            return False
        own = expected.by_name[compartment]
        by_name = name in own and (own[name] is None or own[name] >= self.today)  # type: ignore[operator]
        return by_name or any(name in self.members[team] for team in expected.by_team[compartment])

    def _someone(self, expected: Expected, compartment: Compartment, but: str = "") -> str | None:
        return next((n for n in PEOPLE if n != but and self._may(n, expected, compartment)), None)

    def _days(self, expected: Expected, compartment: Compartment) -> dict[str, date | None]:
        """The last days that still count: of the compartment itself, or of the case."""
        rows = [*expected.by_name[CASE].items(), *expected.by_name[compartment].items()]
        return {who: day for who, day in rows if day is None or day >= self.today}

    def _needs(self, who: str, expected: Expected) -> bool:
        """Behind a wall, without this person fewer than two hold it for good."""
        for_good = [name for name, until in expected.by_name[CASE].items() if until is None]
        staying = [name for name in for_good if name != who and self._works(name)]
        return expected.walled and who in for_good and len(staying) < FEWEST

    def _now_has(self, name: str, expected: Expected, *, knows: bool, had: bool) -> None:
        expected.by_name[CASE][name] = None
        if not had:
            self._new_attorney_compartment(expected)
        if not had or knows:
            expected.by_name[ATTORNEY][name] = None

    def _new_attorney_compartment(self, expected: Expected) -> None:
        expected.by_name[ATTORNEY] = {}
        expected.by_team[ATTORNEY] = set()
        if expected.walled:
            inside = {
                who: until for who, until in expected.by_name[CASE].items() if self._supervises(who, until)
            }
            expected.by_name[ATTORNEY].update(inside)
        else:
            expected.by_team[ATTORNEY].add("supervising")
            expected.by_team[CASE].add("supervising")

    def _supervises(self, who: str, until: date | None) -> bool:
        return who in self.members["supervising"] and (until is None or until >= self.today)

    def _note_new_members(self) -> None:
        """Teams that were given late: the roster says so."""
        with self._acting("ana"):
            entries, names = roster.teams(), {one.id: one.name for one in roster.people().values()}
        for team, row in self.cast.named.items():
            if team in self.members:
                self.members[team] = {names[user] for user in entries[row.pk].members}
