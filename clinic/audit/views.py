"""What coordinators and supervising attorneys see of the record and of the keys."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.doors import StaffRequest, members
from clinic.accounts.models import Purpose
from clinic.vault.keyring import current

from . import checkup, folding
from .actions import record_view
from .chain import head_text, verify
from .events import Event
from .reading import readable

PER_PAGE = 50
LOOKED_AT = 2000  # events whose chain the page checks; the page of checks looks at all


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@require_safe
def clinic_record(request: StaffRequest) -> HttpResponse:
    record_view(Event.RECORD_VIEWED, by=request.user)
    page = Paginator(readable(current()), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": folding.lines(page),
        "head": head_text(request.user.organisation),
        "faults": verify(request.user.organisation, newest=LOOKED_AT),
    }
    return render(request, "audit/clinic_record.html", context)


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@require_safe
def checks(request: StaffRequest) -> HttpResponse:
    """Everything that doctor checks, and what only somebody's keys can show."""
    record_view(Event.CHECKED, by=request.user)
    context = {
        "without_keys": checkup.without_keys(request.user.organisation),
        "with_keys": checkup.with_keys(current()),
    }
    return render(request, "audit/checks.html", context)
