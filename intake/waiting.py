"""The waiting cases, read from the sealed index: the same number of queries, however many they are."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from clinic.accounts import roster
from clinic.accounts.models import Purpose
from clinic.cases import access, lists
from clinic.cases.models import CaseUserAccess, Stage
from clinic.vault.index import Entry
from clinic.vault.keyring import current

from . import rules
from .rules import Waiting

Offers = Mapping[UUID, list[tuple[str, date | None]]]


def waiting_and_offered(on: date) -> tuple[list[Waiting], list[Waiting]]:
    """Cases that nobody has, and those that somebody was asked to take and may still answer."""
    snapshot = lists.scan(_purpose())
    entries = [
        e for stage in (Stage.WAITING, Stage.OFFERED) for e in snapshot.entries(f"{lists.CASE}.{stage}")
    ]
    offers = _offers((entry.id for entry in entries), on)
    cases = rules.in_order(_case(entry, offers) for entry in entries)
    return [c for c in cases if not c.offered_to], [c for c in cases if c.offered_to]


def _purpose() -> Purpose:
    """Coordination sees every case; intake those that were not handed over yet."""
    return Purpose.COORDINATION if Purpose.COORDINATION in current().named else Purpose.INTAKE


def _offers(cases: Iterable[UUID], on: date) -> Offers:
    names = {user: person.name for user, person in roster.people().items()}
    rows = CaseUserAccess.objects.live(on).filter(
        content_object__in=list(cases), permission__codename=access.CONSIDER
    )
    found: dict[UUID, list[tuple[str, date | None]]] = {}
    for case, user, until in rows.values_list("content_object", "user", "expires_on"):
        found.setdefault(case, []).append((names.get(user, ""), until))
    return found


def _case(entry: Entry, offers: Offers) -> Waiting:
    data, open_offers = entry.data, tuple(sorted(offers.get(entry.id, []), key=_name))
    return Waiting(
        id=entry.id,
        reference=data["reference"],
        name=data.get("name", ""),
        held_at=data.get("held_at", ""),
        language=data.get("language", ""),
        urgent=bool(data.get("urgent")),
        urgent_why=data.get("urgent_why", ""),
        opened_on=_day(data.get("opened_on")),
        next_on=entry.day,
        next_what=data.get("next_what", ""),
        hearing_on=_day(data.get("hearing_on")),
        offered_to=open_offers,
        ran_out=entry.kind == f"{lists.CASE}.{Stage.OFFERED}" and not open_offers,
    )


def _name(offer: tuple[str, date | None]) -> str:
    return offer[0]


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
