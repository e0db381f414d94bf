from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.forms import CharField
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from clinic import forms

PAGE = """{% extends "base.html" %}{% block title %}New call{% endblock %}
{% block heading %}New call{% endblock %}
{% block content %}{{ form }}{% endblock %}"""


class OneQuestion(forms.Form):
    name = CharField(label="Name")


def rendered(source: str, *, signed_in: bool = False, **context: Any) -> str:
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=signed_in)  # type: ignore[assignment]
    return engines["django"].from_string(source).render(context | {"request": request})


def test_a_page_has_one_heading_a_title_a_language_and_a_way_past_the_header():
    html = rendered(PAGE)
    assert html.count("<h1>") == 1
    assert "<title>New call – Legal Clinic</title>" in html
    assert '<html lang="en" dir="ltr">' in html
    assert '<a class="skip" href="#main">' in html
    assert '<main id="main"' in html


def test_errors_come_first_and_stand_in_the_title():
    html = rendered(PAGE, form=OneQuestion({}))
    assert "<title>Error: New call – Legal Clinic</title>" in html
    assert html.index('href="#id_name"') < html.index("<h1>") < html.index('id="id_name"')
    assert "Error:" not in rendered(PAGE, form=OneQuestion())
    assert "<title>Error: " in rendered(PAGE, has_errors=True)


def test_navigation_and_account_only_for_those_signed_in():
    nav = [("/cases/", "Your cases", True), ("/board/", "Board", False)]
    assert "Your cases" not in rendered(PAGE, nav=nav)
    html = rendered(PAGE, nav=nav, signed_in=True)
    assert '<a href="/cases/" aria-current="page">Your cases</a>' in html
    assert '<a href="/board/">Board</a>' in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_error_pages_need_no_context(name: str):
    html = render_to_string(name)
    assert html.count("<h1>") == 1
    assert "Traceback" not in html


def test_deadlines_say_when_in_words():
    row = {
        "what": "Answer from the police",
        "url": "/x/",
        "reference": "K7-4F2Q",
        "due_on": date(2026, 11, 18),
        "late": "3 days late",
        "owner": "ana",
        "rule": "The city answers in 7 days.",
        "source": "City policy",
        "badge": "verify",
    }
    groups = [
        {"kind": "overdue", "rows": [row]},
        {"kind": "today", "rows": []},
        {"kind": "later", "rows": [row]},
    ]
    html = render_to_string("parts/deadlines.html", {"deadlines": groups})
    for words in (
        "Overdue",
        "Later",
        "Wednesday, November 18, 2026",
        "3 days late",
        "Owner: ana",
        "City policy",
    ):
        assert words in html
    assert "Verify with a lawyer" in html
    assert "Due today" not in html


KINDS = ["verify", "confirmed", "expedite", "offered", "walled", "overdue", "new", "demo"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_badge_says_its_meaning_in_words(kind: str):
    html = render_to_string("parts/badge.html", {"kind": kind})
    assert len(html.split(">")[1].split("<")[0]) > 2


def test_what_is_locked_says_so_and_shows_nothing():
    row = {"label": "Attorney notes", "locked": True, "value": "canary"}
    html = render_to_string("parts/summary.html", {"rows": [row]})
    assert html.count("locked</span>") == 1
    assert "canary" not in html


def test_what_people_typed_is_text():
    note = {"who": "<i>", "at": datetime(2026, 11, 21, 14, 2), "text": "<b>"}  # noqa: DTZ001
    assert "<b>" not in render_to_string("parts/note.html", {"note": note})
    assert "<i>" not in render_to_string("parts/note.html", {"note": note})


def test_a_public_page_can_be_left_without_a_script():
    html = render_to_string("parts/leave.html")
    assert 'rel="noreferrer noopener"' in html
    assert 'href="https://' in html
