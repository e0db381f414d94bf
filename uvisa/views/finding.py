from uuid import UUID

from clinic import forms
from clinic.accounts.doors import StaffRequest, get_or_404
from clinic.audit import actions as audit
from clinic.audit.events import Event
from clinic.cases.finding import find_case
from clinic.vault.errors import Stale
from uvisa.models import CertificationRequest


def find_request(
    request: StaffRequest, case_id: UUID, request_id: UUID, *, event: Event = Event.CASE_OPENED
) -> CertificationRequest:
    """The request with its case unlocked, or 404. Looking at it goes on record as `event`."""
    case = find_case(request, case_id)
    found: CertificationRequest = get_or_404(CertificationRequest.objects.filter(case=case), pk=request_id)
    found.case = case
    if request.method != "POST":
        audit.record_view(event, by=request.user, case_id=case.pk, target=found)
    return found


def again(found: CertificationRequest) -> CertificationRequest:
    """As it is saved now, after something was refused."""
    fresh: CertificationRequest = CertificationRequest.objects.get(pk=found.pk)
    fresh.case = found.case
    return fresh


def check_rev(form: forms.Form, found: CertificationRequest) -> None:
    """Raises Stale where the person decided about something older."""
    if form.cleaned_data["rev"] != found.rev:
        raise Stale
