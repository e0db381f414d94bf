"""The promises of a case stay with somebody who can open it: whoever is reminded must be able to act."""

from collections.abc import Callable, Sequence
from uuid import UUID

from clinic.accounts import nudges
from clinic.accounts.models import Nudge, User

from . import access, holding
from .models import Case, Detention, Stage

Keep = Callable[[Case, Sequence[User], User], None]
_walled: dict[str, Keep] = {}
_passed_on: dict[str, Keep] = {}


def register(name: str, keep: Keep, *, passed_on: Keep | None = None) -> None:
    """`keep(case, people, heir)`: only `people` open it now; what others had promised is the heir's.

    `keep` runs behind a wall, `passed_on` where a case without one goes to somebody else.
    """
    _walled[name] = keep
    if passed_on:
        _passed_on[name] = passed_on


def keeper(case: Case, *, by: User) -> User:
    """Whoever has the case; until somebody has it, whoever writes."""
    owner = User.objects.filter(pk=case.owner).first() if case.owner else None
    return owner or by


def renew_hearing(case: Case, detention: Detention, *, by: User) -> None:
    """One reminder, the day before too, of the hearing as it is written down. The caller saves the row."""
    day, nudge = detention.hearing_on, detention.nudge
    if nudge and day and Nudge.objects.filter(pk=nudge, day=day).exists():
        return
    nudges.finish(UUID(nudge) if nudge else None)
    detention.nudge = str(nudges.promise(day=day, user=keeper(case, by=by), urgent=True)) if day else ""


def hand_over(case: Case, *, to: User) -> None:
    """Somebody has the case from now on: its next promises are theirs, whoever made them."""
    for nudge in _own(case):
        nudges.hand_over(nudge, to=to)
    _pass_rest_on(case, to)


def pass_on(case: Case, *, of: User, to: User) -> None:
    """The next promises of the case, where `of` was reminded of them."""
    for nudge in Nudge.objects.filter(pk__in=_own(case), user=of):
        nudges.hand_over(nudge.pk, to=to)
    _pass_rest_on(case, to)


def _own(case: Case) -> list[UUID]:
    """The reminders of its next step and of the hearing."""
    rows = [case, *Detention.objects.filter(case=case)]
    return [UUID(row.nudge) for row in rows if row.nudge]


def _pass_rest_on(case: Case, heir: User) -> None:
    people = who_can_open(case)
    for keep in _passed_on.values():
        keep(case, people, heir)


def who_can_open(case: Case) -> list[User]:
    """By name, and in the teams that have it."""
    found = {row.user_id for row in access.holders(case)}
    for team in holding.teams_holding(case):
        found |= team.members
    return list(User.objects.filter(pk__in=found, is_active=True))


def stay_with(case: Case, people: Sequence[User], *, by: User) -> None:
    """Behind a wall: to whoever acts, if inside, else to the owner, else to anybody there."""
    owner = next((one for one in people if str(one.pk) == case.owner), people[0])
    heir = by if by in people else owner
    for nudge in Nudge.objects.filter(pk__in=_own(case)).exclude(user__in=people):
        nudges.hand_over(nudge.pk, to=heir)
    for keep in _walled.values():
        keep(case, people, heir)


def shut_out_owner(case: Case, people: Sequence[User]) -> None:
    """Whoever had the case and is outside its wall has it no more."""
    if case.owner and case.owner not in {str(one.pk) for one in people}:
        case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
