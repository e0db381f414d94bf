"""What a person finds: in the lists of their teams, and among the cases that they hold by name."""

from collections.abc import Iterator
from uuid import UUID

from clinic.vault.errors import Tampered
from clinic.vault.index import Entry, Hit
from clinic.vault.index.matching import score_entries

from . import access, lists, names
from .caseload import by_case
from .models import Detention, Person


def search(typed: str) -> list[Hit]:
    """By a misspelt name or part of a number, best first; as many as `lists.search`.

    What one holds is no stub.
    """
    best: dict[UUID, Hit] = {hit.entry.id: hit for hit in lists.search(typed)}
    for hit in _own(typed):
        lists.keep_best(best, hit)
    return sorted(best.values(), key=lambda hit: -hit.score)[: lists.MOST + 1]


def _own(typed: str) -> Iterator[Hit]:
    words, digits = names.fold(typed), names.digits_of(typed) or names.reference_of(typed)
    if words or digits:
        for score, entry in score_entries(list(_entries()), words, names.similar, digits):
            yield Hit(entry, score)


def _entries() -> Iterator[Entry]:
    """A walled case stands in no list, and a damaged one is told of on the caseload."""
    held = access.open_own()
    people = by_case(Person.objects.filter(case__in=held))
    detentions = {one.case_id: one for one in Detention.objects.filter(case__in=held)}
    for case in held:
        try:
            if not case.walled:
                yield lists.case_entry(case, people.get(case.pk, []), detentions.get(case.pk))
        except Tampered:
            continue
