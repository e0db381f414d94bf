from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.vault import index
from clinic.vault.errors import Tampered
from clinic.vault.index import columns, folding, segments
from clinic.vault.index.state import load
from clinic.vault.models import IndexChange, IndexHead, IndexLines, IndexSegment, IndexState

from .build import ANA, BEN, TEAM, make_team
from .entries import look, make_entry, shown, similar, trust

CANARY = "quetzal"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ring")]


@pytest.fixture
def keys():
    return make_team()


def fold(keys, **values) -> None:
    index.compact(keys, trust=trust, **values)


def count_segments(keys) -> int:
    """How many count."""
    account = load(keys)
    return len(account.gone) if account else 0


@pytest.fixture(params=["pending", "folded"])
def settle(request):
    """Every question is asked of changes that are pending and of changes that are folded in."""
    return fold if request.param == "folded" else lambda keys: None


def test_an_empty_index_has_nothing(keys):
    found = look(keys)
    assert (found.entries(), found.due("case"), found.damaged) == ([], [], 0)
    assert found.get(UUID(int=1)) is None
    assert found.find(["maria"], similar) == []


def test_what_is_put_is_found(keys, settle):
    entry = make_entry(
        day=date(2026, 3, 1),
        owner=ANA,
        digits=["6125550101"],
        data={"name": "María González", "n": [1, None]},
    )
    index.put(keys, entry)
    settle(keys)
    assert look(keys).get(entry.id) == entry
    assert look(keys).entries("case") == [entry]
    assert [hit.entry for hit in look(keys).find(["marya"], similar)] == [entry]


def test_what_is_dropped_is_gone(keys, settle):
    index.put(keys, make_entry())
    settle(keys)
    index.drop(keys, UUID(int=1))
    settle(keys)
    assert not shown(look(keys))
    assert look(keys).get(UUID(int=1)) is None
    assert look(keys).find(["maria"], similar, digits="1") == []


def test_what_is_put_again_is_there_once(keys, settle):
    for name in ("maria", "marta", "mirta"):
        index.put(keys, make_entry(name=name))
        settle(keys)
    assert shown(look(keys)) == {UUID(int=1): make_entry(name="mirta")}
    assert [hit.entry.terms for hit in look(keys).find(["maria"], similar)] in ([], [["mirta"]])


def test_shelves_are_parts_of_a_kind(keys, settle):
    for number, kind in enumerate(["case.waiting", "case.given", "case", "cases", "stub"]):
        index.put(keys, make_entry(number, kind=kind))
    settle(keys)
    assert {entry.kind for entry in look(keys).entries("case")} == {"case.waiting", "case.given", "case"}
    assert {entry.kind for entry in look(keys).entries("case.given", "stub")} == {"case.given", "stub"}
    assert len(look(keys).entries()) == 5


def test_a_board_has_days_and_owners(keys, settle):
    index.put(keys, make_entry(1, day=date(2026, 3, 1), owner=ANA))
    index.put(keys, make_entry(2, day=None, owner=None))
    index.put(keys, make_entry(3, kind="stub", day=date(2026, 3, 2)))
    settle(keys)
    due = look(keys).due("case")
    assert {(one.day, one.owner) for one in due} == {(date(2026, 3, 1), ANA), (None, None)}
    assert {entry.id for entry in look(keys).read(due)} == {UUID(int=1), UUID(int=2)}


def test_the_best_hit_stands_first(keys, settle):
    for number, name in enumerate(["mario lopes", "maria gonsales", "maria lopes", "ahmed ali"]):
        index.put(keys, make_entry(number, name=name))
    settle(keys)
    hits = look(keys).find(["maria", "gonsales"], similar)
    assert hits[0].entry.terms == ["maria", "gonsales"]
    assert hits[0].score == 100
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.entry.terms != ["ahmed", "ali"] for hit in hits)


def test_only_as_many_hits_as_asked_for_and_of_the_kinds_asked_for(keys, settle):
    for number in range(30):
        index.put(keys, make_entry(number, kind="case.waiting" if number % 3 else "stub"))
    settle(keys)
    assert len(look(keys).find(["maria"], similar)) == 20
    assert len(look(keys).find(["maria"], similar, most=100, kinds=["stub"])) == 10
    assert len(look(keys).find(["maria"], similar, most=5, kinds=["case"])) == 5


def test_numbers_are_found_by_any_part(keys, settle):
    index.put(keys, make_entry(1, digits=["6125550101", "000111222"]))
    index.put(keys, make_entry(2, digits=["6125550199"]))
    settle(keys)
    assert {hit.entry.id for hit in look(keys).find([], similar, digits="555010")} == {UUID(int=1)}
    assert len(look(keys).find([], similar, digits="612555")) == 2
    assert look(keys).find([], similar, digits="0101000") == []


