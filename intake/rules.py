"""Decisions about waiting cases. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that nobody has yet, as the list shows it.

    `offered_to`: names, each with the last day of that offer. `ran_out`: one ended without an answer.
    """

    id: UUID
    reference: str
    name: str = ""
    held_at: str = ""
    language: str = ""
    urgent: bool = False
    urgent_why: str = ""
    opened_on: date | None = None
    next_on: date | None = None
    next_what: str = ""
    hearing_on: date | None = None
    offered_to: tuple[tuple[str, date | None], ...] = ()
    ran_out: bool = False


def in_order(cases: Iterable[Waiting]) -> list[Waiting]:
    """Urgent first, then who waits longest."""
    return sorted(cases, key=lambda case: (not case.urgent, case.opened_on or date.min, case.reference))


def days_waiting(opened_on: date | None, on: date) -> int:
    """0 on the first day, and where the day is not known."""
    return max(0, (on - opened_on).days) if opened_on else 0
