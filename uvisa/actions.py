"""The life of a certification request. Each move is dated, recorded, and seen on the board at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from clinic.accounts import teams
from clinic.accounts.models import Purpose, User
from clinic.audit import actions as audit
from clinic.audit.actions import Event
from clinic.cases import access, lists
from clinic.cases.models import Case, Compartment
from clinic.directory.models import Agency
from clinic.vault.keyring import current

from . import listing, packet, promises, requests, rules
from .errors import ChangedSince, LookAgain, NotASupervisor, NotChecked, NotReady, NotWeighed
from .history import ADDED, TAKEN_BACK, Line
from .models import CertificationRequest
from .rules import Status

# Who decides does not take over what somebody left behind.
DECISIONS = frozenset({Event.REQUEST_APPROVED, Event.REQUEST_RETURNED})


@transaction.atomic
def draft_request(*, case: Case, agency: Agency, by: User, on: date, **answers: Any) -> CertificationRequest:
    """A new request; supervising attorneys can open the case from now on, to approve it.

    A walled case stays with the people it was walled to.
    """
    access.lock(case)
    access.settle(case)
    if not case.walled:
        access.grant_team(case, teams.by_purpose(Purpose.SUPERVISING), Compartment.CASE, by=by)
    request = CertificationRequest(organisation=by.organisation, case=case)
    request.drafted_on = on
    _write(request, agency, answers)
    _own(request, by)
    lists.mirror(case)
    _save(request, Event.REQUEST_DRAFTED, by=by, on=on)
    return request


@transaction.atomic
def edit_request(
    *, request: CertificationRequest, agency: Agency, answers: Mapping[str, Any], by: User, on: date
) -> None:
    """Before it is sent. What was ready or approved goes back to draft. Raises Stale, MoveRefused."""
    _begin(request, None if request.status == Status.DRAFT else Status.DRAFT)
    _write(request, agency, answers)
    _unapprove(request)
    request.status = Status.DRAFT
    _save(request, Event.REQUEST_EDITED, by=by, on=on)


@transaction.atomic
def mark_ready(*, request: CertificationRequest, by: User, on: date) -> None:
    """Puts it before a supervising attorney. Raises NotReady while something is missing."""
    _begin(request, Status.READY)
    if requests.missing_of(request, on=on):
        raise NotReady
    request.returned_why = ""
    request.status = Status.READY
    _save(request, Event.REQUEST_READY, by=by, on=on)


@transaction.atomic
def approve(
    *,
    request: CertificationRequest,
    by: User,
    on: date,
    signer: str = "",
    checked: bool = False,
    weighed: bool = False,
    seen: str | None = None,
) -> None:
    """A supervising attorney decides that it goes out, and signs the letter as `signer`.

    `checked`: the law that nobody has confirmed yet was looked up for this letter. `weighed`: so were the
    agency's ties to immigration enforcement. `seen`: what requests.shown_of said of the page they decide on.
    Raises NotASupervisor, LookAgain, NotReady, NotChecked, NotWeighed.
    """
    if not teams.is_supervising_attorney(current()):
        raise NotASupervisor
    _begin(request, Status.APPROVED)
    if seen is not None and seen != requests.shown_of(request, on=on):
        raise LookAgain
    request.signer = signer or by.sign_in_name
    if requests.missing_of(request, on=on):
        raise NotReady
    open_rules, ties = requests.open_rules(request, on=on), requests.agreements_of(request, on=on)
    if open_rules and not checked:
        raise NotChecked
    if ties and not weighed:
        raise NotWeighed
    request.checked, request.warned = [rule.stamp for rule in open_rules], [str(tie.kind) for tie in ties]
    request.approved_on, request.approved_by_name = on, by.sign_in_name
    request.approved_digest = packet.digest(requests.packet_of(request, on=on))
    request.status = Status.APPROVED
    details = {"checked": "; ".join(rule.citation for rule in open_rules)} if open_rules else {}
    _save(request, Event.REQUEST_APPROVED, by=by, on=on, details=details)


@transaction.atomic
def send_back(*, request: CertificationRequest, by: User, on: date, why: str = "") -> None:
    """A supervising attorney wants something changed."""
    if not teams.is_supervising_attorney(current()):
        raise NotASupervisor
    _begin(request, Status.DRAFT)
    _unapprove(request)
    request.returned_why = why
    request.status = Status.DRAFT
    _save(request, Event.REQUEST_RETURNED, by=by, on=on)


@transaction.atomic
def record_sent(*, request: CertificationRequest, sent_on: date, how: str, by: User, on: date) -> None:
    """The packet left: the rules of that day stay with the request, and whoever sent it keeps its clocks.

    Raises NotChecked where the law in the letter changed after the approval, and ChangedSince where
    anything else that it says did.
    """
    _begin(request, Status.SENT)
    rules.check_sent(sent_on, request.approved_on)
    rules.check_days(sent_on=sent_on, received_on=None, answered_on=None, today=on)
    if requests.open_rules(request, on=sent_on):
        raise NotChecked
    if requests.has_changed(request, on=sent_on):
        raise ChangedSince
    requests.keep_rules(request, on=sent_on)
    request.sent_on, request.sent_how = sent_on, how
    _own(request, by)
    request.status = Status.SENT
    _save(request, Event.REQUEST_SENT, by=by, on=on, day=sent_on)


@transaction.atomic
def record_received(
    *, request: CertificationRequest, received_on: date, how: str, by: User, on: date
) -> None:
    """The agency has it. Late entry is allowed with the true day; a nudge stands on each day to act.

    After silence too, which is over then: the rules that count from receipt begin to run.
    """
    _begin(request, Status.RECEIVED)
    if request.received_on:
        raise rules.MoveRefused("received already")
    rules.check_days(sent_on=_sent(request), received_on=received_on, answered_on=None, today=on)
    stood = _lift_answer(request)
    request.received_on, request.received_how = received_on, how
    request.status = Status.RECEIVED
    _save(request, Event.REQUEST_RECEIVED, by=by, on=on, day=received_on, **stood)


@transaction.atomic
def record_answer(
    *, request: CertificationRequest, status: Status, answered_on: date, words: str, by: User, on: date
) -> None:
    """Signed, refused, returned, or no answer at all."""
    _begin(request, status)
    rules.check_days(
        sent_on=_sent(request), received_on=request.received_on, answered_on=answered_on, today=on
    )
    stood = _lift_answer(request)
    request.answered_on, request.answer = answered_on, words
    request.status = status
    _save(request, Event.REQUEST_ANSWERED, by=by, on=on, day=answered_on, **stood)


@transaction.atomic
def take_back_answer(*, request: CertificationRequest, why: str, by: User, on: date) -> None:
    """An answer was recorded by mistake: it is with the agency as before, and its clocks run again.

    The history keeps what stood. Raises MoveRefused where there is no answer.
    """
    _begin(request, None)
    if request.status not in rules.HAVE_ANSWER:
        raise rules.MoveRefused(f"no answer to take back while {request.status}")
    day, stood = request.answered_on, _lift_answer(request)
    request.status = rules.unanswered(request.received_on)
    _save(request, Event.ANSWER_TAKEN_BACK, by=by, on=on, day=day, why=why, **stood)


@transaction.atomic
def correct_days(
    *,
    request: CertificationRequest,
    sent_on: date,
    received_on: date | None,
    why: str,
    by: User,
    on: date,
    answered_on: date | None = None,
) -> None:
    """Days were written down wrong. The history keeps each as it stood; the clocks run from the right ones.

    Without `received_on`, a receipt is taken back that was recorded by mistake; with it, one is added to
    what was answered without word of it. Raises MoveRefused for another day that was never recorded.
    """
    _begin(request, None)
    days = {"sent_on": sent_on, "received_on": received_on, "answered_on": answered_on}
    _check_correctable(request, days)
    rules.check_sent(sent_on, request.approved_on)
    rules.check_days(sent_on=sent_on, received_on=received_on, answered_on=answered_on, today=on)
    for name, day in days.items():
        _correct(request, name, day, Line(on, Event.REQUEST_EDITED, by.sign_in_name, why=why))
    if received_on is None:
        request.received_how = ""
        request.status = Status.SENT if request.status == Status.RECEIVED else request.status
    _keep(request, Event.REQUEST_EDITED, by=by, on=on)


@transaction.atomic
def withdraw(*, request: CertificationRequest, why: str, by: User, on: date) -> None:
    """We do not ask any more: nothing is due, and nobody is reminded."""
    _begin(request, Status.WITHDRAWN)
    stood = _lift_answer(request)
    request.answer = why
    request.status = Status.WITHDRAWN
    _save(request, Event.REQUEST_WITHDRAWN, by=by, on=on, **stood)


def _begin(request: CertificationRequest, status: Status | None) -> None:
    """Locks the case. Raises MoveRefused where the request cannot become `status`."""
    access.lock(request.case)
    access.settle(request.case)
    if status is not None:
        rules.check_move(request.status, status)


def _check_correctable(request: CertificationRequest, days: Mapping[str, date | None]) -> None:
    if request.status not in rules.WERE_SENT:
        raise rules.MoveRefused(f"no days to correct while {request.status}")
    comes = {"received_on"} if request.status in rules.HAVE_ANSWER else set()
    unknown = {name for name, day in days.items() if day and getattr(request, name) is None}
    if unknown - comes or (request.answered_on and not days["answered_on"]):
        raise rules.MoveRefused("only the day of receipt comes and goes")


def _correct(request: CertificationRequest, name: str, day: date | None, line: Line) -> None:
    was = getattr(request, name)
    if day == was:
        return
    setattr(request, name, day)
    which = (name if day else TAKEN_BACK) if was else ADDED
    request.history = [*request.history, str(replace(line, day=was or day, which=which))]


def _lift_answer(request: CertificationRequest) -> dict[str, Any]:
    """Takes off the answer that stands, if one does, and says it for the history."""
    if request.answered_on is None:
        return {}
    stood = {"which": str(request.status), "said": request.answer}
    request.answered_on, request.answer = None, ""
    return stood


def _sent(request: CertificationRequest) -> date:
    if request.sent_on is None:
        raise rules.ImpossibleDates("it was never sent")
    return request.sent_on


def _write(request: CertificationRequest, agency: Agency, answers: Mapping[str, Any]) -> None:
    request.agency, request.agency_name = str(agency.pk), agency.name
    for name, answer in answers.items():
        setattr(request, name, answer)


def _own(request: CertificationRequest, owner: User) -> None:
    request.owner, request.owner_name = str(owner.pk), owner.sign_in_name


def _unapprove(request: CertificationRequest) -> None:
    request.approved_on, request.approved_by_name, request.signer = None, "", ""
    request.checked, request.warned, request.approved_digest = [], [], ""


def _save(
    request: CertificationRequest,
    event: Event,
    *,
    by: User,
    on: date,
    details: Mapping[str, str] | None = None,
    **told: Any,
) -> None:
    """One line of history, with what is `told` in it, and all that _keep does."""
    request.history = [*request.history, str(Line(on, event, by.sign_in_name, **told))]
    _keep(request, event, by=by, on=on, details=details)


def _keep(
    request: CertificationRequest,
    event: Event,
    *,
    by: User,
    on: date,
    details: Mapping[str, str] | None = None,
) -> None:
    """Row, nudges, lists and audit together."""
    promises.renew(request, by=by, on=on, takes=event not in DECISIONS)
    request.save()
    if not request.case.walled:
        lists.publish_for_deciding(listing.entry_of(request, request.case))
    audit.record(event, by=by, case_id=request.case_id, target=request, details=details)
