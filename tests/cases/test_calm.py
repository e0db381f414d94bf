"""Where a view has no answer to a refusal, a calm page says what to do. Our own mistakes stay a 500."""

import sqlite3
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError
from django.http import Http404

from clinic.accounts.errors import LastHolder
from clinic.cases import actions
from clinic.cases.errors import NotesWouldBeLost
from clinic.vault.errors import Locked, Stale, Tampered
from tests.accounts.doorway import signed_in

from .pages import post, text, url

AT_ONCE = "Somebody else changed this at the same moment"
NOTE = {"text": "Typed with care.", "compartment": "case"}
TYPED = '<li dir="auto">Typed with care.</li>'


def database(kind: type[Exception], **facts: object) -> Exception:
    """As Django hands on what the driver said."""
    error, cause = kind("Ficta Ejemplo"), sqlite3.Error()
    for name, value in facts.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Stale(), 409, AT_ONCE),
        (database(IntegrityError, sqlite_errorcode=787), 409, AT_ONCE),
        (database(IntegrityError, sqlstate="23503"), 409, AT_ONCE),
        (database(OperationalError, sqlite_errorcode=5), 409, AT_ONCE),
        (database(OperationalError, sqlstate="40P01"), 409, AT_ONCE),
        (Locked(), 403, "You do not have the key for this"),
        (Tampered(), 409, "This cannot be read"),
        (LastHolder(), 403, "This person is the only one in a team."),
        (NotesWouldBeLost(), 403, "Some notes of this case could be opened by nobody any more."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_calm_page(cast, case, caplog, error, status, said):
    with mock.patch.object(actions, "add_note", side_effect=error):
        page = post(signed_in(cast, "ana"), "add_note", case, NOTE)
    assert (page.status_code, said in text(page)) == (status, True)
    assert "Ficta" not in text(page)
    assert page["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    "error", [Stale(), Locked(), Tampered(), LastHolder(), Http404()], ids=lambda e: type(e).__name__
)
def test_what_was_typed_stands_on_the_page_that_says_it_was_not_taken(cast, case, error):
    with mock.patch.object(actions, "add_note", side_effect=error):
        page = post(signed_in(cast, "ana"), "add_note", case, NOTE)
    assert TYPED in page.content.decode()


def test_it_can_be_sent_once_more_from_there(cast, case):
    ana = signed_in(cast, "ana")
    with mock.patch.object(actions, "add_note", side_effect=Stale()):
        page = post(ana, "add_note", case, NOTE).content.decode()
    assert f'<form method="post" action="{url("add_note", case)}">' in page
    assert '<textarea name="compartment" hidden>\ncase</textarea>' in page


def test_an_error_of_ours_gives_back_what_was_typed_too(cast, case):
    ana = signed_in(cast, "ana")
    ana.raise_request_exception = False
    with mock.patch.object(actions, "add_note", side_effect=RuntimeError("Quintessa")):
        page = post(ana, "add_note", case, NOTE)
    assert (page.status_code, page["Cache-Control"]) == (500, "no-store, private")
    assert TYPED in page.content.decode()
    assert "Quintessa" not in text(page)


def test_another_site_gets_none_of_its_words_onto_a_page_of_ours(cast):
    ben = signed_in(cast, "ben")
    ben.handler.enforce_csrf_checks = True
    page = ben.post("/people/invite/", {"note": "Send your passphrase"}, secure=True)
    assert (page.status_code, "Send your" in text(page)) == (403, False)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("ours"),
        database(IntegrityError, sqlite_errorcode=1299),  # not null: a mistake of ours
        database(OperationalError, sqlite_errorcode=1),  # no such table
    ],
)
def test_our_own_mistakes_are_not_smoothed_over(cast, case, error):
    browser = signed_in(cast, "ana")
    with mock.patch.object(actions, "add_note", side_effect=error), pytest.raises(type(error)):
        post(browser, "add_note", case, NOTE)
