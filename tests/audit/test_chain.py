"""An edit, a deletion, an insertion, another order, a cut end and a restored copy: each is found."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import F

from clinic.accounts.models import Organisation
from clinic.audit import actions as audit
from clinic.audit import chain, rules
from clinic.audit.models import AuditEvent, AuditHead
from clinic.audit.rules import Fault, Head, Link, What

ORGANISATION = UUID(int=7)


@pytest.fixture
def many(cast):
    """A clinic whose record has a few more events."""
    with cast.acting(cast.ana), transaction.atomic():
        for _ in range(6):
            audit.record(audit.Event.SEARCHED, by=cast.ana)
    return cast


def faults(cast) -> list[tuple[str, int]]:
    return [(fault.what, fault.sequence) for fault in chain.verify(cast.organisation)]


def event(number: int) -> AuditEvent:
    return AuditEvent.objects.get(sequence=number)


def last() -> int:
    return AuditHead.objects.get().sequence


def test_it_works(many):
    assert last() > 6
    assert faults(many) == []
    assert [row.sequence for row in AuditEvent.objects.order_by("sequence")] == list(range(1, last() + 1))


def test_an_empty_record_is_sound(cast):
    AuditEvent.objects.all().delete()
    AuditHead.objects.all().delete()
    assert faults(cast) == []


@pytest.mark.parametrize("column", ["sealed", "commitment", "day", "id"])
def test_an_edit_is_found(many, column):
    row = event(3)
    value = {
        "sealed": bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1]),
        "commitment": bytes(16),
        "day": row.day.replace(year=2020),
        "id": UUID(int=5),
    }[column]
    row.wraps.all().delete()
    AuditEvent.objects.filter(pk=row.pk).update(**{column: value})
    assert faults(many) == [("altered", 3)]


def test_an_edited_hash_is_found(many):
    AuditEvent.objects.filter(sequence=3).update(hash=bytes(32))
    assert faults(many) == [("altered", 3), ("altered", 4)]


def test_a_deletion_is_found(many):
    event(3).delete()
    assert faults(many) == [("missing", 3)]


def test_the_first_events_missing_is_found(many):
    AuditEvent.objects.filter(sequence__lte=2).delete()
    assert faults(many) == [("missing", 1)]


def test_a_deletion_that_closes_the_gap_is_found(many):
    event(3).delete()
    for number in range(4, last() + 1):
        AuditEvent.objects.filter(sequence=number).update(sequence=F("sequence") - 1)
    assert faults(many)[0] == ("altered", 3)


def test_a_cut_end_is_found(many):
    end = last()
    event(end).delete()
    assert faults(many) == [("end", end)]


def test_an_event_added_at_the_end_is_found(many):
    end = last()
    row = event(end)
    row.pk, row.sequence = UUID(int=9), end + 1
    row.save(force_insert=True)
    assert faults(many) == [("altered", end + 1), ("end", end + 1)]


def test_an_insertion_is_found(many):
    for number in range(last(), 2, -1):
        AuditEvent.objects.filter(sequence=number).update(sequence=F("sequence") + 1)
    row = event(2)
    row.pk, row.sequence = UUID(int=9), 3
    row.save(force_insert=True)
    assert ("altered", 3) in faults(many)


def test_only_the_newest_may_be_looked_at(many):
    AuditEvent.objects.filter(sequence=2).update(commitment=bytes(16))
    assert chain.verify(many.organisation, newest=3) == []
    AuditEvent.objects.filter(sequence=last() - 1).update(commitment=bytes(16))
    assert chain.verify(many.organisation, newest=3) == [Fault(What.ALTERED, last() - 1)]
    assert faults(many) == [("altered", 2), ("altered", last() - 1)]


def test_another_order_is_found(many):
    three, four = event(3), event(4)
    AuditEvent.objects.filter(pk=three.pk).update(sequence=999)
    AuditEvent.objects.filter(pk=four.pk).update(sequence=3)
    AuditEvent.objects.filter(pk=three.pk).update(sequence=4)
    assert faults(many)[:2] == [("altered", 3), ("altered", 4)]


def test_a_lost_head_is_found(many):
    end = last()
    AuditHead.objects.all().delete()
    assert faults(many) == [("end", 1)]
    assert end > 1


def test_only_a_printed_head_shows_an_older_copy_put_back(many):
    printed = rules.read_head(chain.head_text(many.organisation))
    row = event(last())
    AuditHead.objects.update(sequence=row.sequence - 1, hash=event(row.sequence - 1).hash)
    row.delete()
    assert faults(many) == []
    assert chain.verify(many.organisation, printed=printed) == [Fault(What.OLDER, row.sequence - 1)]


def test_only_a_printed_head_shows_a_rewritten_chain(many):
    printed = rules.read_head(chain.head_text(many.organisation))
    rewrite_from(3, many.organisation.pk)
    assert faults(many) == []
    assert [fault.what for fault in chain.verify(many.organisation, printed=printed)] == [What.REWRITTEN]


def rewrite_from(number: int, organisation: UUID) -> None:
    """What somebody can do who writes the whole database: an edit, and every hash after it made anew."""
    AuditEvent.objects.filter(sequence=number).update(commitment=bytes(16))
    previous = bytes(event(number - 1).hash)
    for row in AuditEvent.objects.filter(sequence__gte=number).order_by("sequence"):
        link = Link(row.pk, row.sequence, row.day.isoformat(), bytes(row.commitment), bytes(row.sealed), b"")
        previous = rules.link_hash(previous, organisation, link)
        AuditEvent.objects.filter(pk=row.pk).update(hash=previous)
    AuditHead.objects.update(hash=previous)


def test_a_printed_head_fits_the_record_that_grew(many):
    printed = rules.read_head(chain.head_text(many.organisation))
    with many.acting(many.ana), transaction.atomic():
        audit.record(audit.Event.SEARCHED, by=many.ana)
    assert chain.verify(many.organisation, printed=printed) == []


def test_another_clinics_events_do_not_count(many):

    other = Organisation.objects.create(recovery_public_key=b"", recovery_sealed=b"")
    AuditEvent.objects.filter(sequence=last()).update(organisation=other)
    assert faults(many) == [("end", last())]


def test_the_printed_line_is_read_however_typed():
    head = Head(1234, bytes(range(32)))
    line = rules.head_text(head)
    assert line.startswith("1234 · 0001 0203")
    assert rules.read_head(line) == head
    assert rules.read_head(line.upper().replace(" · ", ":  ").replace(" ", "\n")) == head


@pytest.mark.parametrize("typed", ["", "12", "12 · 00", "x · " + "0" * 64, "1 · " + "g" * 64])
def test_a_mistyped_line_is_refused(typed):
    with pytest.raises(ValueError, match="printed"):
        rules.read_head(typed)


def test_a_hash_binds_everything_that_stands_in_the_row():
    link = Link(UUID(int=1), 1, "2026-11-21", b"c" * 16, b"s" * 50, b"")
    others = [
        link._replace(id=UUID(int=2)),
        link._replace(sequence=2),
        link._replace(day="2026-11-22"),
        link._replace(commitment=b"d" * 16),
        link._replace(sealed=b"s" * 49),
    ]
    hashes = {rules.link_hash(rules.START, ORGANISATION, one) for one in [link, *others]}
    hashes |= {
        rules.link_hash(b"\1" * 32, ORGANISATION, link),
        rules.link_hash(rules.START, UUID(int=8), link),
    }
    assert len(hashes) == 8


def test_the_bytes_of_a_link_never_change():
    link = Link(UUID(int=1), 1, "2026-11-21", b"c" * 16, b"s" * 50, b"")
    assert rules.link_hash(rules.START, ORGANISATION, link).hex() == KNOWN


KNOWN = "dcd28c7a50305dff931ea3e8fa7cbae5a139abb95b7c4623b85a31e3a4a765ff"


def test_thousands_are_checked_in_few_queries(cast, django_assert_max_num_queries):
    fill(cast.organisation.pk, 20_000)
    with django_assert_max_num_queries(4):
        assert chain.verify(cast.organisation) == []


def fill(organisation: UUID, count: int) -> None:
    """A sound chain of made-up events, written in bulk."""

    AuditEvent.objects.all().delete()
    previous, rows = rules.START, []
    for number in range(1, count + 1):
        row = AuditEvent(
            id=uuid4(),
            organisation_id=organisation,
            sequence=number,
            day=date(2026, 11, 21),
            commitment=bytes(16),
            sealed=bytes(300),
        )
        link = Link(row.id, number, "2026-11-21", bytes(16), bytes(300), b"")
        row.hash = previous = rules.link_hash(previous, organisation, link)
        rows.append(row)
    AuditEvent.objects.bulk_create(rows, batch_size=2000)
    AuditHead.objects.update(sequence=count, hash=previous)
