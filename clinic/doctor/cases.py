"""Every case can be opened by two people and by recovery; every wrapped key has the right form, and opens."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts import teams as rooms
from clinic.accounts.models import Organisation, TeamMembership
from clinic.audit.checkup import Finding, fault, fine, not_seen, warning
from clinic.cases import access
from clinic.cases.models import (
    Case,
    CaseKey,
    CaseTeamAccess,
    CaseUserAccess,
    Compartment,
    CompartmentRow,
    live_on,
)
from clinic.vault.errors import VaultError
from clinic.vault.keyring import Keyring
from clinic.vault.keys import KeyPair
from clinic.vault.wraps import Kek, Subject, is_public, unwrap_with

from .shapes import is_delivery, is_wrap, some

PEOPLE = 2
COMMITMENT = 16
MOST = 20_000  # wraps that one look opens
CASE = Compartment.CASE
OPENS = ("content_object", "permission__codename")
Key = tuple[UUID, Compartment]
Holders = dict[Key, set[UUID]]


def keyless(organisation: Organisation) -> Iterator[Finding]:
    cases = set(Case.objects.filter(organisation=organisation).values_list("pk", flat=True))
    found = [*_keys(cases), *_forms(cases), *_epochs(cases), *_bus_factor(cases)]
    yield from found
    if not found:
        told = ngettext(
            "%(count)d case, opened by two people or more and by recovery.",
            "%(count)d cases, each opened by two people or more and by recovery.",
            len(cases),
        )
        yield fine(told % {"count": len(cases)})


def _keys(cases: set[UUID]) -> Iterator[Finding]:
    rows = list(CaseKey.objects.filter(case__in=cases).values_list("case", "compartment", "commitment"))
    known = {(case, compartment) for case, compartment, _commitment in rows}
    without = {case for case in cases if (case, Compartment.CASE) not in known}
    if without:
        yield fault(_("Cases have no key: %(ids)s.") % {"ids": some(without)})
    damaged = {case for case, _compartment, commitment in rows if len(commitment) != COMMITMENT}
    if damaged:
        yield fault(_("Cases have a damaged key: %(ids)s.") % {"ids": some(damaged)})
    astray = {
        row[0] for row in _access(cases) if compartment_of(row[1]) not in {c for k, c in known if k == row[0]}
    }
    if astray:
        yield fault(_("Somebody was given a compartment that is not there: %(ids)s.") % {"ids": some(astray)})


def _access(cases: set[UUID]) -> Iterator[tuple[UUID, str, bytes]]:
    for model in (CaseUserAccess, CaseTeamAccess):
        rows = model.objects.filter(content_object__in=cases)
        yield from rows.values_list("content_object", "permission__codename", "wrapped_key")


def compartment_of(codename: str) -> str:
    """An offer is of the case itself."""
    return access.COMPARTMENT.get(codename, Compartment.CASE)


def _forms(cases: set[UUID]) -> Iterator[Finding]:
    bad = {case for case, _codename, wrap in _access(cases) if not is_wrap(wrap)}
    if bad:
        yield fault(_("Wrapped keys have the wrong form in the cases: %(ids)s.") % {"ids": some(bad)})


def _epochs(cases: set[UUID]) -> Iterator[Finding]:
    rows = CaseTeamAccess.objects.filter(content_object__in=cases)
    old = rows.exclude(epoch__number=F("epoch__team__current_epoch"), epoch__team=F("group__team"))
    found = set(old.values_list("content_object", flat=True))
    if found:
        yield fault(
            _("A team holds keys of another epoch or team in the cases: %(ids)s.") % {"ids": some(found)}
        )


def _bus_factor(cases: set[UUID]) -> Iterator[Finding]:
    """Of the case itself; of notes and documents for few, only where some were written."""
    walled = _walled()
    people, recovered = _who_opens(walled)
    yield from _itself(cases, people, recovered, walled)
    for compartment in (Compartment.ADVOCATE, Compartment.ATTORNEY):
        yield from _for_few(compartment, _written(cases, compartment), people, recovered)


def _itself(cases: set[UUID], people: Holders, recovered: set[Key], walled: set[Key]) -> Iterator[Finding]:
    lonely = {case for case in cases if len(people[case, CASE]) < PEOPLE}
    if lonely:
        yield fault(_("Fewer than two people can open the cases: %(ids)s.") % {"ids": some(lonely)})
    closed = {case for case in lonely if (case, CASE) in walled and not people[case, CASE]}
    if closed:
        told = _(
            "Nobody can open the cases any more: %(ids)s. A supervising attorney who is let in with two "
            "printed codes gets them."
        )
        yield fault(told % {"ids": some(closed)})
    lost = {case for case in cases if (case, CASE) not in recovered}
    if lost:
        yield fault(_("The printed codes would not recover the cases: %(ids)s.") % {"ids": some(lost)})


def _for_few(
    compartment: Compartment, cases: set[UUID], people: Holders, recovered: set[Key]
) -> Iterator[Finding]:
    closed = {case for case in cases if not people[case, compartment]}
    told = {"what": compartment.label}
    if closed:
        text = _("%(what)s that nobody can open stand in the cases: %(ids)s.")
        yield fault(text % (told | {"ids": some(closed)}))
    lonely = {case for case in cases if len(people[case, compartment]) == 1}
    if lonely:
        text = _("%(what)s that only one person can open stand in the cases: %(ids)s.")
        yield warning(text % (told | {"ids": some(lonely)}))
    lost = {case for case in cases if (case, compartment) not in recovered}
    if lost:
        text = _("%(what)s that the printed codes would not recover stand in the cases: %(ids)s.")
        yield fault(text % (told | {"ids": some(lost)}))


def _written(cases: set[UUID], compartment: Compartment) -> set[UUID]:
    """The cases in which something stands in this compartment: each row names its key."""
    models = [model for model in apps.get_models() if issubclass(model, CompartmentRow)]
    found = (model._default_manager.filter(key__compartment=compartment) for model in models)
    return cases & {case for rows in found for case in rows.values_list("case", flat=True)}


def _who_opens(walled: set[Key]) -> tuple[Holders, set[Key]]:
    """Active people who can open each compartment today; those that recovery can open."""
    live = live_on(timezone.localdate())
    members, recoverable = _members()
    people: Holders = defaultdict(set)
    opening = {"permission__codename__in": list(access.COMPARTMENT)}
    own = CaseUserAccess.objects.filter(live, **opening, user__is_active=True)
    for case, codename, user in own.values_list(*OPENS, "user"):
        people[case, access.COMPARTMENT[codename]].add(user)
    recovered = set(walled)
    shared = CaseTeamAccess.objects.filter(live, **opening)
    for case, codename, team in shared.values_list(*OPENS, "epoch__team"):
        people[case, access.COMPARTMENT[codename]] |= members[team]
        if team in recoverable:
            recovered.add((case, access.COMPARTMENT[codename]))
    return people, recovered


def _walled() -> set[Key]:
    """The keys that recovery can open by themselves: those of walled cases."""
    keys = CaseKey.objects.values_list("case", "compartment", "recovery_wrap")
    return {(case, Compartment(compartment)) for case, compartment, wrap in keys if is_delivery(wrap)}


def _members() -> tuple[Mapping[UUID, set[UUID]], set[UUID]]:
    """Active members of each team; the teams that recovery can open."""
    rows = TeamMembership.objects.filter(user__is_active=True, epoch__number=F("epoch__team__current_epoch"))
    members: dict[UUID, set[UUID]] = defaultdict(set)
    recoverable = set()
    for team, user, wrap in rows.values_list("epoch__team", "user", "epoch__recovery_wrap"):
        members[team].add(user)
        if is_delivery(wrap):
            recoverable.add(team)
    return members, recoverable


# With keys


def keyed(ring: Keyring) -> Iterator[Finding]:
    keys = {(key.case_id, key.compartment): key for key in CaseKey.objects.all()}
    rows = list(islice(mine(ring), MOST + 1))
    looked = rows[:MOST]
    bad = {row[0] for row in looked if not opened(ring, keys.get((row[0], compartment_of(row[1]))), row)}
    if bad:
        yield fault(_("A key that you hold does not open in the cases: %(ids)s.") % {"ids": some(bad)})
    yield fine(
        _("Wrapped keys that you hold, and that were opened: %(count)d.") % {"count": len(looked) - len(bad)}
    )
    if len(rows) > MOST:
        yield not_seen(_("More than %(count)d wrapped keys: the rest was left out.") % {"count": MOST})
    held = {row[0] for row in rows}
    others = Case.objects.filter(organisation_id=ring.organisation).count() - len(held)
    if others > 0:
        told = ngettext(
            "%(count)d case that you do not hold.", "%(count)d cases that you do not hold.", others
        )
        yield not_seen(told % {"count": others})


Row = tuple[UUID, str, bytes, UUID | None, int]


def mine(ring: Keyring) -> Iterator[Row]:
    """Case, codename, wrap, team and epoch of everything that this keyring should open."""
    live = live_on(timezone.localdate())
    own = CaseUserAccess.objects.filter(live, user=ring.user)
    for case, codename, wrap in own.values_list("content_object", "permission__codename", "wrapped_key"):
        yield case, codename, wrap, None, 0
    shared: Iterable[Any] = CaseTeamAccess.objects.filter(live, epoch__team__in=list(ring.teams)).values_list(
        "content_object", "permission__codename", "wrapped_key", "epoch__team", "epoch__number"
    )
    yield from shared


def opened(ring: Keyring, key: CaseKey | None, row: Row) -> bytes:
    """The key in the row, if it is the one that the case commits to; else nothing."""
    _case, codename, wrap, team, epoch = row
    if key is None:
        return b""
    kind = access.OFFER if codename == access.CONSIDER else key.compartment
    subject = Subject(kind, key.case_id, key.generation, bytes(key.commitment))
    kek, pair = _holder(ring, team, epoch)
    try:
        return unwrap_with(pair, wrap, subject) if is_public(wrap) else kek.unwrap(wrap, subject)
    except VaultError:
        return b""


def _holder(ring: Keyring, team: UUID | None, epoch: int) -> tuple[Kek, KeyPair]:
    if team is None:
        return ring.own_kek, ring.identity.pair
    keys = ring.teams[team]
    pair = keys.pair if epoch == keys.epoch else rooms.seeds(keys).get(epoch, keys.pair)
    return keys.kek, pair
