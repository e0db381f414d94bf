"""One case: reading it, correcting it, promising the next step."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.accounts.doors import FORM, StaffRequest, staff
from clinic.accounts.models import User
from clinic.audit import actions as audit
from clinic.cases import actions, sections, showing, steps
from clinic.cases.finding import find_case
from clinic.cases.forms import EditForm, NextForm, initial_of
from clinic.cases.models import Case
from clinic.forms import posted
from clinic.vault.errors import Stale
from clinic.vault.sealed import SealedModel


@staff
@require_safe
def case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    found = find_case(request, case_id)
    audit.record_view(audit.Event.CASE_OPENED, by=request.user, case_id=found.pk)
    context = showing.page_of(found) | {
        "case": found,
        "sections": sections.sections(found, request.user),
        "today": timezone.localdate(),
    }
    return render(request, "cases/case.html", context)


@staff
@FORM
def edit(request: StaffRequest, case_id: UUID) -> HttpResponse:
    found = find_case(request, case_id)
    rows = showing.editable_rows(found)
    form = EditForm(posted(request), initial=initial_of(rows) | _revs(rows))
    if request.method == "POST" and form.is_valid():
        try:
            _apply(form, rows)
            actions.edit_case(case=found, rows=rows.values(), by=request.user)
        except Stale:
            return _told(request, found, form)
        messages.success(request, _("The case was saved."))
        return redirect("cases:case", found.pk)
    return render(request, "cases/edit.html", {"case": found, "form": form})


@staff
@FORM
def next_step(request: StaffRequest, case_id: UUID) -> HttpResponse:
    found = find_case(request, case_id)
    form = _next_form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            _promise(form, found, by=request.user)
        except Stale:
            return _told_next(request, found, form)
        messages.success(request, form.said)
        return redirect("cases:case", found.pk)
    return render(request, "cases/next_step.html", {"case": found, "form": form})


def _next_form(request: StaffRequest, case: Case) -> NextForm:
    if request.method == "POST":
        return NextForm(request.POST)
    what = steps.in_words(case.next_what)
    return NextForm(initial={"on": case.next_on, "what": what, "rev": case.rev})


def _promise(form: NextForm, case: Case, *, by: User) -> None:
    if form.cleaned_data["rev"] != case.rev:
        raise Stale
    actions.set_next(case=case, by=by, **form.promise)


def _told_next(request: StaffRequest, case: Case, form: NextForm) -> HttpResponse:
    fresh = Case.objects.get(pk=case.pk)
    context = {"case": fresh, "form": form.over(fresh.rev), "saved": fresh, "has_errors": True}
    return render(request, "cases/next_step.html", context, status=409)


def _revs(rows: dict[str, SealedModel]) -> dict[str, int]:
    return {f"{name}_rev": row.rev for name, row in rows.items()}


def _apply(form: EditForm, rows: dict[str, SealedModel]) -> None:
    """Raises Stale where a row is newer than what was on the screen."""
    for name, row in rows.items():
        if form.cleaned_data.get(f"{name}_rev") != row.rev:
            raise Stale
        for attribute, value in form.values(name).items():
            if attribute != "rev" and (value or None) != (getattr(row, attribute) or None):
                setattr(row, attribute, value)


def _told(request: StaffRequest, case: Case, form: EditForm) -> HttpResponse:
    """The second of two editors: both versions on one page, nothing lost.

    Where what they wrote is what is saved, as when only the next step was set meanwhile, nothing is asked.
    """
    rows = showing.editable_rows(Case.objects.get(pk=case.pk))
    differences = form.differences(initial_of(rows))
    if not differences:
        messages.success(request, _("The case says what you wrote."))
        return redirect("cases:case", case.pk)
    told = {"form": form.over(_revs(rows)), "differences": differences, "has_errors": True}
    return render(request, "cases/edit.html", {"case": case, **told}, status=409)
