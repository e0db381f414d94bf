"""The case and the request say different things of removal proceedings: whoever decides is told."""

import re
from typing import Any

import pytest
from django.utils import timezone

from clinic.cases import actions as cases
from clinic.cases.models import AskLater, Detention
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from uvisa.rules import Status

HEADING = "In removal proceedings, or not?"
SAID = "The case says “{}”; this request says “{}”."
UNASKED: dict[str, Any] = {"removal_proceedings": None, "expedite_asked": None, "proof_of_proceedings": None}
APPROVAL = {"signer": "Sol Example", "checked": "on"}


def case_says(cast, case, answer):
    with cast.acting(cast.ana):
        opened = build.opened(case)
        row = Detention.objects.get(case=opened)
        row.fill(in_removal_proceedings=answer)
        cases.edit_case(case=opened, rows=[row], by=cast.ana)


def page(browser, request, move=""):
    return re.sub(r"\s+", " ", browser.get(build.url(request, move), secure=True).content.decode())


def test_who_approves_sees_that_the_case_says_yes(cast, case):
    request = build.make_request(cast, case, **UNASKED)
    build.make_ready(cast, request)
    sol = signed_in(cast, "sol")
    for shown in (page(sol, request), page(sol, request, "approve")):
        assert HEADING in shown
        assert SAID.format("Yes", "Don’t know") in shown
        assert f"/cases/{case.pk}/edit/" in shown
        assert build.url(request, "edit") in shown


def test_who_sends_sees_that_the_case_says_no(cast, case, draft):
    build.make_approved(cast, draft)
    ana = signed_in(cast, "ana")
    assert HEADING not in page(ana, draft, "sent")
    case_says(cast, case, AskLater.NO)
    for shown in (page(ana, draft), page(ana, draft, "sent")):
        assert SAID.format("No", "Yes") in shown


@pytest.mark.parametrize("answer", [AskLater.YES, AskLater.LATER, AskLater.UNKNOWN])
def test_nothing_is_said_where_they_agree_or_the_case_does_not_know(cast, case, draft, answer):
    case_says(cast, case, answer)
    assert HEADING not in page(signed_in(cast, "ana"), draft)


def test_nothing_is_asked_of_what_is_with_the_agency(cast, case, draft):
    build.make_sent(cast, draft)
    case_says(cast, case, AskLater.NO)
    assert HEADING not in page(signed_in(cast, "ana"), draft)


def test_an_answer_that_changes_while_they_read_is_asked_about_again(cast, case, draft):
    build.make_ready(cast, draft)
    sol = signed_in(cast, "sol")
    seen, rev = build.seen(sol, draft), build.rev(draft)
    case_says(cast, case, AskLater.NO)
    told = sol.post(build.url(draft, "approve"), {"rev": rev, "seen": seen, **APPROVAL}, secure=True)
    assert "changed while you read" in told.content.decode()
    assert SAID.format("No", "Yes") in re.sub(r"\s+", " ", told.content.decode())
    with cast.acting(cast.sol):
        assert build.found(draft).status == Status.READY
    assert build.post(sol, draft, "approve", **APPROVAL).status_code == 302
    with cast.acting(cast.sol):
        assert build.found(draft).approved_on == timezone.localdate()


LACKING = "No A‑Number is written down"


@pytest.mark.parametrize("move", ["", "approve"])
def test_in_removal_proceedings_without_an_a_number(cast, move):
    request = build.make_request(cast, build.make_case(cast, a_numbers=[]))
    build.make_ready(cast, request)
    assert LACKING in page(signed_in(cast, "sol"), request, move)


def test_who_is_not_in_proceedings_may_have_none(cast):
    case = build.make_case(cast, a_numbers=[])
    request = build.make_request(cast, case, removal_proceedings=False, expedite_asked=False)
    assert LACKING not in page(signed_in(cast, "ana"), request)


def test_an_a_number_that_is_known_is_not_asked_for(cast, draft):
    assert LACKING not in page(signed_in(cast, "ana"), draft)
