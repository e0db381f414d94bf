"""The only writer of access rows: who may open which compartment, and the key in the same row.

Callers are in a transaction and have locked the case. Every grant goes to a key on the roster.
A row that nobody with the case's key made (clinic/cases/marks.py) gives nothing, now or later.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db.models import F
from django.utils import timezone

from clinic.accounts import roster, teams
from clinic.accounts.models import Purpose, Team, TeamEpoch, User
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring, current
from clinic.vault.wraps import Subject, unwrap_with, wrap_to
from clinic.vault.wraps import is_public as is_public_wrap

from .marks import is_vouched, mark_of, newest_mark
from .models import AccessQuerySet, Case, CaseKey, CaseTeamAccess, CaseUserAccess, Compartment, live_on

OPEN = {
    Compartment.CASE: "open_case",
    Compartment.ADVOCATE: "open_advocate",
    Compartment.ATTORNEY: "open_attorney",
}
COMPARTMENT = {codename: compartment for compartment, codename in OPEN.items()}
COLUMNS = ("content_object", "permission__codename", "wrapped_key", "id", "expires_on")
HELD = {
    "wrap": F("user_access__wrapped_key"),
    "mark": F("user_access__id"),
    "until": F("user_access__expires_on"),
    "generation": F("keys__generation"),
    "commitment": F("keys__commitment"),
}
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
    ring, ids = current(), [case.pk for case in cases]
    keys = {(key.case_id, key.compartment): key for key in CaseKey.objects.filter(case__in=ids)}
    rows = [*_own(ring, ids), *_shared(ring, ids)]
    # The case first: its key tells which rows of the other compartments are true.
    for row in sorted(rows, key=lambda row: row.codename != OPEN[Compartment.CASE]):
        key = keys.get((row.case, str(COMPARTMENT.get(row.codename))))
        if key and not ring.has(scope_of(key), key.generation):
            _take(ring, subject_of(key), row)


def open_own() -> list[Case]:
    """The cases that the signed-in person holds by name, each with the key of the case alone."""
    ring, codename = current(), OPEN[Compartment.CASE]
    held = Case.objects.filter(
        live_on(timezone.localdate(), "user_access__"),
        user_access__user=ring.user,
        user_access__permission__codename=codename,
        keys__compartment=Compartment.CASE,
    ).annotate(**HELD)
    return [case for case in held if _take(ring, *_held(case, codename, ring.user))]


def _held(case: Any, codename: str, user: UUID) -> tuple[Subject, "_Row"]:
    """What came along with the case in one query: fifty cases, and no object more for each."""
    subject = Subject(Compartment.CASE, case.pk, case.generation, bytes(case.commitment))
    return subject, _Row(case.pk, codename, case.wrap, case.mark, case.until, user)


class _Row(NamedTuple):
    case: UUID
    codename: str
    wrap: bytes
    id: UUID
    until: date | None
    holder: UUID


def _own(ring: Keyring, cases: list[UUID]) -> Iterator[_Row]:
    rows = CaseUserAccess.objects.live(timezone.localdate()).filter(user=ring.user, content_object__in=cases)
    return map(_Row._make, rows.values_list(*COLUMNS, "user"))


def _shared(ring: Keyring, cases: list[UUID]) -> Iterator[_Row]:
    rows = CaseTeamAccess.objects.live(timezone.localdate()).filter(
        group__team__in=list(ring.teams), content_object__in=cases
    )
    return map(_Row._make, rows.values_list(*COLUMNS, "group__team"))


def _take(ring: Keyring, subject: Subject, row: _Row) -> bool:
    """A row that does not open, or that says what nobody granted, gives nothing; doctor tells of it."""
    case, itself = Scope(Compartment.CASE, row.case), subject.kind == Compartment.CASE
    try:
        opened = _unwrap(ring, row.wrap, subject, row.holder)
        case_key = opened if itself else ring.newest(case).key
    except (Tampered, Locked):
        return False
    if row.id != mark_of(case_key, row.codename, subject.commitment, row.holder, row.until):
        return False
    ring.add(Scope(subject.kind, subject.id), Box(opened, subject.generation))
    return True


def _unwrap(ring: Keyring, wrap: bytes, subject: Subject, holder: UUID) -> bytes:
    """`holder` is a team of the keyring, or the person."""
    team = ring.teams.get(holder)
    if is_public_wrap(wrap):
        return unwrap_with(team.pair if team else ring.identity.pair, wrap, subject)
    return (team.kek if team else ring.own_kek).unwrap(wrap, subject)


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
            wrap = ring.own_kek.wrap(key_of(case, key), subject_of(key))
            CaseUserAccess.objects.filter(pk=row.pk).update(wrapped_key=wrap)  # none, where it went meanwhile


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
        wrap = wrap_for(user, key_of(case, key), subject_of(key))
        _put_own(case, user, OPEN[Compartment(key.compartment)], key, wrap, by=by, until=expires_on)


def grant_team(case: Case, team: Team, *compartments: Compartment, by: User) -> None:
    for key in case.keys.filter(compartment__in=compartments):
        codename = OPEN[Compartment(key.compartment)]
        epoch, wrap = wrap_for_team(team, key_of(case, key), subject_of(key))
        where = {"content_object": case, "permission": _permission(codename), "group": team.group}
        CaseTeamAccess.objects.filter(**where).delete()
        mark = newest_mark(codename, key, team.pk, None)
        CaseTeamAccess.objects.create(id=mark, wrapped_key=wrap, epoch=epoch, granted_by=by, **where)


def _put_own(
    case: Case, user: User, codename: str, key: CaseKey, wrap: bytes, *, by: User, until: date | None
) -> None:
    where = {"content_object": case, "permission": _permission(codename), "user": user}
    CaseUserAccess.objects.filter(**where).delete()
    mark = newest_mark(codename, key, user.pk, until)
    CaseUserAccess.objects.create(id=mark, wrapped_key=wrap, granted_by=by, expires_on=until, **where)


def grant_attorney(case: Case, attorney: User, *, by: User) -> bool:
    """The case, and the attorney compartment: made now, for this attorney and the supervising team.

    Behind a wall the supervising attorneys inside get it by name, no team does, and recovery can open it.
    False where that compartment exists already and the granter does not hold it.
    """
    grant(case, attorney, Compartment.CASE, by=by)
    if not case.keys.filter(compartment=Compartment.ATTORNEY).exists():
        new_key(case, Compartment.ATTORNEY)
        supervising = teams.by_purpose(Purpose.SUPERVISING)
        if case.walled:
            wrap_to_recovery(case, Compartment.ATTORNEY)
            _grant_supervising_inside(case, by)
        else:
            grant_team(case, supervising, Compartment.CASE, Compartment.ATTORNEY, by=by)
    if not holds(case, Compartment.ATTORNEY):
        return False
    grant(case, attorney, Compartment.ATTORNEY, by=by)
    return True


def _grant_supervising_inside(case: Case, by: User) -> None:
    members = roster.trusted_team(teams.by_purpose(Purpose.SUPERVISING).pk).members
    for row in holders(case):
        if row.user_id in members:
            grant(case, row.user, Compartment.ATTORNEY, by=by, expires_on=row.expires_on)


def wrap_to_recovery(case: Case, *compartments: Compartment) -> None:
    """For a walled case: with no team to hold it, two printed codes must open it by themselves."""
    recovery = roster.trusted_recovery()
    for key in case.keys.filter(compartment__in=compartments):
        key.recovery_wrap = wrap_to(recovery, key_of(case, key), subject_of(key))
        key.save(update_fields=["recovery_wrap"])


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
    wrap = wrap_for(attorney, key_of(case, key), _offer_subject(key))
    _put_own(case, attorney, CONSIDER, key, wrap, by=by, until=until)


def unlock_offer(case: Case) -> None:
    """Opens an offered case for its reader. Raises OfferGone."""
    if not unlock_offers([case]):
        raise OfferGone


def unlock_offers(cases: Iterable[Case]) -> set[UUID]:
    """Opens many offered cases for their reader. Which: a row that does not open gives nothing."""
    ring, ids = current(), [case.pk for case in cases]
    keys = {key.case_id: key for key in CaseKey.objects.filter(case__in=ids, compartment=Compartment.CASE)}
    rows = [row for row in _own(ring, list(keys)) if row.codename == CONSIDER]
    return {row.case for row in rows if _consider(ring, keys[row.case], row)}


def _consider(ring: Keyring, key: CaseKey, row: _Row) -> bool:
    try:
        opened = _unwrap(ring, row.wrap, _offer_subject(key), row.holder)
    except Tampered:
        return False
    if row.id != mark_of(opened, CONSIDER, bytes(key.commitment), row.holder, row.until):
        return False
    ring.add(scope_of(key), Box(opened, key.generation))
    return True


def accept(case: Case, *, by: User) -> None:
    """Turns the person's offer into access and ends the others. Raises OfferGone."""
    unlock_offer(case)
    _offers(case).delete()
    grant_attorney(case, by, by=by)


