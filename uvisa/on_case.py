"""What the case page shows of certification."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.models import User
from clinic.cases.models import Case
from clinic.cases.sections import Action, Section

from . import requests
from .models import CertificationRequest
from .words import STATUS


def section(case: Case, user: User) -> Section:
    today = timezone.localdate()
    rows = [
        {
            "what": request.agency_name,
            "url": reverse("uvisa:request", args=[case.pk, request.pk]),
            "status": str(STATUS[request.status]),
            "badge": "expedite" if requests.asks_expedite(request, on=today) else "",
        }
        for request in CertificationRequest.objects.filter(case=case)
    ]
    ask = Action(reverse("uvisa:new", args=[case.pk]), _("Ask for a U‑visa certification"))
    return Section(_("U‑visa certification"), rows, [ask])
