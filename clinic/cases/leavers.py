"""What happens to the cases of somebody who leaves, and of somebody who comes back with new keys."""

from uuid import UUID

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


def say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> None:
    """Their rows go; their cases wait for somebody new; after a hostile leaver, new keys too."""
    nudges.tell_too(_behind_walls_with(user), of=user)
    renewed = []
    for case_id in access.revoke_everything(user):
        case = access.lock(Case(pk=case_id))
        access.unlock(case)
        if not access.holds(case, Compartment.CASE):
            continue
        if hostile:
            case = generations.remember(case, generations.renew(case))
            renewed.append(case)
        if case.owner == str(user.pk):
            case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
            case.save()
        lists.mirror(case)
    for case in renewed:
        audit.record(audit.Event.KEYS_RENEWED, by=by, case_id=case.pk)


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
