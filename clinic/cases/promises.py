"""The promises of a case stay with somebody who can open it: whoever is reminded must be able to act."""

from collections.abc import Callable, Sequence
from uuid import UUID

from clinic.accounts import nudges
from clinic.accounts.models import Nudge, User

from . import access, holding
from .models import Case, Stage

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


def hand_over(case: Case, *, to: User) -> None:
    """Somebody has the case from now on: its next promise is theirs, whoever made it."""
    if case.nudge:
        nudges.hand_over(UUID(case.nudge), to=to)
    _pass_rest_on(case, to)


def pass_on(case: Case, *, of: User, to: User) -> None:
    """The next promise of the case, where `of` was reminded of it."""
    if case.nudge and Nudge.objects.filter(pk=case.nudge, user=of).exists():
        nudges.hand_over(UUID(case.nudge), to=to)
    _pass_rest_on(case, to)


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
    if case.nudge and not Nudge.objects.filter(pk=case.nudge, user__in=people).exists():
        nudges.hand_over(UUID(case.nudge), to=heir)
    for keep in _walled.values():
        keep(case, people, heir)


def shut_out_owner(case: Case, people: Sequence[User]) -> None:
    """Whoever had the case and is outside its wall has it no more."""
    if case.owner and case.owner not in {str(one.pk) for one in people}:
        case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
