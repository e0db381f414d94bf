"""The only writer of access rows: who may open which compartment, and the key in the same row.

Callers are in a transaction and have locked the case. Every grant goes to a key on the roster.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from uuid import UUID

from django.contrib.auth.models import Permission
from django.utils import timezone

from clinic.accounts import roster, teams
from clinic.accounts.models import Purpose, Team, TeamEpoch, User
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import Locked, Tampered
from clinic.vault.keyring import Keyring, TeamKeys, current
from clinic.vault.wraps import Subject, unwrap_with, wrap_to
from clinic.vault.wraps import is_public as is_public_wrap

from .models import AccessQuerySet, Case, CaseKey, CaseTeamAccess, CaseUserAccess, Compartment

OPEN = {
    Compartment.CASE: "open_case",
    Compartment.ADVOCATE: "open_advocate",
    Compartment.ATTORNEY: "open_attorney",
}
COMPARTMENT = {codename: compartment for compartment, codename in OPEN.items()}
CONSIDER = "consider_case"
OFFER = "offer"


class OfferGone(Exception):
    """The offer was withdrawn, has expired, or somebody else accepted."""


def lock(case: Case) -> Case:
    """The case as it is now, held until the transaction ends."""
    return Case.objects.select_for_update().get(pk=case.pk)  # type: ignore[no-any-return]


# Opening ---------------------------------------------------------------------


def unlock(*cases: Case) -> None:
    """Puts every key of these cases that the signed-in person holds into the keyring."""
    ring, ids, today = current(), [case.pk for case in cases], timezone.localdate()
    keys = {(key.case_id, key.compartment): key for key in CaseKey.objects.filter(case__in=ids)}
    own = CaseUserAccess.objects.live(today).filter(user=ring.user, content_object__in=ids)
    for case_id, codename, wrap in own.values_list("content_object", "permission__codename", "wrapped_key"):
        _take(ring, keys.get((case_id, str(COMPARTMENT.get(codename)))), wrap, None)
    shared = CaseTeamAccess.objects.live(today).filter(
        content_object__in=ids, group__team__in=list(ring.teams)
    )
    for case_id, codename, wrap, team in shared.values_list(
        "content_object", "permission__codename", "wrapped_key", "group__team"
    ):
        _take(ring, keys.get((case_id, str(COMPARTMENT.get(codename)))), wrap, team)


def _take(ring: Keyring, key: CaseKey | None, wrap: bytes, team: UUID | None) -> None:
    """A row that does not open gives nothing; a coordinator's checks page shows it."""
    if key is None or ring.has(scope_of(key), key.generation):
        return
    try:
        opened = _unwrap(ring, wrap, subject_of(key), team)
    except Tampered:
        return
    ring.add(scope_of(key), Box(opened, key.generation))


def _unwrap(ring: Keyring, wrap: bytes, subject: Subject, team: UUID | None) -> bytes:
    holder = ring.teams[team] if team else None
    if is_public_wrap(wrap):
        return unwrap_with(holder.pair if holder else ring.identity.pair, wrap, subject)
    return (holder.kek if holder else ring.own_kek).unwrap(wrap, subject)


def scope_of(key: CaseKey) -> Scope:
    return Scope(key.compartment, key.case_id)


def subject_of(key: CaseKey) -> Subject:
    return Subject(key.compartment, key.case_id, key.generation, bytes(key.commitment))


def holds(case: Case, compartment: Compartment) -> bool:
    """Whether the keyring has this compartment's key, once `unlock` was called."""
    try:
        current().newest(Scope(compartment, case.pk))
    except Locked:
        return False
    return True


def settle(case: Case) -> None:
    """Replaces the person's public-key wraps of this case by symmetric ones: 100 times faster to open."""
    ring = current()
    keys = {OPEN[Compartment(key.compartment)]: key for key in case.keys.all()}
    for row in CaseUserAccess.objects.filter(content_object=case, user=ring.user).select_related(
        "permission"
    ):
        key = keys.get(row.permission.codename)
        if key and is_public_wrap(row.wrapped_key) and holds(case, Compartment(key.compartment)):
            row.wrapped_key = ring.own_kek.wrap(_key(case, key), subject_of(key))
            row.save(update_fields=["wrapped_key"])


# Granting --------------------------------------------------------------------


def create(case: Case, *, by: User) -> None:
    """Keys of a new case, for intake and coordination."""
    for compartment in (Compartment.CASE, Compartment.ADVOCATE):
        new_key(case, compartment)
    for purpose in (Purpose.INTAKE, Purpose.COORDINATION):
        grant_team(case, teams.by_purpose(purpose), Compartment.CASE, Compartment.ADVOCATE, by=by)


def prepare(case: Case) -> None:
    """Makes the first key of a case that is about to be saved, so that it can be sealed."""
    current().add(case.scope(), Box(os.urandom(32), 1))


