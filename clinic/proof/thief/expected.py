"""What one person's passphrase should open, from the access rows alone."""

from uuid import UUID

from django.db.models import F

from clinic.accounts.models import TeamMembership, User
from clinic.audit.models import AuditEvent
from clinic.cases import access
from clinic.cases.models import CaseTeamAccess, CaseUserAccess

from .targets import Owner


def owners_for(user: User) -> set[Owner]:
    """Everything sealed for one of these, and nothing else, should open with this person's keys."""
    rows = TeamMembership.objects.filter(user=user, epoch__number=F("epoch__team__current_epoch"))
    teams = set(rows.values_list("epoch__team", flat=True))
    cases = compartments_of(user, teams)
    holders = teams | {one.id for one in cases if one.kind == "case"}
    events = AuditEvent.objects.filter(wraps__holder__in=holders).values_list("pk", flat=True)
    own = {Owner("user", user.pk), Owner("passphrase", user.pk)}
    return own | {Owner("team", team) for team in teams} | cases | {Owner("event", one) for one in events}


def compartments_of(user: User, teams: set[UUID]) -> set[Owner]:
    """(compartment, case) of each access row, the person's own and their teams'."""
    own = CaseUserAccess.objects.filter(user=user)
    shared = CaseTeamAccess.objects.filter(epoch__team__in=teams)
    return {
        Owner(access.COMPARTMENT.get(codename, "case"), case)
        for rows in (own, shared)
        for codename, case in rows.values_list("permission__codename", "content_object")
    }
