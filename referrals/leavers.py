"""What was asked of somebody who leaves, or stands outside a wall, is asked of nobody any more."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from clinic.accounts import nudges
from clinic.accounts.models import User
from clinic.cases import access
from clinic.cases.models import Case, Stage
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring

from . import rules
from .models import Referral
from .rules import How, Status

OVER = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.RAN_OUT})


def say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> set[UUID]:
    """Runs after the cases' own goodbye, which put the keys of the leaver's cases into the keyring.

    Gives the cases of which a row here is damaged.
    """
    damaged = set[UUID]()
    for row in Referral.objects.all():
        try:
            _end_for(row, user, hostile)
        except Tampered:
            damaged.add(row.case_id)
    return damaged


def _end_for(row: Referral, user: User, hostile: bool) -> None:
    if row.is_locked or row.status != Status.OPEN:
        return
    if row.to == str(user.pk) or (hostile and _lost_its_key(row)):
        _withdraw(row)


def stay_inside(case: Case, people: Sequence[User], heir: User) -> None:
    """Every offer ends with the old keys; whoever is outside has the case no more."""
    inside = {str(one.pk) for one in people}
    for row in Referral.objects.filter(case=case):
        offered = row.how == How.OFFER and row.status == Status.OPEN
        if offered or (row.to not in inside and row.status not in OVER):
            _withdraw(row)
    stage = Stage(rules.stage_after_offers(case.stage, 0))
    if stage != case.stage:
        case.stage = stage
        case.save()


def _lost_its_key(row: Referral) -> bool:
    """An offer of a case that got new keys, or whose last day is over."""
    return row.how == How.OFFER and not access.is_offered(row.case, row.to)


def _withdraw(row: Referral) -> None:
    nudges.finish(row.end(Status.WITHDRAWN, on=timezone.localdate()))
    row.save()
