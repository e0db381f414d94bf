"""The cases that a person holds by name, opened directly: three queries, however many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic.accounts.models import User
from clinic.vault.errors import Tampered

from . import access, lists
from .models import Case, Detention, Person


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    client: Person | None
    detention: Detention | None


def rows(user: User, *, on: date) -> list[Row]:
    """Soonest promise first, then urgent, then by reference."""
    held = access.open_own()
    people = by_case(Person.objects.filter(case__in=held))
    detentions = {row.case_id: row for row in Detention.objects.filter(case__in=held)}
    found = [Row(c, _client(people.get(c.pk, [])), detentions.get(c.pk)) for c in held]
    return sorted(found, key=lambda row: _soonest(row.case))


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


def _soonest(case: Case) -> tuple[date, bool, str]:
    """A damaged case stands last, and says so; the others are not lost with it."""
    try:
        return (case.next_on or date.max, not case.urgent, case.reference)
    except Tampered:
        return (date.max, True, "")
