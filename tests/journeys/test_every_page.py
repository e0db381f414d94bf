"""Every page, wide and on a phone, by somebody who may see it: looked at by axe, and pictured if asked."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test.signals import template_rendered
from django.urls import get_resolver
from django.utils import timezone

from clinic.cases.models import PartyRole
from clinic.cases.models import Person as Party
from clinic.demo.cases import CALLS
from tests.cases_builders import make_case, open_case
from tests.house.matrix import MEMBERS, TABLE, World, read, walk
from tests.journeys import album
from tests.journeys.people import NARROW, WIDE, Mode, Person
from tests.journeys.scenes import SCENES, Company
from tests.uvisa import build

LINES = read(TABLE)
READER = {"cases:caseload": "ben", "cases:case": "ben", "accounts:me": "ben"}
FILES = {"cases:document": "document", "uvisa:packet": "draft.pdf"}
FRAMES = {"base.html", "print.html", "uvisa/move.html"}
TEMPLATES = Path(settings.BASE_DIR, "templates")


@pytest.fixture
def world(live_server) -> World:
    """The matrix's clinic, with a queue to look at and a request whose clocks run."""
    made = World()
    for call in CALLS[1:6]:
        make_case(
            made.cast,
            given_names=call.given_names,
            family_names=call.family_names,
            a_numbers=[call.a_number] if call.a_number else [],
            language=call.language,
            held_at=call.held_at,
            opened_on=timezone.localdate() - timedelta(days=call.days_ago),
            urgent=bool(call.urgent_why),
            urgent_why=call.urgent_why,
        )
    tell_birthday(made)
    made.received = build.make_request(made.cast, made.case, case_number="MP-26-000124")
    build.make_received(made.cast, made.received, on=build.ago(3))
    return made


def tell_birthday(made: World) -> None:
    """The packet needs it."""
    with made.cast.acting(made.cast.ana):
        client = next(
            one for one in Party.objects.filter(case=open_case(made.case)) if one.role == PartyRole.CLIENT
        )
        client.born_on = date(1991, 3, 4)
        client.save()


@pytest.fixture
def cast(world):
    return world.cast


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The templates that were rendered meanwhile, in whatever thread."""
    seen: set[str] = set()

    def saw(sender, template, **kwargs):
        seen.add(str(template.name))

    template_rendered.connect(saw)
    yield seen
    template_rendered.disconnect(saw)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page(world, meet, rendered, width):
    here = Company(world, meet, Mode(width))
    seen = {name for reader in ("anon", *MEMBERS) for name in go_round(here, reader)}
    missed = {name for name in LINES if reader_of(name)} - seen
    assert not missed, f"no page was looked at: {missed}"
    for scene in SCENES:
        scene(here)
    assert not (unseen := whole_pages() - rendered), f"nobody came to: {sorted(unseen)}"


def test_each_picture_of_the_readme_is_of_a_page():
    pages = {album.file_name(name) for name in LINES if reader_of(name) and name not in FILES}
    assert album.BEST.keys() <= pages


def reader_of(name: str) -> str | None:
    """Who looks at it; nobody where GET shows no page."""
    may = [one for one in ("anon", *MEMBERS) if LINES[name].get[one] == 200]
    return READER.get(name) or (may[0] if may else None)


def go_round(here: Company, reader: str) -> Iterator[str]:
    """Every address that `reader` is to look at, in turn."""
    for name, pattern in walk(get_resolver().url_patterns):
        if reader_of(name) == reader:
            look_at(here[reader], name, here.world.path(name, pattern))
            yield name


def look_at(person: Person, name: str, where: str) -> None:
    if name in FILES:
        album.keep(person.fetch(where), FILES[name])
        return
    person.go(where)
    album.take(person, name)


def whole_pages() -> set[str]:
    """Every template of ours that is a page: no part, no frame, nothing for print alone."""
    whole = {str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html") if is_page(file)}
    return whole - FRAMES


def is_page(file: Path) -> bool:
    text = file.read_text()
    if file.parent.name == "pdf":
        return False
    return "<html" in text or bool(re.match(r'{% extends "(?!print)', text))


def test_a_template_nobody_comes_to_would_be_missed():
    assert {"desk/home.html", "uvisa/approve.html", "500.html", "accounts/arriving.html"} <= whole_pages()
    assert not {"parts/note.html", "base.html", "uvisa/pdf/packet.html"} & whole_pages()
