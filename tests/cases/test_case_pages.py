"""The case page, correcting the facts, and the next step."""

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
from clinic.cases.models import AskLater, Case, Detention, PartyRole, Person
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases_builders import give, make_case, open_case

from .asking import ATTORNEY, CASE, GENERATION, alter, changing, lend, note, soon
from .pages import fields, get, post, text, url

QUERIES = 37  # of the case page, whatever the number of its notes and documents
PAGES = ("case", "edit", "next_step", "add_note", "add_document")


@pytest.fixture
def ana(cast: Cast) -> Client:
    return signed_in(cast, "ana")


def test_why_it_is_urgent_is_asked_where_it_is(case, ana):
    assert 'data-reveal="case_urgent=yes"' in get(ana, "edit", case).content.decode()


def facts(cast: Cast, case: Case) -> tuple[Case, Person, Person, Detention]:
    with cast.acting(cast.ana):
        row = open_case(case)
        people = {one.role: one for one in Person.objects.filter(case=row)}
        found = (row, people[PartyRole.CLIENT], people[PartyRole.CALLER], Detention.objects.get(case=row))
        assert all(one.opened() is not None for one in found)
        return found


def test_no_safe_way_to_call_back_is_corrected(cast, case, ana):
    answers = fields(get(ana, "edit", case)) | {"caller_phone": "", "caller_no_way_back": "on"}
    assert post(ana, "edit", case, answers).status_code == 302
    page = text(get(ana, "case", case))
    assert "There is no safe way to call back" in page
    assert "Safe number" not in page
    again = fields(get(ana, "edit", case))
    assert again.pop("caller_no_way_back") is True
    assert post(ana, "edit", case, again | {"caller_phone": "612-555-0199"}).status_code == 302
    page = text(get(ana, "case", case))
    assert "Safe number 612-555-0199" in page
    assert "no safe way" not in page


def test_no_safe_way_to_call_back_and_a_number_cannot_both_be(cast, case, ana):
    answers = fields(get(ana, "edit", case)) | {"caller_no_way_back": "on", "case_story": "all of it"}
    told = post(ana, "edit", case, answers)
    for kept in ("You also wrote a number.", "612-555-0101", "all of it", "checked"):
        assert kept in told.content.decode()
    assert not facts(cast, case)[2].no_way_back


def test_a_second_editor_is_told_that_there_is_no_safe_way(case, ana):
    first = fields(get(ana, "edit", case)) | {"caller_phone": ""}
    assert post(ana, "edit", case, first | {"caller_no_way_back": "on"}).status_code == 302
    told = post(ana, "edit", case, first)
    assert told.status_code == 409
    assert "There is no safe way to call back Yes" in text(told)


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


# Correcting


def test_correcting(cast, case, ana):
    sent = fields(get(ana, "edit", case)) | {
        "client_given_names": "Nueva",
        "client_a_numbers": "A000-123-456\r\n000654321",
        "client_interpreter": "yes",
        "caller_safe_ways": ["call", "text"],
        "detention_hearing_on_month": "3",
        "detention_hearing_on_day": "4",
        "detention_hearing_on_year": "2027",
        "case_urgent": "yes",
        "case_urgent_why": "Transfer likely",
    }
    answer = post(ana, "edit", case, sent)
    assert answer["Location"] == url("case", case)
    row, client, caller, detention = facts(cast, case)
    assert (client.given_names, client.family_names) == ("Nueva", "Ejemplo")
    assert client.a_numbers == ["000123456", "000654321"]
    assert client.interpreter == AskLater.YES
    assert caller.safe_ways == ["call", "text"]
    assert f"{detention.hearing_on}" == "2027-03-04"
    assert (row.urgent, row.urgent_why) == (True, "Transfer likely")


def test_saving_what_stands_changes_nothing(cast, case, ana):
    before = [one.opened() for one in facts(cast, case)]
    assert post(ana, "edit", case, fields(get(ana, "edit", case))).status_code == 302
    assert [one.opened() for one in facts(cast, case)] == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"client_a_numbers": "EAC1234567890"}, "receipt number"),
        ({"client_a_numbers": "A12"}, "Some are missing here"),
        ({"client_born_on_month": "13", "client_born_on_day": "1", "client_born_on_year": "1990"}, "month"),
        (
            {"client_born_on_month": "2", "client_born_on_day": "30", "client_born_on_year": "1990"},
            "no such day",
        ),
        (
            {"client_born_on_month": "1", "client_born_on_day": "1", "client_born_on_year": "2027"},
            "not come yet",
        ),
        ({"client_born_on_month": "1"}, "the month, the day and the year"),
        ({"client_language": "klingon"}, "valid choice"),
        ({"client_interpreter": "perhaps"}, "valid choice"),
        ({"caller_phone": "call me"}, "area code"),
        ({"caller_safe_ways": ["pigeon"]}, "valid choice"),
        ({"detention_paper": "scrap"}, "valid choice"),
        ({"client_given_names": "x" * 201}, "200"),
        ({"client_given_names": "nul\0byte"}, "Null characters"),
        ({"case_story": "x" * 10_001}, "10000"),
        ({"case_rev": "first"}, "out of date"),
        ({"client_rev": "-1"}, "out of date"),
        ({"detention_rev": "9" * 30}, "out of date"),
        ({"caller_rev": ""}, "out of date"),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(cast, case, ana, typed, said):
    before = [one.opened() for one in facts(cast, case)]
    kept = "Quetzal, typed by hand"
    page = post(ana, "edit", case, fields(get(ana, "edit", case)) | {"case_urgent_why": kept} | typed)
    assert page.status_code == 200
    assert said in text(page)
    assert page.content.decode().split("<title>")[1].startswith("Error:")
    assert kept in page.content.decode()
    assert [one.opened() for one in facts(cast, case)] == before


