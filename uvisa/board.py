"""The board: every request by the day on which somebody must act, from the sealed index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts.models import Purpose
from clinic.cases import lists
from clinic.cases.caseload import Row
from clinic.days import days_late
from clinic.directory.models import Confidence
from clinic.vault.errors import Tampered
from clinic.vault.index import Due as Listed
from clinic.vault.index import Entry, Snapshot
from clinic.vault.keyring import current

from . import clock, listing, rules
from .listing import Due
from .models import CertificationRequest
from .promises import working
from .rules import Heading, Status
from .words import LEVEL

KINDS = {
    Heading.OVERDUE: "overdue",
    Heading.TODAY: "today",
    Heading.TOMORROW: "tomorrow",
    Heading.THIS_WEEK: "week",
    Heading.LATER: "later",
}
ORDER = {heading: place for place, heading in enumerate(KINDS)}
TURNS = (Status.READY, Status.APPROVED, Status.DRAFT)  # whose decision is waited for, first
MOST = 200


@dataclass(slots=True)
class Board:
    """`groups` in order; `ours` wait on us; `overdue` is the number for the page title.

    `hidden`, `hidden_ours`: how many of each are not shown, being too many; `hidden_overdue` of the first.
    """

    groups: list[dict[str, Any]]
    ours: list[dict[str, Any]] = field(default_factory=list)
    overdue: int = 0
    hidden: int = 0
    hidden_ours: int = 0
    hidden_overdue: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(group["rows"] for group in self.groups)


def board(*, today: date, mine: bool = False) -> Board:
    """Under each heading the reader's own first, then the soonest. Only what is shown is opened."""
    ring = current()
    purpose = Purpose.COORDINATION if Purpose.COORDINATION in ring.named else Purpose.SUPERVISING
    snapshot = lists.scan(purpose)
    theirs = [one for one in snapshot.due(listing.THEIRS) if not mine or one.owner == ring.user]
    theirs.sort(key=lambda one: _place(one, today))
    ours = [one for one in in_turn(snapshot) if not mine or one.owner == ring.user]
    marks = clock.confirmed()
    days = [one.day or date.max for one in theirs[:MOST]]
    opened, here = zip(snapshot.read(theirs[:MOST]), days, strict=True), working()
    return Board(
        groups=_grouped(row_of(entry, day, today, marks, here) for entry, day in opened),
        ours=_ours(snapshot.read(ours[:MOST]), here),
        overdue=sum(_is_overdue(one, today) for one in theirs),
        hidden=max(0, len(theirs) - MOST),
        hidden_ours=max(0, len(ours) - MOST),
        hidden_overdue=sum(_is_overdue(one, today) for one in theirs[MOST:]),
    )


def _is_overdue(one: Listed, today: date) -> bool:
    return one.day is not None and one.day < today


def in_turn(snapshot: Snapshot) -> list[Listed]:
    """What waits on us, by whose turn it is; of each kind the reader's own first."""
    shelves = [snapshot.due(listing.our_shelf(status)) for status in TURNS]
    return [one for shelf in shelves for one in sorted(shelf, key=_is_others)]


def _is_others(one: Listed) -> bool:
    return one.owner != current().user


