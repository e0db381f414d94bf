"""Access rows move to other keys: a team's new epoch, a case's new generation, a person's new identity."""

from contextlib import suppress
from uuid import UUID

from django.db import connection

from clinic.accounts.models import TeamEpoch, User
from clinic.vault.errors import Stale, Tampered
from clinic.vault.keyring import TeamKeys, current
from clinic.vault.keys import KeyPair, PublicKey
from clinic.vault.many import update_many
from clinic.vault.wraps import Subject, unwrap_with, wrap_to
from clinic.vault.wraps import is_public as is_public_wrap

from . import access
from .marks import holder_of, is_true, is_vouched, newest_mark
from .models import AccessQuerySet, Case, CaseKey, CaseTeamAccess, CaseUserAccess, Compartment

COLUMNS = ("pk", "content_object", "permission__codename", "wrapped_key")


def rewrap_team(old: TeamKeys, new: TeamKeys, epoch: TeamEpoch) -> None:
    """Part of a team's rotation: every key it holds, under the new epoch. A row without a key goes."""
    rows = CaseTeamAccess.objects.filter(epoch__team=old.id)
    subjects = _subjects(rows)
    moved, planted = [], []
    for row, case, codename, wrap in rows.values_list(*COLUMNS):
        subject = subjects.get((case, codename))
        renewed = _moved(wrap, subject, old, new) if subject else None
        if renewed is None:
            planted.append(row)
        else:
            moved.append((row, renewed))
    CaseTeamAccess.objects.filter(pk__in=planted).delete()
    _store(moved, epoch)


def _subjects(rows: AccessQuerySet) -> dict[tuple[UUID, str], Subject]:
    """What the wraps of these cases are bound to, by case and codename."""
    keys = CaseKey.objects.filter(case__in=rows.values("content_object"))
    columns = keys.values_list("compartment", "case_id", "generation", "commitment")
    return {
        (case, access.OPEN[Compartment(kind)]): Subject(kind, case, generation, bytes(commitment))
        for kind, case, generation, commitment in columns
    }


def _moved(wrap: bytes, subject: Subject, old: TeamKeys, new: TeamKeys) -> bytes | None:
    try:
        return new.kek.wrap(_unwrap_for_team(old, wrap, subject), subject)
    except Tampered:
        return None


def _unwrap_for_team(team: TeamKeys, wrap: bytes | memoryview, subject: Subject) -> bytes:
    wrap = bytes(wrap)
    return unwrap_with(team.pair, wrap, subject) if is_public_wrap(wrap) else team.kek.unwrap(wrap, subject)


def _store(moved: list[tuple[UUID, bytes]], epoch: TeamEpoch) -> None:
    """Raises Stale where a row went meanwhile. One that came still holds the old epoch, which stays then."""
    stands = CaseTeamAccess._meta.pk.get_db_prep_value(epoch.pk, connection)
    if update_many(CaseTeamAccess, "wrapped_key", moved, {"epoch_id": stands}) != len(moved):
        raise Stale


def held_by(user: User) -> list[UUID]:
    """Ids of the cases that a person holds by name."""
    rows = CaseUserAccess.objects.filter(user=user).values_list("content_object", flat=True)
    return list(rows.distinct())


def regrant(case: Case, user: User) -> None:
    """New wraps for a person with new keys, where the keyring has the case's; rows without one go."""
    keys = {access.OPEN[Compartment(key.compartment)]: key for key in case.keys.all()}
    for row in CaseUserAccess.objects.filter(content_object=case, user=user).select_related("permission"):
        key = keys.get(row.permission.codename)
        if key is None or not access.holds(case, Compartment(key.compartment)) or not is_vouched(row, key):
            row.delete()
            continue
        row.wrapped_key = access.wrap_for(user, access.key_of(case, key), access.subject_of(key))
        row.save(update_fields=["wrapped_key"])


def rewrap_walled(old: KeyPair, new: PublicKey) -> None:
    """The clinic has new codes: every walled case's second way in. What the old key does not open stays."""
    for key in CaseKey.objects.exclude(recovery_wrap=b"").iterator():
        subject = access.subject_of(key)
        with suppress(Tampered):
            opened = unwrap_with(old, bytes(key.recovery_wrap), subject)
            CaseKey.objects.filter(pk=key.pk).update(recovery_wrap=wrap_to(new, opened, subject))


def rewrap(case: Case, key: CaseKey) -> None:
    """After a new generation: the new key for everybody who truly held the old one; offers end."""
    was = current().box(access.scope_of(key), key.generation - 1)
    itself = key.compartment == Compartment.CASE
    case_key = was.key if itself else current().newest(case.scope()).key
    for row in _rows(case, access.OPEN[Compartment(key.compartment)]):
        wrapped = _wrap_again(case, key, row) if is_true(row, case_key, was.commitment) else None
        _stands_for(row, key, **wrapped) if wrapped else row.delete()
    if itself:
        access.withdraw(case)
        for other in case.keys.exclude(pk=key.pk):
            _mark_again(case, other, was.key)


def _mark_again(case: Case, key: CaseKey, old_case_key: bytes) -> None:
    """The case has a new key, this compartment not: its rows get new marks, planted ones go."""
    for row in _rows(case, access.OPEN[Compartment(key.compartment)]):
        true = is_true(row, old_case_key, bytes(key.commitment))
        _stands_for(row, key) if true else row.delete()


def _rows(case: Case, codename: str) -> list[CaseUserAccess | CaseTeamAccess]:
    which = {"content_object": case, "permission__codename": codename}
    own = CaseUserAccess.objects.filter(**which).select_related("permission", "user")
    shared = CaseTeamAccess.objects.filter(**which, group__team__isnull=False)
    return [*own, *shared.select_related("permission", "group__team")]


def _wrap_again(case: Case, key: CaseKey, row: CaseUserAccess | CaseTeamAccess) -> dict[str, object] | None:
    """None for somebody whom the roster no longer knows."""
    opened, subject = access.key_of(case, key), access.subject_of(key)
    try:
        if isinstance(row, CaseUserAccess):
            return {"wrapped_key": access.wrap_for(row.user, opened, subject)}
        epoch, wrap = access.wrap_for_team(row.group.team, opened, subject)
    except Tampered:
        return None
    return {"wrapped_key": wrap, "epoch": epoch}


def _stands_for(row: CaseUserAccess | CaseTeamAccess, key: CaseKey, **changed: object) -> None:
    mark = newest_mark(row.permission.codename, key, holder_of(row), row.expires_on)
    type(row).objects.filter(pk=row.pk).update(id=mark, **changed)
