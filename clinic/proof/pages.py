"""A page as a browser sees it: its forms, and every field in them."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]
TICKS = {"radio", "checkbox"}
ONCE = re.compile(r'class="once__secret" translate="no"><bdi>([^<]+)</bdi>')
CODES = re.compile(r"<li><bdi>([0-9A-Z]{5}-[0-9A-Z]{5})</bdi></li>")
NOT_FILLED = {"submit", "button", "image", "reset"}


@dataclass
class Field:
    """One name in a form. `options` are the values that can be chosen, `chosen` those that are."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    fields: dict[str, Field] = field(default_factory=dict)

    def take(self, name: str, kind: str) -> Field:
        return self.fields.setdefault(name, Field(name, kind))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._text: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(got.get("action", ""))
            self.forms.append(self._form)
        elif self._form and tag in {"input", "select", "textarea"} and got.get("name"):
            self._field(self._form, tag, got)
        elif self._select and tag == "option":
            self._option(self._select, got.get("value", ""), "selected" in got)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text.value += data.removeprefix("\n")

    def _field(self, form: Form, tag: str, got: Attributes) -> None:
        kind = "hidden" if "hidden" in got else got.get("type", "text") if tag == "input" else tag
        if kind in NOT_FILLED:
            return
        found = form.take(got["name"], kind)
        if tag == "select":
            self._select = found
        elif tag == "textarea":
            self._text = found
        elif kind in TICKS:
            self._option(found, got.get("value", "on"), "checked" in got)
        else:
            found.value = got.get("value", "")

    def _option(self, found: Field, value: str, chosen: bool) -> None:
        found.options.append(value)
        if chosen:
            found.chosen.append(value)


def forms_of(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def shown_once(page: str) -> list[str]:
    """A passphrase, a phone's key, a printed code: in the order of the page."""
    return [html.unescape(secret) for secret in ONCE.findall(page)]


def backup_codes(page: str) -> list[str]:
    return CODES.findall(page)
