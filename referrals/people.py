"""Who may be given a case: everybody on the roster who works here, with how much they have."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts import roster
from clinic.accounts.models import Purpose
from clinic.accounts.roster import Person, Role
from clinic.cases import access, lists
from clinic.cases.models import Case, Compartment
from clinic.vault.errors import Locked

from .rules import ATTORNEYS

ORDER = (Role.ATTORNEY, Role.SUPERVISOR, Role.HELPER, Role.INTAKE, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Choice:
    id: UUID
    name: str
    role: Role
    cases: int | None

    @property
    def label(self) -> str:
        parts = [self.name, str(self.role.label)]
        if self.cases is not None:
            parts.append(ngettext("%(n)d case", "%(n)d cases", self.cases) % {"n": self.cases})
        return _(", ").join(parts)


def choices(case: Case) -> list[Choice]:
    """Attorneys first; nobody who has the case and its notes, who left, or who is not on the roster."""
    held = _how_many()
    found = [
        Choice(one.id, one.name, Role(one.role), _count(one, held))
        for one in roster.people().values()
        if one.active and (str(one.id) != case.owner or may_pass_notes_on(case, one.id))
    ]
    return sorted(found, key=lambda choice: (ORDER.index(choice.role), choice.name.casefold()))


def may_pass_notes_on(case: Case, to: UUID) -> bool:
    """Whether the keyring holds the attorney notes, and that person does not by name."""
    codename = access.OPEN[Compartment.ATTORNEY]
    has = (row.permission.codename == codename and row.user_id == to for row in access.true_rows(case))
    return access.holds(case, Compartment.ATTORNEY) and not any(has)


def _count(person: Person, held: Counter[UUID] | None) -> int | None:
    """Of those who take whole cases."""
    return held[person.id] if held is not None and person.role in ATTORNEYS else None


def _how_many() -> Counter[UUID] | None:
    """Cases by owner; None for somebody who cannot know."""
    try:
        snapshot = lists.scan(Purpose.COORDINATION)
    except Locked:
        return None
    return Counter(one.owner for one in snapshot.due(f"{lists.CASE}.given") if one.owner)
