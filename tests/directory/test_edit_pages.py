"""What a coordinator writes down: the clinic's letterhead, and what was found out about an agency."""

import re

import pytest
from django.test import Client

from clinic.directory import actions
from clinic.directory.models import Agency, Letterhead
from tests.accounts.doorway import signed_in
from tests.audit.failing import audit_fails
from tests.builders import make_clinic

LETTERHEAD = "/directory/letterhead/"
HEAD = {"name": "Example Legal Clinic", "address": "1 Example Street\nMinneapolis, MN 55400"}
FOUND = {
    "official": "Chief Example",
    "address": "9 Example Avenue",
    "how_to_ask": "By mail.",
    "full_draft": "no",
    "keeps_friday_after_thanksgiving": "yes",
    "keeps_october_holiday": "no",
}


@pytest.fixture
def cast(db):
    actions.load_facts()
    return make_clinic()


def police():
    return Agency.objects.get(slug="minneapolis-police")


def agency_url():
    return f"/directory/agencies/{police().pk}/"


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_it_works(cast):
    browser = signed_in(cast, "ana")
    assert "The clinic’s letterhead" in words(browser.get(LETTERHEAD, secure=True))
    answer = browser.post(LETTERHEAD, HEAD, secure=True, follow=True)
    assert "The letterhead was saved." in words(answer)
    assert "Example Legal Clinic" in words(browser.get(LETTERHEAD, secure=True))
    browser.post(LETTERHEAD, {**HEAD, "telephone": "612-555-0100"}, secure=True)
    assert Letterhead.objects.get().telephone == "612-555-0100"


def test_an_agency_works(cast):
    browser = signed_in(cast, "ana")
    assert "E-mail subject" in words(browser.get(agency_url(), secure=True))
    page = words(browser.post(agency_url(), FOUND, secure=True, follow=True))
    assert "The agency was saved." in page
    assert "Chief Example" in page
    agency = police()
    assert (agency.full_draft, agency.keeps_friday_after_thanksgiving) == (False, True)


def test_newer_facts_leave_what_was_found_out(cast):
    signed_in(cast, "ana").post(agency_url(), FOUND, secure=True)
    actions.load_facts()
    assert police().address == "9 Example Avenue"


@pytest.mark.parametrize("name", ["ben", "chi", "dee", "sol"])
def test_who_may_not(cast, name):
    browser = signed_in(cast, name)
    for url in (LETTERHEAD, agency_url()):
        assert browser.get(url, secure=True).status_code == 403
        assert browser.post(url, HEAD | FOUND, secure=True).status_code == 403
        assert url not in words(browser.get("/directory/agencies/", secure=True))
    assert not Letterhead.objects.exists()


def test_a_stranger_signs_in_first(cast):
    Client().post(LETTERHEAD, HEAD, secure=True)
    assert Client().get(agency_url(), secure=True).status_code == 302
    assert not Letterhead.objects.exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"address": ""}, "Please fill this in."),
        ({"email": "clinic"}, "Enter a valid email address."),
        ({"telephone": "6" * 50}, "at most 40 characters"),
    ],
)
def test_bad_input_loses_nothing(cast, changed, told):
    page = words(signed_in(cast, "ana").post(LETTERHEAD, {**HEAD, **changed}, secure=True))
    assert told in page
    assert "<title>Error:" in page
    assert "1 Example Street" in page or "Example Legal Clinic" in page
    assert not Letterhead.objects.exists()


def test_bad_input_about_an_agency(cast):
    typed = {**FOUND, "full_draft": "perhaps"}
    page = words(signed_in(cast, "ana").post(agency_url(), typed, secure=True))
    assert "Chief Example" in page
    assert "Select a valid choice" in page
    assert police().official == ""


def test_no_such_agency(cast):
    url = f"/directory/agencies/{cast.ana.pk}/"
    assert signed_in(cast, "ana").get(url, secure=True).status_code == 404


def test_nothing_is_saved_when_the_audit_fails(cast):
    with audit_fails(Letterhead, Agency), cast.acting(cast.ana):
        actions.write_letterhead(answers=HEAD, by=cast.ana)
    with audit_fails(Letterhead, Agency), cast.acting(cast.ana):
        actions.edit_agency(agency=police(), answers={"official": "Chief Example"}, by=cast.ana)