def own(rows: Iterable[Row], *, today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Requests of the cases somebody holds by name, behind a wall too: what agencies owe, and what we do."""
    marks, here = clock.confirmed(), working()
    entries = list(_own_entries({row.case.pk: row for row in rows}, marks))
    theirs = [(one, one.day) for one in entries if one.kind == listing.THEIRS]
    ours = [one for one in sorted(entries, key=_turn) if one.kind.startswith(listing.OURS)]
    return [row_of(one, day, today, marks, here) for one, day in theirs if day], _ours(ours, here)


def _own_entries(held: Mapping[UUID, Row], marks: frozenset[str]) -> Iterator[Entry]:
    """A damaged one says so on the page of its case; the others are not lost with it."""
    for request in CertificationRequest.objects.filter(case__in=list(held)):
        row = held[request.case_id]
        request.case = row.case
        with suppress(Tampered):
            yield listing.entry_for(request, row.case, row.client, marks)


def _place(one: Listed, today: date) -> tuple[int, bool, date]:
    day = one.day or date.max
    return ORDER[rules.deadline_heading(day, today)], _is_others(one), day


def row_of(
    entry: Entry, day: date, today: date, marks: frozenset[str], here: frozenset[UUID]
) -> dict[str, Any]:
    """`here`: who works here; the owner of a row is shown where it is one of them."""
    data = entry.data
    dues = [listing.due_in(plain) for plain in data["clocks"]]
    told = _told(dues, today)
    return {
        "what": what_is_due(Status(data["status"]), data["agency"], is_time_left(day, today, dues)),
        "url": reverse("uvisa:request", args=[data["case"], entry.id]),
        "case": data["case"],
        "id": entry.id,
        "whose": data["name"],
        "reference": data["reference"],
        "due_on": _shown_day(told, day, today),
        "late": late_words(day, today, dues),
        "owner": data["owner_name"] if entry.owner in here else "",
        "heading": rules.deadline_heading(day, today),
        "clocks": [shown(due, today, marks) for due in dues],
        "expedited": any(due.expedited for due in dues),
        **(_one_rule(told, marks) if told else {}),
    }


def _told(dues: Sequence[Due], today: date) -> Due | None:
    """For lists that show one rule: the one that makes it late, else the first."""
    return max(dues, key=lambda due: due.late(today), default=None)


def _shown_day(told: Due | None, day: date, today: date) -> date | None:
    """The day that the agency missed, or the next one on which somebody acts."""
    if told and told.late(today):
        return told.due
    return day if day != date.max else None


def _one_rule(due: Due, marks: frozenset[str]) -> dict[str, Any]:
    return {"rule": LEVEL[due.level], "source": due.citation, "badge": _badge(due, marks)}


def shown(due: Due, today: date, marks: frozenset[str]) -> dict[str, Any]:
    """One clock in words, with its source and the mark it has today."""
    return {
        "due": due,
        "whose": LEVEL[due.level],
        "is_target": due.level == rules.Level.TARGET,
        "late": days_late(due.late(today)) or _past(due.past(today)),
        "sure": Confidence(due.confidence).label,
        "badge": _badge(due, marks),
    }


def _badge(due: Due, marks: frozenset[str]) -> str:
    return "confirmed" if due.stamp in marks else "verify"


def is_time_left(day: date, today: date, dues: Iterable[Due]) -> bool:
    """We chase on a day off already; what the agency is held to is the working day after it."""
    return any(due.raw == day <= today <= due.due != day for due in dues)


def what_is_due(status: Status, agency: str, time_left: bool) -> str:
    if status == Status.SENT:
        return _("Ask %(agency)s whether it arrived") % {"agency": agency}
    if status == Status.SILENT:
        return _("No answer from %(agency)s: decide what next") % {"agency": agency}
    if time_left:
        return _("Ask %(agency)s for its answer") % {"agency": agency}
    return _("%(agency)s must answer") % {"agency": agency}


def late_words(day: date, today: date, dues: Sequence[Due]) -> str:
    """ "Late" only where a rule that binds the agency says so; else "past"."""
    told = _told(dues, today)
    late, past = (told.late(today), told.past(today)) if told else (0, 0)
    if late or is_time_left(day, today, dues):
        return days_late(late)
    return _past(past or (today - day).days)


def _past(days: int) -> str:
    return ngettext("%(n)d day past", "%(n)d days past", days) % {"n": days} if days > 0 else ""


def _grouped(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[Heading, list[dict[str, Any]]] = {heading: [] for heading in KINDS}
    for row in rows:
        groups[row["heading"]].append(row)
    return [{"kind": kind, "rows": groups[heading]} for heading, kind in KINDS.items()]


def _ours(entries: Iterable[Entry], here: frozenset[UUID]) -> list[dict[str, Any]]:
    """In the order given. `what` and the like are for lists that mix rooms."""
    return [
        {
            **entry.data,
            "id": entry.id,
            "what": entry.data["agency"],
            "owner": entry.owner if entry.owner in here else None,
            "turned_back": _turned_back(entry),
        }
        for entry in entries
    ]


def _turn(entry: Entry) -> int:
    status = entry.data["status"]
    return TURNS.index(status) if status in TURNS else len(TURNS)


def _turned_back(entry: Entry) -> bool:
    return bool(entry.data["status"] == Status.DRAFT.value and entry.data.get("returned"))
