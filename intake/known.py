"""Who is here already, while somebody calls."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.cases import lists, names
from clinic.vault.index import Hit

from .rules import days_waiting

FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A case that may be about the same person. A stub's holders have the key, we do not."""

    id: UUID
    name: str
    reference: str
    owner: str
    opened_on: date | None
    days: int
    stub: bool


def says_enough(typed: str, *, asked: bool) -> bool:
    """While somebody types, three letters or four digits: fewer would name half the clinic.

    `asked`: the button was pressed, and a name as short as Ly is whole.
    """
    if asked or names.digits_of(typed) or names.reference_of(typed):
        return names.says_something(typed)
    return sum(map(str.isalpha, typed)) >= FEWEST_LETTERS


def known_cases(typed: str, *, on: date) -> tuple[list[Known], bool]:
    """The best, and whether there are more."""
    hits, more = lists.best(lists.search(typed))
    return [_known(hit, on) for hit in hits], more


def _known(hit: Hit, on: date) -> Known:
    data = hit.entry.data
    opened_on = date.fromisoformat(data["opened_on"]) if data.get("opened_on") else None
    return Known(
        id=hit.entry.id,
        name=data.get("name", ""),
        reference=data["reference"],
        owner=data.get("owner_name", ""),
        opened_on=opened_on,
        days=days_waiting(opened_on, on),
        stub=hit.entry.kind == lists.STUB,
    )
