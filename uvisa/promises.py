"""Who is reminded of a request, and when. The mails that follow name neither case nor reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from clinic.accounts import nudges, roster
from clinic.accounts.models import Purpose, User
from clinic.accounts.roster import Role
from clinic.cases import access
from clinic.cases.models import Case
from clinic.cases.promises import who_can_open

from . import listing, rules
from .models import CertificationRequest
from .rules import Status

KEEPS_CLOCKS = frozenset({Purpose.COORDINATION.value, Purpose.SUPERVISING.value})


def renew(request: CertificationRequest, *, by: User, on: date, takes: bool = True) -> None:
    """The reminders before this move are done; those that follow from it are set.

    Where its owner has left, or cannot open the case any more, it is `by` who `takes` it over from here,
    or nobody: then coordination keeps it.
    """
    owner = _owner(request, by)
    if owner is None:
        owner = by if takes else None
        _own(request, owner)
    _renew(request, owner, on, but=by)


def _owner(request: CertificationRequest, by: User) -> User | None:
    if request.owner == str(by.pk):
        return by
    return next((one for one in who_can_open(request.case) if str(one.pk) == request.owner), None)


def _own(request: CertificationRequest, owner: User | None) -> None:
    request.owner, request.owner_name = (str(owner.pk), owner.sign_in_name) if owner else ("", "")


def _renew(request: CertificationRequest, owner: User | None, on: date, *, but: User | None) -> None:
    for nudge in request.nudges:
        nudges.finish(UUID(nudge))
    if request.status in rules.WITH_THE_AGENCY:
        days, people = listing.days_to_act(request), _keeping(request.case, owner)
        each = [(day, urgent, user) for day, urgent in days.items() for user in people]
        made = [nudges.promise(day=day, user=user, urgent=urgent) for day, urgent, user in each]
    else:
        made = [nudges.promise(day=on, user=user) for user in _waited_for(request, owner) if user != but]
    request.nudges = [str(nudge) for nudge in made]


def stay_inside(case: Case, people: Sequence[User], heir: User) -> None:
    """Who kept a request's clocks and is outside the wall keeps them no more."""
    for request in CertificationRequest.objects.filter(case=case):
        if _is_outside(request, people):
            _own(request, heir)
        _set_anew(request, case)


def pass_on(case: Case, people: Sequence[User], heir: User) -> None:
    """What somebody wrote who cannot open the case any more is the heir's; the rest stays as it is."""
    for request in CertificationRequest.objects.filter(case=case):
        if _is_outside(request, people):
            _own(request, heir)
            _set_anew(request, case)


def keepers() -> frozenset[UUID]:
    """Everybody who may record that a request was sent, and what came of it."""
    return _members(*KEEPS_CLOCKS)


def deciding() -> frozenset[UUID]:
    """Who may approve; where there is nobody yet, the whole team, which has to find somebody."""
    team, people = _members(Purpose.SUPERVISING), roster.people()
    able = {one for one in team if one in people and people[one].role == Role.SUPERVISOR}
    return frozenset(able) or team


def working() -> frozenset[UUID]:
    """Who works here now. What somebody owned who does not is coordination's."""
    return frozenset(one.id for one in roster.people().values() if one.active)


def _is_outside(request: CertificationRequest, people: Sequence[User]) -> bool:
    return request.owner not in {str(one.pk) for one in people}


def _set_anew(request: CertificationRequest, case: Case) -> None:
    request.case = case
    _renew(request, User.objects.get(pk=request.owner), timezone.localdate(), but=None)
    request.save()


def _waited_for(request: CertificationRequest, owner: User | None) -> Iterable[User]:
    """With us: whose turn it is."""
    if request.status == Status.READY:
        return _inside(request.case, deciding())
    if request.status == Status.APPROVED:
        return _keeping(request.case, owner)
    if request.status != Status.DRAFT or not request.returned_why:
        return []
    return [owner] if owner else _keeping(request.case, None)


def _keeping(case: Case, owner: User | None) -> Iterable[User]:
    """Its owner, or where they only wrote it: coordination, and behind a wall whoever may inside."""
    everybody, alone = keepers(), [owner] if owner else []
    if owner and owner.pk in everybody:
        return alone
    others = _inside(case, everybody if case.walled else _members(Purpose.COORDINATION))
    return list(others) or alone


def _members(*purposes: str) -> frozenset[UUID]:
    found = [entry.members for entry in roster.teams().values() if entry.purpose in purposes]
    return frozenset().union(*found)


def _inside(case: Case, people: frozenset[UUID]) -> Iterable[User]:
    """Behind a wall: those who hold it."""
    found = User.objects.filter(pk__in=people, is_active=True)
    return found.filter(pk__in=[row.user_id for row in access.holders(case)]) if case.walled else found
