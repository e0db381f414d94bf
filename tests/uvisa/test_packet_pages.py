"""The packet as a page hands it out."""

import pytest

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import pages_of, words


def test_a_draft_says_so_on_every_page(cast, draft):
    pages = pages_of(signed_in(cast, "ben"), draft)
    assert len(pages) > 2
    assert all("DRAFT: not approved, not to be sent" in page for page in pages)


def test_the_approved_packet_is_signed_and_clean(cast, draft):
    build.make_approved(cast, draft)
    text = " ".join(pages_of(signed_in(cast, "ana"), draft))
    for word in (
        "Example Legal Clinic",
        "Sol Example",
        "Quintessa Zvezdalia",
        "A000-123-456",
        "within 7 days of the request",
        "within 14 days of the request",
        "She called 911 and gave a statement.",
    ):
        assert word in text
    for word in ("DRAFT", "verify before sending", "Do not send"):
        assert word not in text


NO_FONT = "\u0378"  # no letter of any alphabet yet


@pytest.mark.parametrize("name", ["李明", "김", f"Zvez{NO_FONT}"])
def test_a_name_without_a_font_gets_a_page_and_no_fault(cast, name):
    case = build.make_case(cast, other_names=[name])
    request = build.make_request(cast, case)
    answer = signed_in(cast, "ana").get(build.url(request, "packet"), secure=True)
    assert answer.status_code in (200, 409)
    assert answer["Content-Type"] == "application/pdf" or "The victim’s other names" in words(answer)


def test_letters_without_a_font_are_named_where_they_stand(cast, case):
    request = build.make_request(cast, case, crime_place=f"Elm {NO_FONT} Street")
    browser = signed_in(cast, "ben")
    page = words(browser.get(build.url(request, "packet"), secure=True))
    assert "The packet cannot be printed yet" in page
    assert f"<dt>Where it happened</dt><dd><bdi>{NO_FONT}</bdi></dd>" in page
    assert build.url(request, "edit") in page
    page = words(browser.get(build.url(request), secure=True))
    assert "A font for some characters" in page
    assert "Give it to a supervising attorney" not in page


def test_an_agency_that_wants_a_full_draft_gets_one(cast, draft, case):
    other = build.make_request(cast, case, slug="st-paul-police")
    browser = signed_in(cast, "ana")
    assert "Draft by the clinic, for the agency to review." in " ".join(pages_of(browser, draft))
    assert "Draft by the clinic, for the agency to review." not in " ".join(pages_of(browser, other))
