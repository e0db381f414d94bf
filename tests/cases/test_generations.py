"""New keys for a case, and walls: everything is sealed anew, nothing is lost, nobody is let in."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from clinic.accounts import clinic_codes, recovery
from clinic.accounts.models import Purpose
from clinic.audit import actions as audit
from clinic.audit import reading
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.cases import access, actions, generations, leavers, lists
from clinic.cases.errors import NotesWouldBeLost, OnlySupervising, TooFew
from clinic.cases.models import Case, CaseKey, CaseRow, CaseTeamAccess, CaseUserAccess, Note, Person
from clinic.directory import actions as directory
from clinic.vault.envelope import generation_of
from clinic.vault.errors import Stale, Tampered
from clinic.vault.keyring import current
from tests.accounts.doorway import signed_in
from tests.audit.failing import audit_fails
from tests.builders import Cast
from tests.cases_builders import offer, open_case
from tests.uvisa import build

from .asking import ADVOCATE, ATTORNEY, CASE, changing, held, lend, note, soon


@pytest.fixture
def full(cast: Cast, case: Case) -> Case:
    """ben's case, with a row in every table and a note in every compartment."""
    from referrals.actions import give_case

    directory.load_facts()
    with cast.acting(cast.ana):
        give_case(case=open_case(case), to=cast.ben, by=cast.ana, on=soon(0))
        actions.set_next(case=open_case(case), on=soon(2), what="Call the sister", by=cast.ana)
    build.make_request(cast, case)
    for compartment, writer in ((CASE, cast.ben), (ADVOCATE, cast.ana), (ATTORNEY, cast.ben)):
        note(cast, case, writer, compartment)
    with changing(cast, case, cast.ana) as row:
        access.grant(row, cast.sol, ADVOCATE, by=cast.ana)
    return case


def renew(cast: Cast, case: Case, by) -> list[str]:
    with changing(cast, case, by) as row:
        return [str(one) for one in generations.renew(row)]


def contents(cast: Cast, case: Case, by) -> dict[str, Any]:
    """All that `by` can open of a case."""
    with cast.acting(by):
        row = open_case(case)
        rows = [one for c in (CASE, ADVOCATE, ATTORNEY) for one in generations.sealed_rows(row, c)]
        return {str(one.pk): one.opened() for one in rows if not one.is_locked}


def sealed(case: Case) -> dict[str, tuple[str, bytes]]:
    """Every sealed value of a case, as it lies in the database: walked, not listed."""
    found = {str(case.pk): ("case", bytes(Case.objects.get(pk=case.pk).sealed))}
    for model in apps.get_models():
        if issubclass(model, CaseRow):
            for row in model._default_manager.filter(case=case):
                found[str(row.pk)] = (row.scope().kind, bytes(row.sealed))
    return found


def test_it_works(cast, full):
    before, lay = contents(cast, full, cast.ben), sealed(full)
    CaseUserAccess.objects.filter(user=cast.sol).delete()
    assert renew(cast, full, cast.sol) == ["advocate"]  # coordination's notes are not hers
    assert contents(cast, full, cast.ben) == before
    for pk, (kind, bytes_now) in sealed(full).items():
        assert generation_of(bytes_now) == (1 if kind == "advocate" else 2), kind
        assert (bytes_now == lay[pk][1]) == (kind == "advocate")
    assert {"note", "case", "person", "certificationrequest", "referral"} <= {
        model._meta.model_name for model in apps.get_models() if issubclass(model, CaseRow | Case)
    }


def test_a_row_that_is_forgotten_is_caught(cast, full, monkeypatch):
    """The guard of the test above: rows of one app left under the old key do not open any more."""
    whole = generations.sealed_rows

    def partial(case, compartment):
        return (row for row in whole(case, compartment) if not isinstance(row, Person))

    monkeypatch.setattr(generations, "sealed_rows", partial)
    renew(cast, full, cast.sol)
    monkeypatch.undo()
    with pytest.raises(Tampered):
        contents(cast, full, cast.ben)


def test_the_same_people_hold_it_afterwards(cast, full):
    lend(cast, full, cast.dee, days=2)
    people = (cast.ana, cast.ben, cast.chi, cast.dee, cast.sol)
    before = held(cast, full, *people)
    assert before["dee"] == {"case"}
    renew(cast, full, cast.sol)
    renew(cast, full, cast.ana)
    assert held(cast, full, *people) == before
    assert CaseUserAccess.objects.get(user=cast.dee).expires_on == soon(2)


def test_the_old_key_opens_nothing_new(cast, full):
    with cast.acting(cast.ben):
        row = open_case(full)
        old = current().newest(row.scope())
    renew(cast, full, cast.sol)
    with cast.acting(cast.ana):
        assert current().organisation
        fresh = open_case(full)
        assert current().newest(fresh.scope()).key != old.key
    key = CaseKey.objects.get(case=full, compartment=CASE)
    assert (key.generation, bytes(key.commitment) == old.commitment) == (2, False)


