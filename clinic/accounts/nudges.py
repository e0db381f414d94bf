"""Promises with a day, and the two constant mails that remind of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Nudge, NudgeMail, User

# The same for everybody and every day: a mail says nothing about why.
SUBJECT = _("Clinic")


@dataclass(frozen=True, slots=True)
class Kind:
    column: str
    urgent: bool
    days_ahead: int
    most: int
    text: str | Promise


PLAIN = Kind("plain", False, 0, 1, _("Something waits for you. Sign in when you can."))
URGENT = Kind("urgent", True, 1, 3, _("Something is due today or tomorrow. Sign in today."))


def promise(*, day: date, user: User, urgent: bool = False) -> UUID:
    """Remind `user` on `day`; urgent: also the day before. Keep the id in the sealed record."""
    return Nudge.objects.create(day=day, user=user, urgent=urgent).id


def finish(nudge: UUID | None) -> None:
    """The promise was kept or is no more. A second time does nothing."""
    if nudge is not None:
        Nudge.objects.filter(id=nudge).delete()


def hand_over(nudge: UUID | None, *, to: User) -> None:
    """One promise goes to another person."""
    if nudge is not None:
        Nudge.objects.filter(id=nudge).update(user=to, told_on=None)


def move(*, user: User, to: Collection[UUID]) -> None:
    """A leaver's promises, dealt out in turn."""
    for nudge, heir in zip(Nudge.objects.filter(user=user).order_by("day"), cycle(sorted(to)), strict=False):
        Nudge.objects.filter(id=nudge.id).update(user_id=heir, told_on=None)


def tell_too(users: Collection[UUID], *, of: User) -> None:
    """These hear of somebody's promised days as well, by the mail that one can stop.

    No row says which promise was about what.
    """
    days = set(Nudge.objects.filter(user=of).values_list("day", flat=True))
    Nudge.objects.bulk_create(Nudge(day=day, user_id=user) for day in sorted(days) for user in sorted(users))


def send(on: date) -> int:
    """Mail everybody whom something waits for. Runs that are missed or doubled send each mail once.

    Raises OSError, once everybody had their turn, where a mail could not leave: the next run tries again.
    """
    failed: list[OSError] = []
    count = sum(_mail(user, kind, on, failed) for kind in (URGENT, PLAIN) for user in _waiting(kind, on))
    if failed:
        raise failed[0]
    return count


def _due(kind: Kind, on: date) -> QuerySet[Nudge]:
    untold = Q(told_on=None) | ~Q(told_on=on)
    return Nudge.objects.filter(untold, urgent=kind.urgent, day__lte=on + timedelta(days=kind.days_ahead))


def _waiting(kind: Kind, on: date) -> list[User]:
    due = _due(kind, on).filter(user__is_active=True).values("user")
    return list(User.objects.filter(id__in=due).order_by("id"))


def _mail(user: User, kind: Kind, on: date, failed: list[OSError]) -> bool:
    """Claimed and committed before it is sent, so that no lock waits for a mail server."""
    claimed = _claim(user, kind, on)
    if not claimed:
        return False
    try:
        send_mail(str(SUBJECT), str(kind.text), None, [user.email])
    except OSError as error:
        _give_back(claimed, user, kind, on)
        failed.append(error)
        return False
    return True


@transaction.atomic
def _claim(user: User, kind: Kind, on: date) -> list[UUID]:
    NudgeMail.objects.get_or_create(day=on, user=user)
    room = NudgeMail.objects.filter(day=on, user=user, **{f"{kind.column}__lt": kind.most})
    nudges = list(_due(kind, on).filter(user=user).select_for_update().values_list("id", flat=True))
    if not nudges or not room.update(**{kind.column: F(kind.column) + 1}):
        return []
    Nudge.objects.filter(id__in=nudges).update(told_on=on)
    return nudges


@transaction.atomic
def _give_back(nudges: list[UUID], user: User, kind: Kind, on: date) -> None:
    Nudge.objects.filter(id__in=nudges).update(told_on=None)
    NudgeMail.objects.filter(day=on, user=user).update(**{kind.column: F(kind.column) - 1})


def forget_tallies(before: date) -> int:
    gone, _rows = NudgeMail.objects.filter(day__lt=before).delete()
    return gone
