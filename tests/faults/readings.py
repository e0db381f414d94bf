"""Everything each member of the cast can open, so that two moments can be compared."""

from typing import Any

from clinic.accounts.models import User
from clinic.audit import reading
from clinic.cases import access, actions, generations, lists
from clinic.cases.models import Case, Compartment, Document
from clinic.vault.errors import Locked
from tests.builders import Cast

PEOPLE = ("ana", "ben", "chi", "dee", "sol")
Reading = dict[str, Any]


def readings(cast: Cast, *more: User) -> dict[str, Reading]:
    people = [getattr(cast, name) for name in PEOPLE] + list(more)
    return {user.sign_in_name: reading_of(cast, user) for user in people}


def reading_of(cast: Cast, user: User) -> Reading:
    """Never an error but Locked: what is damaged must fail the test."""
    with cast.acting(user) as ring:
        cases = list(Case.objects.all())
        access.unlock(*cases)
        opened: Reading = {}
        for case in cases:
            held = [one for one in Compartment if access.holds(case, one)]
            opened[f"held {case.pk}"] = sorted(held)
            for compartment in held:
                for row in generations.sealed_rows(case, compartment):
                    opened[f"row {row.pk}"] = dict(row.opened())
            opened[f"record {case.pk}"] = _events(ring, case)
        opened["teams"] = len(ring.teams)
        opened["listed"] = sorted(
            (hit.entry.kind, hit.entry.data.get("name", "")) for hit in lists.search("Ficta")
        )
        return opened


def _events(ring: Any, case: Case) -> int:
    try:
        events = list(reading.readable(ring, case_id=case.pk))
    except Locked:
        return 0
    assert all(event.proven for event in events)
    return len(events)


def documents(cast: Cast, user: User) -> dict[str, int]:
    """Title and true length of every document, read to its end."""
    with cast.acting(user):
        found = {}
        for case in Case.objects.all():
            access.unlock(case)
            for row in Document.objects.filter(case=case).select_related("key"):
                content = b"".join(actions.read_document(document=row, by=user))
                assert len(content) == row.size
                found[row.title] = len(content)
        return found


def without(reading: Reading, *words: str) -> Reading:
    """Leaves out what an action may change."""
    return {key: value for key, value in reading.items() if not key.startswith(words)}
