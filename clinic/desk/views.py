"""Who needs me now."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts.doors import StaffRequest, staff
from clinic.audit import actions as audit

from .actions import stop_reminders
from .needs import needs_of


@staff
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user, details={"list": "home"})
    needs = needs_of(request.user, on=timezone.localdate())
    return render(request, "desk/home.html", {"needs": needs, "today": timezone.localdate()})


@staff
@require_POST
def stop(request: StaffRequest) -> HttpResponse:
    stop_reminders(by=request.user, on=timezone.localdate())
    messages.success(request, _("You are not reminded any more of what is over."))
    return redirect("desk:home")
