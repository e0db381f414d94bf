"""Everything that changes a call. Each is one transaction, with the audit in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.accounts import nudges
from clinic.accounts.models import User
from clinic.audit import actions as audit
from clinic.cases import steps
from clinic.cases.actions import create_case
from clinic.cases.models import Case, PartyRole
from clinic.vault.errors import Stale

from .models import Draft, Typed

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a draft stood on which page."""

    rev: int
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The answers of a finished call, by the row that takes them."""

    client: Values
    caller: Values
    detention: Values
    case: Values
    call_back_on: date | None = None


@transaction.atomic
def start_call(*, by: User) -> Draft:
    """One event stands for all that is typed into the draft from now on."""
    draft = Draft(organisation_id=by.organisation_id, user=by)
    draft.started_at = timezone.now()
    draft.save()
    audit.record(audit.Event.DRAFT_SAVED, by=by, target=draft)
    return draft


@transaction.atomic
def save_draft(*, draft: Draft, typed: Typed, version: Version) -> Draft:
    """Raises Stale where another page saved it meanwhile, Draft.DoesNotExist where it is finished."""
    draft = _locked(draft, version)
    draft.take(typed)
    draft.page = version.page
    if draft.touched:
        draft.save()
    return draft


@transaction.atomic
def discard_draft(*, draft: Draft, by: User) -> None:
    audit.record(audit.Event.DRAFT_DISCARDED, by=by, target=draft)
    Draft.objects.filter(pk=draft.pk).delete()


@transaction.atomic
def finish_call(*, draft: Draft, version: Version, call: Call, by: User, on: date) -> Case:
    """The draft becomes a case with the same id. Raises Stale, Draft.DoesNotExist."""
    draft = _locked(draft, version)
    case = create_case(
        case_id=draft.pk,
        people=people_of(call),
        detention=call.detention,
        by=by,
        on=on,
        **call.case,
        **promise_of(call, by),
    )
    draft.delete()
    return case


def people_of(call: Call) -> list[Values]:
    """The detained person first; a caller only where something is known of one."""
    people: list[Values] = [{"role": PartyRole.CLIENT, **call.client}]
    if any(call.caller.values()):
        people.append({"role": PartyRole.CALLER, **call.caller})
    return people


def promise_of(call: Call, by: User) -> Values:
    if call.call_back_on is None:
        return {}
    urgent = bool(call.case.get("urgent"))
    nudge = nudges.promise(day=call.call_back_on, user=by, urgent=urgent)
    return {"next_on": call.call_back_on, "next_what": steps.CALL_BACK, "nudge": str(nudge)}


def _locked(draft: Draft, version: Version) -> Draft:
    """The draft as it is now. What the same page saved a moment ago is no other version."""
    current: Draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if current.rev != version.rev and current.page != version.page:
        raise Stale
    return current
