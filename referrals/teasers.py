"""What a person was offered, without the names of anybody in it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404

from clinic import languages
from clinic.accounts.doors import StaffRequest
from clinic.accounts.models import User
from clinic.cases import access, lists
from clinic.cases.models import (
    AccessQuerySet,
    AskLater,
    Case,
    CaseUserAccess,
    Compartment,
    Detention,
    PartyRole,
    Person,
)

from .models import Referral
from .rules import How, Status, soon
from .words import SPANS


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """All that an offer tells before its names are asked for."""

    id: UUID
    reference: str
    by_name: str
    until: date | None
    language: str
    interpreter: str
    held_at: str
    in_removal_proceedings: str
    next_date: str
    urgent: bool


def offers_to(user: User, *, on: date) -> list[Teaser]:
    """Offers that may still be answered, the soonest end first; six queries, however many."""
    ends = dict(offer_rows(user, on=on).values_list("content_object", "expires_on"))
    cases = list(Case.objects.filter(organisation=user.organisation_id, pk__in=list(ends)))
    access.unlock_offers(cases)
    cases = [case for case in cases if access.holds(case, Compartment.CASE)]
    clients = {
        one.case_id: one for one in Person.objects.filter(case__in=cases) if one.role == PartyRole.CLIENT
    }
    detentions = {one.case_id: one for one in Detention.objects.filter(case__in=cases)}
    asked = {one.case_id: one for one in Referral.objects.filter(case__in=cases) if _asks(one, user)}
    found = [
        _teaser(case, ends[case.pk], clients.get(case.pk), detentions.get(case.pk), asked.get(case.pk), on)
        for case in cases
    ]
    return sorted(found, key=lambda teaser: (teaser.until or date.max, teaser.reference))


def offer_rows(user: User, *, on: date) -> AccessQuerySet:
    return CaseUserAccess.objects.live(on).filter(user=user, permission__codename=access.CONSIDER)


def find_offer(request: StaffRequest, case_id: UUID, *, on: date) -> Case:
    """The offered case, opened to be considered. Http404 where there is none for this person."""
    offered = offer_rows(request.user, on=on).values("content_object")
    mine = Case.objects.filter(organisation=request.user.organisation_id, pk__in=offered)
    case: Case | None = mine.filter(pk=case_id).first()
    if case:
        access.unlock_offers([case])
    if case is None or not access.holds(case, Compartment.CASE):
        raise Http404
    return case


def parties(case: Case) -> list[Person]:
    """Everybody in the case, the client first, for the reader's own conflict check."""
    people = list(Person.objects.filter(case=case))
    client = lists.client_of(people)
    return sorted(people, key=lambda person: (person is not client, person.full_name))


def _asks(referral: Referral, user: User) -> bool:
    return referral.to == str(user.pk) and referral.how == How.OFFER and referral.status == Status.OPEN


def _teaser(
    case: Case,
    until: date | None,
    client: Person | None,
    detention: Detention | None,
    asked: Referral | None,
    on: date,
) -> Teaser:
    return Teaser(
        id=case.pk,
        reference=case.reference,
        by_name=asked.by_name if asked else "",
        until=until,
        language=languages.name_of(client.language) if client else "",
        interpreter=_answer(client.interpreter) if client else "",
        held_at=detention.held_at if detention else "",
        in_removal_proceedings=_answer(detention.in_removal_proceedings) if detention else "",
        next_date=str(SPANS[soon(_next(case, detention, on), on)]),
        urgent=bool(case.urgent),
    )


def _next(case: Case, detention: Detention | None, on: date) -> date | None:
    """The first day from today on, or else the last that passed."""
    days = [day for day in (case.next_on, detention.hearing_on if detention else None) if day]
    return min((day for day in days if day >= on), default=max(days, default=None))


def _answer(answer: AskLater) -> str:
    return "" if answer == AskLater.LATER else answer.label
