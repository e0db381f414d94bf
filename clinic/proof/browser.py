"""A browser that fills forms: real pages, real middleware, CSRF enforced."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from .canaries import Canaries
from .filling import filled
from .pages import Form, backup_codes, forms_of, shown_once
from .trail import Trail

HOST = "localhost"
GOOD = {200, 302}
COOKIES = {"Set-Cookie"}


class Unexpected(Exception):
    """A page did not answer as a page that works does."""


@dataclass
class Page:
    status: int
    text: str
    goes_to: str
    path: str

    def forms(self) -> list[Form]:
        return forms_of(self.text)

    def form(self, ending: str = "") -> Form:
        """The form whose action ends so; without one, the form that sends to this page."""
        for form in self.forms():
            if (form.action or self.path).endswith(ending or self.path):
                return form
        raise Unexpected(f"{self.path} has no form to {ending or 'itself'}")


class Browser:
    """One person's. Everything a web server would write into its access log goes to a file."""

    def __init__(self, canaries: Canaries, log: Path, trail: Trail) -> None:
        self.client = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
        self._canaries, self._log, self._trail = canaries, log, trail

    def get(self, path: str, *, good: set[int] = GOOD) -> Page:
        return self._page("GET", path, self.client.get(path, secure=True), good)

    def send(self, path: str, data: Mapping[str, Any], *, good: set[int] = GOOD, **headers: str) -> Page:
        headers = {"Origin": f"https://{HOST}", **headers}
        return self._page("POST", path, self.client.post(path, data, secure=True, headers=headers), good)

    def submit(
        self, page: Page, ending: str = "", *, sent_to: str = "", good: set[int] = GOOD, **answers: Any
    ) -> Page:
        """Fills a form of the page, sends it, and goes where that leads."""
        form = page.form(ending)
        action = form.action or page.path
        data = filled(form, self._canaries, action, answers)
        self._trail.wrote(form, action, data, self._canaries)
        sent = self.send(sent_to or action, data, good=good)
        return self.get(sent.goes_to) if sent.goes_to else sent

    def fill(self, path: str, ending: str = "", **answers: Any) -> Page:
        """Opens a page and sends its form; the form must be taken."""
        opened = self.get(path)
        told = self.submit(opened, ending, **answers)
        if told.path == path:
            raise Unexpected(f"{path} was not taken: {_errors(told.text)}")
        return told

    def _page(self, method: str, path: str, response: Any, good: set[int]) -> Page:
        body = b"".join(response.streaming_content) if response.streaming else response.content
        self._note(method, path, response)
        if response.status_code not in good:
            raise Unexpected(f"{method} {path} answered {response.status_code}")
        text = body.decode("utf-8", "replace")
        if response.status_code in GOOD:
            self._remember(method, path, text)
        return Page(response.status_code, text, response.get("Location", ""), path)

    def _remember(self, method: str, path: str, text: str) -> None:
        """What a page shows once may lie nowhere: in groups, as it is shown, nor in one word."""
        self._trail.came_to(method, path, text)
        for secret in [*shown_once(text), *backup_codes(text)]:
            for spelt in {secret, secret.replace(" ", "")}:
                self._canaries.note(spelt, f"shown once at {path}")

    def _note(self, method: str, path: str, response: Any) -> None:
        headers = [f"{name}: {value}" for name, value in response.items() if name not in COOKIES]
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{method} {path} {response.status_code} {' | '.join(headers)}\n")


def _errors(page: str) -> str:
    """The fields that were refused, by their ids."""
    return ", ".join(part.split('"')[0] for part in page.split('href="#id_')[1:])
