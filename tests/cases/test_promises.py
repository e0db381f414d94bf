"""A promise is kept by somebody who can open the case: behind a wall too."""

from datetime import date

import time_machine

from clinic.accounts import nudges
from clinic.accounts.models import Nudge
from clinic.cases import actions
from clinic.cases.models import Case, Detention, Stage
from clinic.directory import actions as directory
from referrals.actions import take_back
from referrals.models import Referral
from referrals.rules import Status
from tests.builders import Cast
from tests.cases_builders import give, make_case, offer, open_case
from tests.uvisa import build
from tests.uvisa.test_actions import act
from uvisa import actions as certification

from .asking import soon

START = "2026-11-20 12:00-06:00"


def wall(cast: Cast, case: Case, *people) -> None:
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=people, why="Both called.", by=cast.sol)


def promise(cast: Cast, case: Case, by) -> None:
    with cast.acting(by):
        actions.set_next(case=open_case(case), on=soon(2), what="Call the sister", by=by)


def reminded(**which) -> list[str]:
    return sorted(Nudge.objects.filter(**which).values_list("user__sign_in_name", flat=True))


def test_nobody_outside_is_reminded_not_even_whoever_built_the_wall(cast):
    case = make_case(cast, urgent=True, urgent_why="Transfer")
    give(cast, case, cast.ben)
    promise(cast, case, cast.ana)
    Nudge.objects.filter(urgent=True).update(user=cast.chi)
    wall(cast, case, cast.dee, cast.ben)
    assert reminded(urgent=True) == ["ben"]


def test_an_owner_outside_has_the_case_no_more(cast, case):
    give(cast, case, cast.ben)
    promise(cast, case, cast.ben)
    wall(cast, case, cast.sol, cast.dee)
    assert reminded() == ["sol"]
    with cast.acting(cast.dee):
        row = open_case(case)
        assert (row.owner, row.owner_name, row.stage) == ("", "", Stage.WAITING)
        assert [one.status for one in Referral.objects.filter(case=row)] == [Status.WITHDRAWN]
    promise(cast, case, cast.dee)
    assert reminded() == ["dee"]


def test_an_offer_that_the_wall_ended_reminds_nobody(cast, case):
    give(cast, case, cast.ben)  # and so to the supervising attorneys
    with cast.acting(cast.ana):
        take_back(case=open_case(case), person=cast.ben, renew_keys=False, by=cast.ana, on=soon(0))
    offer(cast, case, cast.dee)
    wall(cast, case, cast.sol, cast.ben)
    assert reminded() == []
    with cast.acting(cast.sol):
        assert open_case(case).stage == Stage.WAITING


@time_machine.travel(START, tick=False)
def test_an_agencys_clock_runs_for_somebody_inside(cast):
    case = clinic_with_a_request(cast)
    build.make_received(cast, build.make_request(cast, case))
    days = [date(2026, 11, 27), date(2026, 12, 4)]
    wall(cast, case, cast.sol, cast.ben)
    assert list(Nudge.objects.order_by("day").values_list("day", "user")) == [
        (day, cast.sol.pk) for day in days
    ]


@time_machine.travel(START, tick=False)
def test_a_request_behind_a_wall_is_approved_by_whoever_supervises_there(cast):
    case = clinic_with_a_request(cast)
    request = build.make_request(cast, case)
    wall(cast, case, cast.sol, cast.ben)
    act(cast, cast.ben, certification.mark_ready, request)
    assert reminded() == ["sol"]


def hearing_of(cast: Cast, case: Case, by, day: date | None) -> None:
    with cast.acting(by):
        row = open_case(case)
        detention = Detention.objects.get(case=row).fill(hearing_on=day)
        actions.edit_case(case=row, rows=[detention], by=by)


def hearings() -> list[tuple[str, date]]:
    return list(Nudge.objects.filter(urgent=True).values_list("user__sign_in_name", "day"))


def test_a_hearing_asked_on_the_call_reminds_the_day_before(cast):
    make_case(cast, hearing_on=soon(1))
    assert hearings() == [("chi", soon(1))]
    assert nudges.send(soon(0)) == 1


def test_another_day_of_a_hearing_is_one_reminder_still(cast):
    case = make_case(cast, hearing_on=soon(1))
    hearing_of(cast, case, cast.ana, soon(5))
    assert hearings() == [("ana", soon(5))]
    hearing_of(cast, case, cast.chi, soon(5))
    assert hearings() == [("ana", soon(5))]
    hearing_of(cast, case, cast.ana, None)
    assert hearings() == []


def test_a_hearing_goes_with_the_case(cast):
    case = make_case(cast, hearing_on=soon(1))
    give(cast, case, cast.ben)
    assert hearings() == [("ben", soon(1))]
    hearing_of(cast, case, cast.ana, soon(5))
    assert hearings() == [("ben", soon(5))]
    with cast.acting(cast.ana):
        take_back(case=open_case(case), person=cast.ben, renew_keys=True, by=cast.ana, on=soon(0))
    assert hearings() == [("ana", soon(5))]


def test_a_hearing_behind_a_wall_is_somebodys_inside(cast):
    case = make_case(cast, hearing_on=soon(1))
    give(cast, case, cast.ben)
    wall(cast, case, cast.sol, cast.dee)
    assert hearings() == [("sol", soon(1))]


def clinic_with_a_request(cast: Cast) -> Case:
    directory.load_facts()
    build.make_letterhead(cast)
    return build.make_case(cast)
