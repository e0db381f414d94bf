"""Who can read an event, and that nothing is saved without one."""

from datetime import date
from unittest import mock

import pytest
from django.db import transaction

from clinic.accounts import rotation
from clinic.accounts.models import Nudge, Purpose, Team, TeamEpoch
from clinic.audit import actions as audit
from clinic.audit import chain, reading, rewrap
from clinic.audit.models import AuditEvent, AuditHead
from clinic.audit.wraps import subject_of
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import using
from clinic.vault.keys import SEED, Identity, KeyPair
from clinic.vault.wraps import unwrap_with
from tests.builders import make_clinic

from .failing import audit_fails


def write(cast, name, event=audit.Event.SEARCHED, **kwargs):
    with cast.acting(getattr(cast, name)), transaction.atomic():
        return audit.record(event, by=getattr(cast, name), **kwargs)


def read(cast, name, **kwargs):
    with cast.acting(getattr(cast, name)) as ring:
        return list(reading.readable(ring, **kwargs))


def test_it_works(cast):
    write(cast, "ben", details={"found": "3", "name": "K7-4F2Q"}, target=cast.sol)
    newest = read(cast, "ana")[0]
    assert newest.what == "Searched"
    assert newest.who == "ben"
    assert newest.details["found"] == "3"
    assert (newest.target, newest.target_id) == ("accounts.User", str(cast.sol.pk))
    assert newest.about == "sol, K7-4F2Q"
    assert newest.proven
    assert not newest.damaged


def test_events_of_no_case_are_for_coordination_and_supervising(cast):
    write(cast, "ben")
    assert [e.event for e in read(cast, "ana")][:1] == ["searched"]
    assert [e.event for e in read(cast, "sol")][:1] == ["searched"]
    with pytest.raises(Locked):
        read(cast, "ben")


def test_events_of_a_case_are_for_its_holders_and_supervising(cast, case_scope, case_box):
    with cast.acting(cast.ben) as ring, transaction.atomic():
        ring.add(case_scope, case_box)
        audit.record(audit.Event.CASE_OPENED, by=cast.ben, case_id=case_scope.id)
        mine = list(reading.readable(ring, case_id=case_scope.id))
    assert [(e.event, e.who, e.proven) for e in mine] == [("case_opened", "ben", True)]
    assert [e.event for e in read(cast, "sol", case_id=case_scope.id)] == ["case_opened"]
    assert "case_opened" not in [e.event for e in read(cast, "sol")]
    assert "case_opened" not in [e.event for e in read(cast, "ana")]
    with cast.acting(cast.ben) as without_the_case, pytest.raises(Locked):
        reading.readable(without_the_case, case_id=case_scope.id)


def test_a_case_without_its_key_is_refused(cast, case_scope):
    before = AuditEvent.objects.count()
    with pytest.raises(Locked):
        write(cast, "ben", audit.Event.CASE_OPENED, case_id=case_scope.id)
    assert AuditEvent.objects.count() == before


def test_nobody_writes_in_somebody_elses_name(cast):
    with cast.acting(cast.ben), pytest.raises(Locked), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=cast.ana)


def test_nobody_writes_without_a_keyring(cast):
    with pytest.raises(Locked), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=cast.ana)


@pytest.mark.django_db(transaction=True)
def test_an_event_stands_in_a_transaction(transactional_db):

    with transaction.atomic():
        cast = make_clinic()
    with cast.acting(cast.ana), pytest.raises(audit.NotInTransaction):
        audit.record(audit.Event.SEARCHED, by=cast.ana)


@pytest.mark.django_db(transaction=True)
def test_viewing_is_committed_before_the_page(transactional_db):

    with transaction.atomic():
        cast = make_clinic()
    ana = cast.ana
    with cast.acting(cast.ana):
        audit.record_view(audit.Event.LIST_VIEWED, by=ana)
    with cast.acting(cast.ana), transaction.atomic(), pytest.raises(RuntimeError):
        audit.record_view(audit.Event.LIST_VIEWED, by=ana)
    assert read(cast, "ana")[0].event == "list_viewed"


def test_what_fails_leaves_no_event(cast):
    before = AuditHead.objects.get().sequence
    with cast.acting(cast.ana), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=cast.ana)
        transaction.set_rollback(True)
    assert AuditHead.objects.get().sequence == before