@pytest.mark.parametrize("term", ["", " ", "two words", "a\nb", "日本", "\x85", "é" * 100])
def test_odd_terms_and_numbers_disturb_nothing(keys, settle, term):
    odd = columns.Entry(UUID(int=1), "case", terms=[term, "maria"], digits=[term, "555"], data={"x": term})
    index.put(keys, odd)
    index.put(keys, make_entry(2, name="ahmed", digits=["777"]))
    settle(keys)
    assert look(keys).get(odd.id) == odd
    assert [hit.entry.id for hit in look(keys).find(["ahmed"], similar)] == [UUID(int=2)]
    assert [hit.entry.id for hit in look(keys).find([], similar, digits="777")] == [UUID(int=2)]


def test_two_teams_see_their_own(keys):
    other = make_team("intake", team=BEN)
    index.put(keys, make_entry(1))
    index.put(other, make_entry(2))
    fold(keys)
    index.put(other, make_entry(3))
    assert set(shown(look(keys))) == {UUID(int=1)}
    assert set(shown(look(other))) == {UUID(int=2), UUID(int=3)}


def test_nothing_of_it_is_on_disk(keys):
    index.put(keys, make_entry(name=CANARY, kind=f"case.{CANARY}", digits=["5550101"], data={"name": CANARY}))
    for _ in range(2):
        rows = [*IndexChange.objects.all(), *IndexState.objects.all(), *IndexSegment.objects.all()]
        blobs = [bytes(value) for row in [*rows, *IndexLines.objects.all()] for value in _blobs(row)]
        assert blobs
        assert not any(CANARY.encode() in blob or b"5550101" in blob for blob in blobs)
        fold(keys)


def _blobs(row):
    return [value for value in vars(row).values() if isinstance(value, bytes | memoryview)]


# Cost.


def test_a_put_costs_the_same_however_much_there_is(keys):
    index.put(keys, make_entry(0))
    with CaptureQueriesContext(
        connection,
    ) as first:
        index.put(keys, make_entry(1))
    for number in range(2, 40):
        index.put(keys, make_entry(number))
    fold(keys)
    with CaptureQueriesContext(connection) as later:
        index.put(keys, make_entry(41))
    assert len(first) == len(later) == 3


def test_a_question_costs_the_same_however_many_segments_there_are(keys, monkeypatch):
    monkeypatch.setattr(folding, "SEGMENT_SIZE", 10)
    counts = []
    for start in (0, 100):
        for number in range(start, start + 50):
            index.put(keys, make_entry(number))
        fold(keys)
        with CaptureQueriesContext(connection) as queries:
            assert len(look(keys).find(["maria"], similar, most=50)) == 50
        counts.append(len(queries))
    assert counts == [5, 5]


def test_there_are_never_many_segments(keys, monkeypatch):
    monkeypatch.setattr(folding, "SEGMENT_SIZE", 20)
    for number in range(200):
        index.put(keys, make_entry(number % 60))
        if number % 3 == 0:
            fold(keys)
            assert count_segments(keys) <= 60 // 10 + 2
    fold(keys)
    assert len(shown(look(keys))) == 60


def test_a_growing_index_is_rewritten_a_few_times(keys, monkeypatch):
    written = []
    write = segments.write

    def counted(team, organisation, entries):
        written.append(len(entries))
        return write(team, organisation, entries)

    monkeypatch.setattr(folding, "write", counted)
    for number in range(128):
        index.put(keys, make_entry(number))
        fold(keys)
    assert sum(written) <= 128 * 12
    assert max(written[-8:]) < 128


def stored(keys) -> bytes:
    """All that whoever has the team's key can read of the segments that count."""
    account = load(keys)
    found = b""
    for row in IndexSegment.objects.filter(pk__in=account.gone if account else ()):
        place = segments.column_place(row.organisation_id, keys.id, row.id, "names")
        found += keys.index_box.open(place, bytes(row.names))
        for lines in row.lines.all():
            place = segments.lines_place(row.organisation_id, keys.id, lines.id)
            found += keys.index_box.open(place, bytes(lines.sealed))
    return found


def test_what_is_dropped_or_corrected_is_not_kept_in_a_large_segment(keys):
    for number in range(200):
        index.put(keys, make_entry(number))
    index.put(keys, make_entry(300, name=CANARY))
    index.put(keys, make_entry(301, name=f"{CANARY}er"))
    fold(keys)
    assert CANARY.encode() in stored(keys)
    index.drop(keys, UUID(int=300))
    index.put(keys, make_entry(301, name="corrected"))
    for number in range(folding.GRACE + 1):
        assert CANARY.encode() in stored(keys), "whoever reads the older lists finds it"
        index.put(keys, make_entry(number))
        fold(keys)
    assert CANARY.encode() not in stored(keys)
    assert len(shown(look(keys))) == 201
    assert [hit.entry.id for hit in look(keys).find(["corrected"], similar)] == [UUID(int=301)]
    assert len(look(keys).find(["maria"], similar, most=500)) == 200


