"""Who may do what, at every URL: the table of matrix.py is asked, and shown to be able to fail."""

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path, reverse

from clinic.accounts.doors import anyone
from tests.accounts.doorway import try_to_sign_in
from tests.house.matrix import MEMBERS, TABLE, Line, World, faults, read, walk

LINES = read(TABLE)
METHODS: dict[str, Callable[[Line, str], int]] = {
    "get": lambda line, member: line.get[member],
    "head": lambda line, member: line.get[member],
    "post": lambda line, member: line.post[member],
    "put": lambda line, member: line.refused(member),
    "delete": lambda line, member: line.refused(member),
}


@pytest.fixture
def world(db) -> World:
    return World()


def urls():
    return dict(walk(get_resolver().url_patterns))


@contextmanager
def undone() -> Iterator[None]:
    here = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(here)


def ask(world: World, member: str, method: str, where: str, **data: Any) -> HttpResponse:
    """Whatever it changes is undone, in the database and in the browser."""
    browser = Client(raise_request_exception=False)
    browser.cookies = copy.deepcopy(world.browsers[member].cookies)
    with undone():
        response: HttpResponse = getattr(browser, method)(where, secure=True, **data)
        if not response.streaming:
            assert response.content is not None
        return response


def test_every_url_answers_each_member_as_the_table_says(world):
    wrong = [
        f"{method.upper()} {name} by {member}: {told}, not {expected(LINES[name], member)}"
        for name, pattern in urls().items()
        if name in LINES
        for method, expected in METHODS.items()
        for member in MEMBERS
        if (told := ask(world, member, method, world.path(name, pattern)).status_code)
        != expected(LINES[name], member)
    ]
    assert not wrong, "\n".join(wrong)


def test_an_empty_answer_is_told_what_is_missing(world):
    silent = [
        name
        for name, pattern in urls().items()
        if (member := answering(name))
        and not has_errors(ask(world, member, "post", world.path(name, pattern)))
    ]
    assert not silent


def answering(name: str) -> str | None:
    """Who gets the form again that they sent empty. A search for nothing is no mistake."""
    line = LINES[name]
    if name == "cases:search":
        return None
    both = (member for member in MEMBERS if line.get[member] == line.post[member] == 200)
    return next(both, None)


def has_errors(response: HttpResponse) -> bool:
    return b"<title>Error:" in response.content


def test_a_form_that_says_nothing_would_be_seen(world):
    assert not has_errors(ask(world, "ana", "get", reverse("accounts:invite")))


def test_the_table_has_every_url_and_no_other():
    assert faults(get_resolver().url_patterns, LINES) == set()


def planted(*patterns: URLPattern | URLResolver) -> set[str]:
    """The faults that come with these."""
    ours = get_resolver().url_patterns
    return faults([*ours, *patterns], LINES) - faults(ours, LINES)


@anyone
def declared(request):
    return HttpResponse()


def undeclared(request):
    return HttpResponse()


def test_an_unlisted_url_is_caught():
    assert planted(path("new/", declared, name="new"), path("nameless/", declared)) == {
        "not in the table: new",
        "not in the table: “nameless/”",
    }


def test_an_unlisted_url_in_a_room_is_caught():
    room = path("room/", include(([path("new/", declared, name="new")], "cases")))
    assert planted(room) == {"not in the table: cases:new"}


def test_a_listed_url_that_is_gone_is_caught():
    kept = [one for one in get_resolver().url_patterns if getattr(one, "app_name", "") != "desk"]
    assert "no such URL: desk:home" in faults(kept, LINES)


def test_an_undeclared_view_is_caught():
    assert planted(path("open/", undeclared, name="open")) == {"not in the table: open", "undeclared: open"}


def test_a_door_left_open_is_caught(world, monkeypatch):
    """The table itself can fail: with the door of one view open, dee is let in."""
    monkeypatch.setattr("clinic.accounts.middleware.Door.opens_for", lambda door, purposes, role: True)
    where = reverse("accounts:people")
    assert LINES["accounts:people"].get["dee"] == 403
    assert ask(world, "dee", "get", where).status_code != 403


def test_a_line_without_an_answer_for_everybody_is_refused():
    with pytest.raises(ValueError, match="needs an answer for each member"):
        read(f"{TABLE}desk:other 200 200 200\n")


def test_eve_has_left(world):
    """Her own passphrase and code open nothing any more."""
    assert try_to_sign_in(Client(), world.cast, "eve").status_code != 302
    line = LINES["cases:case"]
    assert (line.get["eve"], line.post["eve"]) == (line.get["anon"], line.post["anon"])


def test_nobody_signed_in_reaches_the_sign_in_page(world):
    where = reverse("cases:case", args=[world.case.pk])
    assert ask(world, "anon", "get", where)["Location"] == f"{reverse('accounts:sign_in')}?next={where}"
    assert b'name="passphrase"' in ask(world, "anon", "post", where).content


# Ids and answers nobody made


def test_what_does_not_exist_is_not_found(world):
    """An id nobody made, each in turn: as closed as ever, and for who may come in: not found."""
    wrong = []
    for name, pattern in urls().items():
        for key in pattern.pattern.converters:
            where = world.path(name, pattern, **{key: uuid4()})
            for member in MEMBERS:
                told = {ask(world, member, method, where).status_code for method in ("get", "post")}
                if not told <= {302, 401, 403, 404, 405} or (member == "ana" and told <= {302}):
                    wrong.append(f"{name} with another {key}, by {member}: {told}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("garbage", ["0", "x" * 300, "%00", "..%2F..", "%F0%9F%98%80", "' OR 1=1 --"])
def test_what_is_no_id_is_not_found(world, garbage):
    for where in ("/cases/{}/", "/certification/{}/new/", "/intake/call/{}/", "/people/{}/"):
        for member in ("ana", "anon"):
            assert ask(world, member, "get", where.format(garbage)).status_code == 404


JUNK = ("\x00", "9" * 400, "٣٣", "' OR 1=1 --", "-1", "[]", "")
NAMED = re.compile(r'name="(\w+)"')


@pytest.mark.parametrize("turn", range(3))
def test_no_form_falls_over_what_it_is_sent(world, turn):
    """Every box of every form filled with what it was not made for, by somebody who may send it."""
    fell = []
    for name, pattern in urls().items():
        member = next((one for one in MEMBERS if LINES[name].get[one] == 200), None)
        if member is None:
            continue
        where = world.path(name, pattern)
        boxes = boxes_of(ask(world, member, "get", where))
        junk = {box: JUNK[(at + turn) % len(JUNK)] for at, box in enumerate(sorted(boxes))}
        if ask(world, member, "post", where, data=junk).status_code >= 500:
            fell.append(f"{name} by {member}")
    assert not fell, "\n".join(fell)


def boxes_of(page: HttpResponse) -> set[str]:
    if page.streaming:
        return set()
    return {"whole"} | set(NAMED.findall(page.content.decode(errors="replace"))) - {"csrfmiddlewaretoken"}
