"""The cases that a person holds by name, opened directly: three queries, however many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.accounts.models import User
from clinic.days import late
from clinic.vault.errors import Tampered

from . import access, lists
from .models import Case, Detention, Person


@dataclass(frozen=True, slots=True)
class Row:
    """What is damaged has no day here: the page of the case says so."""

    case: Case
    client: Person | None
    detention: Detention | None
    on: date

    @property
    def next_on(self) -> date | None:
        return _day(self.case, "next_on")

    @property
    def hearing_on(self) -> date | None:
        return _day(self.detention, "hearing_on")

    @property
    def days(self) -> list[date]:
        return [day for day in (self.next_on, self.hearing_on) if day]

    @property
    def next_late(self) -> str:
        return late(self.next_on or self.on, self.on)

    @property
    def hearing_late(self) -> str:
        return late(self.hearing_on or self.on, self.on)

    @property
    def overdue(self) -> int:
        return sum(day < self.on for day in self.days)


def rows(user: User, *, on: date) -> list[Row]:
    """Soonest promise or hearing first, then urgent, then by reference."""
    held = access.open_own()
    people = by_case(Person.objects.filter(case__in=held))
    detentions = {row.case_id: row for row in Detention.objects.filter(case__in=held)}
    return in_order(Row(c, _client(people.get(c.pk, [])), detentions.get(c.pk), on) for c in held)


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=_soonest)


def shown(rows: Sequence[Row]) -> dict[str, Any]:
    """For the page: the rows, and the number overdue for its title."""
    return {"rows": rows, "overdue": sum(row.overdue for row in rows)}


def by_case(people: Iterable[Person]) -> dict[object, list[Person]]:
    grouped: dict[object, list[Person]] = {}
    for person in people:
        grouped.setdefault(person.case_id, []).append(person)
    return grouped


def _client(people: list[Person]) -> Person | None:
    try:
        return lists.client_of(people)
    except Tampered:
        return None


def _day(row: Case | Detention | None, name: str) -> date | None:
    try:
        day: date | None = getattr(row, name, None)
    except Tampered:
        return None
    return day


def _soonest(row: Row) -> tuple[date, bool, str]:
    """A damaged case stands last, and says so; the others are not lost with it."""
    try:
        return (min(row.days, default=date.max), not row.case.urgent, row.case.reference)
    except Tampered:
        return (date.max, True, "")
