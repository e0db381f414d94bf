"""What happens to the cases of somebody who leaves, and of somebody who comes back with new keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from clinic.accounts import nudges
from clinic.accounts.models import User
from clinic.audit import actions as audit
from clinic.vault.envelope import Box
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring, current
from clinic.vault.keys import KeyPair
from clinic.vault.wraps import unwrap_with

from . import access, generations, lists, moving
from .models import Case, CaseUserAccess, Compartment, Stage


def say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> set[UUID]:
    """Their rows go; their cases wait for somebody new; after a hostile leaver, new keys too.

    Gives the cases in which something is damaged: they could not be changed whole.
    """
    nudges.tell_too(_behind_walls_with(user), of=user)
    cases, damaged = access.revoke_everything(user), set[UUID]()
    renewed = []
    for case_id in cases if hostile else []:
        with _apart(case_id, damaged):
            renewed += _renew(case_id)
    for case_id in cases:
        with _apart(case_id, damaged):
            _wait_for_somebody(case_id, user)
    for case_id in renewed:
        audit.record(audit.Event.KEYS_RENEWED, by=by, case_id=case_id)
    return damaged


@contextmanager
def _apart(case_id: UUID, damaged: set[UUID]) -> Iterator[None]:
    """One damaged row must not keep an account open: what was begun with this case is undone."""
    try:
        with current().or_as_before(), transaction.atomic():
            yield
    except Tampered:
        damaged.add(case_id)


def _renew(case_id: UUID) -> list[UUID]:
    case = _opened(case_id)
    if not access.holds(case, Compartment.CASE):
        return []
    generations.remember(case, generations.renew(case))
    return [case_id]


def _wait_for_somebody(case_id: UUID, user: User) -> None:
    case = _opened(case_id)
    if not access.holds(case, Compartment.CASE):
        return
    if case.owner == str(user.pk):
        case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
        case.save()
    lists.mirror(case)


def _opened(case_id: UUID) -> Case:
    case = access.lock(Case(pk=case_id))
    access.unlock(case)
    return case


def _behind_walls_with(user: User) -> set[UUID]:
    """Who else holds a case that this person holds and no team does: its promises are theirs now."""
    open_case = CaseUserAccess.objects.filter(permission__codename=access.OPEN[Compartment.CASE])
    walled = Case.objects.filter(
        pk__in=open_case.filter(user=user).values("content_object"), team_access=None
    )
    others = open_case.filter(content_object__in=walled, user__is_active=True).exclude(user=user)
    return set(others.values_list("user", flat=True))


def readmit(pair: KeyPair, user: User, ring: Keyring) -> None:
    """Wraps to the person's new keys what they hold by name, as far as a team or recovery opens it."""
    for case_id in moving.held_by(user):
        case = Case(pk=case_id)
        access.unlock(case)
        _open_by_recovery(case, pair)
        moving.regrant(case, user)


def _open_by_recovery(case: Case, pair: KeyPair) -> None:
    """Walled cases have no team; their keys are wrapped to recovery themselves."""
    for key in case.keys.exclude(recovery_wrap=b""):
        try:
            opened = unwrap_with(pair, bytes(key.recovery_wrap), access.subject_of(key))
        except Tampered:
            continue
        current().add(access.scope_of(key), Box(opened, key.generation))
