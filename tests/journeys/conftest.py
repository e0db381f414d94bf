"""Real Chromium, our own live server on localhost, and nothing else on the network."""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from clinic.directory import actions as directory
from tests.builders import Cast, make_clinic
from tests.journeys.people import Mode, Person
from tests.uvisa.build import make_letterhead

# Playwright's loop runs in this thread, where Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

QUIET = (
    "--no-sandbox",  # as root, as in a container; what it opens is ours alone
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)

Meet = Callable[..., Person]


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("Chromium is needed: install it, or name it in CHROMIUM.", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Generator[Browser, None, None]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def cast(live_server) -> Cast:
    directory.load_facts()
    made = make_clinic()
    make_letterhead(made)
    return made


@pytest.fixture
def meet(browser, live_server, cast) -> Generator[Meet, None, None]:
    """Somebody at a browser of their own; at the end nobody's browser has complained."""
    met: list[Person] = []

    def person(name: str, mode: Mode | None = None) -> Person:
        met.append(Person(browser, live_server.url, cast, name, mode or Mode()))
        return met[-1]

    yield person
    complaints = [complaint for one in met for complaint in one.complaints]
    for one in met:
        one.leave()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "police report.txt"
    file.write_text("A fictional police report.")
    return file
