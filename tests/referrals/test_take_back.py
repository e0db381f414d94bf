import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.cases.models import Case, CaseKey, Stage
from referrals import actions
from tests.accounts.doorway import signed_in
from tests.audit.failing import audit_fails
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, open_case

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
