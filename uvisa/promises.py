"""Who is reminded of a request, and when. The mails that follow name neither case nor reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from clinic.accounts import nudges, teams
from clinic.accounts.models import Purpose, User
from clinic.cases import access
from clinic.cases.models import Case

from . import listing, rules
from .models import CertificationRequest
from .rules import Status


def renew(request: CertificationRequest, *, by: User, on: date) -> None:
    """The reminders before this move are done; those that follow from it are set."""
    owner = User.objects.filter(pk=request.owner, is_active=True).first() or by
    _renew(request, owner, on, but=by)


def _renew(request: CertificationRequest, owner: User, on: date, *, but: User | None) -> None:
    for nudge in request.nudges:
        nudges.finish(UUID(nudge))
    if request.status in rules.WITH_THE_AGENCY:
        made = [nudges.promise(day=day, user=owner, urgent=True) for day in listing.days_to_act(request)]
    else:
        made = [nudges.promise(day=on, user=user) for user in _waited_for(request, owner) if user != but]
    request.nudges = [str(nudge) for nudge in made]


def stay_inside(case: Case, people: Sequence[User], heir: User) -> None:
    """Who kept a request's clocks and is outside the wall keeps them no more."""
    inside = {str(one.pk) for one in people}
    for request in CertificationRequest.objects.filter(case=case):
        request.case = case
        if request.owner not in inside:
            request.owner, request.owner_name = str(heir.pk), heir.sign_in_name
        _renew(request, User.objects.get(pk=request.owner), timezone.localdate(), but=None)
        request.save()


def _waited_for(request: CertificationRequest, owner: User) -> Iterable[User]:
    """With us: whose turn it is."""
    if request.status == Status.READY:
        return _supervising(request.case)
    returned = request.status == Status.DRAFT and request.returned_why
    return [owner] if returned or request.status == Status.APPROVED else []


def _supervising(case: Case) -> Iterable[User]:
    """Behind a wall: those inside."""
    team = teams.members(teams.by_purpose(Purpose.SUPERVISING))
    found = User.objects.filter(pk__in=[person.id for person in team], is_active=True)
    return found.filter(pk__in=[row.user_id for row in access.holders(case)]) if case.walled else found
