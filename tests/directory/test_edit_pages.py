"""What a coordinator writes down: the clinic's letterhead, and what was found out about an agency."""

import re

import pytest
from django.test import Client

from clinic.directory import actions
from clinic.directory.models import Agency, Letterhead
from clinic.vault.errors import Stale
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


def save(browser, url, typed, **more):
    """Opens the page and sends what a person typed, with what stands there hidden."""
    seen = browser.get(url, secure=True).context["form"].initial["seen"]
    return browser.post(url, {**typed, "seen": seen}, secure=True, **more)


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_it_works(cast):
    browser = signed_in(cast, "ana")
    assert "The clinic’s letterhead" in words(browser.get(LETTERHEAD, secure=True))
    answer = save(browser, LETTERHEAD, HEAD, follow=True)
    assert "The letterhead was saved." in words(answer)
    assert "Example Legal Clinic" in words(browser.get(LETTERHEAD, secure=True))
    save(browser, LETTERHEAD, {**HEAD, "telephone": "612-555-0100"})
    assert Letterhead.objects.get().telephone == "612-555-0100"


def test_an_agency_works(cast):
    browser = signed_in(cast, "ana")
    assert "E-mail subject" in words(browser.get(agency_url(), secure=True))
    page = words(save(browser, agency_url(), FOUND, follow=True))
    assert "The agency was saved." in page
    assert "Chief Example" in page
    agency = police()
    assert (agency.full_draft, agency.keeps_friday_after_thanksgiving) == (False, True)


def test_the_record_says_which_fact(cast):
    browser = signed_in(cast, "ana")
    save(browser, LETTERHEAD, HEAD)
    save(browser, agency_url(), FOUND)
    page = words(browser.get("/record/", secure=True))
    assert "Changed a public fact: <bdi>the clinic’s letterhead</bdi>" in page
    assert f"Changed a public fact: <bdi>{police().name}</bdi>" in page


def test_newer_facts_leave_what_was_found_out(cast):
    save(signed_in(cast, "ana"), agency_url(), FOUND)
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
        actions.write_letterhead(letterhead=Letterhead(), answers=HEAD, by=cast.ana)
    with audit_fails(Letterhead, Agency), cast.acting(cast.ana):
        actions.edit_agency(agency=police(), answers={"official": "Chief Example"}, by=cast.ana)


# Two coordinators at once ----------------------------------------------------------------------


def test_the_second_of_two_is_shown_both_agencies(cast):
    first, second = signed_in(cast, "ana"), signed_in(cast, "ana")
    opened = second.get(agency_url(), secure=True).context["form"].initial
    save(first, agency_url(), FOUND)
    typed = {**opened, "official": "Deputy Example"}
    told = second.post(agency_url(), typed, secure=True)
    page = words(told)
    assert told.status_code == 409
    assert "<title>Error:" in page
    assert "Somebody saved this while you were writing" in page
    for both in ("Chief Example", "Deputy Example", "9 Example Avenue", "By mail."):
        assert both in page
    assert police().official == "Chief Example"
    sent = told.context["form"].data
    assert second.post(agency_url(), sent, secure=True).status_code == 302
    assert (police().official, police().address) == ("Deputy Example", "")


def test_the_second_of_two_is_shown_both_letterheads(cast):
    first, second = signed_in(cast, "ana"), signed_in(cast, "ana")
    opened = second.get(LETTERHEAD, secure=True).context["form"].initial
    save(first, LETTERHEAD, HEAD)
    told = second.post(LETTERHEAD, {**opened, **HEAD, "name": "Another Clinic"}, secure=True)
    assert told.status_code == 409
    assert "Example Legal Clinic" in words(told)
    assert "Another Clinic" in words(told)
    assert Letterhead.objects.get().name == "Example Legal Clinic"
    assert second.post(LETTERHEAD, told.context["form"].data, secure=True).status_code == 302
    assert Letterhead.objects.get().name == "Another Clinic"


def test_the_second_to_write_the_same_is_told_nothing(cast):
    first, second = signed_in(cast, "ana"), signed_in(cast, "ana")
    opened = second.get(agency_url(), secure=True).context["form"].initial
    save(first, agency_url(), {**FOUND, "how_to_ask": "By mail.\nNo calls."})
    typed = {**opened, **FOUND, "how_to_ask": "By mail.\r\nNo calls."}
    assert second.post(agency_url(), typed, secure=True).status_code == 302


def test_what_came_from_no_page_of_ours_is_not_saved(cast):
    browser = signed_in(cast, "ana")
    assert browser.post(agency_url(), FOUND, secure=True).status_code == 409
    assert browser.post(LETTERHEAD, {**HEAD, "seen": "0" * 16}, secure=True).status_code == 409
    assert police().official == ""
    assert not Letterhead.objects.exists()


def test_somebody_faster_by_a_moment_is_not_overwritten(cast):
    agency, blank = police(), Letterhead()
    save(signed_in(cast, "ana"), agency_url(), FOUND)
    save(signed_in(cast, "ana"), LETTERHEAD, HEAD)
    with cast.acting(cast.ana):
        with pytest.raises(Stale):
            actions.edit_agency(agency=agency, answers={"official": "Deputy"}, by=cast.ana)
        with pytest.raises(Stale):
            actions.write_letterhead(letterhead=blank, answers={"name": "Other"}, by=cast.ana)
    assert police().official == "Chief Example"
