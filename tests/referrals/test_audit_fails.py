"""An act that cannot be put on the record did not happen."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.audit import actions as audit
from clinic.cases.models import Case, CaseTeamAccess, CaseUserAccess
from referrals import actions
from referrals.models import Referral
from referrals.rules import Reason
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, offer, open_case
from tests.referrals.desk import SOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


ACTS: dict[str, Callable[..., object]] = {
    "give": lambda case, cast, **known: actions.give_case(case=case, to=cast.dee, **known),
    "help": lambda case, cast, **known: actions.let_help(case=case, to=cast.dee, until=SOON, **known),
    "offer": lambda case, cast, **known: actions.offer_case(case=case, to=cast.dee, until=SOON, **known),
    "accept": lambda case, cast, **known: actions.accept_offer(case=case, **known),
    "decline": lambda case, cast, **known: actions.decline_offer(case=case, reason=Reason.OTHER, **known),
    "withdraw": lambda case, cast, **known: actions.withdraw_offer(referral=Referral.objects.get(), **known),
    "seen": lambda case, cast, **known: actions.confirm_receipt(case=case, **known),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_saved_when_the_audit_fails(cast, monkeypatch, act):
    case = make_case(cast)
    if act in {"accept", "decline", "withdraw"}:
        offer(cast, case, cast.ben)
    if act == "seen":
        give(cast, case, cast.ben)
    before = stand(case)
    monkeypatch.setattr(audit, "record", no_audit)
    who = cast.ben if act in {"accept", "decline", "seen"} else cast.ana
    known = {"by": who, "on": timezone.localdate()}
    with cast.acting(who):
        fresh = open_case(case)
        with pytest.raises(RuntimeError):
            ACTS[act](fresh, cast, **known)
    assert stand(case) == before


def no_audit(*args: object, **kwargs: object) -> None:
    raise RuntimeError("no audit")


def stand(case: Case) -> tuple[object, ...]:
    rows = [
        sorted(map(str, model.objects.values_list("pk", flat=True)))
        for model in (CaseUserAccess, CaseTeamAccess)
    ]
    referrals = sorted((str(one.pk), one.rev) for one in Referral.objects.all())
    return (*rows, referrals, Case.objects.get(pk=case.pk).rev, Nudge.objects.count())
