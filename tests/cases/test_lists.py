"""What the sealed indexes say of a case, and to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.accounts import rotation
from clinic.accounts.models import Purpose
from clinic.cases import actions, lists, searching
from clinic.cases.models import Case, Detention, PartyRole, Person
from clinic.vault.errors import Locked, Stale
from clinic.vault.models import IndexChange
from tests.builders import Cast
from tests.cases_builders import give, make_case, open_case

from .asking import soon


def search(cast: Cast, user, typed: str) -> list[tuple[str, object]]:
    with cast.acting(user):
        return [(hit.entry.kind, hit.entry.id) for hit in lists.search(typed)]


@pytest.mark.parametrize("typed", ["Ficta", "fikta ejemblo", "Ejemplo", "0101", "000123456", "612 555 0101"])
def test_it_works(cast, case, typed):
    assert search(cast, cast.ana, typed) == [("case.waiting", case.pk)]
    assert search(cast, cast.chi, typed) == [("case.waiting", case.pk)]


def test_by_reference(cast, case):
    make_case(cast, given_names="Otra")
    with cast.acting(cast.ana):
        reference = open_case(case).reference
    for typed in (reference, reference.lower(), reference.replace("-", " "), reference.replace("-", "")):
        assert ("case.waiting", case.pk) in search(cast, cast.ana, typed)[:1]


STORED = (
    "612-555-0177",
    "+1 (612) 555-0177",
    "1.612.555.0177 ext 9",
    "٦١٢-٥٥٥-٠١٧٧",
    "651 555 0102, 6125550177",
)
TYPED = (
    "+1 612-555-0177",
    "1-612-555-0177",
    "612 555 0177 ext 4",
    "(612) 555-0177, ask for the sister",
    "٦١٢٥٥٥٠١٧٧",
    "555-0177",
    "0177",
    "+1 612 555",
)


@pytest.mark.parametrize("stored", STORED)
def test_a_telephone_number_is_found_however_it_was_written(cast, stored):
    case = make_case(cast, caller_phone=stored)
    for typed in TYPED:
        assert search(cast, cast.chi, typed) == [("case.waiting", case.pk)], typed


def test_such_a_number_is_found_by_a_holder_too(cast):
    case = make_case(cast, caller_phone="+1 612-555-0177")
    give(cast, case, cast.ben)
    with cast.acting(cast.ben):
        assert [hit.entry.id for hit in searching.search("1 (612) 555-0177 x4")] == [case.pk]


@pytest.mark.parametrize("typed", ["A#000123456", "A# 000123456", "a # 000-123-456", "cell # 612-555-0101"])
def test_a_sign_before_a_number_hides_it_from_nobody(cast, case, typed):
    assert search(cast, cast.chi, typed) == [("case.waiting", case.pk)]


@pytest.mark.parametrize("stored", ["cell # 612-555-0177", "#6125550177", "x 612-555-0177"])
def test_a_number_written_after_a_sign_is_found(cast, stored):
    case = make_case(cast, caller_phone=stored)
    assert search(cast, cast.chi, "612-555-0177") == [("case.waiting", case.pk)]


@pytest.mark.parametrize("typed", ["", " ", "?", "123", "😀", "\0", "Nadie Conocido"])
def test_nothing_is_found_by_nothing(cast, case, typed):
    assert search(cast, cast.ana, typed) == []


def test_only_in_ones_own_teams(cast, case):
    for user in (cast.ben, cast.dee, cast.sol):
        assert search(cast, user, "Ficta Ejemplo") == []
        with cast.acting(user), pytest.raises(Locked):
            lists.scan(Purpose.INTAKE)


def test_after_hand_over_intake_keeps_a_stub(cast, case):
    give(cast, case, cast.ben)
    assert search(cast, cast.chi, "Ficta") == [("stub", case.pk)]
    with cast.acting(cast.chi):
        entry = lists.search("Ficta")[0].entry
        assert set(entry.data) == {"reference", "name", "owner_name", "opened_on"}
        assert entry.data["owner_name"] == "ben"
        assert not Case.objects.visible_to(cast.chi, on=soon(0)).exists()


def test_case_and_stub_are_one_hit_for_somebody_in_both_teams(cast, case):
    from clinic.accounts import arrival, teams

    with cast.acting(cast.ana) as ring:
        teams.add_member(team=cast.team("intake"), user=cast.ana, ring=ring, by=cast.ana)
    with cast.acting(cast.chi) as ring:
        arrival.finish_what_waits(user=cast.chi, ring=ring)
    give(cast, case, cast.ben)
    assert search(cast, cast.ana, "Ficta") == [("case.given", case.pk)]


def test_the_best_first_and_not_too_many(cast):
    for n in range(4):
        make_case(cast, given_names="Fikta", family_names=f"Muestra{'aeio'[n]}", a_numbers=[])
    exact = make_case(cast, given_names="Ficta", family_names="Quetzal", a_numbers=[])
    assert search(cast, cast.ana, "Ficta Quetzal")[0][1] == exact.pk
    assert len(search(cast, cast.ana, "Ficta")) == 5


def test_a_correction_is_found_and_the_slip_is_not(cast, case):
    with cast.acting(cast.ana):
        row = open_case(case)
        client = next(p for p in Person.objects.filter(case=row) if p.role == PartyRole.CLIENT)
        client.family_names = "Quetzalcoatl"
        actions.edit_case(case=row, rows=[client], by=cast.ana)
    assert search(cast, cast.ana, "Quetzalcoatl") == [("case.waiting", case.pk)]
    assert search(cast, cast.ana, "Ejemplo") == []


def test_every_party_is_in_the_conflicts_index(cast, case):
    with cast.acting(cast.ana):
        row = open_case(case)
        Person(organisation=cast.organisation, case=row).fill(
            role=PartyRole.PERPETRATOR, given_names="Malo", family_names="Inventado"
        ).save()
        lists.mirror(row)
    for user in (cast.ana, cast.sol):
        with cast.acting(user):
            assert [hit.entry.data["role"] for hit in lists.parties("Inventado")] == ["perpetrator"]
            assert [hit.entry.kind for hit in lists.parties("Ejemplo")] == ["party"]
    with cast.acting(cast.ben):
        assert lists.parties("Inventado") == []


def test_what_a_list_shows(cast, case):
    with cast.acting(cast.ana):
        row = open_case(case)
        row.urgent, row.urgent_why, row.next_on, row.next_what = True, "Transfer", soon(1), "Call"
        row.owner, row.owner_name = str(cast.ben.pk), "ben"
        row.save()
        entry = lists.case_entry(row, list(Person.objects.filter(case=row)), Detention.objects.get(case=row))
    assert (entry.day, entry.owner) == (soon(1), cast.ben.pk)
    wanted = {"name": "Ficta Ejemplo", "language": "es", "held_at": "Fictional County Jail"}
    wanted |= {"urgent": True, "urgent_why": "Transfer", "owner_name": "ben", "next_what": "Call"}  # type: ignore[dict-item]
    assert wanted.items() <= entry.data.items()


def test_a_case_without_people_is_listed(cast):
    with cast.acting(cast.chi):
        case = actions.create_case(people=[], detention={}, by=cast.chi, on=soon(0))
        entry = lists.scan(Purpose.INTAKE).get(case.pk)
    assert entry is not None
    assert entry.data["name"] == ""


def test_searching_takes_as_many_queries_for_many_as_for_one(cast, case):
    def queries() -> int:
        with cast.acting(cast.ana), CaptureQueriesContext(connection) as taken:
            assert lists.search("Ficta")
        return len(taken)

    one = queries()
    for n in range(6):
        make_case(cast, family_names=f"Ejemplo {n}")
    assert queries() == one


def test_folding_happens_and_loses_nothing(cast, case, monkeypatch):
    monkeypatch.setattr(lists, "FOLD_AT", 3)
    team = cast.team("coordination")
    before = search(cast, cast.ana, "Ficta")
    with cast.acting(cast.ana) as ring:
        lists.fold(ring.teams[team.pk])
    assert IndexChange.objects.filter(team=team.pk).count() == 0
    assert search(cast, cast.ana, "Ficta") == before


def test_a_write_with_the_keys_from_before_a_rotation_is_refused(cast, case):
    """Else the entry lies under a key that nobody has any more, and the case is in no list."""
    with cast.acting(cast.ana):
        row = open_case(case)
        with cast.acting(cast.ana) as newer:
            rotation.rotate(team=cast.team("coordination"), keep=[cast.ana.pk], ring=newer)
        row.urgent = True
        with pytest.raises(Stale):
            actions.edit_case(case=row, rows=[row], by=cast.ana)
    with cast.acting(cast.ana):
        entry = lists.scan(Purpose.COORDINATION).get(case.pk)
        assert entry is not None
        assert not entry.data["urgent"]
