"""What stays with whom behind a wall: recovery, attorney notes, and who may read them."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from clinic.accounts import leaving, recovery, teams
from clinic.cases import access, actions, leavers
from clinic.cases.errors import NotesWouldBeLost, TooFew
from clinic.cases.models import Case, CaseUserAccess
from referrals.actions import give_case, let_help, take_back
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases_builders import open_case

from .asking import ADVOCATE, ATTORNEY, CASE, changing, held, note, soon


def wall(cast: Cast, case: Case, *people) -> None:
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=people, why="Both sides called.", by=cast.sol)


def give(cast: Cast, case: Case, to, by) -> bool:
    with cast.acting(by):
        return give_case(case=open_case(case), to=to, by=by, on=soon(0))


def take(cast: Cast, case: Case, person, *, renew_keys: bool = False) -> None:
    with cast.acting(cast.sol):
        take_back(case=open_case(case), person=person, renew_keys=renew_keys, by=cast.sol, on=soon(0))


def help_with(cast: Cast, case: Case, to) -> None:
    with cast.acting(cast.ana):
        let_help(case=open_case(case), to=to, until=soon(9), by=cast.ana, on=soon(0))


def opened_by_two_codes(cast: Cast, case: Case) -> set[str]:
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[:2])
    with cast.acting(cast.ana):
        row = Case.objects.get(pk=case.pk)
        leavers._open_by_recovery(row, pair)
        return {one for one in (CASE, ADVOCATE, ATTORNEY) if access.holds(row, one)}


@pytest.fixture
def given(cast: Cast, case: Case) -> Case:
    """ben's, with a note in the attorney compartment."""
    give(cast, case, cast.ben, cast.ana)
    note(cast, case, cast.ben, ATTORNEY)
    return case


def test_two_codes_open_it_after_new_keys_too(cast, given):
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    take(cast, given, cast.dee, renew_keys=True)
    assert opened_by_two_codes(cast, given) == {CASE, ATTORNEY}


def test_two_codes_open_it_after_a_hostile_leaver(cast, given):
    with cast.acting(cast.sol) as ring:
        teams.admit(cast.ana.pk, cast.team("supervising").pk, ring)
    wall(cast, given, cast.ana, cast.ben, cast.sol)
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana, hostile=True)
    assert CASE in opened_by_two_codes(cast, given)


def test_those_who_come_back_with_two_codes_find_it_again(cast, given):
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    take(cast, given, cast.dee, renew_keys=True)
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[:2])
    for name in ("ben", "sol"):
        done = recovery.readmit(organisation=cast.organisation, pair=pair, sign_in_name=name)
        cast.papers[name] = done.enrolment
    assert held(cast, given, cast.ben, cast.sol)["ben"] == {CASE, ATTORNEY}


def test_attorney_notes_stay_when_it_changes_hands(cast, case):
    """The compartment is made behind the wall: no team gets it, the supervising attorney inside does."""
    help_with(cast, case, cast.sol)
    wall(cast, case, cast.ana, cast.chi, cast.sol)
    give(cast, case, cast.ben, cast.sol)
    note(cast, case, cast.ben, ATTORNEY)
    assert give(cast, case, cast.dee, cast.sol)
    assert ATTORNEY in held(cast, case, cast.dee)["dee"]


@pytest.mark.parametrize("move", ["give", "take back"])
def test_what_one_person_alone_can_read_is_not_taken_from_them(cast, given, move):
    wall(cast, given, cast.ben, cast.ana, cast.sol)
    with cast.acting(cast.sol):
        row = open_case(given)
        rows = access.true_rows(row)
        for one in rows:
            if one.user != cast.ben and one.permission.codename == access.OPEN[ATTORNEY]:
                one.delete()
    with pytest.raises(NotesWouldBeLost):
        give(cast, given, cast.dee, cast.sol) if move == "give" else take(cast, given, cast.ben)
    assert ATTORNEY in held(cast, given, cast.ben)["ben"]


def test_who_reads_the_notes_hands_them_on(cast, given):
    """sol owns the case and alone reads its notes: they go along to dee, who gets it from her."""
    wall(cast, given, cast.ben, cast.sol, cast.chi)
    assert give(cast, given, cast.sol, cast.sol)
    assert give(cast, given, cast.dee, cast.sol)
    assert ATTORNEY in held(cast, given, cast.dee)["dee"]


