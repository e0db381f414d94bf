"""Where a case went so far, as lines for a page."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from clinic import languages
from clinic.accounts.models import Purpose, User
from clinic.cases import holding, lists
from clinic.cases.models import Case, Detention, Person
from clinic.cases.sections import Action, Section
from clinic.vault.keyring import current

from .models import Referral
from .rules import How, Reason, Status, helped_before, ran_out
from .words import REASONS, STATES

REASON_WORDS = dict(REASONS)
DECIDING = frozenset({Purpose.COORDINATION, Purpose.SUPERVISING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: UUID
    name: str
    what: str
    reason: str
    by_name: str
    on: date | None
    until: date | None
    may_withdraw: bool


def lines(case: Case) -> list[Line]:
    """Newest first."""
    today = timezone.localdate()
    rows = sorted(Referral.objects.filter(case=case), key=lambda row: row.made_on or date.min, reverse=True)
    return [_line(row, today) for row in rows]


def page_of(case: Case) -> dict[str, Any]:
    """What somebody who gives a case must see of it."""
    client = lists.client_of(Person.objects.filter(case=case))
    return {
        "client": client,
        "client_language": languages.name_of(client.language) if client else "",
        "detention": Detention.objects.filter(case=case).first(),
        "history": lines(case),
    }


def section(case: Case, user: User) -> Section | None:
    """On the case page: where it went, and the way to give it on."""
    actions = []
    if _may_give(case):
        label = _("Give it to somebody else") if case.owner else _("Give or offer it")
        actions.append(Action(reverse("referrals:give", args=[case.pk]), label))
    if DECIDING & current().named.keys():
        actions.extend(_take_back(case))
    told = [_shown(line) for line in lines(case)[:5]]
    return Section(_("Who it went to"), told, actions) if told or actions else None


def _may_give(case: Case) -> bool:
    """Behind a wall a supervising attorney decides who may open it."""
    return bool(({Purpose.SUPERVISING} if case.walled else DECIDING) & current().named.keys())


def _take_back(case: Case) -> list[Action]:
    return [
        Action(
            reverse("referrals:take_back", args=[case.pk, row.user_id]),
            _("Take it back from %(name)s") % {"name": name},
        )
        for name, row in holding.named_holders(case)
    ]


def _shown(line: Line) -> dict[str, str]:
    return {"what": line.what, "status": _when(line), "url": ""}


def _when(line: Line) -> str:
    said = {"day": _in_full(line.on), "until": _in_full(line.until), "reason": line.reason}
    if line.reason:
        return _("%(day)s: %(reason)s") % said
    return (_("%(day)s, to the end of %(until)s") if line.until else "%(day)s") % said


def _in_full(day: date | None) -> str:
    return formats.date_format(day, "F j, Y") if day else ""


def _line(row: Referral, today: date) -> Line:
    status = _status(row, today)
    return Line(
        id=row.pk,
        name=row.to_name,
        what=str(STATES.get((row.how, status), "%(name)s")) % {"name": row.to_name},
        reason=str(REASON_WORDS[Reason(row.reason)]) if row.reason else "",
        by_name=row.by_name,
        on=row.answered_on or row.made_on,
        until=row.until,
        may_withdraw=row.how == How.OFFER and status == Status.OPEN,
    )


def _status(row: Referral, today: date) -> Status:
    """As it stands today: a last day that went by changes no row."""
    if ran_out(row.status, row.until, today):
        return Status.RAN_OUT
    return Status.WITHDRAWN if helped_before(row.how, row.status, row.until, today) else row.status
