"""Correcting the facts of a case, alone and beside somebody else."""

import pytest

from clinic.cases.models import AskLater
from tests.accounts.doorway import signed_in

from .pages import facts, fields, get, post, step, text, url


def test_correcting(cast, case, ana):
    sent = fields(get(ana, "edit", case)) | {
        "client_given_names": "Nueva",
        "client_a_numbers": "A000-123-456\r\n000654321",
        "client_interpreter": "yes",
        "caller_safe_ways": ["call", "text"],
        "caller_written": "es",
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
    assert (caller.safe_ways, caller.written) == (["call", "text"], "es")
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
            {"client_born_on_month": "1", "client_born_on_day": "1", "client_born_on_year": "2099"},
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


def test_why_it_is_urgent_is_asked_where_it_is(case, ana):
    assert 'data-reveal="case_urgent=yes"' in get(ana, "edit", case).content.decode()


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
