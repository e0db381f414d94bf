"""What a person can really open, asked with a keyring that is opened anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases import access, generations
from clinic.cases.actions import add_note
from clinic.cases.models import Case, CaseTeamAccess, CaseUserAccess, Compartment, Note
from clinic.vault.errors import Locked, Tampered
from tests.builders import Cast
from tests.cases_builders import open_case

CASE, ADVOCATE, ATTORNEY = Compartment.CASE, Compartment.ADVOCATE, Compartment.ATTORNEY


@contextmanager
def changing(cast: Cast, case: Case, by: User) -> Iterator[Case]:
    """As an action does it: in a transaction, the case locked and unlocked."""
    with cast.acting(by), transaction.atomic():
        row = access.lock(case)
        access.unlock(row)
        yield row


def held(cast: Cast, case: Case, *people: User) -> dict[str, set[str]]:
    """By name: the compartments whose key opens, and opens what is sealed under it."""
    return {user.sign_in_name: _held(cast, case, user) for user in people}


def _held(cast: Cast, case: Case, user: User) -> set[str]:
    with cast.acting(user):
        row = open_case(case)
        return {str(one) for one in Compartment if access.holds(row, one) and _really(row, one)}


def _really(row: Case, compartment: Compartment) -> bool:
    try:
        return all(opened.opened() is not None for opened in generations.sealed_rows(row, compartment))
    except (Locked, Tampered):
        return False


def nobody_new(cast: Cast, case: Case) -> dict[str, set[str]]:
    return held(cast, case, cast.ana, cast.ben, cast.chi, cast.dee, cast.sol)


def give(cast: Cast, case: Case, to: User, *, by: User | None = None) -> bool:
    with changing(cast, case, by or cast.ana) as row:
        return access.grant_attorney(row, to, by=by or cast.ana)


def lend(cast: Cast, case: Case, to: User, *, days: int | None = None) -> None:
    until = soon(days) if days is not None else None
    with changing(cast, case, cast.ana) as row:
        access.grant(row, to, CASE, by=cast.ana, expires_on=until)


def note(cast: Cast, case: Case, by: User, compartment: Compartment, text: str = "A fictional note.") -> Note:
    with cast.acting(by):
        return add_note(case=open_case(case), compartment=compartment, text=text, by=by)


def soon(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


GENERATION = 5  # where its last byte stands in an envelope, in plain


def alter(row: Any, *, at: int = -1) -> None:
    """One bit of its ciphertext, or of another byte, as whoever holds the disk may."""
    lies = bytearray(type(row)._base_manager.values_list("sealed", flat=True).get(pk=row.pk))
    lies[at] ^= 1
    meta = type(row)._meta
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {meta.db_table} SET sealed = %s WHERE id = %s",
            [bytes(lies), meta.pk.get_db_prep_value(row.pk, connection)],
        )


def own_row(case: Case, user: User, codename: str = "open_case") -> CaseUserAccess:
    found: CaseUserAccess = CaseUserAccess.objects.get(
        content_object=case, user=user, permission__codename=codename
    )
    return found


def team_rows(case: Case, purpose: str) -> list[CaseTeamAccess]:
    return list(CaseTeamAccess.objects.filter(content_object=case, group__team__purpose=purpose))
