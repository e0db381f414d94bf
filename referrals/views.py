"""Giving and offering cases, and answering."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts.doors import FORM, StaffRequest, get_or_404, members, staff
from clinic.accounts.errors import Refused as AccountRefused
from clinic.accounts.models import Purpose, User
from clinic.audit import actions as audit
from clinic.cases import holding
from clinic.cases.access import OfferGone
from clinic.cases.finding import find_case
from clinic.cases.models import Case
from clinic.forms import posted
from clinic.vault.errors import Stale, Tampered

from . import actions, history, teasers
from .errors import Refused
from .forms import DeclineForm, GiveForm, TakeBackForm
from .models import Referral
from .people import choices
from .rules import How, Reason, Refusal

DECIDING = (Purpose.COORDINATION, Purpose.SUPERVISING)
DONE = {
    How.GIVE: gettext_lazy("%(name)s has this case now."),
    How.OFFER: gettext_lazy("%(name)s was asked and can answer now."),
    How.HELP: gettext_lazy("%(name)s can open this case now."),
}


@members(*DECIDING)
@FORM
def give(request: StaffRequest, case_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    form = GiveForm(posted(request), people=choices(case), initial={"rev": case.rev, "how": How.GIVE})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _refer(request, case, form)
        except Refused as refused:
            form.add_error("until" if refused.refusal == Refusal.NEEDS_A_DAY else "to", str(refused))
        except Tampered:
            form.add_error(
                "to", _("This person’s keys cannot be trusted now. Ask a coordinator to check them.")
            )
        except Stale:
            case, status = Case.objects.get(pk=case.pk), 409
            form = _over(form, case)
    context = {"case": case, "form": form, "changed": status == 409, **history.page_of(case)}
    return render(request, "referrals/give.html", context, status=status)


@staff
@require_safe
def offers(request: StaffRequest) -> HttpResponse:
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user, details={"list": "offers"})
    found = teasers.offers_to(request.user, on=timezone.localdate())
    return render(request, "referrals/offers.html", {"offers": found})


@staff
@FORM
def accept(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Before the answer: the names of the parties, and nothing else, for a conflict check. On the record."""
    today = timezone.localdate()
    try:
        case = teasers.find_offer(request, case_id, on=today)
        if request.method == "POST":
            actions.accept_offer(case=case, by=request.user, on=today)
            messages.success(request, _("You have this case now."))
            return redirect("cases:case", case_id)
    except (Http404, OfferGone):
        return gone(request)
    audit.record_view(audit.Event.OFFER_OPENED, by=request.user, case_id=case.pk)
    context = {"case": case, "parties": teasers.parties(case)}
    return render(request, "referrals/accept.html", context)


@staff
@FORM
def decline(request: StaffRequest, case_id: UUID) -> HttpResponse:
    today = timezone.localdate()
    form = DeclineForm(posted(request))
    try:
        case = teasers.find_offer(request, case_id, on=today)
        if request.method == "POST" and form.is_valid():
            reason = Reason(form.cleaned_data["reason"])
            actions.decline_offer(case=case, reason=reason, by=request.user, on=today)
            messages.success(request, _("Thank you. We ask somebody else."))
            return redirect("referrals:offers")
    except (Http404, OfferGone):
        return gone(request)
    return render(request, "referrals/decline.html", {"case": case, "form": form})


@members(*DECIDING)
@require_POST
def withdraw(request: StaffRequest, case_id: UUID, referral_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    referral = get_or_404(Referral.objects.filter(case=case), pk=referral_id)
    try:
        actions.withdraw_offer(referral=referral, by=request.user, on=timezone.localdate())
        messages.success(request, _("The offer was taken back."))
    except Stale:
        messages.warning(request, _("That offer was answered meanwhile. Look at the list below."))
    return redirect("referrals:give", case.pk)


@members(*DECIDING)
@FORM
def take_back(request: StaffRequest, case_id: UUID, user_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    found = [(name, row.user) for name, row in holding.named_holders(case) if row.user_id == user_id]
    if not found:
        raise Http404
    name, person = found[0]
    form = TakeBackForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _take_back(request, case, person, name, renew_keys=form.cleaned_data["renew"] == "yes")
        except AccountRefused as refused:
            form.add_error(None, str(refused))
    context = {"case": case, "name": name, "form": form}
    return render(request, "referrals/take_back.html", context)


@staff
@require_POST
def seen(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The new owner says "I have it"."""
    case = find_case(request, case_id)
    actions.confirm_receipt(case=case, by=request.user, on=timezone.localdate())
    messages.success(request, _("Thank you. The coordinator sees that you have it."))
    return redirect("cases:case", case.pk)


def gone(request: StaffRequest) -> HttpResponse:
    """The same for an offer that ended and for one that never was."""
    return render(request, "referrals/gone.html", status=404)


def _refer(request: StaffRequest, case: Case, form: GiveForm) -> HttpResponse:
    """Raises Refused, Stale, Tampered."""
    cleaned, whole = form.cleaned_data, True
    to = User.objects.get(organisation=request.user.organisation_id, pk=cleaned["to"])
    known: dict[str, Any] = {"case": case, "to": to, "by": request.user, "on": timezone.localdate()}
    known["rev"] = cleaned["rev"]
    how = How(cleaned["how"])
    if how == How.GIVE:
        whole = actions.give_case(**known)
    else:
        act = actions.offer_case if how == How.OFFER else actions.let_help
        act(**known, until=cleaned["until"])
    messages.success(request, DONE[how] % {"name": form.name_of(cleaned["to"])})
    if not whole:
        messages.warning(
            request, _("The attorney notes are still locked: a supervising attorney gives them.")
        )
    return redirect("cases:case", case.pk)


def _take_back(
    request: StaffRequest, case: Case, person: User, name: str, *, renew_keys: bool
) -> HttpResponse:
    """Raises TooFew."""
    today, by = timezone.localdate(), request.user
    left = actions.take_back(case=case, person=person, renew_keys=renew_keys, by=by, on=today)
    messages.success(request, _("%(name)s cannot open this case any more.") % {"name": name})
    if left:
        messages.warning(
            request, _("The attorney notes get their new key when somebody who holds them writes.")
        )
    return redirect("desk:home") if person == by else redirect("cases:case", case.pk)


def _over(form: GiveForm, newer: Case) -> GiveForm:
    """The same answers on top of what somebody else did meanwhile."""
    kept = {name: value for name, value in form.cleaned_data.items() if name != "rev"}
    return GiveForm(people=choices(newer), initial={**kept, "rev": newer.rev})
