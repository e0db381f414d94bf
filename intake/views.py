"""Taking a call, and the cases that wait because of one."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic import languages
from clinic.accounts.doors import FORM, StaffRequest, get_or_404, members
from clinic.accounts.models import Purpose
from clinic.accounts.sign_in import session_of
from clinic.audit import actions as audit
from clinic.cases import lists, showing, steps
from clinic.cases.finding import find_case
from clinic.cases.forms import initial_of
from clinic.cases.models import Case, Person
from clinic.vault.errors import Stale

from . import actions, choices
from .actions import Call, Version
from .forms import CallForm
from .known import known_cases, says_enough
from .models import Draft, drafts_of
from .rules import Waiting, days_waiting
from .waiting import waiting_and_offered

TEAMS = (Purpose.INTAKE, Purpose.COORDINATION)
PER_PAGE = 100


@members(*TEAMS)
@FORM
def call(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return redirect("intake:draft", actions.start_call(by=request.user).pk)
    return render(request, "intake/call.html", {"drafts": drafts_of(request.user)})


@members(*TEAMS, live=True)
@FORM
def draft(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = find_draft(request, draft_id)
    if isinstance(found, HttpResponse):
        return _logged_already(request, draft_id, found)
    if request.method != "POST":
        return _page(request, found, CallForm.of(found))
    form = CallForm(request.POST)
    if request.headers.get("X-Swap") == "known":
        return render(request, "intake/known.html", _known(request, form))
    try:
        found = actions.save_draft(draft=found, typed=form.typed(), version=_version(form))
    except (Stale, Draft.DoesNotExist):
        return _told(request, found, form)
    if "find" in request.POST:
        return _page(request, found, CallForm.of(found), **_known(request, form))
    messages.success(request, _("Saved. Nobody else sees it until you log the call."))
    return redirect("intake:draft", found.pk)


@members(*TEAMS, live=True)
@require_POST
def autosave(request: StaffRequest, draft_id: UUID) -> JsonResponse:
    found = find_draft(request, draft_id)
    if isinstance(found, HttpResponse):
        return JsonResponse({"ok": False}, status=409)
    form = CallForm(request.POST)
    try:
        saved = actions.save_draft(draft=found, typed=form.typed(), version=_version(form))
    except (Stale, Draft.DoesNotExist):
        return JsonResponse({"ok": False}, status=409)
    return JsonResponse({"ok": True, "rev": saved.rev})


@members(*TEAMS, live=True)
@FORM
def finish(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = find_draft(request, draft_id)
    if isinstance(found, HttpResponse):
        return _logged_already(request, draft_id, found)
    if request.method != "POST":
        return redirect("intake:draft", found.pk)
    form, on = CallForm(request.POST), timezone.localdate()
    try:
        if not form.is_valid():
            actions.save_draft(draft=found, typed=form.typed(), version=_version(form))
            return _page(request, found, form, status=422)
        actions.finish_call(draft=found, version=_version(form), call=_answers(form), by=request.user, on=on)
    except (Stale, Draft.DoesNotExist):
        return _told(request, found, form)
    session_of(request).end_call()
    return redirect("intake:logged", draft_id)


@members(*TEAMS)
@FORM
def discard(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_or_404(Draft.objects.visible_to(request.user), pk=draft_id)
    if request.method != "POST":
        return render(request, "intake/discard.html", {"draft": found})
    actions.discard_draft(draft=found, by=request.user)
    session_of(request).end_call()
    messages.success(request, _("The call was thrown away."))
    return redirect("intake:call")


@members(*TEAMS)
@require_safe
def logged(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Safe to read out: the reference and what happens next, nobody's name."""
    case = find_case(request, case_id)
    audit.record_view(audit.Event.CASE_OPENED, by=request.user, case_id=case.pk)
    caller = lists.caller_of(Person.objects.filter(case=case))
    context = {
        "case": case,
        "caller": caller,
        "call_back_on": _promised(case),
        "written_in": showing.written_in(caller),
    }
    return render(request, "intake/logged.html", context)


@members(*TEAMS)
@require_safe
def queue(request: StaffRequest) -> HttpResponse:
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user, details={"list": "waiting"})
    today = timezone.localdate()
    waiting, offered = waiting_and_offered(today)
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(case) for case in page],
        "offered": [_row(case) for case in offered],
        "may_give": bool({Purpose.COORDINATION, Purpose.SUPERVISING} & request.purposes),
    }
    return render(request, "intake/queue.html", context)


def find_draft(request: StaffRequest, draft_id: UUID) -> Draft | HttpResponse:
    """One's own draft; the case where it became one already; else 404."""
    found: Draft | None = Draft.objects.visible_to(request.user).filter(pk=draft_id).first()
    if found is None:
        find_case(request, draft_id)
        return redirect("intake:logged", draft_id)
    return found


def _logged_already(request: StaffRequest, case_id: UUID, logged: HttpResponse) -> HttpResponse:
    """What this window says and the case does not; where there is nothing of that kind, the case."""
    if request.method != "POST":
        return logged
    case = find_case(request, case_id)
    saved = initial_of(showing.editable_rows(case)) | {"call_back_on": _promised(case)}
    missing = CallForm(request.POST).missing_in(saved)
    if not missing:
        return logged
    audit.record_view(audit.Event.CASE_OPENED, by=request.user, case_id=case.pk)
    context = {"case": case, "missing": missing, "has_errors": True}
    return render(request, "intake/logged_already.html", context, status=409)


def _promised(case: Case) -> date | None:
    """The day of calling back, as long as that is the next step."""
    return case.next_on if steps.code_of(case.next_what) == steps.CALL_BACK else None


def _page(
    request: StaffRequest, found: Draft, form: CallForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"draft": found, "form": form, **choices.offered(), **more}
    return render(request, "intake/draft.html", context, status=status)


def _told(request: StaffRequest, found: Draft, form: CallForm) -> HttpResponse:
    """Two windows on one call: both versions on one page, nothing lost. Or the case it became meanwhile."""
    newer = find_draft(request, found.pk)
    if isinstance(newer, HttpResponse):
        return _logged_already(request, found.pk, newer)
    told = {"is_stale": True, "differences": form.differences(newer.typed), "has_errors": True}
    return _page(request, newer, form.over(newer), status=409, **told)


def _known(request: StaffRequest, form: CallForm) -> dict[str, Any]:
    typed, asked = form.data.get("find_known", "")[:200].strip(), "find" in request.POST
    if not says_enough(typed, asked=asked):
        return {"typed": typed, "asked": asked, "too_little": True}
    audit.record_view(audit.Event.SEARCHED, by=request.user)
    known, more = known_cases(typed, on=timezone.localdate())
    return {"typed": typed, "known": known, "more": more}


def _version(form: CallForm) -> Version:
    return Version(form.posted_rev, form.posted_page)


def _answers(form: CallForm) -> Call:
    rows = {row: form.values(row) for row in ("client", "caller", "detention", "case")}
    return Call(**rows, call_back_on=form.cleaned_data["call_back_on"])


def _row(case: Waiting) -> dict[str, Any]:
    return {
        "case": case,
        "days": days_waiting(case.opened_on, timezone.localdate()),
        "language": languages.name_of(case.language),
    }
