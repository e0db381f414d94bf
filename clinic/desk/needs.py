"""Who needs me now. Each part reads one room; none of them writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.accounts import invitations, roster
from clinic.accounts.models import Nudge, Purpose, User
from clinic.cases import caseload, lists, steps
from clinic.cases.caseload import Row
from clinic.cases.models import Stage
from clinic.days import late
from clinic.vault.index import Entry
from clinic.vault.keyring import current
from intake.models import Draft, drafts_of
from intake.rules import Waiting
from intake.waiting import waiting_and_offered
from referrals.models import Referral
from referrals.rules import How, Status
from referrals.teasers import Teaser, offers_to
from uvisa.board import KINDS, board
from uvisa.board import own as own_requests
from uvisa.promises import KEEPS_CLOCKS, deciding, keepers
from uvisa.rules import deadline_heading

Due = dict[str, Any]
CALLS = frozenset({Purpose.INTAKE, Purpose.COORDINATION})
MOST = 50
DECIDING = frozenset({Purpose.COORDINATION, Purpose.SUPERVISING})


@dataclass(slots=True)
class Needs:
    drafts: list[Draft] = field(default_factory=list)
    given: list[tuple[Row, Referral]] = field(default_factory=list)
    offers: list[Teaser] = field(default_factory=list)
    approvals: list[Due] = field(default_factory=list)
    turns: list[Due] = field(default_factory=list)
    deadlines: list[dict[str, Any]] = field(default_factory=list)
    waiting: int | None = None
    urgent: int = 0
    newcomers: int = 0
    alone: list[tuple[str, str]] = field(default_factory=list)
    idle_reminders: bool = False
    hidden: int = 0  # late promises of others that are too many to show
    hidden_requests: int = 0  # and agencies that owe an answer

    @property
    def overdue(self) -> int:
        shown = sum(len(group["rows"]) for group in self.deadlines if group["kind"] == "overdue")
        return shown + self.hidden + self.hidden_requests

    def nothing_due(self, on: date) -> bool:
        rows = [row for group in self.deadlines for row in group["rows"] if row["due_on"] <= on]
        return not (self.given or self.offers or self.approvals or self.turns or rows)

    @property
    def calm(self) -> bool:
        mine = (self.drafts, self.given, self.offers, self.approvals, self.turns, self.newcomers)
        return not any((*mine, self.alone, self.waiting, *(group["rows"] for group in self.deadlines)))


def needs_of(user: User, *, on: date) -> Needs:
    purposes = frozenset(current().named)
    own = caseload.rows(user, on=on)
    due = {row["id"]: row for row in own_promises(own, on)}
    needs = Needs(given=given_to(user, own), offers=offers_to(user, on=on))
    if purposes & CALLS:
        needs.drafts = drafts_of(user)
        waiting, offered = waiting_and_offered(on)
        needs.waiting, needs.urgent = len(waiting), sum(case.urgent for case in waiting)
        due = {row["id"]: row for row in promises_without_owner([*waiting, *offered], on)} | due
    requests, with_us, needs.hidden_requests = certification(own, on)
    due |= {row["id"]: row for row in requests}
    needs.approvals = to_approve(with_us, user)
    needs.turns = [*to_change(with_us, user), *to_send(with_us, user)]
    if Purpose.COORDINATION in purposes:
        needs.newcomers, needs.alone = invitations.waiting(current()), held_by_one()
        others, needs.hidden = overdue_of_others(on)
        due = {row["id"]: row for row in others} | due
    needs.deadlines = grouped(due.values(), on, first=user.sign_in_name)
    needs.idle_reminders = needs.nothing_due(on) and idle_reminders(user, on=on).exists()
    return needs


def idle_reminders(user: User, *, on: date) -> QuerySet[Nudge]:
    """Plain reminders up to today. Where nothing is due, what they were for ended without this person."""
    return Nudge.objects.filter(user=user, urgent=False, day__lte=on)


def own_promises(rows: Iterable[Row], on: date) -> Iterator[Due]:
    for row in rows:
        case, whose = row.case, row.client.full_name if row.client else ""
        if row.next_on:
            yield _promise(case.pk, row.next_on, case.next_what, whose, case.reference, case.owner_name, on)
        if row.hearing_on:
            yield _hearing(case.pk, row.hearing_on, whose, case.reference, case.owner_name, on)


def promises_without_owner(cases: Iterable[Waiting], on: date) -> Iterator[Due]:
    """Call-backs, hearings and the like on cases that nobody has yet: the whole team keeps them."""
    for case in cases:
        if case.next_on:
            yield _promise(case.id, case.next_on, case.next_what, case.name, case.reference, "", on)
        if case.hearing_on:
            yield _hearing(case.id, case.hearing_on, case.name, case.reference, "", on)


def overdue_of_others(on: date) -> tuple[list[Due], int]:
    """What somebody who has a case has not done in time: a coordinator asks. How many more there are."""
    snapshot = lists.scan(Purpose.COORDINATION)
    days = [(one.day, one) for one in snapshot.due(f"{lists.CASE}.{Stage.GIVEN}") if one.day]
    late_ones = [one for day, one in sorted(days, key=itemgetter(0)) if day < on]
    rows = [_overdue(entry, on) for entry in snapshot.read(late_ones[:MOST])]
    return rows, len(late_ones) - len(rows)


def _overdue(entry: Entry, on: date) -> Due:
    data = entry.data
    day, owner = entry.day or on, data["owner_name"]
    return _promise(entry.id, day, data["next_what"], data["name"], data["reference"], owner, on)


def given_to(user: User, own: Iterable[Row]) -> list[tuple[Row, Referral]]:
    """Cases that somebody gave this person, who has not said "I have it" yet."""
    rows = {row.case.pk: row for row in own}
    found = Referral.objects.filter(case__in=list(rows))
    return [(rows[one.case_id], one) for one in found if _unconfirmed(one, user)]


def certification(own: Iterable[Row], on: date) -> tuple[list[Due], list[Due], int]:
    """What agencies owe us within the week, and requests that are with us: each once.

    And how many more are overdue, being too many to show.
    """
    theirs, ours = own_requests(own, today=on)
    hidden = 0
    if DECIDING & current().named.keys():
        found = board(today=on)
        theirs += [row for group in found.groups for row in group["rows"]]
        ours += found.ours
        hidden = found.hidden_overdue
    soon = [row for row in theirs if KINDS[deadline_heading(row["due_on"] or date.max, on)] != "later"]
    return _each_once(soon), _each_once(ours), hidden


def _each_once(rows: Iterable[Due]) -> list[Due]:
    return list({row["id"]: row | {"url": _request(row)} for row in rows}.values())


def to_approve(rows: Iterable[Due], user: User) -> list[Due]:
    ready = [row for row in rows if row["status"] == "ready"]
    return ready if ready and user.pk in deciding() else []


def to_change(rows: Iterable[Due], user: User) -> list[Due]:
    """Sent back to whoever owns it; where they have left, it is coordination's turn."""
    back = [row for row in rows if row["turned_back"]]
    return [row for row in back if (row["owner"] == user.pk if row["owner"] else _keeps(row))]


