"""Somebody at a browser. Each page they come to is looked at; what the browser complains of is noted."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Download, Error, Locator, Page, Request

from tests.accounts.doorway import fresh_code
from tests.builders import Cast
from tests.journeys.hands import Hands, Keys, Mouse

WIDE, NARROW = 1280, 320
PATIENCE = 30_000  # milliseconds: the machine may be busy
# Chromium also reports our own answers (signed out, stale, wrong) as errors in the console.
OUR_ANSWERS = re.compile(
    r"Failed to load resource: the server responded with a status of 4(00|01|03|04|05|09|22)\b"
)
WIDTHS = """() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"""


@dataclass(frozen=True)
class Mode:
    width: int = WIDE
    scripts: bool = True
    keyboard: bool = False

    def __str__(self) -> str:
        parts = [str(self.width), "keyboard" if self.keyboard else "", "" if self.scripts else "no scripts"]
        return " ".join(part for part in parts if part)


class Person:
    def __init__(self, browser: Browser, home: str, cast: Cast, name: str, mode: Mode) -> None:
        self.name, self.mode, self._cast, self.home = name, mode, cast, home
        self.complaints: list[str] = []
        self._expected: list[str] = []
        self.context = browser.new_context(
            base_url=home,
            viewport={"width": mode.width, "height": 800},
            java_script_enabled=mode.scripts,
            locale="en-US",
            timezone_id="America/Chicago",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.hands: Hands = Keys(self.page) if mode.keyboard else Mouse()
        self._listen()

    # What goes wrong without being seen

    def _listen(self) -> None:
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.page.on("pageerror", lambda error: self._complain(f"script error: {error}"))

    def _requested(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != urlsplit(self.home).netloc:
            self._complain(f"asked a third party: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        ours = OUR_ANSWERS.search(message.text) or any(one in message.text for one in self._expected)
        if message.type in {"error", "warning"} and not ours:
            self._complain(f"console: {message.text}")

    def expecting(self, said: str) -> None:
        """The console may say this from now on."""
        self._expected.append(said)

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.name} at {self.page.url}: {what}")

    # Getting about

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """Around what leads to another page, which is then looked at."""
        with self.page.expect_navigation(wait_until="load"):
            yield
        self.look()

    def go(self, where: str) -> None:
        self.page.goto(where)
        self.look()

    def sign_in(self) -> None:
        self.go("/sign-in/")
        self.give_both_factors()

    def give_both_factors(self, press: str = "Sign in") -> None:
        self.write("Sign-in name", self.name)
        self.write("Passphrase", self._cast.papers[self.name].passphrase)
        self.write("One-time code", fresh_code(self._cast, self.name))
        self.press(press)

    def follow(self, link: str | re.Pattern[str]) -> None:
        with self.arriving():
            self.hands.press(self.main.get_by_role("link", name=link).first)

    def press(self, button: str) -> None:
        with self.arriving():
            self.hands.press(self.main.get_by_role("button", name=button, exact=True).first)

    def room(self, label: str) -> None:
        """By the navigation; on a phone it is behind "Menu"."""
        menu = self.page.locator(".nav__fold > summary")
        if menu.is_visible():
            self.hands.press(menu)
        with self.arriving():
            self.hands.press(self.page.locator("nav.nav a:visible", has_text=label).first)

    def search(self, typed: str) -> None:
        box = self.page.get_by_label("Find a person or case")
        self.hands.write(box, typed)
        with self.arriving():
            self.hands.press(self.page.locator("form.search button"))

    def download(self, link: str) -> Path:
        with self.page.expect_download() as download:
            self.hands.press(self.main.get_by_role("link", name=link).first)
        got: Download = download.value
        return Path(got.path())

    def fetch(self, where: str) -> Path:
        """A file by its address."""
        with self.page.expect_download() as download, suppress(Error):  # going there becomes a download
            self.page.goto(where)
        return Path(download.value.path())

    def leave(self) -> None:
        self.context.close()

    # Filling in

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def field(self, label: str, within: str = "") -> Locator:
        """A box by its label, as far as the words "(optional)" and "(needed)"; `within` a question."""
        named = re.compile(rf"^\s*{re.escape(label)}\s*(\((optional|needed)\))?\s*$")
        return (self.question(within) if within else self.main).get_by_label(named).first

    def question(self, legend: str) -> Locator:
        named = re.compile(rf"^\s*{re.escape(legend)}\s*(\((optional|needed)\))?\s*$")
        return self.main.get_by_role("group", name=named)

    def write(self, label: str, text: str) -> None:
        self.hands.write(self.field(label), text)

    def write_day(self, legend: str, on: date) -> None:
        for label, value in (("Month", on.month), ("Day", on.day), ("Year", on.year)):
            self.hands.write(self.field(label, legend), str(value))

    def tick(self, label: str, within: str = "") -> None:
        self.hands.tick(self.field(label, within))

    def tick_starting(self, start: str, within: str) -> None:
        self.hands.tick(self.question(within).get_by_label(re.compile(rf"^\s*{re.escape(start)}")).first)

    def choose(self, label: str, option: str) -> None:
        self.hands.choose(self.field(label), option)

    def attach(self, label: str, file: Path) -> None:
        self.hands.attach(self.field(label), file)

    # Looking

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.main.inner_text())

    def sees(self, *words: str) -> None:
        text = self.text.casefold()
        for one in words:
            assert one.casefold() in text, (
                f"{self.name} does not see “{one}” at {self.page.url}:\n{self.text}"
            )

    def look(self) -> None:
        """What every page must hold."""
        where = f"{self.name} ({self.mode}) at {self.page.url}"
        assert self.page.locator("h1").count() == 1, f"not one heading: {where}"
        assert self.page.title().strip(), f"no title: {where}"
        whole, shown = self.page.evaluate(WIDTHS)
        assert whole <= shown, f"scrolls sideways, {whole} in {shown}: {where}"
        if self.mode.scripts:
            self._check_axe(where)

    def _check_axe(self, where: str) -> None:
        found = Axe().run(self.page).response["violations"]
        told = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        assert not told, "\n".join([f"axe: {where}", *told])


Meet = Callable[..., Person]
