"""New keys for a case: against a leaver who may have kept the old ones, and for walls."""

import os
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db.models import F

from clinic.accounts import roster
from clinic.accounts.models import User
from clinic.audit import rewrap as audit
from clinic.vault.envelope import Box, Scope
from clinic.vault.keyring import current
from clinic.vault.sealed import SealedModel
from clinic.vault.wraps import wrap_to

from . import access
from .models import Case, CaseKey, CaseRow, CaseTeamAccess, CaseUserAccess, Compartment


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
    """Only these people, by name, under new keys; recovery is their second way in."""
    people = list(people)
    access.unlock(case)
    held = [
        Compartment(key.compartment)
        for key in case.keys.all()
        if access.holds(case, Compartment(key.compartment))
    ]
    CaseTeamAccess.objects.filter(content_object=case).delete()
    CaseUserAccess.objects.filter(content_object=case).exclude(user__in=people).delete()
    for person in people:
        access.grant(case, person, *held, by=by)
    left = renew(case)
    recovery = roster.trusted_recovery()
    for key in case.keys.filter(compartment__in=held):
        opened = current().box(Scope(key.compartment, case.pk), key.generation).key
        key.recovery_wrap = wrap_to(recovery, opened, access.subject_of(key))
        key.save(update_fields=["recovery_wrap"])
    return left


def _renew(case: Case, key: CaseKey) -> None:
    scope = Scope(key.compartment, case.pk)
    rows = list(sealed_rows(case, Compartment(key.compartment)))
    for row in rows:
        row.opened()
    old, box = current().box(scope, key.generation), Box(os.urandom(32), key.generation + 1)
    CaseKey.objects.filter(pk=key.pk).update(generation=F("generation") + 1, commitment=box.commitment)
    key.refresh_from_db()
    current().add(scope, box)
    for row in rows:
        row.save()
    access.rewrap(case, key)
    if key.compartment == Compartment.CASE:
        audit.move_case(case.pk, old, box)


def sealed_rows(case: Case, compartment: Compartment) -> Iterator[SealedModel]:
    """Every row, of any app, that is sealed under this compartment of the case."""
    if compartment == Compartment.CASE:
        yield Case.objects.get(pk=case.pk)
    for model in apps.get_models():
        if issubclass(model, CaseRow):
            yield from (
                row for row in model._default_manager.filter(case=case) if row.scope().kind == compartment
            )
