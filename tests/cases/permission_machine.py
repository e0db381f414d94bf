"""A clinic that hypothesis drives: has the permission ⇔ can decrypt, whatever happens and wherever it stops.

The model beside it is written in plain sets and knows nothing of keys. After every step each person is
asked, with a keyring opened anew from the database, what they can really open.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import time_machine
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from clinic.accounts import arrival, leaving, roster, teams
from clinic.accounts.errors import Refused
from clinic.accounts.models import Purpose, User
from clinic.accounts.roster import Role
from clinic.cases import access, actions, generations, lists
from clinic.cases.models import Case, Compartment, Note, PartyRole
from clinic.vault.keyring import Keyring
from tests.builders import Cast, make_clinic, make_person

TODAY = date(2026, 11, 23)
STORY, NOTE = "the story", "the note"
PEOPLE = ("ana", "ben", "chi", "dee", "sol", "fay", "gus")
ATTORNEYS = ("ben", "dee", "gus")
TEAMS = ("intake", "coordination", "supervising", "north", "south")
MOST_CASES = 3
CASE, ADVOCATE, ATTORNEY = Compartment.CASE, Compartment.ADVOCATE, Compartment.ATTORNEY

people = st.sampled_from(PEOPLE)
attorneys = st.sampled_from(ATTORNEYS)
team_names = st.sampled_from(TEAMS)
numbers = st.integers(0, MOST_CASES - 1)
# How many statements of the database go through before the power fails; None: it does not.
UNDOING = ("SAVEPOINT", "ROLLBACK", "RELEASE")  # what the database does by itself after a crash
fuels = st.one_of(st.none(), st.none(), st.integers(0, 30))


picks = st.integers(0, 5)


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


def _picked(names: Sequence[str], pick: int) -> str | None:
    return names[pick % len(names)] if names else None


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


class PermissionMachine(RuleBasedStateMachine):
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

    @initialize()
    def start(self) -> None:
        self.members = {
            "intake": {"ana", "chi", "fay"},
            "coordination": {"ana"},
            "supervising": {"sol", "gus"},
            "north": {"ben", "sol"},
            "south": {"dee"},
        }
        self.take_a_call(fuel=None)

    # What people do ---------------------------------------------------------

    @rule(fuel=fuels)
    def call_comes(self, fuel: int | None) -> None:
        self.take_a_call(fuel=fuel)

    def take_a_call(self, fuel: int | None) -> None:
        if len(self.cases) == MOST_CASES or not self._works("chi"):
            return
        by = self.user("chi")

        def act() -> UUID:
            return actions.create_case(
                people=[{"role": PartyRole.CLIENT, "given_names": "Marisol"}],
                detention={},
                story=STORY,
                by=by,
                on=self.today,
            ).pk

        case = self._do("chi", act, fuel)
        if isinstance(case, UUID):
            expected = Expected({CASE: {}, ADVOCATE: {}}, {CASE: set(), ADVOCATE: set()})
            for compartment in (CASE, ADVOCATE):
                expected.by_team[compartment] |= {"intake", "coordination"}
            self.cases.append((case, expected))

    @precondition(lambda self: self.cases)
    @rule(number=numbers, to=attorneys, fuel=fuels)
    def give(self, number: int, to: str, fuel: int | None) -> None:
        """A coordinator gives the case to an attorney; intake hands it over."""
        case, expected = self._case(number)
        giver = self._someone(expected, CASE)
        if giver is None or not self._works(to):
            return
        knows = self._may(giver, expected, ATTORNEY)
        had = ATTORNEY in expected.by_team

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                access.grant_attorney(row, self.user(to), by=self.user(giver))
                if not row.walled:
                    access.revoke_team(row, teams.by_purpose(Purpose.INTAKE))
                lists.mirror(row)

        if self._do(giver, act, fuel) is not Crash:
            self._now_has(to, expected, knows=knows, had=had)
            for shared in expected.by_team.values():
                shared.discard("intake")

    @precondition(lambda self: self.cases)
    @rule(number=numbers, days=st.integers(0, 3), fuel=fuels)
    def let_an_interpreter_in(self, number: int, days: int, fuel: int | None) -> None:
        case, expected = self._case(number)
        giver = self._someone(expected, CASE)
        if giver is None or not self._works("fay"):
            return
        until = self.today + timedelta(days=days)

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                access.grant(row, self.user("fay"), CASE, by=self.user(giver), expires_on=until)

        if self._do(giver, act, fuel) is not Crash:
            expected.by_name[CASE]["fay"] = until

    @precondition(lambda self: self.cases)
    @rule(number=numbers, to=attorneys, days=st.integers(0, 3), fuel=fuels)
    def offer(self, number: int, to: str, days: int, fuel: int | None) -> None:
        case, expected = self._case(number)
        giver = self._someone(expected, CASE)
        if giver is None or not self._works(to):
            return
        until = self.today + timedelta(days=days)

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                access.offer(row, self.user(to), by=self.user(giver), until=until)

        if self._do(giver, act, fuel) is not Crash:
            expected.offers[to] = until

    @precondition(lambda self: self.cases)
    @rule(number=numbers, pick=picks, stranger=st.booleans(), fuel=fuels)
    def accept(self, number: int, pick: int, stranger: bool, fuel: int | None) -> None:
        case, expected = self._case(number)
        who = _picked(ATTORNEYS if stranger else sorted(expected.offers), pick)
        if who is None or not self._works(who):
            return
        had, knows = ATTORNEY in expected.by_team, self._may(who, expected, ATTORNEY)

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                access.accept(row, by=self.user(who))

        done = self._do(who, act, fuel)
        may = expected.offers.get(who, date.min) >= self.today
        assert done in (Crash, None if may else access.OfferGone), "accepted without an offer"
        if done is None:
            expected.offers.clear()
            self._now_has(who, expected, knows=knows, had=had)

    @precondition(lambda self: self.cases)
    @rule(number=numbers, pick=picks, fuel=fuels)
    def decline(self, number: int, pick: int, fuel: int | None) -> None:
        case, expected = self._case(number)
        who = _picked(sorted(expected.offers), pick)
        if who is None or not self._works(who):
            return
        done = self._do(who, lambda: access.withdraw(Case(pk=case), self.user(who)), fuel)
        if done is not Crash:
            expected.offers.pop(who, None)

    @precondition(lambda self: self.cases)
    @rule(number=numbers, pick=picks, hostile=st.booleans(), fuel=fuels)
    def revoke(self, number: int, pick: int, hostile: bool, fuel: int | None) -> None:
        case, expected = self._case(number)
        who = _picked(sorted(expected.by_name[CASE]), pick)
        by = self._someone(expected, CASE, but=who or "")
        if who is None or by is None:
            return

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                access.revoke(row, self.user(who))
                if hostile:
                    generations.renew(row)

        if self._do(by, act, fuel) is not Crash:
            expected.drop(who)
            if hostile:
                expected.offers.clear()

    @precondition(lambda self: self.cases)
    @rule(number=numbers, fuel=fuels)
    def wall(self, number: int, fuel: int | None) -> None:
        """Only two people, by name; what the one who walls cannot open stays with nobody new."""
        case, expected = self._case(number)
        by = self._someone(expected, CASE)
        if by is None or expected.walled or not self._works("sol"):
            return
        keep = {by, "sol"}
        held = [one for one in expected.by_name if self._may(by, expected, one)]

        def act() -> None:
            with transaction.atomic():
                row = access.lock(Case(pk=case))
                access.unlock(row)
                row.walled = True
                row.save()
                generations.wall(row, [self.user(name) for name in keep], by=self.user(by))

        if self._do(by, act, fuel) is not Crash:
            expected.walled = True
            expected.offers.clear()
            for compartment, holders in expected.by_name.items():
                expected.by_team[compartment].clear()
                for name in set(holders) - keep:
                    del holders[name]
                if compartment in held:
                    holders.update(dict.fromkeys(keep))

    @rule(team=team_names, who=people, fuel=fuels)
    def join(self, team: str, who: str, fuel: int | None) -> None:
        if who in self.members[team] or not self._works(who) or not self._works("ana"):
            return

        def act() -> bool:
            return teams.add_member(
                team=self.cast.team(team), user=self.user(who), ring=self.ring, by=self.user("ana")
            )

        done = self._do("ana", act, fuel)
        if done is True:
            self.members[team].add(who)

    @rule(team=team_names, pick=picks, fuel=fuels)
    def leave_team(self, team: str, pick: int, fuel: int | None) -> None:
        who = _picked(sorted(self.members[team]), pick)
        if who is None:
            return

        def act() -> None:
            leaving.leave_team(
                user=self.user(who), team=self.cast.team(team), ring=self.ring, by=self.user("ana")
            )

        if self._do("ana", act, fuel) is None:
            self.members[team].discard(who)

    @rule(who=people, hostile=st.booleans(), fuel=fuels)
    def leave_clinic(self, who: str, hostile: bool, fuel: int | None) -> None:
        if who == "ana" or not self._works(who):
            return

        def act() -> None:
            leaving.leave_clinic(user=self.user(who), ring=self.ring, by=self.user("ana"), hostile=hostile)

        if self._do("ana", act, fuel) is None:
            self.gone.add(who)
            for members in self.members.values():
                members.discard(who)
            for _case, expected in self.cases:
                held = who in expected.by_name.get(CASE, {}) or who in expected.offers
                if hostile and held and self._may("ana", expected, CASE):
                    expected.offers.clear()
                expected.drop(who)

    @rule(who=people, fuel=fuels)
    def sign_in(self, who: str, fuel: int | None) -> None:
        """Finishes what waited: due epochs, teams that nobody at hand could give."""
        if not self._works(who):
            return
        done = self._do(who, lambda: arrival.finish_what_waits(user=self.user(who), ring=self.ring), fuel)
        if done is not Crash:
            self._note_new_members()

    @rule(days=st.integers(1, 2))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.moved = True
        self.clock.stop()
        self.clock = time_machine.travel(f"{self.today}T18:00:00Z", tick=False)
        self.clock.start()

    @rule(fuel=fuels)
    def timer(self, fuel: int | None) -> None:
        self.moved = True
        with failing_after(fuel):
            try:
                with transaction.atomic():
                    access.expire(self.today)
            except Crash:
                return

    @precondition(lambda self: self.cases)
    @rule(number=numbers, fuel=fuels)
    def write_notes(self, number: int, fuel: int | None) -> None:
        """One note in each compartment that somebody holds, so that there is something to open."""
        case, expected = self._case(number)
        for compartment in list(expected.by_name):
            writer = self._someone(expected, compartment)
            if writer and not Note.objects.filter(case=case, key__compartment=compartment).exists():
                self._do(writer, self._noting(case, compartment, writer), fuel)

    def _noting(self, case: UUID, compartment: Compartment, writer: str) -> Callable[[], None]:
        def act() -> None:
            row = Case.objects.get(pk=case)
            access.unlock(row)
            actions.add_note(case=row, compartment=compartment, text=NOTE, by=self.user(writer))

        return act

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

    def _now_has(self, name: str, expected: Expected, *, knows: bool, had: bool) -> None:
        expected.by_name[CASE][name] = None
        if not had:
            self._new_attorney_compartment(expected)
        if not had or knows:
            expected.by_name[ATTORNEY][name] = None

    def _new_attorney_compartment(self, expected: Expected) -> None:
        expected.by_name[ATTORNEY] = {}
        expected.by_team[ATTORNEY] = set()
        if not expected.walled:
            expected.by_team[ATTORNEY].add("supervising")
            expected.by_team[CASE].add("supervising")

    def _note_new_members(self) -> None:
        """Teams that were given late: the roster says so."""
        with self._acting("ana"):
            entries, names = roster.teams(), {one.id: one.name for one in roster.people().values()}
        for team, row in self.cast.named.items():
            if team in self.members:
                self.members[team] = {names[user] for user in entries[row.pk].members}
