"""Who is reminded of a request, and when. The mails that follow name neither case nor reason."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from clinic.accounts import nudges, teams
from clinic.accounts.models import Purpose, User

from . import listing, rules
from .models import CertificationRequest
from .rules import Status


def renew(request: CertificationRequest, *, by: User, on: date) -> None:
    """The reminders before this move are done; those that follow from it are set."""
    for nudge in request.nudges:
        nudges.finish(UUID(nudge))
    owner = User.objects.filter(pk=request.owner, is_active=True).first() or by
    if request.status in rules.WITH_THE_AGENCY:
        made = [nudges.promise(day=day, user=owner, urgent=True) for day in listing.days_to_act(request)]
    else:
        made = [nudges.promise(day=on, user=user) for user in _waited_for(request, owner) if user != by]
    request.nudges = [str(nudge) for nudge in made]


def _waited_for(request: CertificationRequest, owner: User) -> Iterable[User]:
    """With us: whose turn it is."""
    if request.status == Status.READY and not request.case.walled:
        supervising = teams.members(teams.by_purpose(Purpose.SUPERVISING))
        return User.objects.filter(pk__in=[person.id for person in supervising], is_active=True)
    returned = request.status == Status.DRAFT and request.returned_why
    return [owner] if returned or request.status == Status.APPROVED else []