def to_send(rows: Iterable[Due], user: User) -> list[Due]:
    """Approved: its owner's turn where they may, else coordination's; behind a wall that of whoever may."""
    approved = [row for row in rows if row["status"] == "approved"]
    may = keepers() if approved else frozenset()
    return [row for row in approved if (row["owner"] == user.pk if row["owner"] in may else _keeps(row))]


def _keeps(row: Due) -> bool:
    may = KEEPS_CLOCKS if row.get("walled") else {Purpose.COORDINATION}
    return bool(may & current().named.keys())


def held_by_one() -> list[tuple[str, str]]:
    """Teams whose key only one person holds: with that passphrase, what only they can open would be lost."""
    people = {one.id: one.name for one in roster.people().values() if one.active}
    found = []
    for team in roster.teams().values():
        holders = [people[one] for one in team.members if one in people]
        if len(holders) == 1 and team.purpose != Purpose.OTHER:
            found.append((str(Purpose(team.purpose).label), holders[0]))
    return sorted(found)


def grouped(rows: Iterable[Due], on: date, *, first: str = "") -> list[dict[str, Any]]:
    """Under each heading what `first` owns, then the soonest."""
    ordered = sorted(rows, key=lambda row: (row["owner"] != first, row["due_on"], row["reference"]))
    return [
        {"kind": kind, "rows": [row for row in ordered if deadline_heading(row["due_on"], on) == heading]}
        for heading, kind in KINDS.items()
    ]


def _promise(case: UUID, day: date, what: str, whose: str, reference: str, owner: str, on: date) -> Due:
    return {
        "id": case,
        "what": steps.in_words(what) or _("Next step"),
        "url": reverse("cases:case", args=[case]),
        "whose": whose,
        "reference": reference,
        "due_on": day,
        "late": late(day, on),
        "owner": owner,
    }


def _hearing(case: UUID, day: date, whose: str, reference: str, owner: str, on: date) -> Due:
    what = _("Hearing") if day >= on else _("Hearing: write down what came of it, and the next day")
    return _promise(case, day, what, whose, reference, owner, on) | {"id": (case, "hearing")}


def _unconfirmed(referral: Referral, user: User) -> bool:
    return referral.to == str(user.pk) and referral.how != How.OFFER and referral.status == Status.OPEN


def _request(row: Due) -> str:
    return reverse("uvisa:request", args=[row["case"], row["id"]])
