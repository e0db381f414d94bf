"""Whoever is not signed in can leave every page at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from clinic.accounts import sessions
from clinic.accounts.doors import door_of
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.house.matrix import walk

WAY_OUT = '<aside class="leave" data-leave="https://'
LEAST = 9


def public() -> Iterator[str]:
    """Every URL that needs no sign-in."""
    for name, pattern in walk(get_resolver().url_patterns):
        door = door_of(pattern.callback)
        if door and door.who == "anyone":
            yield reverse(name)


def pages(browser: Client) -> Iterator[tuple[str, Any]]:
    """What each answers, also to a form sent empty, and what stands at no address."""
    for where in public():
        yield where, browser.get(where, secure=True)
        yield where, browser.post(where, secure=True)
    yield "/nothing/", browser.get("/nothing/", secure=True)
    yield "/cases/", browser.post("/cases/", secure=True)  # the session ended


def without(browser: Client) -> list[str]:
    return [where for where, page in shown(browser) if WAY_OUT not in page.content.decode()]


def shown(browser: Client) -> list[tuple[str, Any]]:
    return [(where, page) for where, page in pages(browser) if b"</html>" in page.content]


@pytest.fixture
def cast(db) -> Cast:
    return make_clinic()


def test_every_page_that_needs_no_sign_in_can_be_left_at_once(cast):
    assert len(shown(Client())) >= LEAST
    assert without(Client()) == []


def test_the_check_sees_a_page_that_lacks_it(cast):
    assert "/sign-in/" in without(signed_in(cast, "ben"))


def test_a_page_that_alone_has_what_was_typed_has_no_button_that_throws_it_away(cast):
    ana = signed_in(cast, "ana")
    sessions.end_all(cast.ana)
    page = ana.post("/people/invite/", {"name": "fay"}, secure=True).content.decode()
    assert "only this page has it" in page
    assert WAY_OUT not in page
