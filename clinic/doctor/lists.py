"""The sealed lists of the teams whose keys are at hand."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts import roster, teams
from clinic.audit.checkup import Finding, fault, fine
from clinic.cases.lists import trusting
from clinic.vault import index
from clinic.vault.errors import VaultError
from clinic.vault.keyring import Keyring, TeamKeys


def keyed(ring: Keyring) -> Iterator[Finding]:
    for entry in roster.teams(ring).values():
        if entry.id in ring.teams:
            yield _look(ring.teams[entry.id], str(entry.name or entry.purpose.label))


def _look(keys: TeamKeys, team: str) -> Finding:
    try:
        snapshot = index.scan(keys, trust=trusting(), seeds=teams.seeds(keys))
        entries = sum(1 for _entry in snapshot.entries())
    except VaultError:
        return fault(_("The lists of the team “%(team)s” do not open.") % {"team": team})
    if snapshot.damaged:
        told = {"team": team, "count": snapshot.damaged}
        text = ngettext(
            "%(count)d change to the lists of the team “%(team)s” cannot be believed.",
            "%(count)d changes to the lists of the team “%(team)s” cannot be believed.",
            snapshot.damaged,
        )
        return fault(text % told)
    text = ngettext(
        "The lists of the team “%(team)s” open: %(count)d entry.",
        "The lists of the team “%(team)s” open: %(count)d entries.",
        entries,
    )
    return fine(text % {"team": team, "count": entries})
