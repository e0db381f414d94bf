"""Decisions about who may be given what. Pure: no database, no clock."""

from datetime import date
from enum import StrEnum


class How(StrEnum):
    """In which way a case goes to somebody."""

    GIVE = "give"
    OFFER = "offer"
    HELP = "help"


class Status(StrEnum):
    """Where a referral stands. Open: not answered, or not confirmed yet."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RAN_OUT = "ran_out"


class Reason(StrEnum):
    """Why somebody declined."""

    CONFLICT = "conflict"
    NO_TIME = "no_time"
    NOT_MY_FIELD = "not_my_field"
    TOO_FAR = "too_far"
    LANGUAGE = "language"
    OTHER = "other"


class Refusal(StrEnum):
    """Why a case cannot go that way. The words are in `referrals.words`."""

    CLOSED = "closed"
    WALLED = "walled"
    HAS_IT = "has_it"
    NOT_AN_ATTORNEY = "not_an_attorney"
    NEEDS_A_DAY = "needs_a_day"
    NOT_WAITING = "not_waiting"


ATTORNEYS = frozenset({"attorney", "supervisor"})
MOVES = {
    "waiting": frozenset({How.GIVE, How.OFFER, How.HELP}),
    "offered": frozenset({How.GIVE, How.OFFER, How.HELP}),
    "given": frozenset({How.GIVE, How.HELP}),
    "closed": frozenset(),
}


def why_not(
    how: How, *, stage: str, role: str, has_it: bool, walled: bool, supervising: bool, until: date | None
) -> Refusal | None:
    """The first reason against it. `has_it`: the case is that person's already."""
    if walled and not supervising:
        return Refusal.WALLED
    if how not in MOVES.get(stage, frozenset()):
        return Refusal.CLOSED if stage == "closed" else Refusal.NOT_WAITING
    if has_it:
        return Refusal.HAS_IT
    if how != How.HELP and role not in ATTORNEYS:
        return Refusal.NOT_AN_ATTORNEY
    if how != How.GIVE and until is None:
        return Refusal.NEEDS_A_DAY
    return None


def ran_out(status: Status, until: date | None, on: date) -> bool:
    """Nobody answered by the last day."""
    return status == Status.OPEN and until is not None and until < on


def helped_before(how: How, status: Status, until: date | None, on: date) -> bool:
    """The last day of somebody's help is over."""
    return how == How.HELP and status == Status.ACCEPTED and until is not None and until < on


def stage_after_offers(stage: str, offers_left: int) -> str:
    """An offered case that nobody may accept any more waits again."""
    return "waiting" if stage == "offered" and not offers_left else stage


def soon(on: date | None, today: date) -> str:
    """The next day of a case as a teaser may tell it: a span, never the date that court lists show."""
    if on is None:
        return ""
    days = (on - today).days
    if days < 0:
        return "past"
    return next((name for most, name in SPANS if days <= most), "later")


SPANS = ((2, "two days"), (7, "a week"), (14, "two weeks"), (31, "a month"))
