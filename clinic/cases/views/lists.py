"""The caseload of one person, and search over what their teams know."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.doors import FORM, StaffRequest, staff
from clinic.audit import actions as audit
from clinic.cases import caseload as own
from clinic.cases import lists, names, searching
from clinic.vault.index import Hit


@staff
@require_safe
def caseload(request: StaffRequest) -> HttpResponse:
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user)
    rows = own.rows(request.user, on=timezone.localdate())
    return render(request, "cases/caseload.html", own.shown(rows))


@staff
@FORM
def search(request: StaffRequest) -> HttpResponse:
    """A POST that answers: no name stands in a URL."""
    if request.method != "POST":
        return render(request, "cases/search.html")
    typed = request.POST.get("q", "")[:200].strip()
    if not names.says_something(typed):
        return render(request, "cases/search.html", {"typed": typed, "too_little": True})
    audit.record_view(audit.Event.SEARCHED, by=request.user)
    hits, more = lists.best(searching.search(typed))
    context = {"typed": typed, "hits": [_shown(hit) for hit in hits], "more": more}
    return render(request, "cases/search.html", context)


def _shown(hit: Hit) -> dict[str, object]:
    entry = hit.entry
    opened = entry.data.get("opened_on")
    return {
        **entry.data,
        "id": entry.id,
        "is_stub": entry.kind == lists.STUB,
        "opened_on": date.fromisoformat(opened) if opened else None,
    }