def test_offers_end(cast, case):
    offer(cast, case, cast.ben, until=soon(1))
    renew(cast, case, cast.ana)
    with cast.acting(cast.ben), pytest.raises(access.OfferGone):
        access.unlock_offer(case)


def test_who_may_read_the_record_still_does(cast, full):
    with cast.acting(cast.ben) as ring:
        open_case(full)
        before = [event.what for event in reading.readable(ring, case_id=full.pk)]
    renew(cast, full, cast.sol)
    assert set(AuditKeyWrap.objects.filter(holder=full.pk).values_list("generation", flat=True)) == {2}
    with cast.acting(cast.ben) as ring:
        open_case(full)
        events = list(reading.readable(ring, case_id=full.pk))
    assert [event.what for event in events] == before
    assert all(event.proven for event in events)


def test_without_the_key_nothing_happens(cast, full):
    lay = sealed(full)
    assert renew(cast, full, cast.dee) == ["case", "advocate", "attorney"]
    assert sealed(full) == lay


def test_nothing_is_half_renewed(cast, full, monkeypatch):
    lay, rows = sealed(full), set(CaseUserAccess.objects.values_list())

    def stop(*_):
        raise RuntimeError("the power failed")

    monkeypatch.setattr("clinic.audit.rewrap.move_case", stop)
    with pytest.raises(RuntimeError):
        renew(cast, full, cast.sol)
    assert sealed(full) == lay
    assert set(CaseUserAccess.objects.values_list()) == rows


# Walls


def wall(cast: Cast, case: Case, *people, by=None) -> None:
    with cast.acting(by or cast.sol):
        actions.wall_case(case=open_case(case), people=people, why="Both sides called.", by=by or cast.sol)


def found(cast: Cast, user, typed: str = "Ficta Ejemplo") -> set[str]:
    with cast.acting(user):
        return {hit.entry.kind for hit in lists.search(typed)}


def test_a_wall(cast, full):
    before = contents(cast, full, cast.ben)
    assert found(cast, cast.ana) == {"case.given"}
    assert found(cast, cast.chi) == {"stub"}
    wall(cast, full, cast.ben, cast.sol)
    assert held(cast, full, cast.ana, cast.ben, cast.chi, cast.dee, cast.sol) == {
        "ana": set(),
        "ben": {"case", "advocate", "attorney"},
        "chi": set(),
        "dee": set(),
        "sol": {"case", "advocate", "attorney"},
    }
    assert not CaseTeamAccess.objects.filter(content_object=full).exists()
    assert {generation_of(lies) for _, lies in sealed(full).values()} == {2}
    now = contents(cast, full, cast.ben)
    assert now.keys() > before.keys()
    assert now[str(full.pk)]["walled"] is True


def test_a_walled_case_stands_in_no_list(cast, full):
    wall(cast, full, cast.ben, cast.sol)
    for user in (cast.ana, cast.ben, cast.chi, cast.dee, cast.sol):
        assert found(cast, user) == set()
    with cast.acting(cast.ana):
        assert lists.scan(Purpose.COORDINATION).entries("request") == []
        assert [hit.entry.kind for hit in lists.parties("Ejemplo")] == ["party"]
        assert lists.parties("Ejemplo")[0].entry.data["reference"] == ""
        assert not Case.objects.visible_to(cast.ana, on=soon(0)).exists()


def test_what_is_written_later_stays_out_of_the_lists(cast, full):
    wall(cast, full, cast.ben, cast.sol)
    with cast.acting(cast.ben):
        actions.set_next(case=open_case(full), on=soon(3), what="Hearing", by=cast.ben)
    for user in (cast.ana, cast.chi, cast.sol):
        assert found(cast, user) == set()


def test_new_keys_that_came_half_way_are_not_taken_for_damage(cast, full):
    """ben's request opened the case before sol renewed it; his rows were read before, or after."""
    with cast.acting(cast.ben):
        row, notes = open_case(full), list(Note.objects.filter(case=full, key__compartment=CASE))
        with changing(cast, full, cast.sol) as renewed:
            generations.renew(renewed)
        for late in (Case.objects.get(pk=full.pk), *Note.objects.filter(case=full, key__compartment=CASE)):
            with pytest.raises(Stale):
                late.opened()
        assert row.reference
    with cast.acting(cast.ben):
        open_case(full)
        with pytest.raises(Stale):
            notes[0].opened()


@pytest.mark.parametrize("event", ["case_opened", "offer_opened", "document_read"])
def test_nothing_is_recorded_under_keys_that_are_over(cast, full, event):
    """Who holds the case now could not read it, and a leaver with the old key could."""
    with cast.acting(cast.ben):
        row = open_case(full)
        with changing(cast, full, cast.sol) as renewed:
            generations.renew(renewed)
        known = AuditEvent.objects.count()
        with pytest.raises(Stale), transaction.atomic():
            audit.record(audit.Event(event), by=cast.ben, case_id=row.pk)
        assert AuditEvent.objects.count() == known
    with cast.acting(cast.ben) as ring, transaction.atomic():
        audit.record(audit.Event(event), by=cast.ben, case_id=open_case(full).pk)
        assert reading.readable(ring, case_id=full.pk)[0].event == event


