"""Requests that show only what a test is about."""

import re
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases import access
from clinic.cases import actions as cases
from clinic.cases.models import Case, PartyRole
from clinic.directory.models import Agency, Letterhead
from tests.builders import Cast
from uvisa import actions
from uvisa.models import CertificationRequest
from uvisa.rules import Status

MPD, SHERIFF = "minneapolis-police", "sherburne-county-sheriff"
ANSWERS = {
    "crimes": ["felonious_assault"],
    "crime_dates": "July 9, 2026",
    "crime_place": "Example Street, Minneapolis",
    "case_number": "MP-26-000123",
    "how_helped": "She called 911 and gave a statement.",
    "account": "She was struck with a bottle at a bus stop.",
    "removal_proceedings": True,
    "expedite_asked": True,
    "proof_of_proceedings": True,
    "enclosures": ["Notice to appear"],
}


def make_letterhead(cast: Cast) -> Letterhead:
    return Letterhead.objects.create(
        organisation=cast.organisation,
        name="Example Legal Clinic",
        address="1 Example Street\nMinneapolis, MN 55400",
        telephone="612-555-0100",
    )


def make_case(cast: Cast, **person) -> Case:
    """A case that chi took and ana gave to ben."""
    known = {"given_names": "Quintessa", "family_names": "Zvezdalia", "born_on": date(1991, 3, 4)}
    client = {"role": PartyRole.CLIENT, **known, "a_numbers": ["000123456"], **person}
    with cast.acting(cast.chi):
        case = cases.create_case(
            people=[client],
            detention={"in_removal_proceedings": "yes"},
            by=cast.chi,
            on=timezone.localdate(),
        )
    with cast.acting(cast.ana):
        given = opened(case)
        access.grant_attorney(given, cast.ben, by=cast.ana)
        access.revoke_team(given, cast.team("intake"))
    return case


def opened(case: Case) -> Case:
    """The case as the acting person opens it."""
    found: Case = Case.objects.get(pk=case.pk)
    access.unlock(found)
    return found


def found(request: CertificationRequest) -> CertificationRequest:
    """The request as the acting person finds it."""
    again: CertificationRequest = CertificationRequest.objects.get(pk=request.pk)
    again.case = opened(again.case)
    return again


def make_request(
    cast: Cast, case: Case, *, slug: str = MPD, by: User | None = None, **answers
) -> CertificationRequest:
    """ana drafts it, if nobody else is named."""
    agency, today, writer = Agency.objects.get(slug=slug), timezone.localdate(), by or cast.ana
    with cast.acting(writer):
        return actions.draft_request(
            case=opened(case), agency=agency, by=writer, on=today, **{**ANSWERS, **answers}
        )


def make_ready(cast: Cast, request: CertificationRequest) -> None:
    with cast.acting(cast.ana):
        actions.mark_ready(request=found(request), by=cast.ana, on=timezone.localdate())


def make_approved(cast: Cast, request: CertificationRequest, *, on: date | None = None) -> None:
    make_ready(cast, request)
    with cast.acting(cast.sol):
        actions.approve(
            request=found(request),
            by=cast.sol,
            on=on or timezone.localdate(),
            signer="Sol Example",
            checked=True,
            weighed=True,
        )


def make_sent(cast: Cast, request: CertificationRequest, *, on: date | None = None) -> None:
    """Sent on a day and approved on it; written down today."""
    make_approved(cast, request, on=on)
    today = timezone.localdate()
    with cast.acting(cast.ana):
        actions.record_sent(request=found(request), sent_on=on or today, how="By hand", by=cast.ana, on=today)


def make_received(cast: Cast, request: CertificationRequest, *, on: date | None = None) -> None:
    make_sent(cast, request, on=on)
    today = timezone.localdate()
    with cast.acting(cast.ana):
        actions.record_received(
            request=found(request), received_on=on or today, how="Stamped copy", by=cast.ana, on=today
        )


def make_answered(cast: Cast, request: CertificationRequest, *, status: Status = Status.SIGNED) -> None:
    """Received and answered today."""
    make_received(cast, request)
    answer(cast, request, status)


def answer(cast: Cast, request: CertificationRequest, status: Status, words: str = "So it says.") -> None:
    today = timezone.localdate()
    with cast.acting(cast.ana):
        actions.record_answer(
            request=found(request), status=status, answered_on=today, words=words, by=cast.ana, on=today
        )


def make_received_earlier(cast: Cast, request: CertificationRequest) -> None:
    """Five days ago."""
    make_received(cast, request, on=ago(5))


def url(request: CertificationRequest, move: str = "") -> str:
    return f"/certification/{request.case_id}/{request.pk}/{move and move + '/'}"


def rev(request: CertificationRequest) -> int:
    return CertificationRequest.objects.values_list("rev", flat=True).get(pk=request.pk)


def post(browser: Client, request: CertificationRequest, move: str, **typed):
    """What a browser sends from the form as it stands now."""
    shown = {"seen": seen(browser, request)} if move == "approve" else {}
    return browser.post(url(request, move), {"rev": rev(request), **shown, **typed}, secure=True)


def seen(browser: Client, request: CertificationRequest) -> str:
    """What the page of the approval says was on it; "" where there is no such page."""
    page = browser.get(url(request, "approve"), secure=True).content.decode()
    found = re.search(r'name="seen" value="(\w+)"', page)
    return found[1] if found else ""


def day(name: str, on: date) -> dict[str, str]:
    """The three boxes of a day."""
    return {f"{name}_month": str(on.month), f"{name}_day": str(on.day), f"{name}_year": str(on.year)}


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)
