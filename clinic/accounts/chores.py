"""Work that needs no key: what the timer does. Rooms above add theirs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from . import invitations, nudges
from .sessions import SessionStore

Chore = Callable[[date], int]
_registered: dict[str, Chore] = {}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """One chore's result: how many, or None where it failed."""

    name: str
    count: int | None


def register(name: str, chore: Chore) -> None:
    """`chore(today)` does one thing that may be done twice, and returns how many it touched."""
    _registered[name] = chore


def run(on: date) -> list[Done]:
    """Every chore, whatever the others do."""
    return [_run(name, chore, on) for name, chore in (_own | _registered).items()]


def _run(name: str, chore: Chore, on: date) -> Done:
    try:
        return Done(name, chore(on))
    except Exception:
        log.exception("chore failed: %s", name)
        return Done(name, None)


def _sessions(on: date) -> int:
    SessionStore.clear_expired()
    return 0


def _tallies(on: date) -> int:
    return nudges.forget_tallies(on - timedelta(days=7))


_own: dict[str, Chore] = {
    "expired sessions": _sessions,
    "expired invitations": invitations.expire,
    "reminders sent": nudges.send,
    "old mail tallies": _tallies,
}
