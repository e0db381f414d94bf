"""Where each room says how one sees that its keys and rows are sound. Run by `manage.py doctor` and a page.

A check without keys gets the organisation; one with keys gets a person's keyring, and tells what it
could not open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from clinic.accounts.models import Organisation
from clinic.vault.keyring import Keyring


class Kind(StrEnum):
    FAULT = "fault"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    text: str | Promise

    def __str__(self) -> str:
        return str(self.text)


def fault(text: str) -> Finding:
    return Finding(Kind.FAULT, text)


def warning(text: str) -> Finding:
    return Finding(Kind.WARNING, text)


def not_seen(text: str) -> Finding:
    return Finding(Kind.NOT_CHECKED, text)


def fine(text: str) -> Finding:
    return Finding(Kind.FINE, text)


Keyless = Callable[[Organisation], Iterable[Finding]]
Keyed = Callable[[Keyring], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """`needs` says what only somebody's keys can show; `keyed` looks, where they are at hand."""

    title: str | Promise
    keyless: Keyless | None = None
    needs: str | Promise = ""
    keyed: Keyed | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    title: str
    findings: list[Finding]


_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    _checks[name] = check


def without_keys(organisation: Organisation) -> list[Outcome]:
    """What the rows alone show."""
    return [
        Outcome(str(check.title), list(check.keyless(organisation)))
        for check in _checks.values()
        if check.keyless
    ]


def with_keys(ring: Keyring) -> list[Outcome]:
    """What this person's keys open, and what they do not."""
    return [Outcome(str(check.title), list(check.keyed(ring))) for check in _checks.values() if check.keyed]


def needing_keys() -> list[Outcome]:
    """What nobody sees without keys: each is "not checked"."""
    return [
        Outcome(str(check.title), [Finding(Kind.NOT_CHECKED, check.needs)])
        for check in _checks.values()
        if check.needs
    ]
