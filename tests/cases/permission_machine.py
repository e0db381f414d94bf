"""What hypothesis does to a clinic: has the permission ⇔ can decrypt, whatever happens, wherever it stops."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import time_machine
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from clinic.accounts import arrival, leaving, teams
from clinic.accounts.errors import CasesLeftAlone
from clinic.accounts.models import Purpose
from clinic.cases import access, actions, generations, lists
from clinic.cases.models import Case, Compartment, Note, PartyRole
from tests.cases.permission_clinic import (
    ADVOCATE,
    ATTORNEY,
    CASE,
    NOTE,
    PEOPLE,
    STORY,
    Crash,
    Expected,
    PermissionClinic,
    failing_after,
)

ATTORNEYS = ("ben", "dee", "gus")
LAWYERS = {*ATTORNEYS, "sol"}
TEAMS = ("intake", "coordination", "supervising", "north", "south")
MOST_CASES = 3

people = st.sampled_from(PEOPLE)
attorneys = st.sampled_from(ATTORNEYS)
team_names = st.sampled_from(TEAMS)
numbers = st.integers(0, MOST_CASES - 1)
picks = st.integers(0, 5)
# How many statements of the database go through before the power fails; None: it does not.
fuels = st.one_of(st.none(), st.none(), st.integers(0, 30))


def _picked(names: Sequence[str], pick: int) -> str | None:
    return names[pick % len(names)] if names else None


class PermissionMachine(PermissionClinic):
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
        """Only two people, by name, none for longer than before; nobody new gets what the waller lacks."""
        case, expected = self._case(number)
        by = self._someone(expected, CASE)
        if by is None or expected.walled or not self._works("sol"):
            return
        keep = {by, "sol"}
        held = [one for one in expected.by_name if self._may(by, expected, one)]
        days = {one: self._days(expected, one) for one in expected.by_name}

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
                    inside = keep & LAWYERS if compartment == ATTORNEY else keep
                    holders.update({name: days[compartment].get(name) for name in inside})

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

        done = self._do("ana", act, fuel)
        left_alone = any(self._needs(who, expected) for _case, expected in self.cases)
        assert done is not None or hostile or not left_alone, "closed, and should be refused"
        assert done is not CasesLeftAlone or (left_alone and not hostile), "refused, and should be closed"
        if done is None:
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
