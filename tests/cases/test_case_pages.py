"""The case page and the next step."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinic import languages, numbers
from clinic.accounts.models import Nudge, User
from clinic.audit import actions as audit
from clinic.audit.models import AuditEvent
from clinic.cases import access, showing
from clinic.cases.models import AskLater
from tests.accounts.doorway import signed_in
from tests.cases_builders import give, make_case

from .asking import ATTORNEY, CASE, GENERATION, alter, changing, lend, note, soon
from .pages import facts, fields, get, post, step, text, url

QUERIES = 37  # of the case page, whatever the number of its notes and documents
PAGES = ("case", "edit", "next_step", "add_note", "add_document")


# Reading


def test_it_works(cast, case, ana):
    note(cast, case, cast.ana, CASE, "The sister calls on Sundays.")
    page = get(ana, "case", case)
    assert page.status_code == 200
    for shown in (
        "Ficta Ejemplo",
        numbers.show_a_number("000123456"),
        "612-555-0101",
        "Fictional County Jail",
        "on Sundays",
    ):
        assert shown in text(page)
    assert "Ficta" not in page.content.decode().split("</title>")[0]


@pytest.mark.parametrize(
    ("language", "interpreter", "said"),
    [
        (languages.UNKNOWN, AskLater.NO, "Language Not known yet"),
        (languages.UNKNOWN, AskLater.YES, "Language Not known yet, interpreter needed"),
        (languages.NOT_LISTED, AskLater.YES, "Language Another language, interpreter needed"),
    ],
)
def test_the_case_shows_no_code_of_a_language(case, ana, language, interpreter, said):
    answers = {"client_language": language, "client_interpreter": interpreter}
    assert post(ana, "edit", case, fields(get(ana, "edit", case)) | answers).status_code == 302
    assert said in text(get(ana, "case", case))


def test_who_may_read(cast, case):
    give(cast, case, cast.ben)
    seen = {
        name: get(signed_in(cast, name), "case", case).status_code
        for name in ("ana", "ben", "chi", "dee", "sol")
    }
    assert seen == {"ana": 200, "ben": 200, "chi": 404, "dee": 404, "sol": 200}
    assert get(Client(), "case", case).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_no_access_and_no_case_look_alike(cast, case, name):
    dee = signed_in(cast, "dee")
    none, other = get(dee, name, uuid4()), get(dee, name, case)
    assert (none.status_code, other.status_code) == (404, 404)
    assert text(none) == text(other)


@pytest.mark.parametrize("name", PAGES)
def test_access_that_ended_or_was_taken(cast, case, name):
    lend(cast, case, cast.ben, days=0)
    ben = signed_in(cast, "ben")
    assert get(ben, name, case).status_code == 200
    with changing(cast, case, cast.ana) as row:
        access.revoke(row, cast.ben)
    assert get(ben, name, case).status_code == 404


@pytest.mark.parametrize("broken", ["not-an-id", "0", "%00", "'; --"])
def test_a_broken_address(ana, broken):
    assert ana.get(f"/cases/{broken}/", secure=True).status_code == 404


def test_opening_is_on_record_before_the_page(cast, case, ana):
    before = AuditEvent.objects.count()
    page = get(ana, "case", case)
    assert AuditEvent.objects.count() == before + 1
    assert "Opened the case" in text(page)


def test_notes_of_a_compartment_one_does_not_hold_are_not_there(cast, case, ana):
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, ATTORNEY, "Privileged.")
    page = text(get(ana, "case", case))
    assert "Privileged." not in page
    assert "No notes yet." in page
    assert "Privileged." in text(get(signed_in(cast, "ben"), "case", case))
    assert "Privileged." in text(get(signed_in(cast, "sol"), "case", case))


@pytest.mark.parametrize("at", [-1, GENERATION], ids=["content", "generation"])
def test_a_damaged_note_does_not_take_the_page_with_it(cast, case, ana, at):
    note(cast, case, cast.ana, CASE, "This one is whole.")
    bad = note(cast, case, cast.ana, CASE, "This one is not.")
    alter(bad, at=at)
    page = get(ana, "case", case)
    assert page.status_code == 200
    assert "This one is whole." in text(page)
    assert "1 note or document of this case is damaged" in text(page)


def test_a_damaged_case_gives_a_calm_page(cast, case, ana, caplog):
    alter(case)
    for name in PAGES:
        page = get(ana, name, case)
        assert page.status_code == 409, name
        assert "This cannot be read" in text(page)
    assert "Ficta" not in caplog.text


def test_who_holds_it_is_shown_with_the_last_day(cast, case, ana):
    lend(cast, case, cast.ben, days=3)
    assert f"ben , to the end of {soon(3):%B} {soon(3).day}, {soon(3).year}" in text(get(ana, "case", case))


def test_holders_are_named_as_on_the_roster(cast, case, ana):
    """Whoever writes rows changed what ben signs in as."""
    give(cast, case, cast.ben)
    User.objects.filter(pk=cast.ben.pk).update(sign_in_name="quetzal")
    page = text(get(ana, "case", case))
    assert "Take it back from ben" in page
    assert "quetzal" not in page
    again = ana.get(reverse("referrals:take_back", args=[case.pk, cast.ben.pk]), secure=True)
    assert "Take the case back from ben" in text(again)


def test_days_are_said_in_the_readers_language():
    with translation.override("es"):
        assert "4, 2026" in showing._day(date(2026, 3, 4))
        assert "marzo" in showing._day(date(2026, 3, 4))


def test_queries(cast, case, ana):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert get(ana, "case", case).status_code == 200
        return len(taken)

    get(ana, "case", case)
    one = queries()
    for _ in range(4):
        note(cast, case, cast.ana, CASE)
    many = queries()
    assert (one, many) <= (QUERIES, QUERIES), (one, many)
    assert many == one


# The next step


def test_setting_the_next_step(cast, case, ana):
    answer = post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call the court"))
    assert answer["Location"] == url("case", case)
    assert Nudge.objects.get().day == soon(3)
    assert "Call the court" in text(get(ana, "case", case))


def test_it_is_done(cast, case, ana):
    post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call the court"))
    rev = fields(get(ana, "next_step", case))["rev"]
    answer = post(ana, "next_step", case, {"done": "1", "rev": rev, "what": "", "on_month": "x"})
    assert answer.status_code == 302
    assert not Nudge.objects.exists()
    assert "No next step yet." in text(get(ana, "case", case))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": ""}, "Please fill this in."),
        ({"on_day": ""}, "the month, the day and the year"),
        ({"on_year": "2001"}, "already passed"),
        ({"what": "x" * 300}, "200"),
        ({"rev": "x"}, "out of date"),
    ],
)
def test_a_bad_next_step(cast, case, ana, typed, said):
    page = post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call") | typed)
    assert (page.status_code, said in text(page)) == (200, True)
    assert not Nudge.objects.exists()


def test_two_set_the_next_step(cast, case, ana):
    chi = signed_in(cast, "chi")
    stale = fields(get(chi, "next_step", case))
    post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call the court"))
    page = post(chi, "next_step", case, stale | step(4, "Call the sister"))
    assert page.status_code == 409
    assert "Call the court" in text(page)
    assert 'value="Call the sister"' in page.content.decode()
    assert post(chi, "next_step", case, fields(page)).status_code == 302
    assert Nudge.objects.get().day == soon(4)


def test_a_session_that_ended_keeps_what_was_typed(cast, case, ana):
    from clinic.accounts import sessions

    sent = fields(get(ana, "edit", case)) | {"case_story": "Typed before the lock."}
    sessions.end_all(cast.ana)
    page = post(ana, "edit", case, sent)
    assert page.status_code == 401
    assert 'name="kept"' in page.content.decode()
    assert facts(cast, case)[0].story == ""


def test_other_peoples_cases_stay_apart(cast, case, ana):
    other = make_case(cast, given_names="Otra")
    sent = fields(get(ana, "edit", case))
    assert post(ana, "edit", other, sent | {"client_given_names": "Mixed"}).status_code in (302, 409)
    assert facts(cast, case)[1].given_names == "Ficta"


def test_the_record_names_the_reader(cast, case, ana):
    get(ana, "case", case)
    assert AuditEvent.objects.count()
    assert str(audit.Event.CASE_OPENED.label) in text(get(ana, "case", case))
    assert timezone.now() - timedelta(days=1) < timezone.now()