def new_key(case: Case, compartment: Compartment) -> CaseKey:
    """A compartment's first key, in the keyring and committed to; nobody else has it yet."""
    scope = Scope(compartment, case.pk)
    if not holds(case, compartment):
        current().add(scope, Box(os.urandom(32), 1))
    box = current().newest(scope)
    return CaseKey.objects.create(
        case=case, compartment=compartment, generation=box.generation, commitment=box.commitment
    )


def grant(
    case: Case, user: User, *compartments: Compartment, by: User, expires_on: date | None = None
) -> None:
    """Lets one person open these compartments. Raises Locked where the granter cannot."""
    for key in case.keys.filter(compartment__in=compartments):
        wrap = _wrap_for(user, _key(case, key), subject_of(key))
        CaseUserAccess.objects.update_or_create(
            user=user,
            content_object=case,
            permission=_permission(OPEN[Compartment(key.compartment)]),
            defaults={"wrapped_key": wrap, "granted_by": by, "expires_on": expires_on},
        )


def grant_team(case: Case, team: Team, *compartments: Compartment, by: User) -> None:
    for key in case.keys.filter(compartment__in=compartments):
        epoch, wrap = _wrap_for_team(team, _key(case, key), subject_of(key))
        CaseTeamAccess.objects.update_or_create(
            group=team.group,
            content_object=case,
            permission=_permission(OPEN[Compartment(key.compartment)]),
            defaults={"wrapped_key": wrap, "epoch": epoch, "granted_by": by, "expires_on": None},
        )


def grant_attorney(case: Case, attorney: User, *, by: User) -> bool:
    """The case, and the attorney compartment: made now, for this attorney and the supervising team.

    False where that compartment exists already and the granter does not hold it.
    """
    grant(case, attorney, Compartment.CASE, by=by)
    if not case.keys.filter(compartment=Compartment.ATTORNEY).exists():
        new_key(case, Compartment.ATTORNEY)
        grant_team(case, teams.by_purpose(Purpose.SUPERVISING), Compartment.CASE, Compartment.ATTORNEY, by=by)
    if not holds(case, Compartment.ATTORNEY):
        return False
    grant(case, attorney, Compartment.ATTORNEY, by=by)
    return True


# Taking away -----------------------------------------------------------------


def revoke(case: Case, user: User) -> None:
    """From the next request on, nothing of this case opens for this person."""
    CaseUserAccess.objects.filter(content_object=case, user=user).delete()


def revoke_team(case: Case, team: Team) -> None:
    CaseTeamAccess.objects.filter(content_object=case, group=team.group).delete()


def revoke_everything(user: User) -> list[UUID]:
    """For a leaver: every row goes. Gives the cases concerned."""
    rows = CaseUserAccess.objects.filter(user=user)
    cases = list(rows.values_list("content_object", flat=True).distinct())
    rows.delete()
    return cases


def expire(on: date) -> int:
    """Deletes rows that ended before this day. Works without keys."""
    gone = 0
    for model in (CaseUserAccess, CaseTeamAccess):
        gone += model.objects.filter(expires_on__lt=on).delete()[0]
    return gone


# Offers ----------------------------------------------------------------------


def offer(case: Case, attorney: User, *, by: User, until: date) -> None:
    """A row of its own kind: lets the attorney consider the case and accept it."""
    key = case.keys.get(compartment=Compartment.CASE)
    wrap = _wrap_for(attorney, _key(case, key), _offer_subject(key))
    CaseUserAccess.objects.update_or_create(
        user=attorney,
        content_object=case,
        permission=_permission(CONSIDER),
        defaults={"wrapped_key": wrap, "granted_by": by, "expires_on": until},
    )


def unlock_offer(case: Case) -> None:
    """Opens an offered case for its reader. Raises OfferGone."""
    ring, key = current(), case.keys.get(compartment=Compartment.CASE)
    row = _offers(case).live(timezone.localdate()).filter(user=ring.user).first()
    if row is None:
        raise OfferGone
    opened = _unwrap(ring, row.wrapped_key, _offer_subject(key), None)
    ring.add(case.scope(), Box(opened, key.generation))


def unlock_offers(cases: Iterable[Case]) -> None:
    """Opens many offered cases for their reader; a row that does not open gives nothing."""
    ring, ids = current(), [case.pk for case in cases]
    keys = {key.case_id: key for key in CaseKey.objects.filter(case__in=ids, compartment=Compartment.CASE)}
    rows = CaseUserAccess.objects.live(timezone.localdate()).filter(
        user=ring.user, content_object__in=list(keys), permission__codename=CONSIDER
    )
    for case_id, wrap in rows.values_list("content_object", "wrapped_key"):
        with suppress(Tampered):
            opened = _unwrap(ring, wrap, _offer_subject(keys[case_id]), None)
            ring.add(Scope(Compartment.CASE, case_id), Box(opened, keys[case_id].generation))


