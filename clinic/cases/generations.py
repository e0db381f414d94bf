"""New keys for a case: against a leaver who may have kept the old ones, and for walls."""

import os
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db.models import F

from clinic.accounts import roster
from clinic.accounts.models import User
from clinic.audit import rewrap as audit
from clinic.vault.envelope import Box, Scope
from clinic.vault.keyring import current
from clinic.vault.sealed import SealedModel

from . import access, holding, moving
from .errors import NotesWouldBeLost
from .models import (
    Case,
    CaseKey,
    CaseRow,
    CaseTeamAccess,
    CaseUserAccess,
    Compartment,
    CompartmentRow,
)


def renew(case: Case) -> list[Compartment]:
    """A new generation of every compartment that the keyring holds, and everything in it sealed anew.

    Gives the compartments that could not be renewed because somebody else holds them.
    """
    access.unlock(case)
    left = []
    for key in case.keys.all():
        compartment = Compartment(key.compartment)
        if access.holds(case, compartment):
            _renew(case, key)
        else:
            left.append(compartment)
    return left


def wall(case: Case, people: Iterable[User], *, by: User) -> list[Compartment]:
    """Only these people, by name, under new keys; recovery is their second way in.

    All get what the keyring holds, but attorney notes go to attorneys alone, and to whoever has them already.
    Whoever had it until a day keeps that day.
    Gives the compartments that could not be renewed because somebody else holds them.
    """
    people = list(people)
    access.unlock(case)
    held = [one for one in Compartment if access.holds(case, one)]
    lawyers, days = roster.lawyers(), _last_days(case)
    CaseTeamAccess.objects.filter(content_object=case).delete()
    CaseUserAccess.objects.filter(content_object=case).exclude(user__in=people).delete()
    for person in people:
        itself = days.get((person.pk, Compartment.CASE))
        for one in held:
            if one != Compartment.ATTORNEY or person.pk in lawyers:
                day = days.get((person.pk, one), itself)
                access.grant(case, person, one, by=by, expires_on=day)
    left = renew(case)
    access.wrap_to_recovery(case, *held)
    return left


def _last_days(case: Case) -> dict[tuple[UUID, Compartment], date | None]:
    rows = access.true_rows(case)
    return {(row.user_id, access.COMPARTMENT[row.permission.codename]): row.expires_on for row in rows}


def check_none_lost(case: Case, keeping: Collection[str], *, handing: Collection[Compartment] = ()) -> None:
    """Raises NotesWouldBeLost where something stands in a compartment that nobody opens any more.

    `keeping` are the codenames of the rows that stay, `handing` what somebody is given now.
    """
    for key in case.keys.all():
        compartment = Compartment(key.compartment)
        stays = compartment in handing or access.OPEN[compartment] in keeping
        if not stays and any(sealed_rows(case, compartment)):
            raise NotesWouldBeLost


def check_notes_stay(case: Case, without: str, *, handing: Collection[Compartment] = ()) -> None:
    """Raises NotesWouldBeLost: behind a wall no team holds what this one person may have written."""
    own = (row.permission.codename for row in holding.lasting_rows(case) if str(row.user_id) != without)
    shared = (row.permission.codename for row in holding.team_rows(case))
    check_none_lost(case, {*own, *shared}, handing=handing)


def held_generation(case_id: UUID) -> int | None:
    """Of the case's own key. Nobody renews it until the transaction ends."""
    keys = CaseKey.objects.filter(case=case_id, compartment=Compartment.CASE).select_for_update(no_key=True)
    return keys.values_list("generation", flat=True).first()


def remember(case: Case, left: Iterable[Compartment]) -> Case:
    """The case as it is now; whoever holds what was `left` renews it before writing."""
    fresh: Case = Case.objects.get(pk=case.pk)
    due = [str(one) for one in left]
    if due != fresh.keys_due:
        fresh.keys_due = due
        fresh.save()
    return fresh


def catch_up(case: Case) -> list[Compartment]:
    """Renews what was left when somebody hostile went. Gives what was renewed; the case changes with it."""
    due = [one for one in Compartment if one in case.keys_due and access.holds(case, one)]
    for key in case.keys.filter(compartment__in=due):
        _renew(case, key)
    if due:
        case.keys_due = [one for one in case.keys_due if one not in due]
        case.save()
    return due


def _renew(case: Case, key: CaseKey) -> None:
    scope = Scope(key.compartment, case.pk)
    rows = list(sealed_rows(case, Compartment(key.compartment)))
    for row in rows:
        row.opened()
    old, box = current().box(scope, key.generation), Box(os.urandom(32), key.generation + 1)
    CaseKey.objects.filter(pk=key.pk).update(generation=F("generation") + 1, commitment=box.commitment)
    key.refresh_from_db()
    current().add(scope, box)
    if key.recovery_wrap:
        access.wrap_to_recovery(case, Compartment(key.compartment))
    for row in rows:
        row.save()
    moving.rewrap(case, key)
    if key.compartment == Compartment.CASE:
        audit.move_case(case.pk, old, box)


def sealed_rows(case: Case, compartment: Compartment) -> Iterator[SealedModel]:
    """Every row, of any app, that is sealed under this compartment of the case."""
    if compartment == Compartment.CASE:
        yield Case.objects.get(pk=case.pk)
    for model in apps.get_models():
        if issubclass(model, CompartmentRow):
            yield from model.objects.filter(case=case, key__compartment=compartment).select_related("key")
        elif issubclass(model, CaseRow) and compartment == Compartment.CASE:
            yield from model.objects.filter(case=case)
