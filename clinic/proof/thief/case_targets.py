"""What is sealed of cases, the record and the index."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.apps import apps

from clinic.audit import actions as audit
from clinic.audit import wraps as audit_wraps
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.cases import access
from clinic.cases.models import CaseKey, CaseTeamAccess, CaseUserAccess
from clinic.vault.index import sealing, segments, state
from clinic.vault.models import IndexChange, IndexLines, IndexSegment, IndexState
from clinic.vault.sealed import SealedModel
from clinic.vault.wraps import Subject

from .targets import Letter, Owner, Target, record, wrap

Keys = dict[tuple[UUID, str], CaseKey]


def of_cases() -> Iterator[Target]:
    yield from _records()
    yield from _case_keys()
    yield from _events()
    yield from _index()


def _records() -> Iterator[Target]:
    """Of every sealed model there is."""
    for model in apps.get_models():
        if issubclass(model, SealedModel):
            for row in model._default_manager.all():
                yield record(f"{model._meta.label}.sealed", row.pk, row.place(), row.sealed)


def _case_keys() -> Iterator[Target]:
    keys: Keys = {(key.case_id, key.compartment): key for key in CaseKey.objects.select_related("case")}
    for key in keys.values():
        if key.recovery_wrap:
            owner = Owner("recovery", key.case.organisation_id)
            what = access.subject_of(key)
            yield wrap("cases.CaseKey.recovery_wrap", key.pk, owner, key.recovery_wrap, what)
    for row in CaseUserAccess.objects.select_related("permission"):
        what = _subject(keys, row.content_object_id, row.permission.codename)
        owner = Owner("user", row.user_id)
        yield wrap("cases.CaseUserAccess.wrapped_key", row.pk, owner, row.wrapped_key, what)
    for row in CaseTeamAccess.objects.select_related("permission", "epoch"):
        what = _subject(keys, row.content_object_id, row.permission.codename)
        owner, value = Owner("team", row.epoch.team_id), row.wrapped_key
        yield wrap("cases.CaseTeamAccess.wrapped_key", row.pk, owner, value, what, row.epoch.number)


def _subject(keys: Keys, case: UUID, codename: str) -> Subject:
    if codename == access.CONSIDER:
        return access._offer_subject(keys[case, "case"])
    return access.subject_of(keys[case, access.COMPARTMENT[codename]])


def _events() -> Iterator[Target]:
    for event in AuditEvent.objects.all():
        yield record("audit.AuditEvent.sealed", event.pk, audit.place_of(event), event.sealed)
    for row in AuditKeyWrap.objects.select_related("event"):
        owner, what = Owner(row.kind, row.holder), audit_wraps.subject_of(row.event)
        yield wrap("audit.AuditKeyWrap.wrap", row.pk, owner, row.wrap, what, row.generation)


def _index() -> Iterator[Target]:
    for row in IndexState.objects.all():
        yield record("vault.IndexState.sealed", row.pk, state._place(row), row.sealed)
    for segment in IndexSegment.objects.all():
        for column in ("head", "names"):
            place = segments.column_place(segment.organisation_id, segment.team, segment.pk, column)
            yield record(f"vault.IndexSegment.{column}", segment.pk, place, getattr(segment, column))
    for lines in IndexLines.objects.select_related("segment"):
        place = segments.lines_place(lines.segment.organisation_id, lines.segment.team, lines.pk)
        yield record("vault.IndexLines.sealed", lines.pk, place, lines.sealed)
    for change in IndexChange.objects.all():
        yield _change(change)


def _change(change: IndexChange) -> Target:
    column, sealed = "vault.IndexChange.sealed", bytes(change.sealed)
    if sealed[:1] == sealing.DELIVERED:
        info = partial(sealing._delivery, change)
        return Letter(column, change.pk, Owner("team", change.team), sealed[1:], info)
    return record(column, change.pk, sealing.change_place(change), sealed)
