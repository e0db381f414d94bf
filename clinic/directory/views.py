from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.accounts.doors import FORM, StaffRequest, get_or_404, members, staff
from clinic.accounts.models import Purpose
from clinic.directory import actions
from clinic.directory.forms import AgencyForm, LetterheadForm
from clinic.directory.models import Agency, ClockRule, Letterhead
from clinic.forms import posted


@staff
@require_safe
def agencies(request: StaffRequest) -> HttpResponse:
    everyone = Agency.objects.select_related("jurisdiction").prefetch_related("agreements")
    rules = list(ClockRule.objects.select_related("verified_by").order_by("target", "soft", "name"))
    rows = [(agency, applying(agency, rules)) for agency in everyone]
    nearby = {place for agency, _rules in rows for place in agency.jurisdiction.around}
    ours = [rule for rule in rules if rule.jurisdiction_id in nearby]
    context = {
        "agencies": rows,
        "rules": ours,
        "elsewhere": [rule for rule in rules if rule not in ours],
        "unconfirmed": sum(rule.can_be_confirmed for rule in ours),
        "may_confirm": Purpose.SUPERVISING in request.purposes,
        "may_edit": Purpose.COORDINATION in request.purposes,
    }
    return render(request, "directory/agencies.html", context)


def applying(agency: Agency, rules: Sequence[ClockRule]) -> list[ClockRule]:
    """The rules an agency answers to; our own target only where there is no other."""
    found = [rule for rule in rules if rule.applies_to(agency)]
    return [rule for rule in found if not rule.target] or found


@members(Purpose.SUPERVISING)
@FORM
def confirm_rule(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    rule = get_or_404(ClockRule.objects.select_related("jurisdiction", "agency"), pk=rule_id)
    if request.method != "POST":
        return render(request, "directory/confirm_rule.html", {"rule": rule})
    try:
        actions.confirm_rule(rule=rule, on=timezone.localdate(), by=request.user)
    except actions.CannotConfirm:
        messages.warning(request, _("Nothing was changed: the rule is confirmed already, or is not law."))
    else:
        messages.success(request, _("The rule is confirmed. Letters may cite it from now on."))
    return redirect("directory:agencies")


@members(Purpose.COORDINATION)
@FORM
def edit_agency(request: StaffRequest, agency_id: UUID) -> HttpResponse:
    """Public facts only: what the clinic found out itself."""
    agency = get_or_404(Agency.objects.all(), pk=agency_id)
    form = AgencyForm(posted(request), initial=AgencyForm.initial_of(agency))
    if request.method == "POST" and form.is_valid():
        actions.edit_agency(agency=agency, answers=form.answers(), by=request.user)
        messages.success(request, _("The agency was saved. New letters use it."))
        return redirect("directory:agencies")
    return render(request, "directory/edit_agency.html", {"agency": agency, "form": form})


@members(Purpose.COORDINATION)
@FORM
def letterhead(request: StaffRequest) -> HttpResponse:
    saved = Letterhead.objects.filter(organisation=request.user.organisation_id).first()
    form = LetterheadForm(posted(request), initial=LetterheadForm.initial_of(saved or Letterhead()))
    if request.method == "POST" and form.is_valid():
        actions.write_letterhead(answers=form.cleaned_data, by=request.user)
        messages.success(request, _("The letterhead was saved. New letters use it."))
        return redirect("directory:agencies")
    return render(request, "directory/letterhead.html", {"form": form})
