"""Writing the record: `from clinic.audit import actions as audit`, `audit.record(audit.Event.X, by=by)`."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from clinic.accounts.models import User
from clinic.vault import keyring
from clinic.vault.encoding import lp
from clinic.vault.envelope import Box, Place, Scope
from clinic.vault.errors import Locked
from clinic.vault.keyring import Keyring
from clinic.vault.keys import KEY

from . import rewrap, rules
from .chain import lock_head
from .events import Event
from .models import AuditEvent, AuditHead, AuditKeyWrap
from .wraps import Trust, by_roster, by_row, check_newest, wraps_for

__all__ = ["Event", "NotInTransaction", "record", "record_once", "record_view"]

VERSION = 1
FOLD = 4  # delivered wraps that one write replaces

# What somebody does before anybody gave them keys: sealed to team keys that no roster vouches for.
NEWCOMERS = frozenset(
    {
        Event.SIGNED_IN,
        Event.SIGNED_OUT,
        Event.PASSPHRASE_CHANGED,
        Event.RECOVERY_CODE_RENEWED,
        Event.BACKUP_CODES_RENEWED,
        Event.SECOND_FACTOR_RENEWED,
    }
)


class NotInTransaction(transaction.TransactionManagementError):
    """An event stands or falls with what it tells of."""


def record(
    event: Event,
    *,
    by: User,
    case_id: UUID | None = None,
    target: models.Model | None = None,
    details: Mapping[str, str] | None = None,
) -> AuditEvent:
    """One event, in the caller's transaction and last in it: the end of the chain stays locked.

    `details["name"]` is shown beside the event, after the person it was done to: what it concerned, in a
    word.
    With `case_id` those who hold the case read it, else coordination; supervising attorneys read every event.
    Raises Locked where the keyring lacks the case, Stale where it or a team got new keys meanwhile.
    """
    about = (target._meta.label, str(target.pk)) if target else ("", "")
    return _record(event, by, case_id, about, details or {})


def record_view(
    event: Event,
    *,
    by: User,
    case_id: UUID | None = None,
    target: models.Model | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Commits one event. Call it before the page that it tells of is rendered, outside any transaction."""
    with transaction.atomic(durable=True):
        record(event, by=by, case_id=case_id, target=target, details=details)


def record_once(
    event: Event,
    *,
    by: User,
    recorded: Sequence[str],
    case_id: UUID | None = None,
    target: models.Model | None = None,
) -> list[str]:
    """Saving as you type: one event per draft and person.

    `recorded` is a sealed List of the draft; the answer is what to store there, in the same transaction.
    """
    if str(by.pk) in recorded:
        return list(recorded)
    record(event, by=by, case_id=case_id, target=target)
    return [*recorded, str(by.pk)]


def record_for_accounts(event: str, by: User, about: UUID | None, details: Mapping[str, str]) -> None:
    """What clinic.accounts.record hands up."""
    _record(Event(event), by, None, ("accounts", str(about)) if about else ("", ""), details)


def _record(
    event: Event, by: User, case_id: UUID | None, about: tuple[str, str], details: Mapping[str, str]
) -> AuditEvent:
    if not connection.in_atomic_block:
        raise NotInTransaction
    ring = keyring.current()
    if ring.user != by.pk:
        raise Locked
    if case_id:
        check_newest(ring, case_id)
    head = lock_head(ring.organisation)
    now = timezone.now()
    row, key = _sealed(ring, now, _told(event, by, now, about, details))
    wraps = wraps_for(row, key, ring, case_id, _trust(event, ring))
    if not wraps:
        raise Locked
    _append(head, row)
    AuditKeyWrap.objects.bulk_create(wraps)
    rewrap.fold(ring, most=FOLD)
    return row


def _trust(event: Event, ring: Keyring) -> Trust:
    return by_row if not ring.teams and event in NEWCOMERS else by_roster(ring)


def _told(event: Event, by: User, now: datetime, about: tuple[str, str], details: Mapping[str, str]) -> bytes:
    told = {
        "v": VERSION,
        "event": event.value,
        "by": str(by.pk),
        "at": now.isoformat(timespec="seconds"),
        "target": about,
        "details": dict(details),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _sealed(ring: Keyring, now: datetime, told: bytes) -> tuple[AuditEvent, bytes]:
    """An unsaved event, signed by its writer, and its key."""
    key = os.urandom(KEY)
    box = Box(key, 0)
    row = AuditEvent(
        organisation_id=ring.organisation, day=timezone.localdate(now), commitment=box.commitment
    )
    signature = ring.identity.sign(signed(row, told))
    row.sealed = box.seal(place_of(row), signature + told)
    return row, key


def signed(row: AuditEvent, told: bytes) -> bytes:
    return lp(b"clinic/1/event", row.organisation_id.bytes, row.id.bytes, told)


def place_of(row: AuditEvent) -> Place:
    return Place(row.organisation_id, Scope("event", row.id), "audit.event", row.id, "record")


def _append(head: AuditHead, row: AuditEvent) -> None:
    row.sequence = head.sequence + 1
    link = rules.Link(
        row.id, row.sequence, row.day.isoformat(), bytes(row.commitment), bytes(row.sealed), b""
    )
    row.hash = rules.link_hash(bytes(head.hash), row.organisation_id, link)
    row.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(sequence=row.sequence, hash=row.hash)