def test_nothing_is_saved_when_the_audit_fails(cast):
    with cast.acting(cast.ana), audit_fails(Nudge), transaction.atomic():
        Nudge.objects.create(user=cast.ana, day=date(2026, 11, 21))
        audit.record(audit.Event.CASE_EDITED, by=cast.ana)


def test_the_helper_sees_a_write_that_stays(cast):
    with pytest.raises(AssertionError), cast.acting(cast.ana), audit_fails(Nudge):  # noqa: PT012
        Nudge.objects.create(user=cast.ana, day=date(2026, 11, 21))
        write(cast, "ana")


def test_the_helper_sees_a_write_without_an_event(cast):
    with pytest.raises(AssertionError), cast.acting(cast.ana), audit_fails(Nudge):
        Nudge.objects.create(user=cast.ana, day=date(2026, 11, 21))


def test_saving_as_you_type_is_one_event_per_draft_and_person(cast):
    recorded: list[str] = []
    for name in ("ana", "ana", "ben", "ana", "ben"):
        with cast.acting(getattr(cast, name)), transaction.atomic():
            recorded = audit.record_once(audit.Event.DRAFT_SAVED, by=getattr(cast, name), recorded=recorded)
    assert [e.who for e in read(cast, "ana") if e.event == "draft_saved"] == ["ben", "ana"]


def test_a_team_that_got_new_keys_meanwhile_refuses(cast):

    old = cast.ring(cast.ana)
    with cast.acting(cast.ana) as ring:
        team = Team.objects.get(purpose=Purpose.COORDINATION)
        rotation.rotate(team=team, keep={cast.ana.pk}, ring=ring)

    with using(old), pytest.raises(Stale), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=cast.ana)


def test_a_team_key_from_a_row_is_not_believed(cast):

    thief = KeyPair(bytes(SEED))
    TeamEpoch.objects.update(public_key=thief.public.raw)
    row = write(cast, "ben")

    for wrap in row.wraps.all():
        with pytest.raises(Tampered):
            unwrap_with(thief, bytes(wrap.wrap), subject_of(row))


def test_a_team_passed_off_as_supervising_is_refused(cast):

    Team.objects.filter(purpose=Purpose.SUPERVISING).update(purpose=Purpose.OTHER)
    Team.objects.filter(purpose=Purpose.INTAKE).update(purpose=Purpose.SUPERVISING)
    with pytest.raises(Tampered):
        write(cast, "ben")


def test_an_event_that_its_writer_did_not_sign_is_shown_as_such(cast):
    """Anybody who can write rows could seal an event to the team's public key."""
    with mock.patch.object(Identity, "sign", return_value=bytes(64)):
        write(cast, "ben")
    newest = read(cast, "ana")[0]
    assert newest.who == "ben"
    assert not newest.proven
    assert chain.verify(cast.organisation) == []


def test_an_event_moved_into_another_row_is_damaged(cast):
    one, other = write(cast, "ben"), write(cast, "ben")
    AuditEvent.objects.filter(pk=other.pk).update(sealed=one.sealed, commitment=one.commitment)
    newest = read(cast, "ana")[0]
    assert newest.damaged
    assert newest.event == ""


def test_wraps_are_as_short_as_can_be(cast):
    """A member's own wrap is symmetric; others deliver, and the next member's write folds that in."""
    row = write(cast, "ben")
    assert [wrap.delivered for wrap in row.wraps.all()] == [True, True]
    for name in ("sol", "sol", "sol", "ana"):
        write(cast, name)
    assert not row.wraps.filter(delivered=True).exists()
    assert read(cast, "ana")[4].who == read(cast, "sol")[4].who == "ben"


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_it_asks_little_of_the_database(cast, name, django_assert_max_num_queries):
    by = getattr(cast, name)
    with cast.acting(by), django_assert_max_num_queries(9), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=by)


def test_a_later_generation_of_a_case_reads_its_earlier_events(cast, case_scope, case_box):

    newer = Box(bytes(reversed(range(32))), 2)
    with cast.acting(cast.ben) as ring, transaction.atomic():
        ring.add(case_scope, case_box)
        audit.record(audit.Event.CASE_OPENED, by=cast.ben, case_id=case_scope.id)
        assert rewrap.move_case(case_scope.id, case_box, newer) == 1
    with cast.acting(cast.ben) as ring:
        ring.add(Scope("case", case_scope.id), newer)
        assert [e.event for e in reading.readable(ring, case_id=case_scope.id)] == ["case_opened"]
