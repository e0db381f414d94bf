"""What the page of one request shows, and which moves the reader may make."""

from datetime import date
from typing import Any

from django.utils.translation import ngettext

from clinic.accounts import teams
from clinic.accounts.models import Purpose
from clinic.cases.models import AskLater
from clinic.directory.facts.minnesota_clocks import STANDARD
from clinic.vault.keyring import current
from uvisa import board, clock, listing, requests, rules
from uvisa.crimes import SIMILAR_ACTIVITY
from uvisa.forms import CRIMES
from uvisa.listing import Due
from uvisa.models import CertificationRequest
from uvisa.promises import KEEPS_CLOCKS, working
from uvisa.rules import Status
from uvisa.supplement_b import SEXES
from uvisa.words import STATUS, missing_rows

from .timeline import event_of

Purposes = frozenset[str]
REMOVAL = {True: AskLater.YES, False: AskLater.NO, None: AskLater.UNKNOWN}


def page_of(found: CertificationRequest, purposes: Purposes, *, on: date) -> dict[str, Any]:
    missing = lacking(found, purposes, on=on)
    has_changed = found.status != Status.WITHDRAWN and requests.has_changed(found, on=on)
    return {
        "case": found.case,
        "request_row": found,
        "status": STATUS[found.status],
        "is_running": found.sent_on is not None,
        "is_withdrawn": found.status == Status.WITHDRAWN,
        "is_answered": found.status in rules.ANSWERED,
        "crimes": crimes(found),
        "sex": SEXES.get(found.sex),
        "missing": missing,
        "asks_expedite": requests.asks_expedite(found, on=on),
        **signed(found),
        "owner": _owner(found),
        "events": [event_of(line) for line in reversed(found.history)],
        **legal(found, on=on),
        **moves(found, purposes, ready=not missing and not has_changed),
        "has_changed": has_changed,
        "is_approved": found.status == Status.APPROVED,
    }


def lacking(found: CertificationRequest, purposes: Purposes, *, on: date) -> list[dict[str, Any]]:
    """What is missing, and where it is put right; nothing any more once it was sent."""
    missing = requests.missing_of(found, on=on) if found.status in rules.WITH_US else ()
    return missing_rows(found, missing, coordinates=Purpose.COORDINATION in purposes)


def legal(found: CertificationRequest, *, on: date) -> dict[str, Any]:
    """The clocks, the marks that are open, and what should be weighed before it is sent."""
    marks, running = clock.confirmed(), requests.clocks_of(found, sending_on=on)
    asks_law = found.status in {Status.READY, Status.APPROVED}
    open_rules = requests.open_rules(found, on=on) if asks_law else []
    return {
        "clocks": [_clock(found, listing.due_of(one), on, marks) for one in running],
        "open_rules": list(dict.fromkeys(rule.citation for rule in open_rules)),
        "standard": STANDARD,
        **before_it_goes(found, on=on),
    }


def before_it_goes(found: CertificationRequest, *, on: date) -> dict[str, Any]:
    """What should be weighed, or put right, while it is still with us."""
    if found.status not in rules.WITH_US:
        return {}
    return {
        "agreements": requests.agreements_of(found, on=on),
        "at_odds": at_odds(found),
        "lacks_a_number": requests.lacks_a_number(found),
        "is_unruled": requests.is_unruled(found, on=on),
    }


def _owner(found: CertificationRequest) -> str:
    return found.owner_name if found.owner in map(str, working()) else ""


def at_odds(found: CertificationRequest) -> dict[str, str]:
    """What the case and the request say of removal proceedings, where they do not say the same."""
    case, ours = requests.removal_in_case(found), found.removal_proceedings
    if case is None or case is ours:
        return {}
    return {"case": REMOVAL[case].label, "request": REMOVAL[ours].label}


def _clock(found: CertificationRequest, due: Due, on: date, marks: frozenset[str]) -> dict[str, Any]:
    """Once it is answered, the day of the answer says whether it was in time, whatever today is."""
    shown = board.shown(due, on, marks)
    if found.status in rules.ANSWERED and found.answered_on:
        shown["late"] = _was_late(due, found.answered_on)
    return shown


def _was_late(due: Due, on: date) -> str:
    late, past = due.late(on), due.past(on)
    if late:
        return ngettext("Answered %(n)d day late", "Answered %(n)d days late", late) % {"n": late}
    return (
        ngettext("Answered %(n)d day after that", "Answered %(n)d days after that", past) % {"n": past}
        if past
        else ""
    )


def moves(found: CertificationRequest, purposes: Purposes, *, ready: bool = True) -> dict[str, bool]:
    keeps, decides = bool(KEEPS_CLOCKS & purposes), teams.is_supervising_attorney(current())
    return {
        "can_edit": found.status in rules.WITH_US,
        "can_mark_ready": found.status == Status.DRAFT and ready,
        "can_approve": found.status == Status.READY and decides,
        "can_send_back": found.status in {Status.READY, Status.APPROVED} and decides,
        "can_send": found.status == Status.APPROVED and keeps and ready,
        "can_receive": rules.can_move(found.status, Status.RECEIVED) and not found.received_on and keeps,
        "can_answer": found.status in rules.WITH_THE_AGENCY and keeps,
        "can_correct": found.status in rules.WERE_SENT and keeps,
        "can_take_back": found.status in rules.HAVE_ANSWER and keeps,
        "can_withdraw": rules.can_move(found.status, Status.WITHDRAWN) and keeps,
    }


def signed(found: CertificationRequest) -> dict[str, date]:
    """The last day on which the petition may arrive, and the last one on which somebody takes it in."""
    if found.status != Status.SIGNED or not found.answered_on:
        return {}
    return {
        "last_safe_day": rules.last_safe_day(found.answered_on),
        "last_working_day": rules.last_working_day(found.answered_on),
    }


def crimes(found: CertificationRequest) -> list[str]:
    named = [label for key, label in CRIMES if key in found.crimes]
    return [*named, found.similar] if SIMILAR_ACTIVITY in found.crimes else named