def test_an_empty_post(cast, case, ana):
    before = [one.opened() for one in facts(cast, case)]
    page = post(ana, "edit", case, {})
    assert (page.status_code, "out of date" in text(page)) == (200, True)
    assert [one.opened() for one in facts(cast, case)] == before


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "Ñandú 😀 محمد ကညီ", "a\r\nb", "{{ x }}", "=1+1"]
)
def test_what_people_paste_is_kept_as_it_is(cast, case, ana, typed):
    post(ana, "edit", case, fields(get(ana, "edit", case)) | {"case_story": typed})
    assert facts(cast, case)[0].story == typed.replace("\r\n", "\n") or facts(cast, case)[0].story == typed
    assert "<script>alert" not in get(ana, "case", case).content.decode()


def test_the_second_editor_is_told_and_loses_nothing(cast, case, ana):
    chi = signed_in(cast, "chi")
    first, second = fields(get(ana, "edit", case)), fields(get(chi, "edit", case))
    assert (
        post(
            ana, "edit", case, first | {"client_given_names": "Primera", "client_language": "so"}
        ).status_code
        == 302
    )
    mine = second | {"client_given_names": "Segunda", "case_story": "Mine."}
    page = post(chi, "edit", case, mine)
    assert page.status_code == 409
    assert "Somebody saved this case while you were writing" in text(page)
    assert "Primera" in text(page)
    assert "Soomaali" in text(page)
    assert page.content.decode().split("<title>")[1].startswith("Error:")
    again = fields(page)
    assert (again["client_given_names"], again["case_story"]) == ("Segunda", "Mine.")
    assert facts(cast, case)[1].given_names == "Primera"
    assert post(chi, "edit", case, again).status_code == 302
    row, client, _, _ = facts(cast, case)
    assert (client.given_names, row.story) == ("Segunda", "Mine.")


def test_a_third_editor_between_is_told_again(cast, case, ana):
    chi = signed_in(cast, "chi")
    stale = fields(get(chi, "edit", case))
    post(ana, "edit", case, fields(get(ana, "edit", case)) | {"case_story": "One."})
    told = fields(post(chi, "edit", case, stale | {"case_story": "Mine."}))
    post(ana, "edit", case, fields(get(ana, "edit", case)) | {"case_story": "Two."})
    page = post(chi, "edit", case, told)
    assert page.status_code == 409
    assert "Two." in text(page)
    assert fields(page)["case_story"] == "Mine."


def test_editing_different_parts_at_once_is_told_too(cast, case, ana):
    chi = signed_in(cast, "chi")
    stale = fields(get(chi, "edit", case))
    post(ana, "edit", case, fields(get(ana, "edit", case)) | {"detention_held_at": "Elsewhere"})
    assert post(chi, "edit", case, stale | {"client_given_names": "Nueva"}).status_code == 409
    assert facts(cast, case)[1].given_names == "Ficta"


def test_the_second_editor_is_asked_nothing_where_no_answer_differs(cast, case, ana):
    chi = signed_in(cast, "chi")
    stale = fields(get(chi, "edit", case))
    post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call the court"))
    answer = chi.post(url("edit", case), stale, secure=True, follow=True)
    assert answer.redirect_chain == [(url("case", case), 302)]
    assert "The case says what you wrote." in text(answer)
    assert "Call the court" in text(answer)


def test_the_second_editor_is_told_where_only_their_own_answer_is_new(cast, case, ana):
    chi = signed_in(cast, "chi")
    mine = fields(get(chi, "edit", case)) | {"case_story": "Mine."}
    post(ana, "next_step", case, fields(get(ana, "next_step", case)) | step(3, "Call the court"))
    told = post(chi, "edit", case, mine)
    assert told.status_code == 409
    assert "Somebody saved this case while you were writing" in text(told)
    assert post(chi, "edit", case, fields(told)).status_code == 302
    row = facts(cast, case)[0]
    assert (row.story, row.next_what) == ("Mine.", "Call the court")


# The next step


def step(on: int, what: str) -> dict[str, str]:
    day = soon(on)
    return {"on_month": str(day.month), "on_day": str(day.day), "on_year": str(day.year), "what": what}


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
