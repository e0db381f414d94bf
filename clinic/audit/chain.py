"""Checking the record without any key, and the line that goes to somebody outside."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

from clinic.accounts.models import Organisation

from . import rules
from .models import AuditEvent, AuditHead
from .rules import Fault, Head, Link

COLUMNS = ("id", "sequence", "day", "commitment", "sealed", "hash")
CHUNK = 5000
MOST_FAULTS = 100


def verify(
    organisation: Organisation, *, printed: Head | None = None, newest: int | None = None
) -> list[Fault]:
    """The first faults of the chain, or of its `newest` events: an edit, a deletion, an insertion, …

    A whole older database is sound in itself: only a head `printed` earlier shows that it was put back.
    """
    end = _head(organisation)
    start = _start(organisation, end.sequence - newest) if newest else rules.BEGINNING
    links = _links(organisation, start.sequence)
    found = rules.check_chain(organisation.pk, links, end, start=start, printed=printed)
    return list(islice(found, MOST_FAULTS))


def lock_head(organisation: UUID) -> AuditHead:
    """The end of the chain, locked until the transaction ends."""
    rows = AuditHead.objects.select_for_update().filter(organisation_id=organisation)
    head = rows.first()
    if head is None:
        AuditHead.objects.get_or_create(organisation_id=organisation)
        head = rows.get()
    return head


def head_text(organisation: Organisation) -> str:
    """The line to print or mail each week to somebody outside the clinic."""
    return rules.head_text(_head(organisation))


def _head(organisation: Organisation) -> Head:
    row = AuditHead.objects.filter(organisation=organisation).first()
    return Head(row.sequence, bytes(row.hash)) if row else rules.BEGINNING


def _start(organisation: Organisation, sequence: int) -> Head:
    row = AuditEvent.objects.filter(organisation=organisation, sequence=sequence).first()
    return Head(row.sequence, bytes(row.hash)) if row else rules.BEGINNING


def _links(organisation: Organisation, after: int) -> Iterator[Link]:
    rows = AuditEvent.objects.filter(organisation=organisation, sequence__gt=after).order_by("sequence")
    for row in rows.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
        yield _link(*row)


def _link(key: UUID, sequence: int, day: date, commitment: bytes, sealed: bytes, told: bytes) -> Link:
    return Link(key, sequence, day.isoformat(), bytes(commitment), bytes(sealed), bytes(told))
