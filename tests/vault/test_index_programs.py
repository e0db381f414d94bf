"""Any program of writing, delivering, folding and re-keying ends in what a plain dictionary says."""

import contextlib
import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from clinic.vault import index
from clinic.vault.index import Entry, columns, folding, sealing, snapshot, state
from clinic.vault.keyring import TeamKeys, using
from clinic.vault.models import IndexChange, IndexSegment, IndexState

from .build import ANA, BEN, make_ring, make_team
from .entries import KINDS, look, make_entry, shown, similar, trust

QUICK = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
UNTIL_FOUND = settings(QUICK, max_examples=500, phases=[Phase.generate], derandomize=True, database=None)
THINGS = st.integers(1, 12)
DAYS, OWNERS = st.none() | st.dates(), st.sampled_from([None, ANA, BEN])
NAMES = st.sampled_from(["maria gonsales", "mario lopes", "ahmed", "fatima ali", ""])


class Programs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.team, self.epoch = uuid4(), 1
        self.model: dict[UUID, Entry] = {}

    @property
    def keys(self) -> TeamKeys:
        return make_team(team=self.team, epoch=self.epoch)

    @rule(thing=THINGS, name=NAMES, kind=st.sampled_from(KINDS), day=DAYS, owner=OWNERS)
    def put(self, thing, name, kind, day, owner):
        entry = make_entry(thing, name=name, kind=kind, day=day, owner=owner)
        index.put(self.keys, entry)
        self.model[entry.id] = entry

    @rule(thing=THINGS)
    def drop(self, thing):
        index.drop(self.keys, UUID(int=thing))
        self.model.pop(UUID(int=thing), None)

    @rule(thing=THINGS, name=NAMES, gone=st.booleans())
    def deliver(self, thing, name, gone):
        entry = make_entry(thing, name=name)
        with using(make_ring(BEN)):
            index.deliver(
                self.team,
                self.epoch,
                self.keys.pair.public,
                entry=None if gone else entry,
                gone=entry.id if gone else None,
            )
        self.model.pop(entry.id, None)
        self.model |= {} if gone else {entry.id: entry}

    @rule(thorough=st.booleans())
    def compact(self, thorough):
        index.compact(self.keys, trust=trust, thorough=thorough)

    @rule()
    def reseal(self):
        old = self.keys
        self.epoch += 1
        index.reseal(old, self.keys, trust=trust)

    @rule(statement=st.integers(0, 12))
    def crash_while_folding(self, statement):
        with contextlib.suppress(RuntimeError), transaction.atomic():
            with connection.execute_wrapper(crash(after=statement)):
                index.compact(self.keys, trust=trust, thorough=True)
            raise RuntimeError

    @invariant()
    def it_says_what_the_model_says(self):
        found = look(self.keys)
        assert found.damaged == 0
        assert shown(found) == self.model
        assert {entry.id for entry in found.read(found.due("case"))} == {
            entry.id for entry in self.model.values() if entry.kind.startswith("case.")
        }
        for thing in range(1, 13):
            assert found.get(UUID(int=thing)) == self.model.get(UUID(int=thing))
        assert {hit.entry.id for hit in found.find(["maria"], exactly)} == {
            entry.id for entry in self.model.values() if "maria" in entry.terms
        }


def exactly(word, known):
    return [(place, 100.0) for place, other in enumerate(known) if other == word]


def crash(*, after: int):
    left = after

    def run(execute, sql, params, many, context):
        nonlocal left
        left -= 1
        if left < 0:
            raise RuntimeError
        return execute(sql, params, many, context)

    return run


@pytest.mark.django_db
@pytest.mark.usefixtures("ring")
def test_any_program_says_what_the_model_says(monkeypatch):
    monkeypatch.setattr(folding, "SEGMENT_SIZE", 5)
    run_state_machine_as_test(Programs, settings=QUICK)


def forget_the_changes(patch) -> None:
    patch.setattr(folding, "_fold", lambda *args: None)


def forget_what_is_gone(patch) -> None:
    patch.setattr(columns.Head, "ids", lambda head: [])


def fold_backwards(patch) -> None:
    gather = sealing.gather
    patch.setattr(folding, "gather", lambda rows, *rest: gather(rows[::-1], *rest))


