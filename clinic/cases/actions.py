"""Everything that changes a case. Each: one transaction, the index and the audit in it."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.accounts import nudges
from clinic.accounts.models import User
from clinic.audit import actions as audit
from clinic.vault import files
from clinic.vault.files import SealedUpload
from clinic.vault.keys import SEED, KeyPair
from clinic.vault.sealed import SealedModel

from . import access, lists, rules
from .models import Case, CaseKey, Compartment, Detention, Document, Note, Person

Values = Mapping[str, Any]


@transaction.atomic
def create_case(*, people: Iterable[Values], detention: Values, by: User, on: date, **details: Any) -> Case:
    """A new case with its people and detention, readable by intake and coordination."""
    case = Case(organisation=by.organisation)
    access.prepare(case)
    _own_key_pair(case)
    case.fill(reference=rules.new_reference(), opened_on=on, taken_by=str(by.pk), **details)
    case.save()
    access.create(case, by=by)
    for person in people:
        Person(organisation=by.organisation, case=case).fill(**person).save()
    Detention(organisation=by.organisation, case=case).fill(**detention).save()
    lists.mirror(case)
    audit.record(audit.Event.CASE_CREATED, by=by, case_id=case.pk)
    return case


@transaction.atomic
def edit_case(*, case: Case, rows: Iterable[SealedModel], by: User) -> None:
    """Saves changed rows of the case. Raises Stale where somebody else saved one of them first."""
    access.lock(case)
    access.settle(case)
    for row in rows:
        if row.touched or row._state.adding:
            row.save()
    lists.mirror(Case.objects.get(pk=case.pk))
    audit.record(audit.Event.CASE_EDITED, by=by, case_id=case.pk)


@transaction.atomic
def add_note(*, case: Case, compartment: Compartment, text: str, by: User) -> Note:
    access.lock(case)
    access.settle(case)
    note = Note(organisation=by.organisation, case=case, key=_key(case, compartment))
    note.fill(text=text, written_at=timezone.now(), written_by=str(by.pk), written_by_name=by.sign_in_name)
    note.save()
    audit.record(audit.Event.NOTE_ADDED, by=by, case_id=case.pk, target=note)
    return note


@transaction.atomic
def add_document(
    *, case: Case, compartment: Compartment, title: str, upload: SealedUpload, content_type: str, by: User
) -> Document:
    """Keeps an upload that lies sealed on disk: its key goes into the sealed record."""
    access.lock(case)
    access.settle(case)
    document = Document(id=upload.id, organisation=by.organisation, case=case, key=_key(case, compartment))
    document.fill(
        title=title,
        content_type=content_type,
        size=upload.size,
        file_key=upload.key.hex(),
        added_at=timezone.now(),
        added_by=str(by.pk),
        added_by_name=by.sign_in_name,
    )
    document.save()
    audit.record(audit.Event.DOCUMENT_ADDED, by=by, case_id=case.pk, target=document)
    upload.kept = True
    return document


@transaction.atomic
def set_next(*, case: Case, on: date | None, what: str, by: User, urgent: bool = False) -> None:
    """The next promise of a case. Its nudge says neither which case nor why."""
    access.lock(case)
    if case.nudge:
        nudges.finish(UUID(case.nudge))
    owner = User.objects.filter(pk=case.owner).first() or by if case.owner else by
    case.next_on, case.next_what = on, what
    case.nudge = str(nudges.promise(day=on, user=owner, urgent=urgent)) if on else ""
    case.save()
    lists.mirror(case)
    audit.record(audit.Event.CASE_EDITED, by=by, case_id=case.pk)


def read_document(*, document: Document, by: User) -> Iterable[bytes]:
    """Verified chunks. The reading is on record before the first of them. Raises Tampered."""
    chunks = files.open_checked(document.pk, bytes.fromhex(document.file_key), document.size or 0)
    with transaction.atomic():
        audit.record(audit.Event.DOCUMENT_READ, by=by, case_id=document.case_id, target=document)
    return chunks


def _own_key_pair(case: Case) -> None:
    """Those who may not open the case can leave a message to this key for its holders."""
    seed = os.urandom(SEED)
    case.seed, case.public_key = seed.hex(), KeyPair(seed).public.raw


def _key(case: Case, compartment: Compartment) -> CaseKey:
    return case.keys.get(compartment=compartment)
