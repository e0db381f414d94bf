"""Everything that changes a case. Each: one transaction, the index and the audit in it."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clinic.accounts import nudges, roster
from clinic.accounts.models import Purpose, User
from clinic.audit import actions as audit
from clinic.vault import files
from clinic.vault.errors import Stale
from clinic.vault.files import SealedUpload
from clinic.vault.keyring import current
from clinic.vault.keys import SEED, KeyPair
from clinic.vault.sealed import SealedModel

from . import access, generations, holding, lists, promises, rules, steps
from .errors import OnlySupervising, TooFew
from .models import Case, CaseKey, Compartment, Detention, Document, Note, Person

Values = Mapping[str, Any]
FEWEST = 2


@transaction.atomic
def create_case(
    *,
    people: Iterable[Values],
    detention: Values,
    by: User,
    on: date,
    case_id: UUID | None = None,
    **details: Any,
) -> Case:
    """A new case with its people and detention, readable by intake and coordination."""
    case = Case(id=case_id or uuid4(), organisation=by.organisation)
    access.prepare(case)
    _own_key_pair(case)
    case.fill(reference=rules.new_reference(), opened_on=on, taken_by=str(by.pk), **details)
    case.save()
    access.create(case, by=by)
    for person in people:
        Person(organisation=by.organisation, case=case).fill(**person).save()
    held = Detention(organisation=by.organisation, case=case).fill(**detention)
    promises.renew_hearing(case, held, by=by)
    held.save()
    lists.mirror(case)
    audit.record(audit.Event.CASE_CREATED, by=by, case_id=case.pk)
    return case


@transaction.atomic
def edit_case(*, case: Case, rows: Iterable[SealedModel], by: User) -> None:
    """Saves changed rows of the case. Raises Stale where somebody else saved one of them first."""
    access.settle(access.lock(case))
    for row in rows:
        if isinstance(row, Detention):
            promises.renew_hearing(case, row, by=by)
        if row._state.adding:
            _add(row, case)
        elif row.touched:
            row.save()
    lists.mirror(Case.objects.get(pk=case.pk))
    audit.record(audit.Event.CASE_EDITED, by=by, case_id=case.pk)


@transaction.atomic
def add_note(*, case: Case, compartment: Compartment, text: str, by: User) -> Note:
    note = Note(organisation=by.organisation, case=case, key=_key_to_write(case, compartment, by))
    note.fill(text=text, written_at=timezone.now(), written_by=str(by.pk), written_by_name=by.sign_in_name)
    note.save()
    audit.record(audit.Event.NOTE_ADDED, by=by, case_id=case.pk, target=note)
    return note


def add_document(
    *, case: Case, compartment: Compartment, title: str, upload: SealedUpload, content_type: str, by: User
) -> Document:
    """Keeps an upload that lies sealed on disk: its key goes into the sealed record."""
    with transaction.atomic():
        key = _key_to_write(case, compartment, by)
        document = Document(id=upload.id, organisation=by.organisation, case=case, key=key)
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
        upload.kept = True  # before the commit, whose answer may be lost: a stray file is swept, a row is not
    return document


@transaction.atomic
def set_next(*, case: Case, on: date | None, what: str, by: User) -> None:
    """The next promise of a case, or none. Its nudge says neither which case nor why. Raises Stale."""
    access.settle(access.lock(case))
    if case.nudge:
        nudges.finish(UUID(case.nudge))
    keeper = promises.keeper(case, by=by)
    case.next_on, case.next_what = on, steps.code_of(what)
    case.nudge = str(nudges.promise(day=on, user=keeper, urgent=bool(case.urgent))) if on else ""
    case.save()
    lists.mirror(case)
    audit.record(audit.Event.CASE_EDITED, by=by, case_id=case.pk)


@transaction.atomic
def wall_case(*, case: Case, people: Iterable[User], why: str, by: User) -> None:
    """From now on only these people know of the case; nobody finds it in a list.

    `why` is the supervising attorney's decision, for the record and for those inside: a wall alone cures no
    conflict (Rules 1.7, 1.10). Raises OnlySupervising, TooFew, NotesWouldBeLost, Tampered for somebody not
    on the roster.
    """
    people = list(people)
    _check_wall(case, people)
    case = access.lock(case)
    case.walled, case.walled_why = True, why
    promises.shut_out_owner(case, people)
    case.save()
    walled = generations.remember(case, generations.wall(case, people, by=by))
    promises.stay_with(walled, people, by=by)
    lists.hide(walled)
    lists.mirror(walled)
    audit.record(audit.Event.WALLED, by=by, case_id=case.pk, details={"why": why})


def read_document(*, document: Document, by: User) -> Iterable[bytes]:
    """Verified chunks. The reading is on record before the first of them. Raises Tampered."""
    chunks = files.open_checked(document.pk, bytes.fromhex(document.file_key), document.size or 0)
    with transaction.atomic():
        audit.record(audit.Event.DOCUMENT_READ, by=by, case_id=document.case_id, target=document)
    return chunks


def _add(row: SealedModel, case: Case) -> None:
    """A row that nobody wrote yet. Raises Stale where somebody did meanwhile; a blank one is left out."""
    if not _says_something(row):
        return
    known = type(row)._default_manager.filter(case=case)  # type: ignore[misc]  # a row of a case
    if any(getattr(other, "role", None) == getattr(row, "role", None) for other in known):
        raise Stale
    row.save()


def _says_something(row: SealedModel) -> bool:
    said = (name for name in row.attributes if name != "role")
    return any(getattr(row, name) != getattr(type(row), name).default() for name in said)


def _check_wall(case: Case, people: list[User]) -> None:
    if Purpose.SUPERVISING not in current().named:
        raise OnlySupervising
    until_a_day = {row.user_id for row in access.holders(case) if row.expires_on}
    lasting = {person.pk for person in people} - until_a_day
    if len(lasting) < FEWEST:
        raise TooFew
    keeping = {row.permission.codename for row in holding.lasting_rows(case) if row.user in people}
    lawyers = roster.lawyers() & lasting
    handing = [
        one for one in Compartment if access.holds(case, one) and (one != Compartment.ATTORNEY or lawyers)
    ]
    generations.check_none_lost(case, keeping, handing=handing)


def _own_key_pair(case: Case) -> None:
    """Those who may not open the case can leave a message to this key for its holders."""
    seed = os.urandom(SEED)
    case.seed, case.public_key = seed.hex(), KeyPair(seed).public.raw


def _key_to_write(case: Case, compartment: Compartment, by: User) -> CaseKey:
    """Settles the case, and renews first what a hostile leaver knew. Somebody else may just have done so."""
    fresh = access.lock(case)
    access.unlock(fresh)
    access.settle(fresh)
    if generations.catch_up(fresh):
        audit.record(audit.Event.KEYS_RENEWED, by=by, case_id=case.pk)
    key: CaseKey = case.keys.get(compartment=compartment)
    return key
