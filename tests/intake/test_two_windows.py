"""The same call in two windows: nothing that was typed is lost."""

import pytest
from django.urls import reverse

from clinic.cases.models import Case
from intake.models import Draft
from tests.cases_builders import open_case

from .calls import ENOUGH, NO_CALL, NO_WAY, finish_first, get, post, start

pytestmark = pytest.mark.django_db

ALL_KINDS = ENOUGH | {
    "client_a_numbers": "A000-123-456",
    "client_born_on": "3 4 1991",
    "client_language": "es",
    "client_interpreter": "later",
    "client_other_names": "Fikta\r\nFicta M.",
    "caller_safe_ways": "call",
    "caller_safe_when": " after six ",
    "detention_in_removal_proceedings": "no",
    "detention_paper": "unknown",
    "case_urgent": "no",
    "case_story": "One line.\r\nAnother.",
    "call_back_on": "12 31 2199",
}


def test_a_second_window_is_told_and_loses_nothing(chi):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH | {"case_story": "from the first window"})
    other = ENOUGH | {"page": "two", "case_story": "from the second window"}
    stale = post(chi, "autosave", draft, other)
    assert (stale.status_code, stale.json()) == (409, {"ok": False})
    told = post(chi, "draft", draft, other)
    assert told.status_code == 409
    page = told.content.decode()
    assert "from the first window" in page
    assert "from the second window" in page
    rev = str(Draft.objects.get().rev)
    assert post(chi, "draft", draft, other | {"rev": rev}).status_code == 302


def test_a_second_window_cannot_finish_over_the_first(chi):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH | {"case_story": "newer"})
    assert post(chi, "finish", draft, ENOUGH | {"page": "two"}).status_code == 409
    assert not Case.objects.exists()


@pytest.mark.parametrize("way", ["draft", "finish"])
def test_a_second_window_that_says_the_same_is_told_so(chi, way):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH)
    told = post(chi, way, draft, ENOUGH | {"page": "two"})
    assert told.status_code == 409
    page = told.content.decode()
    assert "This call was changed in another window." in page
    assert "Both windows say the same." in page
    again = ENOUGH | {"page": "two", "rev": str(Draft.objects.get().rev)}
    assert post(chi, "finish", draft, again).status_code == 302


@pytest.mark.parametrize("name", ["draft", "finish"])
def test_a_second_window_is_told_that_the_call_was_logged(cast, chi, name):
    draft = start(chi)
    post(chi, "finish", draft, ENOUGH | {"case_story": "from the first window"})
    other = ENOUGH | {"page": "two", "case_story": "from the second window", "client_born_on": "31 31 1990"}
    stale = post(chi, "autosave", draft, other)
    assert (stale.status_code, stale.json()) == (409, {"ok": False})
    told = post(chi, name, draft, other)
    page = told.content.decode()
    assert told.status_code == 409
    for shown in ("from the first window", "from the second window", "31 31 1990"):
        assert shown in page
    assert reverse("cases:edit", args=[draft.pk]) in page
    assert "Ficta" not in page
    with cast.acting(cast.ana):
        assert open_case(Case.objects.get()).story == "from the first window"


@pytest.mark.parametrize(
    "differs",
    [
        {"caller_phone": "612-555-0199"},
        {"caller_phone": "", "caller_no_way_back": "on"},
        {"client_language": "so"},
        {"caller_safe_ways": "text"},
        {"detention_in_removal_proceedings": "yes"},
        {"case_urgent": "yes"},
        {"call_back_on": "12 30 2199"},
        {"client_a_numbers": "A000123457"},
    ],
)
def test_an_answer_of_any_kind_that_was_not_logged_is_shown(chi, differs):
    draft = start(chi)
    post(chi, "finish", draft, ALL_KINDS)
    assert post(chi, "finish", draft, ALL_KINDS | {"page": "two"} | differs).status_code == 409


def test_a_number_typed_beside_no_safe_way_is_shown_with_it(chi):
    draft = start(chi)
    post(chi, "finish", draft, NO_WAY)
    page = post(chi, "finish", draft, ENOUGH | {"page": "two"}).content.decode()
    assert f"<bdi>{NO_CALL}: Yes</bdi>" in page


@pytest.mark.parametrize("less", [{}, {"case_story": "", "client_language": "", "caller_safe_when": ""}])
def test_a_second_window_with_nothing_new_leads_to_the_case(chi, less):
    draft = start(chi)
    post(chi, "finish", draft, ALL_KINDS)
    for name in ("draft", "finish"):
        pressed = post(chi, name, draft, ALL_KINDS | {"page": "two"} | less)
        assert pressed["Location"] == reverse("intake:logged", args=[draft.pk])


def test_the_second_of_two_who_finish_at_once_keeps_its_words(cast, chi, monkeypatch):
    draft = start(chi)
    finish_first(chi, draft, monkeypatch)
    told = post(chi, "finish", draft, ENOUGH | {"page": "two", "case_story": "half a sentence"})
    assert told.status_code == 409
    assert "half a sentence" in told.content.decode()


def test_what_the_same_page_saved_is_no_other_version(chi):
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH)
    assert post(chi, "finish", draft, ENOUGH).status_code == 302


def test_what_a_page_sends_once_more_as_it_goes_is_no_other_version(chi):
    draft = start(chi)
    for story in ("half a", "half a", "half a sentence"):
        assert post(chi, "autosave", draft, ENOUGH | {"case_story": story}).json()["ok"]
    assert "half a sentence" in get(chi, "draft", draft.pk).content.decode()
