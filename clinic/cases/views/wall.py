"""A supervising attorney puts a wall around a case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic.accounts import roster
from clinic.accounts.doors import FORM, StaffRequest, members
from clinic.accounts.errors import Refused
from clinic.accounts.models import Purpose, User
from clinic.audit import actions as audit
from clinic.cases import access, actions, showing
from clinic.cases.finding import find_case
from clinic.cases.forms import WallForm
from clinic.cases.models import Case
from clinic.forms import posted
from clinic.vault.keyring import current


@members(Purpose.SUPERVISING)
@FORM
def wall(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Who may still open it, and why; who had opened it so far stands beside the question."""
    case = find_case(request, case_id)
    form = WallForm(posted(request), people=_people(), initial={"people": _inside(case, request.user)})
    if request.method == "POST" and form.is_valid():
        inside = form.cleaned_data["people"]
        people = list(User.objects.filter(organisation=case.organisation_id, pk__in=inside))
        try:
            actions.wall_case(case=case, people=people, why=form.cleaned_data["why"], by=request.user)
        except Refused as refused:
            form.add_error("people", str(refused))
        else:
            messages.success(request, _("The wall stands. Nobody finds this case in a list any more."))
            return _onward(case_id, stays=request.user in people)
    audit.record_view(audit.Event.CASE_OPENED, by=request.user, case_id=case.pk)
    context = {"case": case, "form": form, "readers": showing.readers_of(case)}
    return render(request, "cases/wall.html", context)


def _onward(case_id: UUID, *, stays: bool) -> HttpResponse:
    """Whoever is outside the wall cannot see the case any more."""
    return redirect("cases:case", case_id) if stays else redirect("desk:home")


def _inside(case: Case, by: User) -> list[str]:
    """Whoever stands there already; without a wall, whoever puts it up."""
    return [str(row.user_id) for row in access.holders(case)] if case.walled else [str(by.pk)]


def _people() -> list[tuple[str, str]]:
    found = [one for one in roster.people(current()).values() if one.active]
    return [(str(one.id), one.name) for one in sorted(found, key=lambda one: one.name.casefold())]
