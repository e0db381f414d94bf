"""What happens to the cases of somebody who leaves, and of somebody who comes back with new keys."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from clinic.accounts import nudges, roster
from clinic.accounts.models import User
from clinic.accounts.roster import Role
from clinic.audit import actions as audit
from clinic.vault.envelope import Box
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring, current
from clinic.vault.keys import KeyPair
from clinic.vault.wraps import unwrap_with

from . import access, generations, lists, moving, promises
from .actions import FEWEST
from .models import AccessQuerySet, Case, CaseKey, CaseQuerySet, CaseUserAccess, Compartment, Stage


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
    """Who else holds a walled case that this person holds: its promises are theirs now."""
    others = _open_case().filter(content_object__in=_walled_with(user), user__is_active=True)
    return set(others.exclude(user=user).values_list("user", flat=True))


@transaction.atomic
def left_alone(user: User) -> int:
    """How many walled cases fewer than two people could open for good without this person. Holds them."""
    for_good = _open_case().filter(expires_on=None)
    theirs = _walled_with(user).filter(pk__in=for_good.filter(user=user).values("content_object"))
    cases = list(theirs.select_for_update().values_list("pk", flat=True))
    others = for_good.filter(content_object__in=cases, user__in=_working_here()).exclude(user=user)
    staying = Counter(others.values_list("content_object", flat=True))
    return sum(staying[case] < FEWEST for case in cases)


def _open_case() -> AccessQuerySet:
    return CaseUserAccess.objects.filter(permission__codename=access.OPEN[Compartment.CASE])


def _walled() -> CaseQuerySet:
    """As whoever has no key of theirs can tell: recovery opens a walled case alone."""
    keys = CaseKey.objects.filter(compartment=Compartment.CASE).exclude(recovery_wrap=b"")
    return Case.objects.filter(pk__in=keys.values("case"))


def _walled_with(user: User) -> CaseQuerySet:
    return _walled().filter(pk__in=_open_case().filter(user=user).values("content_object"))


def _working_here() -> set[UUID]:
    return {one.id for one in roster.with_account([who for who in roster.people().values() if who.active])}


# Coming back -----------------------------------------------------------------


def readmit(pair: KeyPair, user: User, ring: Keyring) -> int:
    """Wraps to the person's new keys what they hold by name, as far as a team or recovery opens it.

    A supervising attorney gets the walled cases that nobody can open any more, too. Gives how many.
    """
    for case_id in moving.held_by(user):
        case = Case(pk=case_id)
        access.unlock(case)
        _open_by_recovery(case, pair)
        moving.regrant(case, user)
    if roster.person(user.pk).role != Role.SUPERVISOR:
        return 0
    return len(_recover_lost(pair, user, ring))


def _recover_lost(pair: KeyPair, user: User, ring: Keyring) -> list[UUID]:
    found = [case for case in _walled().filter(organisation=ring.organisation) if _is_lost(case, pair)]
    back = [case.pk for case in found if _bring_back(case.pk, user)]
    for case_id in back:
        audit.record(audit.Event.RECOVERED, by=user, case_id=case_id)
    return back


def _is_lost(case: Case, pair: KeyPair) -> bool:
    """Recovery opens it, and nobody who works here does."""
    _open_by_recovery(case, pair)
    holders = {row.user_id for row in access.holders(case)}
    return access.holds(case, Compartment.CASE) and not holders & _working_here()


def _bring_back(case_id: UUID, user: User) -> bool:
    """Theirs by name, under new keys: whoever went may have kept the old. False where it is damaged."""
    damaged = set[UUID]()
    with _apart(case_id, damaged):
        case = access.lock(Case(pk=case_id))
        case.opened()
        access.grant(case, user, *(one for one in Compartment if access.holds(case, one)), by=user)
    if damaged:
        return False
    for step in (_wait_inside, _renewed):
        with _apart(case_id, damaged):
            step(Case.objects.get(pk=case_id), user)
    return True


def _wait_inside(case: Case, user: User) -> None:
    promises.shut_out_owner(case, [user])
    case.save()
    promises.stay_with(case, [user], by=user)


def _renewed(case: Case, _user: User) -> None:
    generations.remember(case, generations.renew(case))


def _open_by_recovery(case: Case, pair: KeyPair) -> None:
    """Walled cases have no team; their keys are wrapped to recovery themselves."""
    for key in case.keys.exclude(recovery_wrap=b""):
        try:
            opened = unwrap_with(pair, bytes(key.recovery_wrap), access.subject_of(key))
        except Tampered:
            continue
        current().add(access.scope_of(key), Box(opened, key.generation))
