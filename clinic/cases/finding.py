"""From a request to an authorised, unlocked case: every case view starts here."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone

from clinic.accounts.doors import StaffRequest, get_or_404

from . import access
from .models import Case, Compartment


def find_case(request: StaffRequest, case_id: UUID) -> Case:
    """The case with its keys in the keyring, or 404: for others it does not exist. Raises Tampered."""
    visible = Case.objects.visible_to(request.user, on=timezone.localdate())
    case: Case = get_or_404(visible, pk=case_id)
    access.unlock(case)
    if not access.holds(case, Compartment.CASE):
        raise Http404
    case.opened()
    return case


def held(case: Case) -> list[Compartment]:
    """The compartments for notes and documents whose key is in the keyring, the most private last."""
    return [one for one in Compartment if access.holds(case, one)]
