"""How a request stands in the teams' sealed indexes, and what a board reads back."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from clinic.cases import lists
from clinic.cases.models import Case, Person
from clinic.vault.index import Entry

from . import requests, rules
from .models import CertificationRequest
from .rules import Clock, Level, Start, Status, Unit

REQUEST = "request"
OURS, THEIRS, DONE = f"{REQUEST}.ours", f"{REQUEST}.theirs", f"{REQUEST}.done"


@dataclass(frozen=True, slots=True)
class Due:
    """What is shown of one clock. Whether its rule is confirmed is asked of the directory at each view."""

    stamp: str
    level: Level
    days: int
    starts: Start
    raw: date
    due: date
    citation: str
    confidence: str
    binding: bool
    expedited: bool
    unit: str = Unit.CALENDAR

    def past(self, on: date) -> int:
        return max(0, (on - self.due).days)

    def late(self, on: date) -> int:
        return self.past(on) if self.binding else 0


def due_of(clock: Clock) -> Due:
    rule = clock.rule
    return Due(
        stamp=rule.stamp,
        level=rule.level,
        days=clock.days,
        starts=rule.starts,
        raw=clock.raw,
        due=clock.due,
        citation=rule.citation,
        confidence=rule.confidence,
        binding=rule.binding,
        expedited=clock.expedited,
        unit=rule.unit,
    )


def entries_of(case: Case) -> list[Entry]:
    """Those of every request of a case: a corrected name stands on the board at once."""
    return [entry_of(request, case) for request in CertificationRequest.objects.filter(case=case)]


def entry_of(request: CertificationRequest, case: Case) -> Entry:
    return entry_for(request, case, lists.client_of(Person.objects.filter(case=case)))


def entry_for(
    request: CertificationRequest, case: Case, client: Person | None, marks: frozenset[str] | None = None
) -> Entry:
    """Due on the earliest day on which we act. `marks`: what clock.confirmed() says, if it was asked."""
    running = requests.clocks_of(request, marks=marks)
    return Entry(
        id=request.pk,
        kind=shelf_of(request.status),
        day=next_day(request, running),
        owner=UUID(request.owner) if request.owner else None,
        data={
            "case": str(case.pk),
            "reference": case.reference,
            "name": client.full_name if client else "",
            "agency": request.agency_name,
            "status": str(request.status),
            "owner_name": request.owner_name,
            "returned": bool(request.returned_why),
            "walled": bool(case.walled),
            "clocks": [_plain(due_of(clock)) for clock in running],
        },
    )


def shelf_of(status: Status) -> str:
    if status in rules.WITH_US:
        return our_shelf(status)
    return THEIRS if status in rules.WITH_THE_AGENCY else DONE


def our_shelf(status: Status) -> str:
    """A shelf for each turn: too many drafts must not hide what waits for an approval."""
    return f"{OURS}.{status}"


def next_day(request: CertificationRequest, running: list[Clock]) -> date | None:
    """With the agency: the first day to chase, or the day to ask whether it arrived. With us: none.

    An agency that did not answer at all stays in sight until somebody decides what next.
    """
    if request.status not in rules.WITH_THE_AGENCY or request.sent_on is None:
        return None
    days = [clock.chase_on for clock in running]
    if request.status == Status.SENT:
        days.append(rules.confirm_receipt_on(request.sent_on))
    if request.status == Status.SILENT and request.answered_on:
        days.append(request.answered_on)
    return min(days, default=None)


def days_to_act(request: CertificationRequest) -> dict[date, bool]:
    """Each day on which its owner is reminded, and whether that is urgent.

    To ask, to chase, and when it is due; after silence, once, and on each day that was still to come.
    """
    if request.status not in rules.WITH_THE_AGENCY:
        return {}
    running = requests.clocks_of(request)
    if request.status == Status.SILENT and request.answered_on:
        silent_on = request.answered_on
        to_come = {clock.due for clock in running if clock.due > silent_on}
        return {rules.ask_again_on(silent_on): False} | dict.fromkeys(sorted(to_come), True)
    found = {
        next_day(request, running),
        *(clock.chase_on for clock in running),
        *(clock.due for clock in running),
    }
    return dict.fromkeys(sorted(day for day in found if day), True)


def _plain(due: Due) -> list[Any]:
    return [
        due.stamp,
        int(due.level),
        due.days,
        due.starts.value,
        due.raw.isoformat(),
        due.due.isoformat(),
        due.citation,
        due.confidence,
        due.binding,
        due.expedited,
        due.unit,
    ]


def due_in(plain: list[Any]) -> Due:
    stamp, level, days, starts, raw, due, *rest = plain
    return Due(
        stamp, Level(level), days, Start(starts), date.fromisoformat(raw), date.fromisoformat(due), *rest
    )
