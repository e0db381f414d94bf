"""What the case page says of where a case went, and who can open it."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases.actions import wall_case
from clinic.cases.models import Case
from referrals import actions
from referrals.models import Referral
from referrals.words import STATES
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def page(cast: Cast, who: str, case: Case) -> str:
    response = signed_in(cast, who).get(reverse("cases:case", args=[case.pk]), secure=True)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def lend(cast: Cast, case: Case, to: User, until: date) -> None:
    on = timezone.localdate()
    with cast.acting(cast.ana):
        actions.let_help(case=open_case(case), to=to, until=until, by=cast.ana, on=on)
    with cast.acting(to):
        actions.confirm_receipt(case=open_case(case), by=to, on=on)


def test_help_is_over_after_its_last_day(cast: Cast) -> None:
    with time_machine.travel("2026-11-02 12:00-06:00", tick=False):
        case = make_case(cast)
        lend(cast, case, cast.ben, date(2026, 11, 5))
        helping = page(cast, "ana", case)
    assert "ben helps with the case" in helping
    assert "November 2, 2026, to the end of November 5, 2026" in helping
    with time_machine.travel("2026-11-06 12:00-06:00", tick=False):
        assert "ben helped with the case before" in page(cast, "ana", case)


def test_the_record_of_the_case_says_to_whom(cast: Cast) -> None:
    case, on = make_case(cast), timezone.localdate()
    with cast.acting(cast.ana):
        later = on + timedelta(days=2)
        actions.offer_case(case=open_case(case), to=cast.dee, until=later, by=cast.ana, on=on)
        actions.withdraw_offer(referral=Referral.objects.get(), by=cast.ana, on=on)
        actions.let_help(case=open_case(case), to=cast.chi, until=later, by=cast.ana, on=on)
        actions.give_case(case=open_case(case), to=cast.ben, by=cast.ana, on=on)
        actions.take_back(case=open_case(case), person=cast.chi, renew_keys=False, by=cast.ana, on=on)
    told = page(cast, "ana", case)
    assert "Offered the case: <bdi>dee</bdi>" in told
    assert "Withdrew an offer: <bdi>dee</bdi>" in told
    assert "Let somebody help with the case: <bdi>chi</bdi>" in told
    assert "Gave the case to somebody: <bdi>ben</bdi>" in told
    assert "Took the case away from somebody: <bdi>chi</bdi>" in told


def test_every_sentence_names_somebody() -> None:
    assert all("%(name)s" in str(state) for state in STATES.values())


@pytest.mark.parametrize(("who", "offered"), [("ana", False), ("sol", True)])
def test_behind_a_wall_only_supervising_attorneys_give(cast: Cast, who: str, offered: bool) -> None:
    case = make_case(cast)
    give(cast, case, cast.ben)
    with cast.acting(cast.sol):
        wall_case(
            case=open_case(case), people=[cast.ana, cast.ben, cast.sol], why="Both sides called.", by=cast.sol
        )
    told = page(cast, who, case)
    assert ("Give it to somebody else" in told) is offered
    assert "Take it back from ben" in told


def test_the_teams_that_can_open_it_are_named(cast: Cast) -> None:
    case = make_case(cast)
    assert "Teams that can open it: Coordination, intake." in page(cast, "ana", case)
    give(cast, case, cast.ben)
    with cast.acting(cast.ana):
        actions.take_back(
            case=open_case(case), person=cast.ben, renew_keys=False, by=cast.ana, on=timezone.localdate()
        )
    told = page(cast, "ana", case)
    assert "Nobody yet." in told
    assert "intake" not in told.split("Teams that can open it:")[1].split("</p>")[0]
