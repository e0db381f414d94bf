"""A sealed value in another row, slot, case, person or clinic opens nothing."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from clinic import budget
from clinic.vault.envelope import START, Place, _label
from clinic.vault.wraps import Subject

from .build import make_full_clinic
from .slots import Slot, slots_of

pytestmark = pytest.mark.django_db
ALIKE, ANY = 60, 1200  # swaps within a column, and between any two places
# Each try reads the database: fewer of them.
SLOW = {
    "accounts.TeamMembership.wrapped_secret",
    "cases.CaseUserAccess.wrapped_key",
    "cases.CaseTeamAccess.wrapped_key",
}
Pair = tuple[Slot, Slot]


def two_clinics() -> list[Slot]:
    return [*slots_of(make_full_clinic("one")), *slots_of(make_full_clinic("two"))]


def swaps(slots: Sequence[Slot], chance: random.Random) -> Iterator[Pair]:
    """Within each column, nearest first: these differ least. Then between any two."""
    columns: dict[str, list[Slot]] = {}
    for slot in slots:
        columns.setdefault(slot.column, []).append(slot)
    for column, alike in columns.items():
        pairs = [(one, other) for one in alike for other in alike if one is not other]
        chance.shuffle(pairs)
        pairs.sort(key=lambda pair: pair[0].group != pair[1].group)
        most = ALIKE // 2 if column in SLOW else ALIKE
        yield from pairs[: most // 2]
        rest = pairs[most // 2 :]
        yield from chance.sample(rest, min(most // 2, len(rest)))
    quick = [slot for slot in slots if slot.column not in SLOW]
    for _ in range(ANY):
        source, target = chance.choice(slots), chance.choice(quick)
        if source is not target:
            yield source, target


def accepted(pairs: Iterator[Pair]) -> tuple[Counter[str], Counter[str]]:
    """How often each column was tried, and how often it took what belonged elsewhere."""
    tried: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for source, target in pairs:
        tried[target.column] += 1
        taken[target.column] += target.accepts(source.value)
    return tried, +taken


def test_every_swap_is_refused():
    slots, seed = two_clinics(), random.randrange(2**32)
    assert [slot.column for slot in slots if not slot.accepts(slot.value)] == []
    tried, taken = accepted(swaps(slots, random.Random(seed)))
    assert (seed, taken) == (seed, Counter())
    assert tried.total() >= 2000
    assert {slot.column for slot in slots} == set(tried)


def test_no_sealed_column_is_left_out():
    columns = {slot.column for slot in slots_of(make_full_clinic())}
    opaque = {
        f"{table.label}.{column.name}"
        for table in budget.tables().values()
        for column in table.columns.values()
        if column.kind in budget.OPAQUE
    }
    assert opaque - columns == set()


# Planted: sealed with less than its whole place. -------------------------------------------------


def without_the_row(patch: pytest.MonkeyPatch) -> set[str]:
    def aad(self: Place, header: bytes) -> bytes:
        return START + header + self.scope.id.bytes + _label(self.table) + _label(self.slot)

    patch.setattr(Place, "aad", aad)
    return {"cases.Note.sealed", "cases.Person.sealed", "accounts.RosterEntry.sealed"}


def without_the_table(patch: pytest.MonkeyPatch) -> set[str]:
    def aad(self: Place, header: bytes) -> bytes:
        return START + header + self.scope.id.bytes + _label(self.slot)

    patch.setattr(Place, "aad", aad)
    return {"cases.Detention.sealed", "cases.Case.sealed"}


def without_the_subject(patch: pytest.MonkeyPatch) -> set[str]:
    """A wrap bound to its holder only, and the key not compared with its commitment."""
    patch.setattr(Subject, "info", lambda self, holder: holder)
    patch.setattr(Subject, "check", lambda self, key: key)
    return {"audit.AuditKeyWrap.wrap"}


PLANTS = [without_the_row, without_the_table, without_the_subject]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: p.__name__)
def test_a_planted_violation_is_caught(plant, monkeypatch):
    columns = plant(monkeypatch)
    slots = slots_of(make_full_clinic())
    pairs = [(one, other) for one in slots for other in slots if one is not other and other.column in columns]
    chance = random.Random(0)
    near = [pair for pair in pairs if pair[0].group == pair[1].group]
    _tried, taken = accepted(iter(chance.sample(near, min(800, len(near)))))
    assert set(taken) == columns
