"""What stays with whom behind a wall: recovery, attorney notes, and who may read them."""

import pytest

from clinic.accounts import leaving, recovery, teams
from clinic.cases import access, actions, leavers
from clinic.cases.errors import NotesWouldBeLost
from clinic.cases.models import Case
from referrals.actions import give_case, let_help, take_back
from tests.builders import Cast
from tests.cases_builders import open_case

from .asking import ADVOCATE, ATTORNEY, CASE, held, note, soon


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
    wall(cast, case, cast.ana, cast.sol)
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
