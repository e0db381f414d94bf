"""Where a view has no answer to a refusal, a calm page says what to do. Our own mistakes stay a 500."""

import sqlite3
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError

from clinic.accounts.errors import LastHolder
from clinic.cases import actions
from clinic.cases.errors import NotesWouldBeLost
from clinic.vault.errors import Locked, Stale, Tampered
from tests.accounts.doorway import signed_in

from .pages import post, text

AT_ONCE = "Somebody else changed this at the same moment"
NOTE = {"text": "Typed with care.", "compartment": "case"}


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
