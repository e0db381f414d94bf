"""The record as a person reads it: newest first, opened with what their keyring holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, overload
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinic.accounts import roster
from clinic.accounts.models import Purpose, Team
from clinic.accounts.roster import Person
from clinic.vault.envelope import Box
from clinic.vault.errors import Locked, Tampered, VaultError
from clinic.vault.keyring import Keyring

from .actions import place_of, signed
from .events import Event
from .models import AuditEvent, AuditKeyWrap
from .wraps import event_key, openable

SIGNATURE = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """One event. `about`: whom or what it concerned. `damaged`: only its number and day can be told."""

    sequence: int
    on: date
    what: str
    who: str = ""
    about: str = ""
    at: datetime | None = None
    event: str = ""
    by: UUID | None = None
    target: str = ""
    target_id: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    proven: bool = False
    damaged: bool = False


class Record(Sequence[Opened]):
    """Newest first; each slice is read and opened when asked for (a Paginator does)."""

    def __init__(self, events: QuerySet[AuditEvent], ring: Keyring, holders: Sequence[UUID]) -> None:
        self._events, self._ring, self._holders = events, ring, holders

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return self._events.count()

    @cached_property
    def _people(self) -> dict[UUID, Person]:
        return roster.people(self._ring)

    @overload
    def __getitem__(self, at: int) -> Opened: ...
    @overload
    def __getitem__(self, at: slice) -> list[Opened]: ...
    def __getitem__(self, at: int | slice) -> Opened | list[Opened]:
        if isinstance(at, slice):
            return list(self._opened(list(self._events[at])))
        return next(self._opened([self._events[at]]))

    def __iter__(self) -> Iterator[Opened]:
        return iter(self[:])

    def _opened(self, events: list[AuditEvent]) -> Iterator[Opened]:
        wraps = AuditKeyWrap.objects.filter(event__in=events, holder__in=self._holders)
        known: dict[UUID, list[AuditKeyWrap]] = {}
        for wrap in wraps.order_by("delivered"):
            known.setdefault(wrap.event_id, []).append(wrap)
        for event in events:
            yield self._open(event, known.get(event.pk, []))

    def _open(self, event: AuditEvent, wraps: list[AuditKeyWrap]) -> Opened:
        for wrap in wraps:
            wrap.event = event
            try:
                return _told(event, event_key(wrap, self._ring), self._people)
            except (VaultError, ValueError):
                continue
        return Opened(event.sequence, event.day, _("This event cannot be read."), damaged=True)


def readable(ring: Keyring, *, case_id: UUID | None = None) -> Record:
    """The events of a case, or those of no case, that this person may read. Raises Locked."""
    holder, holders = case_id or _coordination(ring), list(openable(ring, case_id))
    if not {holder, *_supervising(ring)} & set(holders):
        raise Locked
    events = AuditEvent.objects.filter(organisation=ring.organisation, wraps__holder=holder)
    if holder not in holders:
        events = events.filter(wraps__holder__in=_supervising(ring))
    return Record(events.order_by("-sequence"), ring, holders)


def _coordination(ring: Keyring) -> UUID:
    """Every event of no case has a wrap for this team."""
    found = Team.objects.filter(organisation=ring.organisation, purpose=Purpose.COORDINATION).first()
    if found is None:
        raise Locked
    return found.id


def _supervising(ring: Keyring) -> set[UUID]:
    return {team for purpose, team in ring.named.items() if purpose == Purpose.SUPERVISING}


def _told(event: AuditEvent, key: bytes, people: Mapping[UUID, Person]) -> Opened:
    content = Box(key, 0).open(place_of(event), bytes(event.sealed))
    signature, told = content[:SIGNATURE], content[SIGNATURE:]
    plain = json.loads(told)
    by = UUID(plain["by"])
    writer = people.get(by)
    return Opened(
        sequence=event.sequence,
        on=event.day,
        what=str(Event(plain["event"]).label),
        who=writer.name if writer else _("Somebody whom nobody vouches for"),
        about=_about(plain, people),
        at=datetime.fromisoformat(plain["at"]),
        event=plain["event"],
        by=by,
        target=plain["target"][0],
        target_id=plain["target"][1],
        details=plain["details"],
        proven=bool(writer and _is_signed(event, writer, signature, told)),
    )


def _about(plain: Mapping[str, Any], people: Mapping[UUID, Person]) -> str:
    """The person it was done to, and the name that the event tells."""
    table, row = plain["target"]
    known = people.get(UUID(row)) if table.startswith("accounts") else None
    names = (known.name if known else "", str(plain["details"].get("name", "")))
    return _(", ").join(name for name in names if name)


def _is_signed(event: AuditEvent, writer: Person, signature: bytes, told: bytes) -> bool:
    try:
        writer.public.verify(signature, signed(event, told))
    except Tampered:
        return False
    return True
