"""What the law and the clinic's practice say about certification requests. Pure: every day is passed in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from hashlib import sha256

from clinic.directory.calendar import (
    Holidays,
    add_business_days,
    add_days,
    add_months,
    roll_back,
    roll_forward,
)

CONFIRM_RECEIPT_AFTER_DAYS = 3
ASK_AGAIN_AFTER_DAYS = 30
CERTIFICATION_LASTS_MONTHS = 6  # 8 CFR 214.14(c)(2)(i)
FEDERAL = Holidays(october=True)  # 5 U.S.C. 6103: Minnesota's own, and Columbus Day
LAST_SAFE_DAY_WARNINGS = (120, 60, 30, 14)


# Clocks


class Level(IntEnum):
    """Whose rule it is, the most specific first."""

    AGENCY = 1
    CITY = 2
    COUNTY = 3
    STATE = 4
    TARGET = 5


class Unit(StrEnum):
    CALENDAR = "calendar"
    BUSINESS = "business"


class Start(StrEnum):
    REQUEST = "request"
    RECEIPT = "receipt"


class Trigger(StrEnum):
    """What lets a victim ask for the shorter time."""

    REMOVAL = "removal"
    FAMILY_REMOVAL = "family in removal"
    DETAINED = "detained"
    CHILD_AGING_OUT = "child aging out"
    SIBLING_AGING_OUT = "sibling aging out"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A clock rule as the directory holds it. `soft`: "or as soon as reasonably possible"."""

    name: str
    level: Level
    ordinary_days: int | None
    expedited_days: int | None
    citation: str
    confidence: str
    unit: Unit = Unit.CALENDAR
    starts: Start = Start.REQUEST
    soft: bool = False
    must_request_expedite: bool = True
    triggers: frozenset[Trigger] = frozenset({Trigger.REMOVAL})
    effective_from: date | None = None
    effective_to: date | None = None
    verified: bool = False
    slug: str = ""

    @property
    def stamp(self) -> str:
        """Differs with anything that decides a day: who confirmed a rule confirmed these numbers."""
        days = (self.ordinary_days, self.expedited_days, self.unit, self.starts, self.soft, int(self.level))
        asks = (self.must_request_expedite, *sorted(self.triggers))
        told = (self.slug or self.name, self.citation, self.effective_from, self.effective_to, *days, *asks)
        return sha256("|".join(map(str, told)).encode()).hexdigest()[:16]

    @property
    def binding(self) -> bool:
        return not self.soft and self.level is not Level.TARGET

    def in_force(self, on: date) -> bool:
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One rule running for one request.

    `raw` is the last day as counted; `due` is that day moved off weekends and the agency's holidays;
    we chase on `chase_on`, never waiting for the move.
    """

    rule: Rule
    started_on: date
    days: int
    raw: date
    due: date
    chase_on: date
    expedited: bool

    @property
    def binding(self) -> bool:
        return self.rule.binding

    @property
    def citation(self) -> str:
        return self.rule.citation

    @property
    def confidence(self) -> str:
        return self.rule.confidence

    @property
    def verified(self) -> bool:
        return self.rule.verified


class ImpossibleDates(ValueError):
    """Days that cannot have come in this order. `day`: the one that came too early, if one did."""

    def __init__(self, told: str, day: str = "") -> None:
        super().__init__(told)
        self.day = day


def clocks(
    rules: Iterable[Rule],
    requested_on: date,
    received_on: date | None,
    expedite_asked: bool,
    removal_proceedings: bool,
    holidays: Holidays,
    also: frozenset[Trigger] = frozenset(),
) -> list[Clock]:
    """Every clock that runs, the earliest first and of equals the most specific.

    A rule that starts with receipt does not run before receipt. The clinic's own target stands in
    only where nothing binds and nothing is as early. `also` names triggers other than removal proceedings.
    Raises ImpossibleDates when the receipt is dated before the request.
    """
    if received_on is not None and received_on < requested_on:
        raise ImpossibleDates("received before it was requested")
    facts = also | ({Trigger.REMOVAL} if removal_proceedings else frozenset())
    running = []
    for rule in rules:
        started_on = requested_on if rule.starts is Start.REQUEST else received_on
        if started_on is None or not rule.in_force(requested_on):
            continue
        expedited = _is_expedited(rule, expedite_asked, facts)
        days = rule.expedited_days if expedited else rule.ordinary_days
        if days is not None:
            running.append(_run(rule, started_on, days, expedited, holidays))
    return sorted(_without_idle_targets(running), key=_earliest)


def _is_expedited(rule: Rule, asked: bool, facts: frozenset[Trigger]) -> bool:
    # "must be affirmatively raised at the time of the request": Minn. Stat. 611A.95 subd. 2(b)
    if rule.must_request_expedite and not asked:
        return False
    return rule.expedited_days is not None and bool(rule.triggers & facts)


def _run(rule: Rule, started_on: date, days: int, expedited: bool, holidays: Holidays) -> Clock:
    if rule.unit is Unit.BUSINESS:
        raw = add_business_days(started_on, days, holidays)
    else:
        raw = add_days(started_on, days)
    return Clock(
        rule=rule,
        started_on=started_on,
        days=days,
        raw=raw,
        due=roll_forward(raw, holidays),
        chase_on=raw,
        expedited=expedited,
    )


def _without_idle_targets(running: Sequence[Clock]) -> list[Clock]:
    """A target stays where nothing binds and no other rule is as early."""
    rules = [clock for clock in running if clock.rule.level is not Level.TARGET]
    if any(clock.binding for clock in rules):
        return rules
    first = min((clock.due for clock in rules), default=date.max)
    return [clock for clock in running if clock in rules or clock.due < first]


def _earliest(clock: Clock) -> tuple[date, date, Level, str]:
    return clock.due, clock.raw, clock.rule.level, clock.rule.name


def first_clock(running: Sequence[Clock]) -> Clock | None:
    """The clock we chase by: the earliest, soft or not."""
    return min(running, key=_earliest, default=None)


def working_clock(running: Sequence[Clock]) -> Clock | None:
    """The clock the agency is held to: the earliest that binds, else the earliest."""
    binding = [clock for clock in running if clock.binding]
    return first_clock(binding or running)


def confirm_receipt_on(sent_on: date) -> date:
    """Sent and unconfirmed is due on this day."""
    return add_days(sent_on, CONFIRM_RECEIPT_AFTER_DAYS)


def ask_again_on(silent_on: date) -> date:
    """Of an agency that did not answer at all, somebody decides what next, at the latest on this day."""
    return add_days(silent_on, ASK_AGAIN_AFTER_DAYS)


# Headings of a board


class Heading(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this week"
    LATER = "later"


def deadline_heading(due: date, today: date) -> Heading:
    """`This week` is the six days after today: on a Friday, Monday must not read "later"."""
    left = (due - today).days
    if left < 0:
        return Heading.OVERDUE
    if left < 2:
        return Heading.TODAY if left == 0 else Heading.TOMORROW
    return Heading.THIS_WEEK if left < 7 else Heading.LATER


# The signed certification


def last_safe_day(signed_on: date) -> date:
    """The last day on which USCIS should have the petition in hand.

    "Within the six months immediately preceding the filing" (8 CFR 214.14(c)(2)(i)), read cautiously:
    the day before the six-month anniversary.
    """
    anniversary = add_months(signed_on, CERTIFICATION_LASTS_MONTHS)
    if anniversary.day == signed_on.day:
        return anniversary - timedelta(days=1)
    return anniversary


def last_working_day(signed_on: date) -> date:
    """The last safe day, or the last day before it that is no weekend and no federal holiday."""
    return roll_back(last_safe_day(signed_on), FEDERAL)


def warning_days(signed_on: date) -> tuple[date, ...]:
    last = last_safe_day(signed_on)
    return tuple(last - timedelta(days=left) for left in LAST_SAFE_DAY_WARNINGS)


# A request's life


class Status(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    APPROVED = "approved"
    SENT = "sent"
    RECEIVED = "received"
    SIGNED = "signed"
    REFUSED = "refused"
    RETURNED = "returned"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"


# A changed request goes back to draft and is approved again. An answer may come without word of
# receipt, and word of receipt after silence. What was returned, refused or withdrawn is asked again by a
# new request with new clocks; an answer that was recorded by mistake is taken back, which is no move.
MOVES: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.READY, Status.WITHDRAWN}),
    Status.READY: frozenset({Status.DRAFT, Status.APPROVED, Status.WITHDRAWN}),
    Status.APPROVED: frozenset({Status.DRAFT, Status.SENT, Status.WITHDRAWN}),
    Status.SENT: frozenset(
        {
            Status.RECEIVED,
            Status.SIGNED,
            Status.REFUSED,
            Status.RETURNED,
            Status.SILENT,
            Status.WITHDRAWN,
        }
    ),
    Status.RECEIVED: frozenset(
        {Status.SIGNED, Status.REFUSED, Status.RETURNED, Status.SILENT, Status.WITHDRAWN}
    ),
    Status.SILENT: frozenset(
        {Status.RECEIVED, Status.SIGNED, Status.REFUSED, Status.RETURNED, Status.WITHDRAWN}
    ),
    Status.SIGNED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.RETURNED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
WITH_THE_AGENCY = frozenset({Status.SENT, Status.RECEIVED, Status.SILENT})
WITH_US = frozenset({Status.DRAFT, Status.READY, Status.APPROVED})
ANSWERED = frozenset({Status.SIGNED, Status.REFUSED, Status.RETURNED})
HAVE_ANSWER = ANSWERED | {Status.SILENT}  # or word that there is none: a day of it, and words
WERE_SENT = WITH_THE_AGENCY | ANSWERED
CLOSED = frozenset(status for status, moves in MOVES.items() if not moves)


class MoveRefused(ValueError):
    """This status does not lead to that one."""


def can_move(old: Status, new: Status) -> bool:
    return new in MOVES[old]


def check_move(old: Status, new: Status) -> None:
    if not can_move(old, new):
        raise MoveRefused(f"{old} does not lead to {new}")


def unanswered(received_on: date | None) -> Status:
    """Where a request stands whose answer is taken back: with the agency, as far as one knows."""
    return Status.SENT if received_on is None else Status.RECEIVED


def check_days(*, sent_on: date, received_on: date | None, answered_on: date | None, today: date) -> None:
    """Late entry is allowed with the true day. Raises ImpossibleDates for a day that cannot be."""
    known = [day for day in (sent_on, received_on, answered_on) if day is not None]
    if max(known) > today:
        raise ImpossibleDates("a day lies in the future")
    if received_on is not None and received_on < sent_on:
        raise ImpossibleDates("received before it was sent", "received_on")
    if answered_on is not None and answered_on < max(sent_on, received_on or sent_on):
        raise ImpossibleDates("answered before it was received", "answered_on")


def check_sent(sent_on: date, approved_on: date | None) -> None:
    """Nothing leaves before it is approved: an earlier day is mistyped. Raises ImpossibleDates."""
    if approved_on is not None and sent_on < approved_on:
        raise ImpossibleDates("sent before it was approved", "sent_on")
