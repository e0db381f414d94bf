"""A team's new keys read every earlier event, and its old ones no later one."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.accounts import rotation
from clinic.accounts.models import Purpose, Team
from clinic.audit import actions as audit
from clinic.audit import chain, reading, rewrap
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.audit.wraps import subject_of
from clinic.vault.errors import Tampered
from clinic.vault.keyring import TeamKeys
from clinic.vault.keys import commitment


def rotate(cast, purpose, by):
    with cast.acting(getattr(cast, by)) as ring:
        team = Team.objects.get(purpose=purpose)
        rotation.rotate(team=team, keep={getattr(cast, by).pk}, ring=ring)


def searched(cast, name):
    with cast.acting(getattr(cast, name)), transaction.atomic():
        return audit.record(audit.Event.SEARCHED, by=getattr(cast, name))


def read(cast, name):
    with cast.acting(getattr(cast, name)) as ring:
        return [event.event for event in reading.readable(ring)][:2]


@pytest.mark.parametrize(("purpose", "by"), [("coordination", "ana"), ("supervising", "sol")])
def test_it_works(cast, purpose, by):
    for name in ("ana", "ben"):
        searched(cast, name)
    before = read(cast, by)
    rotate(cast, purpose, by)
    assert read(cast, by) == before == ["searched", "searched"]
    assert not AuditKeyWrap.objects.filter(holder=cast.team(purpose).pk, delivered=True).exists()
    assert chain.verify(cast.organisation) == []


def test_twice_in_a_row(cast):
    searched(cast, "ben")
    rotate(cast, Purpose.SUPERVISING, "sol")
    searched(cast, "ben")
    rotate(cast, Purpose.SUPERVISING, "sol")
    assert read(cast, "sol") == ["searched", "searched"]


def test_what_was_delivered_to_an_earlier_epoch_is_read_with_its_seed(cast):
    """A write and a rotation can only meet if the wrap is of the epoch before; put one back to see."""
    row = searched(cast, "ben")
    wrap = row.wraps.get(holder=cast.team("supervising").pk)
    old = (bytes(wrap.wrap), wrap.generation)
    rotate(cast, Purpose.SUPERVISING, "sol")
    AuditKeyWrap.objects.filter(pk=wrap.pk).update(wrap=old[0], generation=old[1], delivered=True)
    assert read(cast, "sol")[0] == "searched"
    searched(cast, "sol")
    assert not AuditKeyWrap.objects.get(pk=wrap.pk).delivered


def test_somebody_who_left_the_team_reads_nothing_more(cast):
    old = cast.ring(cast.sol)
    team = cast.team("supervising").pk
    keys = old.teams[team]
    rotate(cast, Purpose.SUPERVISING, "sol")
    row = searched(cast, "ana")
    with pytest.raises(Tampered):
        keys.kek.unwrap(row.wraps.get(holder=team).wrap, subject_of(row))


def test_a_wrap_that_nothing_opens_stays_as_it_is(cast):
    row = searched(cast, "ana")
    team = cast.team("supervising").pk
    AuditKeyWrap.objects.filter(event=row, holder=team).update(wrap=b"\x01" + bytes(60))
    rotate(cast, Purpose.SUPERVISING, "sol")
    assert bytes(AuditKeyWrap.objects.get(event=row, holder=team).wrap) == b"\x01" + bytes(60)


def test_thousands_move_in_few_queries(cast):
    old, new = (TeamKeys(cast.team("supervising").pk, epoch, bytes([epoch] * 32)) for epoch in (1, 2))
    AuditKeyWrap.objects.all().delete()
    fill(cast, old, 5000)
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        assert rewrap.move_team(old, new, {}) == 5000
    assert len(asked) < 40
    wrap = AuditKeyWrap.objects.select_related("event").last()
    assert wrap is not None
    assert new.kek.unwrap(bytes(wrap.wrap), subject_of(wrap.event)) == bytes(32)


def fill(cast, keys: TeamKeys, count: int) -> None:
    first = AuditEvent.objects.latest("sequence").sequence + 1
    events = [
        AuditEvent(
            id=uuid4(),
            organisation=cast.organisation,
            sequence=first + number,
            day="2026-11-21",
            commitment=commitment(bytes(32)),
            sealed=b"",
            hash=b"",
        )
        for number in range(count)
    ]
    AuditEvent.objects.bulk_create(events, batch_size=1000)
    AuditKeyWrap.objects.bulk_create(
        [
            AuditKeyWrap(
                event=event,
                kind="team",
                holder=keys.id,
                generation=keys.epoch,
                wrap=keys.kek.wrap(bytes(32), subject_of(event)),
            )
            for event in events
        ],
        batch_size=1000,
    )
