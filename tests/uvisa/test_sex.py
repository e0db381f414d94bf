"""Supplement B, Part 1, item 5: asked once, ticked on the worksheet, or said to be left open."""

import re

import pytest

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import pages_of, words
from tests.uvisa.test_write_pages import TYPED, agency, new_url, only
from uvisa.models import CertificationRequest

QUESTION = "Sex, as the form asks it"
OPEN = "Item 5 of Part 1 (Sex) is left open."


def worksheet(browser, request):
    """The letter, and the row of item 5."""
    letter, _, sheet = " ".join(pages_of(browser, request)).partition("Supplement B: worksheet")
    found = re.search(r"5 Sex (.*?) Part 2", sheet)
    assert found
    return letter, found[1]


@pytest.mark.parametrize(("answer", "label"), [("male", "Male"), ("female", "Female")])
def test_an_answer_is_ticked(cast, case, answer, label):
    browser = signed_in(cast, "ben")
    assert QUESTION in words(browser.get(new_url(case), secure=True))
    browser.post(new_url(case), {"agency": agency(), **TYPED, "sex": answer}, secure=True)
    request = CertificationRequest.objects.get()
    letter, row = worksheet(browser, request)
    assert OPEN not in letter
    assert "Left open" not in row
    assert re.search(rf"X ?{label}\b", row)
    assert f"<dt>{QUESTION}</dt><dd>{label}</dd>" in words(browser.get(build.url(request), secure=True))
    page = words(browser.get(build.url(request, "edit"), secure=True))
    assert re.search(rf'name="sex" value="{answer}"[^>]*checked', page)


@pytest.mark.parametrize("full_draft", [True, False])
def test_without_one_letter_and_worksheet_say_so(cast, case, full_draft):
    request = build.make_request(cast, case, full_draft=full_draft)
    browser = signed_in(cast, "ben")
    letter, row = worksheet(browser, request)
    assert OPEN in letter
    assert "Left open" in row
    page = words(browser.get(build.url(request), secure=True))
    assert f"<dt>{QUESTION}</dt><dd>Left open</dd>" in page
    assert "Still missing" not in page


def test_it_can_be_left_open_again(cast, case):
    request = build.make_request(cast, case, sex="female")
    browser = signed_in(cast, "ana")
    sent = {"agency": agency(), **TYPED, "sex": "", "rev": build.rev(request)}
    assert browser.post(build.url(request, "edit"), sent, secure=True).status_code == 302
    assert only(cast, cast.ana, "sex") == [""]


def test_only_what_the_form_offers(cast, case):
    typed = {"agency": agency(), **TYPED, "sex": "perhaps"}
    page = words(signed_in(cast, "ana").post(new_url(case), typed, secure=True))
    assert "Select a valid choice" in page
    assert not CertificationRequest.objects.exists()
