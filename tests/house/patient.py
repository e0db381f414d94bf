"""The clinic that doctor looks at, and what it says of it."""

from datetime import date
from io import StringIO

from django.core.management import call_command
from django.db import transaction

from clinic.accounts.models import User
from clinic.audit import checkup
from clinic.audit.checkup import Kind
from clinic.cases import access, actions
from clinic.cases.models import Case, PartyRole
from tests.builders import Cast, make_clinic

DAY = date(2026, 11, 21)


def make_patient() -> Cast:
    """A clinic with one case that ben holds by name beside coordination and intake."""
    cast = make_clinic()
    with cast.acting(cast.chi):
        people = [{"role": PartyRole.CLIENT, "given_names": "Marisol", "family_names": "Fictional"}]
        actions.create_case(people=people, detention={}, by=cast.chi, on=DAY)
    with cast.acting(cast.ana), transaction.atomic():
        case = access.lock(Case.objects.get())
        access.unlock(case)
        access.grant_attorney(case, cast.ben, by=cast.ana)
    return cast


def doctor(*args: str) -> str:
    out = StringIO()
    call_command("doctor", *args, stdout=out)
    return out.getvalue()


def faults(cast: Cast) -> list[str]:
    outcomes = checkup.without_keys(cast.organisation)
    return [str(one) for outcome in outcomes for one in outcome.findings if one.kind == Kind.FAULT]


def seen_by(cast: Cast, user: User, kind: Kind = Kind.FAULT) -> list[str]:
    with cast.acting(user) as ring:
        outcomes = checkup.with_keys(ring)
    return [str(one) for outcome in outcomes for one in outcome.findings if one.kind == kind]
