import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import Nudge, User
from clinic.audit.models import AuditEvent
from clinic.cases.actions import set_next
from clinic.cases.models import Case, CaseKey, Compartment, Stage
from referrals import actions
from referrals.models import Referral
from referrals.rules import Status
from tests.accounts.doorway import signed_in
from tests.audit.failing import audit_fails
from tests.builders import Cast, make_clinic
from tests.cases.asking import note
from tests.cases_builders import give, make_case, offer, open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = make_case(cast)
    give(cast, made, cast.ben)
    return made


def take_back(browser: Client, case: Case, person: User, renew: str = "no"):
    path = reverse("referrals:take_back", args=[case.pk, person.pk])
    return browser.post(path, {"renew": renew}, secure=True)


def sees(cast: Cast, who: User, case: Case) -> bool:
    with cast.acting(who):
        return Case.objects.visible_to(who, on=timezone.localdate()).filter(pk=case.pk).exists()


def test_it_works(cast: Cast, case: Case) -> None:
    assert take_back(signed_in(cast, "ana"), case, cast.ben).status_code == 302
    assert not sees(cast, cast.ben, case)
    with cast.acting(cast.ana):
        assert open_case(case).stage == Stage.WAITING
        assert open_case(case).owner == ""


def test_with_new_keys(cast: Cast, case: Case) -> None:
    take_back(signed_in(cast, "ana"), case, cast.ben, renew="yes")
    assert CaseKey.objects.get(case=case, compartment="case").generation == 2
    assert sees(cast, cast.ana, case)
    assert not sees(cast, cast.ben, case)


def test_what_the_giver_cannot_renew_is_renewed_by_whoever_writes_next(cast: Cast, case: Case) -> None:
    """As the page says after it."""
    note(cast, case, cast.ben, Compartment.ATTORNEY)
    take_back(signed_in(cast, "ana"), case, cast.ben, renew="yes")
    with cast.acting(cast.ana):
        assert open_case(case).keys_due == ["attorney"]
    note(cast, case, cast.sol, Compartment.ATTORNEY)
    assert CaseKey.objects.get(case=case, compartment="attorney").generation == 2


def test_the_promise_goes_to_whoever_took_it_back(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ben):
        set_next(case=open_case(case), on=timezone.localdate(), what="Call the jail", by=cast.ben)
    take_back(signed_in(cast, "ana"), case, cast.ben)
    assert [nudge.user for nudge in Nudge.objects.all()] == [cast.ana]


def test_a_helpers_going_leaves_the_promise_where_it_is(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ben):
        set_next(case=open_case(case), on=timezone.localdate(), what="Call the jail", by=cast.ben)
        promised = open_case(case).nudge
    with cast.acting(cast.ana):
        day = timezone.localdate()
        actions.let_help(case=open_case(case), to=cast.dee, until=day, by=cast.ana, on=day)
    take_back(signed_in(cast, "ana"), case, cast.dee)
    assert Nudge.objects.get(pk=promised).user == cast.ben


def test_offers_that_end_with_the_old_keys_remind_nobody(cast: Cast) -> None:
    case, day = make_case(cast), timezone.localdate()
    with cast.acting(cast.ana):
        actions.let_help(case=open_case(case), to=cast.ben, until=day, by=cast.ana, on=day)
    offer(cast, case, cast.dee)
    take_back(signed_in(cast, "ana"), case, cast.ben, renew="yes")
    assert not Nudge.objects.exists()
    with cast.acting(cast.ana):
        assert open_case(case).stage == Stage.WAITING
        assert {row.status for row in Referral.objects.all()} == {Status.WITHDRAWN}


@pytest.mark.parametrize("who", ["ben", "chi", "dee"])
def test_who_may_not(cast: Cast, case: Case, who: str) -> None:
    assert take_back(signed_in(cast, who), case, cast.ben).status_code == 403
    assert sees(cast, cast.ben, case)


def test_from_somebody_who_does_not_hold_it(cast: Cast, case: Case) -> None:
    assert take_back(signed_in(cast, "ana"), case, cast.dee).status_code == 404


def test_an_answer_is_needed(cast: Cast, case: Case) -> None:
    assert take_back(signed_in(cast, "ana"), case, cast.ben, renew="").status_code == 200
    assert sees(cast, cast.ben, case)


def test_nothing_is_saved_when_the_audit_fails(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ana), audit_fails(Case, CaseKey, AuditEvent):
        actions.take_back(
            case=open_case(case), person=cast.ben, renew_keys=True, by=cast.ana, on=timezone.localdate()
        )
    assert sees(cast, cast.ben, case)