def accept(case: Case, *, by: User) -> None:
    """Turns the person's offer into access and ends the others. Raises OfferGone."""
    unlock_offer(case)
    _offers(case).delete()
    grant_attorney(case, by, by=by)


def withdraw(case: Case, attorney: User | None = None) -> None:
    """Ends one person's offer, or all of them; no key stays behind."""
    rows = _offers(case)
    (rows.filter(user=attorney) if attorney else rows).delete()


def _offers(case: Case) -> AccessQuerySet:
    return CaseUserAccess.objects.filter(content_object=case, permission__codename=CONSIDER)


def _offer_subject(key: CaseKey) -> Subject:
    return Subject(OFFER, key.case_id, key.generation, bytes(key.commitment))


# Moving to other keys --------------------------------------------------------


def rewrap_team(old: TeamKeys, new: TeamKeys, epoch: TeamEpoch) -> None:
    """Part of a team's rotation: every key it holds, under the new epoch. A row without a key goes."""
    rows = CaseTeamAccess.objects.filter(epoch__team=old.id).select_related("permission")
    keys = {
        (key.case_id, OPEN[Compartment(key.compartment)]): key
        for key in CaseKey.objects.filter(case__team_access__epoch__team=old.id).distinct()
    }
    moved, planted = [], []
    for row in rows:
        subject = subject_of(keys[row.content_object_id, row.permission.codename])
        try:
            opened = _unwrap_for_team(old, row.wrapped_key, subject)
        except Tampered:
            planted.append(row.pk)
            continue
        row.wrapped_key, row.epoch = new.kek.wrap(opened, subject), epoch
        moved.append(row)
    CaseTeamAccess.objects.filter(pk__in=planted).delete()
    CaseTeamAccess.objects.bulk_create(
        moved, update_conflicts=True, unique_fields=["id"], update_fields=["wrapped_key", "epoch"]
    )


def _unwrap_for_team(team: TeamKeys, wrap: bytes, subject: Subject) -> bytes:
    return unwrap_with(team.pair, wrap, subject) if is_public_wrap(wrap) else team.kek.unwrap(wrap, subject)


def held_by(user: User) -> list[UUID]:
    """Ids of the cases that a person holds by name."""
    rows = CaseUserAccess.objects.filter(user=user).values_list("content_object", flat=True)
    return list(rows.distinct())


def regrant(case: Case, user: User) -> None:
    """New wraps for a person with new keys, where the keyring has the case's; rows without one go."""
    for row in CaseUserAccess.objects.filter(content_object=case, user=user).select_related("permission"):
        compartment = COMPARTMENT.get(row.permission.codename)
        if compartment is None or not holds(case, compartment):
            row.delete()
            continue
        key = case.keys.get(compartment=compartment)
        row.wrapped_key = _wrap_for(user, _key(case, key), subject_of(key))
        row.save(update_fields=["wrapped_key"])


def rewrap(case: Case, key: CaseKey) -> None:
    """After a new generation: the new key for everybody who still holds the old one; offers end."""
    codename = OPEN[Compartment(key.compartment)]
    own, shared = (
        model.objects.filter(content_object=case, permission__codename=codename)
        for model in (CaseUserAccess, CaseTeamAccess)
    )
    for row in own.select_related("user"):
        row.wrapped_key = _wrap_for(row.user, _key(case, key), subject_of(key))
        row.save(update_fields=["wrapped_key"])
    for row in shared.select_related("group__team"):
        row.epoch, row.wrapped_key = _wrap_for_team(row.group.team, _key(case, key), subject_of(key))
        row.save(update_fields=["epoch", "wrapped_key"])
    if key.compartment == Compartment.CASE:
        withdraw(case)


# Wrapping --------------------------------------------------------------------


def _key(case: Case, key: CaseKey) -> bytes:
    return current().box(Scope(key.compartment, case.pk), key.generation).key


def _wrap_for(user: User, key: bytes, subject: Subject) -> bytes:
    ring = current()
    if user.pk == ring.user:
        return ring.own_kek.wrap(key, subject)
    return wrap_to(roster.trusted_identity(user.pk).public.kem, key, subject)


def _wrap_for_team(team: Team, key: bytes, subject: Subject) -> tuple[TeamEpoch, bytes]:
    ring = current()
    if team.pk in ring.teams:
        keys = ring.teams[team.pk]
        return TeamEpoch.objects.get(team=team, number=keys.epoch), keys.kek.wrap(key, subject)
    trusted = roster.trusted_team(team.pk)
    epoch = TeamEpoch.objects.get(team=team, number=trusted.epoch)
    return epoch, wrap_to(trusted.public, key, subject)


def _permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="cases")


def holders(case: Case) -> Iterable[CaseUserAccess]:
    """Rows of the people who hold the case by name."""
    return CaseUserAccess.objects.filter(
        content_object=case, permission__codename=OPEN[Compartment.CASE]
    ).select_related("user")
