import os
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinic.vault.encoding import lp
from clinic.vault.envelope import HEADER, Place, Scope, generation_of
from clinic.vault.errors import Tampered

from .build import BEN, make_box, make_place

CONTENT = b'{"v":1,"story":"A story."}'
SEALED = (
    "010100000007000102030405060708090a0b1c10df79d2897e185719e20fd57f883f29edbbe9485789ad1eb8613a01ba"
    "696651c0fd50a3513420097de432629ba821"
)


@pytest.fixture
def fixed_nonce(monkeypatch):
    monkeypatch.setattr(os, "urandom", lambda length: bytes(range(length)))


def test_an_envelope_is_these_bytes(fixed_nonce):
    assert make_box(generation=7).seal(make_place(), CONTENT).hex() == SEALED


def test_what_was_sealed_years_ago_opens():
    assert make_box(generation=7).open(make_place(), bytes.fromhex(SEALED)) == CONTENT


def test_the_place_is_bound_as_lp_says():
    place, header = make_place(kind="advocate", table="cases.note"), HEADER.pack(1, 1, 4)
    assert place.aad(header) == lp(
        b"clinic/1/record",
        header,
        place.organisation.bytes,
        b"advocate",
        place.scope.id.bytes,
        b"cases.note",
        place.row.bytes,
        b"record",
    )


@given(st.binary(max_size=2000))
def test_what_is_sealed_comes_back(content):
    assert make_box().open(make_place(), make_box().seal(make_place(), content)) == content


def test_the_same_content_never_looks_the_same():
    assert len({make_box().seal(make_place(), CONTENT) for _ in range(50)}) == 50


def test_two_contents_of_a_bucket_have_one_length():
    lengths = {len(make_box().seal(make_place(), bytes(length))) for length in range(256, 512)}
    assert lengths == {18 + 512 + 16}


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organisation": BEN},
        {"kind": "attorney"},
        {"scope": BEN},
        {"table": "cases.note"},
        {"row": BEN},
        {"slot": "earlier"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_opens_in_no_other_place(elsewhere):
    sealed = make_box().seal(make_place(), CONTENT)
    with pytest.raises(Tampered):
        make_box().open(make_place(**elsewhere), sealed)


def test_another_key_or_generation_does_not_open_it():
    sealed = make_box().seal(make_place(), CONTENT)
    for box in (make_box("other"), make_box(generation=2)):
        with pytest.raises(Tampered):
            box.open(make_place(), sealed)


def test_a_generation_that_is_claimed_is_not_believed():
    sealed = make_box(generation=1).seal(make_place(), CONTENT)
    claimed = sealed[:2] + (2).to_bytes(4, "big") + sealed[6:]
    assert generation_of(claimed) == 2
    same_key = type(make_box())(make_box(generation=1).key, 2)
    with pytest.raises(Tampered):
        same_key.open(make_place(), claimed)


def test_cut_short_anywhere_it_is_refused():
    sealed = make_box().seal(make_place(), CONTENT)
    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            make_box().open(make_place(), sealed[:length])


def test_with_any_bit_turned_it_is_refused():
    sealed = make_box().seal(make_place(), CONTENT)
    for bit in range(8 * len(sealed)):
        turned = bytearray(sealed)
        turned[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Tampered):
            make_box().open(make_place(), bytes(turned))


@given(st.binary(max_size=400))
def test_anything_else_is_refused(garbage):
    with pytest.raises(Tampered):
        make_box().open(make_place(), garbage)


@given(st.binary(max_size=200))
def test_anything_with_a_true_header_is_refused(garbage):
    with pytest.raises(Tampered):
        make_box().open(make_place(), HEADER.pack(1, 1, 1) + garbage)


IDS = st.uuids(version=4)
LABELS = st.sampled_from(
    ["case", "advocate", "attorney", "own", "index", "roster", "cases.person", "record", ""]
)
PLACES = st.builds(Place, IDS, st.builds(Scope, LABELS, IDS), LABELS, IDS, LABELS)


def mixed(one: Place, other: Place, take: list[bool]) -> Place:
    """`one` with some of its members exchanged for those of `other`."""
    org, kind, scope, table, row, slot = take
    return Place(
        (other if org else one).organisation,
        Scope((other if kind else one).scope.kind, (other if scope else one).scope.id),
        (other if table else one).table,
        (other if row else one).row,
        (other if slot else one).slot,
    )


@settings(max_examples=1500)
@given(PLACES, PLACES, st.lists(st.booleans(), min_size=6, max_size=6), st.binary(max_size=80))
def test_a_sealed_value_moved_elsewhere_is_refused(place, other, take, content):
    """Another row, slot, table, scope or organisation, or any of them at once."""
    moved = mixed(place, other, take)
    assume(moved != place)
    sealed = make_box().seal(place, content)
    with pytest.raises(Tampered):
        make_box().open(moved, sealed)


@settings(max_examples=1500)
@given(
    st.lists(st.text(max_size=6), min_size=3, max_size=3),
    st.lists(st.text(max_size=6), min_size=3, max_size=3),
)
def test_labels_that_run_together_are_told_apart(one, other):
    """("ab", "c") and ("a", "bc") are two places."""
    assume(one != other)
    row = UUID(int=0)
    places = [Place(row, Scope(kind, row), table, row, slot) for kind, table, slot in (one, other)]
    assert places[0].aad(b"header") != places[1].aad(b"header")
