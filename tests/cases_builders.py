"""Cases for tests: keyword-only, showing only what the test is about."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases import access
from clinic.cases.actions import create_case
from clinic.cases.models import AskLater, Case, PartyRole
from tests.builders import Cast


def make_case(
    cast: Cast,
    *,
    given_names: str = "Ficta",
    family_names: str = "Ejemplo",
    other_names: Sequence[str] = (),
    a_numbers: Sequence[str] = ("000123456",),
    language: str = "es",
    caller_phone: str = "612-555-0101",
    held_at: str = "Fictional County Jail",
    in_removal_proceedings: AskLater = AskLater.LATER,
    opened_on: date | None = None,
    hearing_on: date | None = None,
    by: User | None = None,
    **details: Any,
) -> Case:
    """Logged by chi: waiting, held by intake and coordination. `details` are attributes of the case."""
    taker = by or cast.chi
    client = {
        "role": PartyRole.CLIENT,
        "given_names": given_names,
        "family_names": family_names,
        "other_names": list(other_names),
        "a_numbers": list(a_numbers),
        "language": language,
    }
    caller = {"role": PartyRole.CALLER, "given_names": "Calla", "relation": "sister", "phone": caller_phone}
    detention = {
        "held_at": held_at,
        "in_removal_proceedings": in_removal_proceedings,
        "hearing_on": hearing_on,
    }
    on = opened_on or timezone.localdate()
    with cast.acting(taker):
        return create_case(people=[client, caller], detention=detention, by=taker, on=on, **details)


def open_case(case: Case) -> Case:
    """The case as the person whose keyring is current opens it."""
    fresh = Case.objects.get(pk=case.pk)
    access.unlock(fresh)
    return fresh


def give(cast: Cast, case: Case, to: User) -> None:
    """ana gives the case."""
    from referrals.actions import give_case

    with cast.acting(cast.ana):
        give_case(case=open_case(case), to=to, by=cast.ana, on=timezone.localdate())


def offer(cast: Cast, case: Case, to: User, *, until: date | None = None) -> None:
    """ana offers the case, for today or longer."""
    from referrals.actions import offer_case

    today = timezone.localdate()
    with cast.acting(cast.ana):
        offer_case(case=open_case(case), to=to, until=until or today, by=cast.ana, on=today)
