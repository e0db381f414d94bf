"""Every team has keys, people and a way back, and its rows are what the roster says."""

from collections.abc import Iterable, Iterator

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts import roster
from clinic.accounts import teams as rooms
from clinic.accounts.models import Organisation, Purpose, RosterEntry, Team, TeamEpoch, TeamMembership
from clinic.audit.checkup import Finding, fault, fine, not_seen, warning
from clinic.vault.errors import Locked, VaultError
from clinic.vault.keyring import Keyring
from clinic.vault.keys import KEM_PUBLIC, same
from clinic.vault.recovery import PAIRS, SHARE

from .shapes import is_delivery, is_wrap, some

COMMITMENT = 16
NEEDED = (Purpose.EVERYONE, Purpose.INTAKE, Purpose.COORDINATION, Purpose.SUPERVISING)


def keyless(organisation: Organisation) -> Iterator[Finding]:
    teams = list(Team.objects.filter(organisation=organisation))
    found = [*_recovery(organisation), *_all_there(teams), *_epochs(teams), *_members(teams), *_wraps(teams)]
    yield from found
    if not found:
        told = ngettext(
            "%(count)d team, with two members or more and a recovery wrap.",
            "%(count)d teams, each with two members or more and a recovery wrap.",
            len(teams),
        )
        yield fine(told % {"count": len(teams)})


def _recovery(organisation: Organisation) -> Iterator[Finding]:
    sealed = len(organisation.recovery_sealed) == SHARE * len(PAIRS)
    if not (sealed and len(organisation.recovery_public_key) == KEM_PUBLIC and organisation.recovery_pin):
        yield fault(_("The recovery key is missing or damaged: the printed codes open nothing."))


def _all_there(teams: list[Team]) -> Iterator[Finding]:
    missing = set(NEEDED) - {Purpose(team.purpose) for team in teams}
    if missing:
        names = some([purpose.label for purpose in missing])
        yield fault(_("Teams are missing: %(names)s.") % {"names": names})
    known = set(RosterEntry.objects.values_list("subject", flat=True))
    unknown = [team for team in teams if team.pk not in known]
    if unknown:
        yield fault(_("Teams are not on the roster: %(names)s.") % {"names": some(unknown)})


def _epochs(teams: list[Team]) -> Iterator[Finding]:
    epochs = {(one.team_id, one.number): one for one in TeamEpoch.objects.filter(team__in=teams)}
    for team in teams:
        now = epochs.pop((team.pk, team.current_epoch), None)
        if now is None:
            yield fault(_("The team “%(team)s” has no keys.") % {"team": team})
        elif len(now.commitment) != COMMITMENT or len(now.public_key) != KEM_PUBLIC:
            yield fault(_("The keys of the team “%(team)s” are damaged.") % {"team": team})
        elif not is_delivery(now.recovery_wrap):
            yield fault(_("The team “%(team)s” cannot be recovered with the printed codes.") % {"team": team})
    if epochs:
        names = some({one.team for one in epochs.values()})
        yield fault(_("Earlier keys were left over in: %(names)s.") % {"names": names})


def _members(teams: list[Team]) -> Iterator[Finding]:
    for team in teams:
        rows = TeamMembership.objects.filter(epoch__team=team, epoch__number=F("epoch__team__current_epoch"))
        count = rows.filter(user__is_active=True).count()
        if not count:
            yield fault(_("Nobody can open the team “%(team)s”.") % {"team": team})
        elif count == 1:
            yield warning(_("Only one person can open the team “%(team)s”.") % {"team": team})


def _wraps(teams: list[Team]) -> Iterator[Finding]:
    rows = TeamMembership.objects.filter(epoch__team__in=teams).select_related("user")
    bad = {row.user for row in rows if not is_wrap(row.wrapped_secret)}
    if bad:
        yield fault(_("Team keys have the wrong form for: %(names)s.") % {"names": some(bad)})


def keyed(ring: Keyring) -> Iterator[Finding]:
    try:
        entries = roster.teams(ring)
    except Locked:
        return
    for entry in entries.values():
        yield from _as_the_roster_says(entry)
    yield from _mine(ring, entries.values())


def _as_the_roster_says(entry: roster.TeamEntry) -> Iterator[Finding]:
    named = {"team": entry.name or entry.purpose.label}
    epoch = TeamEpoch.objects.filter(team=entry.id, number=F("team__current_epoch")).first()
    if epoch is None or not _vouched(entry, epoch):
        yield fault(_("The roster does not vouch for the keys of the team “%(team)s”.") % named)
        return
    holding = set(TeamMembership.objects.filter(epoch=epoch).values_list("user", flat=True))
    if holding != entry.members:
        yield fault(_("The roster and the database disagree on who is in the team “%(team)s”.") % named)
    if entry.due:
        yield warning(_("The team “%(team)s” gets new keys when one of its members signs in.") % named)


def _vouched(entry: roster.TeamEntry, epoch: TeamEpoch) -> bool:
    right = epoch.number == entry.epoch and same(bytes(epoch.commitment), entry.commitment)
    return right and same(bytes(epoch.public_key), entry.public.raw)


def _mine(ring: Keyring, entries: Iterable[roster.TeamEntry]) -> Iterator[Finding]:
    """The teams that this person should open, and does or does not."""
    for entry in entries:
        named = {"team": entry.name or entry.purpose.label}
        if ring.user not in entry.members:
            yield not_seen(_("The team “%(team)s”: you are not in it.") % named)
        elif entry.id not in ring.teams:
            yield fault(_("Your key of the team “%(team)s” does not open.") % named)
        elif not _earlier_open(ring, entry):
            yield fault(_("The earlier keys of the team “%(team)s” do not open.") % named)
        else:
            yield fine(_("Your key of the team “%(team)s” opens.") % named)


def _earlier_open(ring: Keyring, entry: roster.TeamEntry) -> bool:
    try:
        return len(rooms.seeds(ring.teams[entry.id])) == entry.epoch
    except VaultError:
        return False
