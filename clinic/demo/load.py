"""Loads the fictional clinic through the real actions, in one transaction: all of it or nothing."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import Organisation, User
from clinic.cases import access
from clinic.cases import actions as cases
from clinic.cases.models import Case, Compartment, PartyRole
from clinic.directory.models import Agency
from intake import actions as intake
from referrals import actions as referrals
from uvisa import actions as uvisa
from uvisa.models import CertificationRequest

from . import accounts
from .cases import CALLS, DRAFTS, FictionalCall
from .people import Cast, make_cast

OFFER = "offer to "


class OtherClinic(Exception):
    """The database holds a clinic that the demo did not make."""


def load_demo() -> bool:
    """False where it is there already. Raises NotADemo, OtherClinic."""
    accounts.check_demo()
    if Organisation.objects.exists():
        _check_ours()
        return False
    with transaction.atomic():
        cast = make_cast()
        today = timezone.localdate()
        logged = [_log(cast, call, today) for call in CALLS]
        for call, case in zip(CALLS, logged, strict=True):
            _route(cast, call, case, today)
        _certify(cast, logged[0], today)
        _ask_for(cast, logged[-1], "kandiyohi-county-sheriff", today, WORKER)
        _begin_drafts(cast)
        accounts.keep(cast.accounts, cast.recovery_codes)
    return True


def _check_ours() -> None:
    try:
        names = {one.name for one in accounts.read()}
    except accounts.NotLoaded:
        raise OtherClinic from None
    if not names or User.objects.filter(sign_in_name__in=names).count() != len(names):
        raise OtherClinic


def _log(cast: Cast, call: FictionalCall, today: date) -> Case:
    on = today - timedelta(days=call.days_ago)
    with cast.acting("chi"):
        return cases.create_case(
            people=[_client(call), _caller(call)],
            detention=_detention(call, on),
            by=cast["chi"],
            on=on,
            story=call.story,
            urgent=bool(call.urgent_why),
            urgent_why=call.urgent_why,
        )


def _client(call: FictionalCall) -> dict[str, Any]:
    return {
        "role": PartyRole.CLIENT,
        "given_names": call.given_names,
        "family_names": call.family_names,
        "other_names": list(call.other_names),
        "born_on": call.born_on,
        "country_of_birth": call.country,
        "a_numbers": [call.a_number] if call.a_number else [],
        "language": call.language,
        "interpreter": call.interpreter,
    }


def _caller(call: FictionalCall) -> dict[str, Any]:
    return {
        "role": PartyRole.CALLER,
        "given_names": call.caller,
        "relation": call.relation,
        "phone": call.phone,
        "safe_ways": list(call.safe),
        "safe_when": call.safe_when,
        "code_word": call.code_word,
    }


def _detention(call: FictionalCall, on: date) -> dict[str, Any]:
    days = call.arrested_days_ago
    return {
        "held_at": call.held_at,
        "arrested_by": call.arrested_by,
        "arrested_on": on - timedelta(days=days) if days is not None else None,
        "paper": call.paper,
        "in_removal_proceedings": call.in_removal_proceedings,
    }


def _route(cast: Cast, call: FictionalCall, case: Case, today: date) -> None:
    if call.goes_to.startswith(OFFER):
        _offer(cast, case, call.goes_to.removeprefix(OFFER), today)
    elif call.goes_to:
        _give(cast, case, call.goes_to, today)
    if call.promise:
        _promise(cast, call, case, today)


def _give(cast: Cast, case: Case, to: str, today: date) -> None:
    with cast.acting("ana"):
        referrals.give_case(case=_opened(case), to=cast[to], by=cast["ana"], on=today)


def _offer(cast: Cast, case: Case, to: str, today: date) -> None:
    with cast.acting("ana"):
        until = today + timedelta(days=3)
        referrals.offer_case(case=_opened(case), to=cast[to], until=until, by=cast["ana"], on=today)


def _promise(cast: Cast, call: FictionalCall, case: Case, today: date) -> None:
    assert call.promise
    days, what = call.promise
    holder = call.goes_to or "chi"
    with cast.acting(holder):
        opened = _opened(case)
        cases.set_next(case=opened, on=today + timedelta(days=days), what=what, by=cast[holder])
        if call.note:
            text = call.note
            cases.add_note(case=_opened(case), compartment=Compartment.CASE, text=text, by=cast[holder])
        if days != 1:
            referrals.confirm_receipt(case=_opened(case), by=cast[holder], on=today)


def _certify(cast: Cast, case: Case, today: date) -> None:
    """Sent and received two days ago: the board shows both clocks running."""
    sent = today - timedelta(days=3)
    request = _ask_for(cast, case, "minneapolis-police", sent, VICTIM)
    if request is None:
        return
    with cast.acting("sol"):
        _opened(case)
        uvisa.approve(request=request, by=cast["sol"], on=sent, checked=True, weighed=True)
    request = _again(request)
    with cast.acting("ana"):
        _opened(case)
        uvisa.record_sent(request=request, sent_on=sent, how="mail", by=cast["ana"], on=today)
        day = sent + timedelta(days=1)
        uvisa.record_received(request=request, received_on=day, how="mail", by=cast["ana"], on=today)


def _ask_for(
    cast: Cast, case: Case, slug: str, on: date, told: dict[str, Any]
) -> CertificationRequest | None:
    """A request that waits for sol; none where the directory is not loaded."""
    agency = Agency.objects.filter(slug=slug).first()
    if agency is None:
        return None
    with cast.acting("ana"):
        request = uvisa.draft_request(case=_opened(case), agency=agency, by=cast["ana"], on=on, **told)
        uvisa.mark_ready(request=request, by=cast["ana"], on=on)
    again: CertificationRequest = _again(request)
    return again


WORKER = {
    "crimes": ["labor_contracting_fraud"],
    "crime_dates": "2026-01-09",
    "crime_place": "Willmar, Kandiyohi County",
    "case_number": "KC-0000-000001",
    "how_helped": "She gave the sheriff her contract and told how the pay was kept from her.",
    "removal_proceedings": True,
    "expedite_asked": True,
    "proof_of_proceedings": True,
}

VICTIM = {
    "crimes": ["felonious_assault"],
    "crime_dates": "2026-03-14",
    "crime_place": "Minneapolis",
    "case_number": "MP-0000-000001",
    "how_helped": "She called 911, described the neighbor and spoke with the detective twice.",
    "account": "A neighbor struck her with a bottle in the stairwell.",
    "removal_proceedings": True,
    "expedite_asked": True,
    "proof_of_proceedings": True,
}


def _begin_drafts(cast: Cast) -> None:
    with cast.acting("chi"):
        for typed in DRAFTS:
            draft = intake.start_call(by=cast["chi"])
            intake.save_draft(draft=draft, typed=dict(typed), version=intake.Version(draft.rev, "demo"))


def _opened(case: Case) -> Case:
    fresh: Case = Case.objects.get(pk=case.pk)
    access.unlock(fresh)
    return fresh


def _again(row: Any) -> Any:
    """Read anew by the next person."""
    return type(row).objects.select_related("case").get(pk=row.pk)
