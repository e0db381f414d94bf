"""Words for statuses, rules, and what is missing or cannot be."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .history import ADDED, TAKEN_BACK
from .models import CertificationRequest
from .packet import Missing
from .rules import Level, Status

STATUS = {
    Status.DRAFT: gettext_lazy("Being written"),
    Status.READY: gettext_lazy("Waits for a supervising attorney"),
    Status.APPROVED: gettext_lazy("Approved, not sent yet"),
    Status.SENT: gettext_lazy("Sent, receipt not confirmed"),
    Status.RECEIVED: gettext_lazy("Received by the agency"),
    Status.SIGNED: gettext_lazy("Signed"),
    Status.REFUSED: gettext_lazy("Refused"),
    Status.RETURNED: gettext_lazy("Returned: wrong agency"),
    Status.SILENT: gettext_lazy("No answer"),
    Status.WITHDRAWN: gettext_lazy("Withdrawn"),
}
LEVEL = {
    Level.AGENCY: gettext_lazy("The agency’s own rule"),
    Level.CITY: gettext_lazy("The city’s rule"),
    Level.COUNTY: gettext_lazy("The county’s rule"),
    Level.STATE: gettext_lazy("The state’s rule"),
    Level.TARGET: gettext_lazy("Our own target"),
}
MISSING = {
    Missing.VICTIM_NAME: gettext_lazy("The victim’s name."),
    Missing.BIRTH_DATE: gettext_lazy("The victim’s date of birth."),
    Missing.CASE_NUMBER: gettext_lazy("The agency’s case number."),
    Missing.CRIME: gettext_lazy("The crime."),
    Missing.UNDERLYING_CRIME: gettext_lazy(
        "The crime that was attempted, planned or asked for: tick that one too."
    ),
    Missing.CRIME_DATE: gettext_lazy("When it happened."),
    Missing.CRIME_PLACE: gettext_lazy("Where it happened."),
    Missing.HOW_HELPED: gettext_lazy("How the victim helped."),
    Missing.ACCOUNT: gettext_lazy(
        "What happened, for the full draft that this agency wants (Supplement B, Part 3, item 6)."
    ),
    Missing.LETTERHEAD: gettext_lazy("The clinic’s own name and address, for the letterhead."),
    Missing.SIGNER: gettext_lazy("Who signs the letter."),
    Missing.REASON: gettext_lazy(
        "A reason for the expedite: you ask for it, but no answer gives this agency one. "
        "Answer what you can about removal proceedings and detention, or do not ask for it."
    ),
    Missing.PROOF_OF_PROCEEDINGS: gettext_lazy(
        "Proof of removal proceedings, for the expedite: a copy of the notice to appear."
    ),
    Missing.LETTERS: gettext_lazy("A font for some characters: the packet cannot be printed."),
}
CORRECTED = {
    "": gettext_lazy("Corrected a day that stood as %(day)s: %(why)s"),
    "sent_on": gettext_lazy("Corrected the day it was sent, which stood as %(day)s: %(why)s"),
    "received_on": gettext_lazy("Corrected the day the agency got it, which stood as %(day)s: %(why)s"),
    "answered_on": gettext_lazy("Corrected the day of the answer, which stood as %(day)s: %(why)s"),
    ADDED: gettext_lazy("Added that the agency got it on %(day)s: %(why)s"),
    TAKEN_BACK: gettext_lazy("Took back that the agency got it, which stood as %(day)s: %(why)s"),
}
TOO_EARLY = {
    "received_on": gettext_lazy("It cannot have arrived before it was sent. Check both days."),
    "answered_on": gettext_lazy("It cannot have been answered before the agency got it. Check the days."),
}
IN_THE_CASE = {Missing.VICTIM_NAME, Missing.BIRTH_DATE}


def missing_rows(
    request: CertificationRequest, missing: tuple[Missing, ...], *, coordinates: bool
) -> list[dict[str, Any]]:
    """What is missing, and where it is put right."""
    return [_missing_row(request, what, coordinates) for what in missing]


def _missing_row(request: CertificationRequest, what: Missing, coordinates: bool) -> dict[str, Any]:
    if what is Missing.LETTERHEAD:
        if not coordinates:
            return {"what": MISSING[what], "ask": _("Ask a coordinator to write it down.")}
        return {"what": MISSING[what], "url": reverse("directory:letterhead"), "link": _("Write it down")}
    if what is Missing.LETTERS:
        url = reverse("uvisa:packet", args=[request.case_id, request.pk])
        return {"what": MISSING[what], "url": url, "link": _("See which they are")}
    if what in IN_THE_CASE:
        url = reverse("cases:edit", args=[request.case_id])
        return {"what": MISSING[what], "url": url, "link": _("Correct the facts of the case")}
    return {"what": MISSING[what]}


def in_full(day: date) -> str:
    return formats.date_format(day, "F j, Y")


def before_approval(request: CertificationRequest) -> str:
    said = {"approved": in_full(request.approved_on)} if request.approved_on else {}
    return _("It was approved on %(approved)s, so it cannot have left before. Check the year.") % said


def impossible(request: CertificationRequest) -> str:
    """Why a day cannot be, by what is known already."""
    known = {"sent": request.sent_on, "received": request.received_on}
    said = {name: in_full(day) for name, day in known.items() if day}
    if "received" in said:
        return (
            _(
                "The agency got it on %(received)s, so this cannot have come before. "
                "Check the day, or correct the day of receipt first."
            )
            % said
        )
    if "sent" in said:
        return (
            _(
                "It was sent on %(sent)s, so this cannot have come before. "
                "Check the day, or correct the day it was sent first."
            )
            % said
        )
    return _("This day has not come yet. Check the year.")