@pytest.mark.parametrize("name", ["chi", "ana"])
def test_a_wall_hands_attorney_notes_to_attorneys_alone(cast, given, name):
    person = getattr(cast, name)
    wall(cast, given, cast.ben, cast.sol, person)
    assert held(cast, given, cast.ben, cast.sol, person) == {
        "ben": {CASE, ATTORNEY},
        "sol": {CASE, ATTORNEY},
        name: {CASE},
    }


def test_a_wall_without_an_attorney_would_lose_the_notes(cast, given):
    with pytest.raises(NotesWouldBeLost):
        wall(cast, given, cast.ana, cast.chi)


# Until a day


def until(case: Case) -> dict[tuple[str, str], date | None]:
    rows = CaseUserAccess.objects.select_related("user", "permission")
    return {(row.user.sign_in_name, row.permission.codename): row.expires_on for row in rows}


def test_a_wall_gives_nobody_longer_than_they_had(cast, given):
    help_with(cast, given, cast.dee)
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    assert until(given) == {
        ("ben", "open_case"): None,
        ("ben", "open_attorney"): None,
        ("dee", "open_case"): soon(9),
        ("dee", "open_attorney"): soon(9),
        ("sol", "open_case"): None,
        ("sol", "open_attorney"): None,
    }
    assert ATTORNEY in held(cast, given, cast.dee)["dee"]
    with time_machine.travel(f"{soon(10)}T18:00:00Z"):
        assert held(cast, given, cast.dee, cast.ben) == {"dee": set(), "ben": {CASE, ATTORNEY}}


def test_each_compartment_keeps_its_own_day(cast, given):
    help_with(cast, given, cast.dee)
    with changing(cast, given, cast.sol) as row:
        access.grant(row, cast.dee, ATTORNEY, by=cast.sol, expires_on=soon(3))
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    assert until(given)["dee", "open_case"] == soon(9)
    assert until(given)["dee", "open_attorney"] == soon(3)


def test_whoever_was_moved_to_a_later_day_by_nobody_is_named_anew(cast, given):
    """A row that says what nobody granted says nothing."""
    help_with(cast, given, cast.dee)
    CaseUserAccess.objects.filter(user=cast.dee).update(expires_on=soon(300))
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    assert until(given)["dee", "open_case"] is None


def test_two_are_needed_who_have_it_for_good(cast, given):
    help_with(cast, given, cast.dee)
    with pytest.raises(TooFew, match="for good"):
        wall(cast, given, cast.dee, cast.sol)
    with pytest.raises(TooFew):
        wall(cast, given, cast.dee, cast.ben)
    assert until(given)["dee", "open_case"] == soon(9)


def test_who_helps_until_a_day_is_not_one_of_the_two_who_stay(cast, given):
    help_with(cast, given, cast.dee)
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    with pytest.raises(TooFew):
        take(cast, given, cast.ben)
    with pytest.raises(TooFew):
        give(cast, given, cast.sol, cast.sol)
    take(cast, given, cast.dee)
    assert held(cast, given, cast.ben, cast.dee) == {"ben": {CASE, ATTORNEY}, "dee": set()}


def test_giving_it_to_who_helps_makes_it_theirs_for_good(cast, given):
    help_with(cast, given, cast.dee)
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    assert give(cast, given, cast.dee, cast.sol)
    assert until(given) == {
        (who, codename): None for who in ("dee", "sol") for codename in ("open_case", "open_attorney")
    }


def test_where_one_is_left_a_helper_can_still_be_sent_home(cast, given):
    help_with(cast, given, cast.dee)
    wall(cast, given, cast.ben, cast.dee, cast.sol)
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana, anyway=True)
    take(cast, given, cast.dee)
    assert held(cast, given, cast.dee, cast.sol) == {"dee": set(), "sol": {CASE, ATTORNEY}}


def test_attorney_notes_are_not_left_to_somebody_with_a_last_day(cast, given):
    """After it nobody could read them."""
    help_with(cast, given, cast.dee)
    with pytest.raises(NotesWouldBeLost):
        wall(cast, given, cast.dee, cast.ana, cast.chi)


def test_the_page_says_why_one_more_is_needed(cast, given):
    help_with(cast, given, cast.dee)
    answers = {"people": [str(cast.dee.pk), str(cast.sol.pk)], "why": "Both sides called."}
    page = signed_in(cast, "sol").post(reverse("cases:wall", args=[given.pk]), answers, secure=True)
    assert "until a day does not count" in page.content.decode()