def test_a_page_that_meets_new_keys_half_way_says_so(cast, full, monkeypatch):
    whole = audit.record_view

    def renewed_meanwhile(*args, **more):
        with changing(cast, full, cast.sol) as renewed:
            generations.renew(renewed)
        whole(*args, **more)

    browser = signed_in(cast, "ben")
    monkeypatch.setattr(audit, "record_view", renewed_meanwhile)
    page = browser.get(reverse("cases:case", args=[full.pk]), secure=True)
    assert page.status_code == 409
    assert "at the same moment" in page.content.decode()
    assert not AuditKeyWrap.objects.filter(holder=full.pk, generation=1).exists()


def test_two_printed_codes_open_a_walled_case(cast, full):
    wall(cast, full, cast.ben, cast.sol)
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[1:])
    with cast.acting(cast.ana):
        row = Case.objects.get(pk=full.pk)
        leavers._open_by_recovery(row, pair)
        assert access.holds(row, CASE)
        assert access.holds(row, ATTORNEY)
        assert row.reference


def test_new_codes_open_a_walled_case_and_the_old_do_not(cast, full):
    wall(cast, full, cast.ben, cast.sol)
    clinic, made = cast.organisation, clinic_codes.propose(cast.organisation)
    old = recovery.open_recovery(clinic, *cast.recovery_codes[1:])
    new = recovery.open_recovery(clinic, *made.codes[1:], sealed=made.sealed)
    with cast.acting(cast.ana) as ring:
        clinic_codes.renew(organisation=clinic, old=old, new=new, sealed=made.sealed, ring=ring, by=cast.ana)
    for pair, opens in ((old, False), (new, True)):
        with cast.acting(cast.ana):
            leavers._open_by_recovery(Case.objects.get(pk=full.pk), pair)
            assert access.holds(full, CASE) is access.holds(full, ATTORNEY) is opens
    assert contents(cast, full, cast.ben)


def test_the_decision_is_on_record(cast, full):
    wall(cast, full, cast.ben, cast.sol)
    with cast.acting(cast.sol) as ring:
        open_case(full)
        newest = reading.readable(ring, case_id=full.pk)[0]
    assert (newest.event, newest.details["why"]) == (audit.Event.WALLED, "Both sides called.")


def test_its_promise_stays_with_its_holders(cast, full):
    from clinic.accounts.models import Nudge

    with cast.acting(cast.ben):
        nudge = open_case(full).nudge
    Nudge.objects.filter(pk=nudge).update(user=cast.ana)
    wall(cast, full, cast.ben, cast.sol)
    assert Nudge.objects.get(pk=nudge).user == cast.sol


@pytest.mark.parametrize(
    ("by", "people", "refusal"),
    [
        ("ana", ("ana", "ben"), OnlySupervising),
        ("ben", ("ben", "sol"), OnlySupervising),
        ("sol", ("sol",), TooFew),
    ],
)
def test_a_wall_that_is_refused(cast, full, by, people, refusal):
    before = sealed(full)
    with pytest.raises(refusal):
        wall(cast, full, *(getattr(cast, name) for name in people), by=getattr(cast, by))
    assert sealed(full) == before


def test_attorney_notes_are_not_walled_away(cast, full):
    """sol for once lacks the attorney compartment: ben alone could open it."""
    CaseTeamAccess.objects.filter(permission__codename="open_attorney").delete()
    with pytest.raises(NotesWouldBeLost):
        wall(cast, full, cast.dee, cast.sol)
    wall(cast, full, cast.ben, cast.sol)
    assert held(cast, full, cast.ben, cast.sol) == {
        "ben": {"case", "advocate", "attorney"},
        "sol": {"case", "advocate"},
    }


def test_an_empty_compartment_stops_no_wall(cast, full):
    CaseUserAccess.objects.filter(user=cast.sol).delete()
    with pytest.raises(NotesWouldBeLost):
        wall(cast, full, cast.ben, cast.sol)
    Note.objects.filter(key__compartment=ADVOCATE).delete()
    wall(cast, full, cast.ben, cast.sol)


def test_nothing_is_saved_when_the_audit_fails(cast, full):
    with audit_fails(Case, CaseKey, CaseUserAccess, CaseTeamAccess, Note, Person):
        wall(cast, full, cast.ben, cast.sol)


def test_a_wall_without_the_case_is_refused(cast, case):
    with pytest.raises(NotesWouldBeLost), cast.acting(cast.sol), transaction.atomic():
        actions.wall_case(case=case, people=[cast.ben, cast.sol], why="", by=cast.sol)
    assert held(cast, case, cast.ana) == {"ana": {"case", "advocate"}}
