"""Who can open a case today, as people read it: teams, and the names that the roster gives."""

from django.utils import timezone

from clinic.accounts import roster

from . import access
from .marks import is_vouched
from .models import Case, CaseTeamAccess, CaseUserAccess, Compartment


def teams_holding(case: Case) -> list[roster.TeamEntry]:
    """The teams that can open the case today, as far as the keyring can tell."""
    key, known = case.keys.get(compartment=Compartment.CASE), roster.teams()
    rows = CaseTeamAccess.objects.live(timezone.localdate()).select_related("permission", "group__team")
    having = rows.filter(content_object=case, permission__codename=access.OPEN[Compartment.CASE])
    vouched = [row.group.team.pk for row in having if is_vouched(row, key)]
    return [known[team] for team in vouched if team in known]


def named_holders(case: Case) -> list[tuple[str, CaseUserAccess]]:
    """By the names on the roster: whoever writes rows can swap what two people sign in as."""
    known = roster.people()
    return [(known[row.user_id].name, row) for row in access.holders(case) if row.user_id in known]
