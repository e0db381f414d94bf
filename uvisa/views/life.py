"""The moves of a request: who may make them, on which day, and what is said where one cannot be made."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import forms
from clinic.accounts.doors import FORM, StaffRequest, members, staff
from clinic.accounts.models import Purpose
from clinic.accounts.roster import Role
from clinic.forms import posted
from clinic.vault.errors import Stale
from uvisa import actions, errors, requests, rules
from uvisa.forms import (
    AnswerForm,
    ApproveForm,
    DaysForm,
    ReceivedForm,
    RevForm,
    SendBackForm,
    SentForm,
    WhyForm,
)
from uvisa.models import CertificationRequest
from uvisa.rules import Status
from uvisa.words import STATUS, TOO_EARLY, before_approval, impossible

from .finding import again, check_rev, find_request
from .page import before_it_goes, lacking, legal, moves

DAYS = ("sent_on", "received_on", "answered_on")
Move = Callable[..., None]
POSSIBLE = {
    "approve": "can_approve",
    "send_back": "can_send_back",
    "sent": "can_send",
    "received": "can_receive",
    "answer": "can_answer",
    "days": "can_correct",
    "take_back": "can_take_back",
    "withdraw": "can_withdraw",
}


@staff
@require_POST
def ready(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found, form = find_request(request, case_id, request_id), RevForm(request.POST)
    try:
        if not form.is_valid():
            raise Stale
        check_rev(form, found)
        actions.mark_ready(request=found, by=request.user, on=timezone.localdate())
    except errors.NotReady as refused:
        messages.error(request, str(refused))
    except (rules.MoveRefused, Stale):
        messages.error(request, _("Somebody changed this request meanwhile. Here is how it stands now."))
    else:
        messages.success(request, _("The supervising attorneys will see it on their page."))
    return redirect("uvisa:request", found.case_id, found.pk)


@members(Purpose.SUPERVISING, role=Role.SUPERVISOR)
@FORM
def approve(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    law = legal(found, on=timezone.localdate())
    form = ApproveForm(
        posted(request),
        rev=found.rev,
        seen=requests.shown_of(found, on=timezone.localdate()),
        asks_checked=bool(law["open_rules"]),
        asks_weighed=bool(law["agreements"]),
    )
    missing = lacking(found, request.purposes, on=timezone.localdate())
    return _moved(request, found, form, "approve", actions.approve, missing=missing, **law)


@members(Purpose.SUPERVISING, role=Role.SUPERVISOR)
@FORM
def send_back(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = SendBackForm(posted(request), initial={"rev": found.rev})
    return _moved(request, found, form, "send_back", actions.send_back)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def sent(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = SentForm(posted(request), initial={"rev": found.rev, "sent_on": timezone.localdate()})
    weighed = before_it_goes(found, on=timezone.localdate())
    return _moved(request, found, form, "sent", actions.record_sent, **weighed)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def received(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = ReceivedForm(posted(request), initial={"rev": found.rev, "received_on": timezone.localdate()})
    return _moved(request, found, form, "received", actions.record_received)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def answer(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = AnswerForm(posted(request), initial={"rev": found.rev}, stands=found.status)
    return _moved(request, found, form, "answer", _record_answer)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def days(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    """A day was written down wrong."""
    found = find_request(request, case_id, request_id)
    known = {name: getattr(found, name) for name in DAYS if getattr(found, name)}
    asks = {*known, "received_on"} if found.status in rules.HAVE_ANSWER else known
    form = DaysForm(posted(request), initial={"rev": found.rev, **known}, asks=asks)
    return _moved(request, found, form, "days", _correct_days)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def take_back(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    """An answer was recorded by mistake."""
    found = find_request(request, case_id, request_id)
    form = WhyForm(posted(request), initial={"rev": found.rev})
    return _moved(request, found, form, "take_back", actions.take_back_answer, status=STATUS[found.status])


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@FORM
def withdraw(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = WhyForm(posted(request), initial={"rev": found.rev})
    return _moved(request, found, form, "withdraw", actions.withdraw)


def _record_answer(*, status: str, **answers: Any) -> None:
    actions.record_answer(status=Status(status), **answers)


def _correct_days(*, received_on: Any = None, **answers: Any) -> None:
    """A request that nobody received has no such box."""
    actions.correct_days(received_on=received_on, **answers)


def _moved(
    request: StaffRequest,
    found: CertificationRequest,
    form: forms.Form,
    name: str,
    move: Move,
    **context: Any,
) -> HttpResponse:
    """Shows the form, or makes the move. What is refused is told at the form, with what was typed in it."""
    if request.method != "POST" and not moves(found, request.purposes)[POSSIBLE[name]]:
        return _cannot(request, found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _make(move, request, found, form)
        except rules.ImpossibleDates as refused:
            _tell_impossible(form, again(found), refused)
        except errors.Refused as refused:
            form.add_error(None, str(refused))
        except (rules.MoveRefused, Stale):
            found, status = again(found), 409
            form = _over(form, found)
        else:
            return redirect("uvisa:request", found.case_id, found.pk)
    context |= {"case": found.case, "request_row": found, "form": form}
    return render(request, f"uvisa/{name}.html", context, status=status)


def _tell_impossible(form: forms.Form, found: CertificationRequest, refused: rules.ImpossibleDates) -> None:
    """Days that were typed together are at odds with each other; one alone, with what is known."""
    if refused.day == "sent_on":
        form.add_error("sent_on", before_approval(found))
    elif isinstance(form, DaysForm) and refused.day:
        form.add_error(refused.day, str(TOO_EARLY[refused.day]))
    else:
        form.add_error(getattr(form, "day", None), impossible(found))


def _cannot(request: StaffRequest, found: CertificationRequest) -> HttpResponse:
    """The page of a move that this request is past, or not ready for: nothing is asked."""
    context = {"case": found.case, "request_row": found, "status": STATUS[found.status]}
    return render(request, "uvisa/cannot.html", context, status=409)


def _make(move: Move, request: StaffRequest, found: CertificationRequest, form: forms.Form) -> None:
    check_rev(form, found)
    answers = {name: value for name, value in form.cleaned_data.items() if name != "rev"}
    move(request=found, by=request.user, on=timezone.localdate(), **answers)


def _over(form: forms.Form, newer: CertificationRequest) -> forms.Form:
    """The same answers, told that somebody was faster, to be sent again about what stands now."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["rev"] = str(newer.rev)
    form.data = data
    told = _(
        "Somebody changed this request meanwhile. It stands now as: %(status)s. Look at it, then decide."
    )
    form.add_error(None, told % {"status": STATUS[newer.status]})
    return form
