"""A clinic lived in through the real pages, then searched and robbed: nothing is found."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinic.management.commands import prove_sealed
from clinic.proof import table
from clinic.proof.proving import Proof
from clinic.proof.scene import Failed
from clinic.proof.search import Find
from clinic.proof.stores import DATABASE, DUMP, LOG, SESSIONS, Searched
from clinic.proof.thief.robbery import Attempt

pytestmark = pytest.mark.django_db  # also run on PostgreSQL


def test_the_clinic_is_sealed(proof):
    assert list(table.finds(proof.searched, proof.canaries)) == []
    assert proof.faults == []
    assert {one.store for one in proof.searched if one.finds} == set()
    assert len(proof.canaries) >= 100
    assert len(proof.encodings) >= 6
    assert set(proof.signed_in) == {"ana", "ben", "chi", "sol"}


def test_everything_was_really_there_to_be_searched(proof):
    searched = {one.store: one.bytes for one in proof.searched}
    folders = {"sealed files", "logs", "mails", "error reports", "boot directory"}
    for store in {DATABASE, LOG, DUMP, SESSIONS, *folders}:
        assert searched[store] > 100, store
    assert proof.nameless == 0


def test_what_was_shown_once_is_looked_for_too(proof):
    where = set(proof.canaries.values())
    for name in ("ana", "ben", "chi", "dee", "sol"):
        shown = {"passphrase", "phone's key", "recovery code"}
        assert {f"the {what} of {name}" for what in shown} <= where
    assert "the clinic's recovery codes" in where


def test_a_thief_opens_nothing_and_with_one_passphrase_only_that_persons(proof):
    assert (proof.nothing.opened, proof.nothing.wrong) == (0, [])
    assert proof.one.wrong == []
    assert tuple(proof.one.columns["cases.Case.sealed"]) == (7, 3)
    assert 0 < proof.one.opened < proof.one.there


# The command says so, and ends with 1 on any fault. ----------------------------------------------


def told(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(prove_sealed, "prove", lambda: proof)
    out = StringIO()
    call_command("prove_sealed", stdout=out)
    return out.getvalue()


def test_it_prints_a_table_without_a_canary_in_it(proof, monkeypatch):
    page = told(proof, monkeypatch)
    assert "Nothing was found" in page
    for one in proof.searched:
        assert f"{one.bytes:,}" in page
    assert not any(canary in page for canary in proof.canaries)


def leak(proof: Proof) -> Proof:
    canary = next(iter(proof.canaries))
    found = Searched("logs", 100, [Find(canary, "UTF-8", "clinic.log")])
    return Proof(**{**vars(proof), "searched": [*proof.searched, found]})


def opened(proof: Proof) -> Proof:
    return Proof(**{**vars(proof), "nothing": Attempt(proof.nothing.columns, 1, ["cases.Case.sealed"])})


def too_much(proof: Proof) -> Proof:
    return Proof(**{**vars(proof), "one": Attempt(proof.one.columns, 1, ["cases.Case.sealed for case"])})


def nameless(proof: Proof) -> Proof:
    return Proof(**{**vars(proof), "nameless": 1})


def nobody_signed_in(proof: Proof) -> Proof:
    return Proof(**{**vars(proof), "signed_in": []})


FAULTS = [leak, opened, too_much, nameless, nobody_signed_in]


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_it_fails_on_any_fault(proof, monkeypatch, spoil):
    with pytest.raises(CommandError, match="Not sealed"):
        told(spoil(proof), monkeypatch)


def test_it_fails_where_the_clinic_does_not_come_to_life(monkeypatch):
    def broken() -> Proof:
        raise Failed

    monkeypatch.setattr(prove_sealed, "prove", broken)
    with pytest.raises(CommandError, match="could not be built"):
        call_command("prove_sealed")