@pytest.mark.django_db
@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("plant", [forget_the_changes, forget_what_is_gone, fold_backwards])
def test_a_planted_fault_is_caught(monkeypatch, plant):
    monkeypatch.setattr(folding, "SEGMENT_SIZE", 5)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Programs, settings=UNTIL_FOUND)


# Two at once. Real transactions, each in a thread with a connection of its own.


@pytest.fixture
def clean(transactional_db):
    """Leaves the tables as it found them."""


def together(*jobs) -> list[BaseException]:
    start, failed = threading.Barrier(len(jobs)), []

    def run(job) -> None:
        try:
            with using(make_ring()):
                start.wait(10)
                job()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failed


def put_some(keys: TeamKeys, numbers) -> None:
    for number in numbers:
        with transaction.atomic():
            index.put(keys, make_entry(number))


def test_two_who_fold_at_once_fold_once(clean):
    keys = make_team()
    with using(make_ring()):
        put_some(keys, range(50))
    fold = lambda: index.compact(keys, trust=trust)  # noqa: E731
    assert together(fold, fold, fold) == []
    assert len(shown(look(keys))) == 50
    assert IndexSegment.objects.count() == 1
    assert not IndexChange.objects.exists()


def test_what_is_written_during_a_fold_is_not_lost(clean):
    keys = make_team()
    with using(make_ring()):
        put_some(keys, range(20))
    jobs = [lambda: put_some(keys, range(20, 40)), lambda: put_some(keys, range(40, 60))]
    fold = [lambda: index.compact(keys, trust=trust)] * 2
    assert together(*jobs, *fold) == []
    assert len(shown(look(keys))) == 60
    orders = list(IndexChange.objects.values_list("order", flat=True))
    assert len(orders) == len(set(orders))


def test_a_reader_during_folds_misses_nothing(clean):
    """Changes first, then the account: whatever is folded in between is in one of the two."""
    keys, missed = make_team(), []
    with using(make_ring()):
        put_some(keys, range(30))

    def read() -> None:
        for _ in range(30):
            if len(shown(look(keys))) < 30:
                missed.append(1)

    def fold() -> None:
        for number in range(folding.GRACE):
            put_some(keys, [number])
            index.compact(keys, trust=trust)

    assert together(read, fold) == []
    assert not missed


def test_folds_between_two_looks_of_one_reader_hide_nothing(clean, monkeypatch):
    keys, ring = make_team(), make_ring()
    with using(ring):
        put_some(keys, range(3))
        load = state.load

        def fold_then_load(held):
            monkeypatch.setattr(snapshot, "load", load)
            index.compact(keys, trust=trust)
            return load(held)

        monkeypatch.setattr(snapshot, "load", fold_then_load)
        assert len(shown(look(keys))) == 3
        before = look(keys)
        for _ in range(folding.GRACE):
            put_some(keys, range(1, 5))
            index.compact(keys, trust=trust)
        assert len(shown(before)) == 3


@pytest.mark.parametrize("statement", range(12))
def test_a_crash_after_any_statement_of_a_fold_loses_nothing(clean, statement):
    keys = make_team()
    with using(make_ring()):
        put_some(keys, range(5))
        index.compact(keys, trust=trust)
        put_some(keys, range(3, 8))
        try:
            with connection.execute_wrapper(crash(after=statement)):
                index.compact(keys, trust=trust)
        except RuntimeError:
            pass
        assert len(shown(look(keys))) == 8
        index.compact(keys, trust=trust)
        assert len(shown(look(keys))) == 8
    assert IndexState.objects.count() == 1


def test_the_last_word_is_the_matcher_s():
    assert list(similar("maria", ["maria", "ahmed"])) == [(0, 100.0)]


def test_a_first_fold_between_two_looks_of_one_reader_is_no_damage(clean, monkeypatch):
    keys, exists = make_team(), QuerySet.exists
    with using(make_ring()):
        put_some(keys, range(3))

        def fold_then_look(rows):
            monkeypatch.setattr(QuerySet, "exists", exists)
            index.compact(keys, trust=trust)
            return exists(rows)

        monkeypatch.setattr(QuerySet, "exists", fold_then_look)
        assert len(shown(look(keys))) == 3
