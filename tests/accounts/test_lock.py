"""What somebody typed survives the end of their session, and nobody else gets it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form, PasswordInput
from django.test import Client

from clinic.accounts import forms, kept, sessions
from clinic.accounts.models import Session
from tests.builders import Cast, make_clinic

from .doorway import answers, signed_in

TYPED = "She said: “sí”, <b>and</b>\r\n  then & left\r\n"


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}"(?: value="([^"]*)")?', page)
    assert found, name
    return unescape(found[1] or "")


def fields(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return [(unescape(name), unescape(value)) for name, value in found]


def expired(cast: Cast, name: str) -> Client:
    client = signed_in(cast, name)
    sessions.end_all(getattr(cast, name))
    return client


def sign_in_again(client: Client, cast: Cast, name: str, page: str) -> str:
    posted = answers(cast, name, kept=hidden(page, "kept"), next=hidden(page, "next"))
    response = client.post("/sign-in/", posted, secure=True)
    return response.content.decode() if response.status_code == 200 else response["Location"]


def test_it_works(cast):
    client = expired(cast, "ana")
    typed = {"name": "fay", "note": TYPED, "teams": ["one", "two"]}
    response = client.post("/people/invite/", typed, secure=True)
    assert response.status_code == 401
    page = sign_in_again(client, cast, "ana", response.content.decode())
    assert "You are signed in again" in page
    assert 'action="/people/invite/"' in page
    assert fields(page) == [("name", "fay"), ("note", TYPED), ("teams", "one"), ("teams", "two")]


def test_an_idle_quarter_hour_loses_nothing(cast):
    with time_machine.travel("2026-11-23T18:00Z", tick=False) as clock:
        client = signed_in(cast, "ana")
        clock.shift(timedelta(minutes=16))
        client.get("/me/", secure=True)  # another tab notices first
        page = client.post("/people/invite/", {"name": "fay"}, secure=True).content.decode()
        assert fields(sign_in_again(client, cast, "ana", page)) == [("name", "fay")]


def test_nothing_of_it_is_stored_or_readable(cast, settings):
    client = expired(cast, "ana")
    page = client.post("/people/invite/", {"name": "fay", "note": TYPED}, secure=True).content.decode()
    assert "then" not in hidden(page, "kept")
    assert "She said" not in page
    assert not [row for row in Session.objects.all() if row.session_data]


def test_a_wrong_try_at_signing_in_keeps_it(cast):
    client = expired(cast, "ana")
    page = client.post("/people/invite/", {"name": "fay"}, secure=True).content.decode()
    posted = answers(cast, "ana", passphrase="wrong", kept=hidden(page, "kept"), next=hidden(page, "next"))
    page = client.post("/sign-in/", posted, secure=True).content.decode()
    assert fields(sign_in_again(client, cast, "ana", page)) == [("name", "fay")]


def test_somebody_else_does_not_get_it(cast):
    client = expired(cast, "ana")
    page = client.post("/people/invite/", {"name": "fay"}, secure=True).content.decode()
    assert sign_in_again(client, cast, "ben", page) == "/people/invite/"


@pytest.mark.parametrize("value", ["nonsense", "é", "A" * 300])
def test_altered_it_is_dropped(cast, value):
    posted = answers(cast, "ana", kept=value, next="/me/")
    assert Client().post("/sign-in/", posted, secure=True)["Location"] == "/me/"


def test_secrets_and_tokens_are_not_kept(cast):
    client = expired(cast, "ana")
    typed = {
        "csrfmiddlewaretoken": "t",
        "new_passphrase": "p" * 20,
        "again": "p" * 20,
        "code": "123456",
        "name": "fay",
    }
    page = client.post("/me/passphrase/", typed, secure=True).content.decode()
    assert fields(sign_in_again(client, cast, "ana", page)) == [("name", "fay")]


def test_a_stranger_has_nothing_kept(client, cast):
    response = client.post("/people/invite/", {"name": "fay"}, secure=True)
    assert response.status_code == 401
    assert hidden(response.content.decode(), "kept") == ""
    assert "could not be kept" in response.content.decode()


def test_what_is_too_long_is_said_so(cast):
    client = expired(cast, "ana")
    page = client.post("/people/invite/", {"note": "x" * kept.LIMIT}, secure=True).content.decode()
    assert hidden(page, "kept") == ""
    assert "could not be kept" in page


def test_a_file_must_be_chosen_again_and_is_not_written_anywhere(cast, settings):
    client = expired(cast, "ana")
    file = SimpleUploadedFile("story.txt", b"plain text", "text/plain")
    page = client.post("/people/invite/", {"name": "fay", "file": file}, secure=True).content.decode()
    assert "Choose it again" in sign_in_again(client, cast, "ana", page)
    assert not settings.MEDIA_ROOT.exists() or not [
        one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()
    ]


def test_a_forged_post_is_refused_and_not_kept(cast):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/people/invite/", {"name": "fay"}, secure=True).status_code == 403


# The lock button


def test_the_lock_signs_out_and_comes_back(cast):
    client = signed_in(cast, "ana")
    response = client.post("/lock/", {"next": "/me/"}, secure=True)
    assert "Locked" in response.content.decode()
    assert client.get("/me/", secure=True).status_code == 302
    assert sign_in_again(client, cast, "ana", response.content.decode()) == "/me/"


def test_the_button_of_any_form_keeps_what_was_typed(cast):
    client = signed_in(cast, "ana")
    locked = client.post("/lock/", {"next": "/people/invite/", "name": "fay"}, secure=True).content.decode()
    page = sign_in_again(client, cast, "ana", locked)
    assert "Nothing has been sent" in page
    assert fields(page) == [("name", "fay")]
    assert 'action="/people/invite/"' in page


def test_a_locked_page_that_is_sent_once_more_still_keeps_it(cast):
    client = signed_in(cast, "ana")
    for _ in range(2):
        locked = client.post(
            "/lock/", {"next": "/people/invite/", "name": "fay"}, secure=True
        ).content.decode()
    assert fields(sign_in_again(client, cast, "ana", locked)) == [("name", "fay")]


def test_the_lock_leads_nowhere_else(cast):
    client = signed_in(cast, "ana")
    locked = client.post(
        "/lock/", {"next": "https://evil.example/", "name": "fay"}, secure=True
    ).content.decode()
    assert 'action="/"' in sign_in_again(client, cast, "ana", locked)


def test_the_lock_is_a_post(cast):
    assert signed_in(cast, "ana").get("/lock/", secure=True).status_code == 405


def test_no_box_for_a_passphrase_is_ever_kept():
    """The words of a form that was not taken stand on a page: never these."""
    found = [one for one in vars(forms).values() if isinstance(one, type) and issubclass(one, Form)]
    secret = {
        name
        for form in found
        for name, field in form.base_fields.items()
        if isinstance(field.widget, PasswordInput)
    }
    assert {"passphrase", "new_passphrase"} <= secret <= kept.NEVER
