"""The promises of a case stay with somebody who can open it: whoever is reminded must be able to act."""

from collections.abc import Callable, Sequence
from uuid import UUID

from clinic.accounts import nudges
from clinic.accounts.models import Nudge, User

from .models import Case, Stage

Keep = Callable[[Case, Sequence[User], User], None]
_registered: dict[str, Keep] = {}


def register(name: str, keep: Keep) -> None:
    """`keep(case, people, heir)`: only `people` open it now; what others had promised is the heir's."""
    _registered[name] = keep


def pass_on(case: Case, *, of: User, to: User) -> None:
    """The next promise of the case, where `of` was reminded of it."""
    if case.nudge and Nudge.objects.filter(pk=case.nudge, user=of).exists():
        nudges.hand_over(UUID(case.nudge), to=to)


def stay_with(case: Case, people: Sequence[User], *, by: User) -> None:
    """Behind a wall: to whoever acts, if inside, else to the owner, else to anybody there."""
    owner = next((one for one in people if str(one.pk) == case.owner), people[0])
    heir = by if by in people else owner
    if case.nudge and not Nudge.objects.filter(pk=case.nudge, user__in=people).exists():
        nudges.hand_over(UUID(case.nudge), to=heir)
    for keep in _registered.values():
        keep(case, people, heir)


def shut_out_owner(case: Case, people: Sequence[User]) -> None:
    """Whoever had the case and is outside its wall has it no more."""
    if case.owner and case.owner not in {str(one.pk) for one in people}:
        case.owner, case.owner_name, case.stage = "", "", Stage.WAITING
