"""Writing a request, reading it, printing its packet."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import pdf
from clinic.accounts.doors import FORM, StaffRequest, staff
from clinic.audit.events import Event
from clinic.cases.finding import find_case
from clinic.cases.models import AskLater, Case, Detention
from clinic.forms import posted
from clinic.vault.errors import Stale
from uvisa import actions, packet_letters, requests, rules
from uvisa.forms import RequestForm, initial_of
from uvisa.models import CertificationRequest
from uvisa.packet import LANGUAGE, Packet

from .finding import again, check_rev, find_request
from .page import page_of

PROCEEDINGS = {
    AskLater.YES: {"removal_proceedings": "yes", "expedite_asked": "yes"},
    AskLater.NO: {"removal_proceedings": "no"},
}


@staff
@FORM
def new(request: StaffRequest, case_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    form = RequestForm(posted(request), initial=_known(case))
    if request.method == "POST" and form.is_valid():
        made = actions.draft_request(
            case=case, agency=form.chosen_agency(), by=request.user, on=timezone.localdate(), **form.answers()
        )
        messages.success(request, _("The request was saved."))
        return redirect("uvisa:request", case.pk, made.pk)
    return render(request, "uvisa/new.html", {"case": case, "form": _hinted(form, case)})


@staff
@require_safe
def request(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    return render(request, "uvisa/request.html", page_of(found, request.purposes, on=timezone.localdate()))


@staff
@FORM
def edit(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    found = find_request(request, case_id, request_id)
    form = RequestForm(posted(request), initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, found, form)
        except (Stale, rules.MoveRefused):
            return _told(request, found, form)
        messages.success(request, _("The request was saved."))
        return redirect("uvisa:request", found.case_id, found.pk)
    return render(request, "uvisa/edit.html", _editing(found, form))


@staff
@require_safe
def packet(request: StaffRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    """The packet as a PDF. What is not approved yet says so on every page."""
    found = find_request(request, case_id, request_id, event=Event.PACKET_PRINTED)
    printed = requests.packet_of(found, on=timezone.localdate())
    title = _("Certification request %(reference)s") % {"reference": printed.reference}
    try:
        content = pdf.render("uvisa/pdf/packet.html", {"packet": printed}, title=title, lang=LANGUAGE)
    except pdf.MissingLetters as missing:
        return _unprinted(request, found, printed, missing.letters)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="packet-{printed.reference}.pdf"'
    return response


def _unprinted(
    request: StaffRequest, found: CertificationRequest, printed: Packet, letters: str
) -> HttpResponse:
    """What this machine has no font for, and where it stands."""
    context = {
        "case": found.case,
        "request_row": found,
        "letters": " ".join(letters),
        "places": packet_letters.places(printed, letters),
        "can_edit": found.status in rules.WITH_US,
    }
    return render(request, "uvisa/unprinted.html", context, status=409)


def _save(request: StaffRequest, found: CertificationRequest, form: RequestForm) -> None:
    check_rev(form, found)
    actions.edit_request(
        request=found,
        agency=form.chosen_agency(),
        answers=form.answers(),
        by=request.user,
        on=timezone.localdate(),
    )


def _editing(found: CertificationRequest, form: RequestForm) -> dict[str, Any]:
    closed = found.status not in rules.WITH_US
    hinted = _hinted(form, found.case)
    return {"case": found.case, "request_row": found, "form": hinted, "is_closed": closed}


def _told(request: StaffRequest, found: CertificationRequest, form: RequestForm) -> HttpResponse:
    """The second of two editors: both versions on one page, nothing lost."""
    newer = again(found)
    context = _editing(newer, form.over(newer.rev)) | {
        "is_stale": True,
        "differences": form.differences(initial_of(newer)),
        "has_errors": True,
    }
    return render(request, "uvisa/edit.html", context, status=409)


def _known(case: Case) -> dict[str, Any]:
    """What the case already says: nothing is asked twice."""
    detention = Detention.objects.filter(case=case).first()
    return PROCEEDINGS.get(detention.in_removal_proceedings, {}) if detention else {}


def _hinted(form: RequestForm, case: Case) -> RequestForm:
    detention = Detention.objects.filter(case=case).first()
    if detention and detention.held_at:
        form.tell_where_held(detention.held_at)
    return form