def withdraw(case: Case, attorney: User | None = None) -> None:
    """Ends one person's offer, or all of them; no key stays behind."""
    rows = _offers(case)
    (rows.filter(user=attorney) if attorney else rows).delete()


def is_offered(case: Case, user: UUID | str) -> bool:
    return _offers(case).filter(user=user).exists()


def _offers(case: Case) -> AccessQuerySet:
    return CaseUserAccess.objects.filter(content_object=case, permission__codename=CONSIDER)


def _offer_subject(key: CaseKey) -> Subject:
    return Subject(OFFER, key.case_id, key.generation, bytes(key.commitment))


# Wrapping --------------------------------------------------------------------


def key_of(case: Case, key: CaseKey) -> bytes:
    return current().box(Scope(key.compartment, case.pk), key.generation).key


def wrap_for(user: User, key: bytes, subject: Subject) -> bytes:
    ring = current()
    if user.pk == ring.user:
        return ring.own_kek.wrap(key, subject)
    return wrap_to(roster.trusted_identity(user.pk).public.kem, key, subject)


def wrap_for_team(team: Team, key: bytes, subject: Subject) -> tuple[TeamEpoch, bytes]:
    ring = current()
    if team.pk in ring.teams:
        keys = ring.teams[team.pk]
        return _epoch(team, keys.epoch), keys.kek.wrap(key, subject)
    trusted = roster.trusted_team(team.pk)
    return _epoch(team, trusted.epoch), wrap_to(trusted.public, key, subject)


def _epoch(team: Team, number: int) -> TeamEpoch:
    """Raises Stale where the team got new keys since this request opened them."""
    found: TeamEpoch | None = TeamEpoch.objects.filter(team=team, number=number).first()
    if found is None:
        raise Stale
    return found


def _permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="cases")


def holders(case: Case) -> list[CaseUserAccess]:
    """Rows of the people who hold the case by name today."""
    return [row for row in true_rows(case) if row.permission.codename == OPEN[Compartment.CASE]]


def true_rows(case: Case) -> list[CaseUserAccess]:
    """What people may open by name today, as far as the keyring can tell."""
    keys = {OPEN[Compartment(key.compartment)]: key for key in case.keys.all()}
    rows = CaseUserAccess.objects.live(timezone.localdate()).filter(
        content_object=case, permission__codename__in=list(keys)
    )
    rows = rows.select_related("user", "permission")
    return [row for row in rows if is_vouched(row, keys[row.permission.codename])]
