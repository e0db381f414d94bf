"""Who can open a case today, as people read it: teams, and the names that the roster gives."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from clinic.accounts import roster
from clinic.accounts.models import Team
from clinic.vault.errors import Locked
from clinic.vault.keyring import current

from . import access
from .marks import is_true
from .models import Case, CaseTeamAccess, CaseUserAccess, Compartment

KEYS = {
    "compartment": F("content_object__keys__compartment"),
    "commitment": F("content_object__keys__commitment"),
}


def team_rows(case: Case) -> list[Any]:
    """What teams may open today, by rows that somebody with the case's key wrote. Without that key: none."""
    try:
        case_key = current().newest(case.scope()).key
    except Locked:
        return []
    live = CaseTeamAccess.objects.live(timezone.localdate()).filter(group__team__isnull=False)
    each = live.filter(content_object=case).annotate(**KEYS).select_related("permission", "group__team")
    rows = [row for row in each if access.COMPARTMENT.get(row.permission.codename) == row.compartment]
    return [row for row in rows if is_true(row, case_key, bytes(row.commitment))]


def vouched_teams(case: Case) -> list[Team]:
    """The teams that can open the case itself today."""
    return [row.group.team for row in team_rows(case) if row.compartment == Compartment.CASE]


def teams_holding(case: Case) -> list[roster.TeamEntry]:
    """The same, as the roster names them."""
    known = roster.teams()
    return [known[team.pk] for team in vouched_teams(case) if team.pk in known]


def lasting_rows(case: Case) -> list[CaseUserAccess]:
    """What people may open by name, without a last day."""
    return [row for row in access.true_rows(case) if row.expires_on is None]


def lasting_holders(case: Case) -> set[UUID]:
    """Who holds the case itself by name, without a last day."""
    codename = access.OPEN[Compartment.CASE]
    return {row.user_id for row in lasting_rows(case) if row.permission.codename == codename}


def named_holders(case: Case) -> list[tuple[str, CaseUserAccess]]:
    """By the names on the roster: whoever writes rows can swap what two people sign in as."""
    known = roster.people()
    return [(known[row.user_id].name, row) for row in access.holders(case) if row.user_id in known]