def test_what_is_gone_does_not_come_along_into_a_new_epoch(keys):
    for number in range(20):
        index.put(keys, make_entry(number))
    index.put(keys, make_entry(300, name=CANARY))
    fold(keys)
    index.drop(keys, UUID(int=300))
    fold(keys)
    new = make_team(epoch=2)
    index.reseal(keys, new, trust=trust)
    assert CANARY.encode() not in stored(new)
    assert len(shown(look(new))) == 20


def test_empty_segments_go(keys):
    for number in range(3):
        index.put(keys, make_entry(number))
    fold(keys)
    for number in range(3):
        index.drop(keys, UUID(int=number))
    fold(keys)
    assert count_segments(keys) == 0


def test_folding_without_changes_changes_nothing(keys):
    index.put(keys, make_entry())
    fold(keys)
    before = list(IndexSegment.objects.values_list("id", flat=True))
    with CaptureQueriesContext(connection) as queries:
        fold(keys)
    assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in queries)
    assert list(IndexSegment.objects.values_list("id", flat=True)) == before


def test_a_purge_leaves_no_ciphertext_behind(keys):
    for number in range(5):
        index.put(keys, make_entry(number))
    fold(keys)
    old = set(IndexLines.objects.values_list("id", flat=True))
    index.drop(keys, UUID(int=3))
    fold(keys, thorough=True)
    assert len(shown(look(keys))) == 4
    assert not old & set(IndexLines.objects.values_list("id", flat=True))
    assert IndexSegment.objects.count() == 1


# Whoever can write rows.


def test_a_damaged_change_is_left_out_and_counted(keys):
    index.put(keys, make_entry(1))
    index.put(keys, make_entry(2))
    IndexChange.objects.filter(order=1).update(sealed=b"\x01" * 80)
    assert set(shown(look(keys))) == {UUID(int=2)}
    assert look(keys).damaged == 1


def test_changes_in_another_order_are_refused(keys):
    """An older name, or an entry that was dropped, does not come back by renumbering rows."""
    index.put(keys, make_entry(name="before"))
    index.put(keys, make_entry(name="after"))
    IndexChange.objects.filter(order=1).update(order=3)
    assert shown(look(keys))[UUID(int=1)].terms == ["after"]
    assert look(keys).damaged == 1


def test_a_change_that_was_folded_does_not_come_back(keys):
    index.put(keys, make_entry())
    kept = IndexChange.objects.get()
    index.drop(keys, UUID(int=1))
    fold(keys)
    kept.save(force_insert=True)
    assert not shown(look(keys))
    fold(keys)
    assert not shown(look(keys))
    assert not IndexChange.objects.exists()


@pytest.mark.parametrize("table", [IndexSegment, IndexLines])
def test_an_altered_or_missing_segment_is_refused(keys, table):
    index.put(keys, make_entry())
    fold(keys)
    column = "head" if table is IndexSegment else "sealed"
    row = table.objects.get()
    sealed = bytes(getattr(row, column))
    table.objects.update(**{column: sealed[:-1] + bytes([sealed[-1] ^ 1])})
    with pytest.raises(Tampered):
        look(keys).entries()
    table.objects.all().delete()
    with pytest.raises(Tampered):
        look(keys).entries()


def test_columns_of_two_segments_cannot_be_exchanged(keys, monkeypatch):
    monkeypatch.setattr(folding, "SEGMENT_SIZE", 1)
    index.put(keys, make_entry(1))
    index.put(keys, make_entry(2, name="ahmed"))
    fold(keys)
    one, other = IndexSegment.objects.all()
    IndexSegment.objects.filter(pk=one.pk).update(names=other.names)
    with pytest.raises(Tampered):
        look(keys).find(["maria"], similar)
    IndexSegment.objects.filter(pk=one.pk).update(names=one.head)
    with pytest.raises(Tampered):
        look(keys).find(["maria"], similar)


def test_a_segment_that_was_replaced_does_not_come_back(keys):
    index.put(keys, make_entry())
    fold(keys)
    segment, lines = IndexSegment.objects.get(), list(IndexLines.objects.all())
    index.drop(keys, UUID(int=1))
    fold(keys, thorough=True)
    segment.save(force_insert=True)
    IndexLines.objects.bulk_create(lines)
    assert not shown(look(keys))


def test_an_index_without_its_account_is_refused(keys):
    index.put(keys, make_entry())
    fold(keys)
    IndexState.objects.all().delete()
    with pytest.raises(Tampered):
        look(keys)
    with pytest.raises(Tampered):
        fold(keys, thorough=True)


def test_the_account_of_another_team_is_refused(keys):
    index.put(keys, make_entry())
    fold(keys)
    IndexState.objects.update(team=BEN)
    with pytest.raises(Tampered):
        look(make_team("intake", team=BEN))


def test_a_head_counts_orders_for_one_team():
    for team in (make_team(), make_team("intake", team=BEN)):
        index.put(team, make_entry())
        index.drop(team, UUID(int=1))
    assert dict(IndexHead.objects.values_list("team", "last_order")) == {TEAM: 2, BEN: 2}
