from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import teams
from clinic.accounts.doors import FORM, StaffRequest, get_or_404, members, staff
from clinic.accounts.models import Purpose
from clinic.accounts.roster import Role
from clinic.directory import actions
from clinic.directory.facts.minnesota_clocks import STATE_STATUTE
from clinic.directory.forms import AgencyForm, ConfirmForm, FactForm, LetterheadForm
from clinic.directory.models import Agency, ClockRule, Letterhead
from clinic.forms import posted
from clinic.vault.errors import Stale
from clinic.vault.keyring import current

RULES = ClockRule.objects.select_related("jurisdiction", "agency")


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
        "may_confirm": teams.is_supervising_attorney(current()),
        "may_edit": Purpose.COORDINATION in request.purposes,
    }
    return render(request, "directory/agencies.html", context)


def applying(agency: Agency, rules: Sequence[ClockRule]) -> list[ClockRule]:
    """The rules an agency answers to, and our own target where the clocks of a request use it."""
    found = [rule for rule in rules if rule.applies_to(agency)]
    return [rule for rule in found if not rule.is_idle_beside(found)]


@members(Purpose.SUPERVISING, role=Role.SUPERVISOR)
@FORM
def confirm_rule(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    rule = get_or_404(RULES.all(), pk=rule_id)
    if request.method != "POST":
        return _rule_page(request, rule)
    if rule.can_be_confirmed and not ConfirmForm(request.POST).is_about(rule):
        return _rule_page(request, rule, status=409)
    try:
        actions.confirm_rule(rule=rule, on=timezone.localdate(), by=request.user)
    except actions.CannotConfirm:
        messages.warning(request, _("Nothing was changed: the rule is confirmed already, or is not law."))
    except Stale:
        return _rule_page(request, get_or_404(RULES.all(), pk=rule_id), status=409)
    else:
        messages.success(request, _("The rule is confirmed. Letters may cite it from now on."))
    return redirect("directory:agencies")


@members(Purpose.SUPERVISING, role=Role.SUPERVISOR)
@require_POST
def take_back_confirmation(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    rule = get_or_404(RULES.all(), pk=rule_id)
    try:
        actions.take_back_confirmation(rule=rule, by=request.user)
    except actions.CannotConfirm:
        messages.warning(request, _("Nothing was changed: nobody has confirmed the rule."))
    else:
        messages.success(request, _("The confirmation is taken back. Letters mark the rule again."))
    return redirect("directory:agencies")


def _rule_page(request: StaffRequest, rule: ClockRule, status: int = 200) -> HttpResponse:
    """409: it is not what was on the screen, and must be read again."""
    changed = status == 409
    context = {"rule": rule, "form": ConfirmForm.of(rule), "has_changed": changed, "has_errors": changed}
    context["has_standard"] = rule.citation.startswith(STATE_STATUTE)
    return render(request, "directory/confirm_rule.html", context, status=status)


@members(Purpose.COORDINATION)
@FORM
def edit_agency(request: StaffRequest, agency_id: UUID) -> HttpResponse:
    """Public facts only: what the clinic found out itself."""
    agency = get_or_404(Agency.objects.all(), pk=agency_id)
    form = AgencyForm(posted(request), initial=AgencyForm.initial_of(agency))
    if request.method == "POST" and form.is_valid():
        try:
            _check_seen(form, agency)
            actions.edit_agency(agency=agency, answers=form.answers(), by=request.user)
        except Stale:
            return _told_agency(request, form, Agency.objects.get(pk=agency.pk))
        messages.success(request, _("The agency was saved. New letters use it."))
        return redirect("directory:agencies")
    return render(request, "directory/edit_agency.html", {"agency": agency, "form": form})


@members(Purpose.COORDINATION)
@FORM
def letterhead(request: StaffRequest) -> HttpResponse:
    saved = Letterhead.of(request.user.organisation_id)
    form = LetterheadForm(posted(request), initial=LetterheadForm.initial_of(saved))
    if request.method == "POST" and form.is_valid():
        try:
            _check_seen(form, saved)
            actions.write_letterhead(letterhead=saved, answers=form.answers(), by=request.user)
        except Stale:
            newer = Letterhead.of(request.user.organisation_id)
            return render(request, "directory/letterhead.html", _both(form, newer), status=409)
        messages.success(request, _("The letterhead was saved. New letters use it."))
        return redirect("directory:agencies")
    return render(request, "directory/letterhead.html", {"form": form})


def _check_seen(form: FactForm, saved: Model) -> None:
    if form.is_stale(saved):
        raise Stale


def _told_agency(request: StaffRequest, form: AgencyForm, newer: Agency) -> HttpResponse:
    context = _both(form, newer) | {"agency": newer}
    return render(request, "directory/edit_agency.html", context, status=409)


def _both(form: FactForm, newer: Model) -> dict[str, Any]:
    """The second of two editors: both versions on one page, nothing lost."""
    return {"form": form.over(newer), "differences": form.differences(newer), "has_errors": True}
