from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.doors import StaffRequest, members
from clinic.accounts.models import Purpose
from clinic.audit import actions as audit
from uvisa import board as boards


@members(Purpose.COORDINATION, Purpose.SUPERVISING)
@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """`?mine` shows the reader's own only; no name stands in the address."""
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user, details={"list": "certification"})
    mine, today = "mine" in request.GET, timezone.localdate()
    shown = boards.board(today=today, mine=mine)
    return render(request, "uvisa/board.html", {"board": shown, "mine": mine, "today": today})
