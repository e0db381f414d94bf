"""Everybody who works here can sign in, is believed, and nobody else can."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts import identities, roster
from clinic.accounts.models import (
    Organisation,
    PendingGrant,
    Purpose,
    RosterEntry,
    SealedTotp,
    TeamMembership,
    User,
)
from clinic.audit.checkup import Finding, fault, fine, not_seen, warning
from clinic.vault.errors import Locked, Tampered
from clinic.vault.keyring import Keyring
from clinic.vault.keys import IDENTITY_PUBLIC, same
from clinic.vault.passphrase import cost_now

from .shapes import some

SALT = 16


def keyless(organisation: Organisation) -> Iterator[Finding]:
    active = User.objects.filter(organisation=organisation, is_active=True)
    found = [*_without_keys(active), *_costs(active), *_unknown(active), *_left(organisation)]
    yield from found
    if not found:
        count = active.count()
        told = ngettext(
            "%(count)d person can sign in, with both factors.",
            "%(count)d people can sign in, each with both factors.",
            count,
        )
        yield fine(told % {"count": count})


def _without_keys(active: QuerySet[User]) -> Iterator[Finding]:
    codes = set(
        SealedTotp.objects.filter(confirmed=True).exclude(sealed_seed=b"").values_list("user", flat=True)
    )
    for user in active:
        if not _has_identity(user):
            yield fault(_("%(name)s has no keys and cannot sign in.") % {"name": user})
        if not user.identity_by_code:
            yield fault(_("%(name)s has no printed recovery code.") % {"name": user})
        if user.pk not in codes:
            yield fault(_("%(name)s has no one-time codes and cannot sign in.") % {"name": user})


def _has_identity(user: User) -> bool:
    right = len(user.public_key) == IDENTITY_PUBLIC and len(user.salt) == SALT
    return right and bool(user.identity_sealed)


def _costs(active: QuerySet[User]) -> Iterator[Finding]:
    """A try at a passphrase costs what the copy says; only that person's sign-in makes it what is set now."""
    older = []
    for user in filter(_has_identity, active):
        try:
            older += [user] if identities.cost_of(user) != cost_now() else []
        except Tampered:
            yield fault(_("The cost of a try at %(name)s’s passphrase is out of bounds.") % {"name": user})
    if older:
        told = _("Not signed in since the cost of a try was changed: %(names)s.")
        yield warning(told % {"names": some(older)})


def _unknown(active: QuerySet[User]) -> Iterator[Finding]:
    """Active, and not on the roster or not in the team of everyone."""
    waiting = set(PendingGrant.objects.values_list("user", flat=True))
    known = set(RosterEntry.objects.values_list("subject", flat=True))
    admitted = set(_current().filter(epoch__team__purpose=Purpose.EVERYONE).values_list("user", flat=True))
    for user in active:
        if user.pk in waiting and user.pk not in known:
            yield warning(_("%(name)s has joined and waits for a colleague to sign in.") % {"name": user})
        elif user.pk not in known:
            yield fault(_("%(name)s is not on the roster: nobody gives them anything.") % {"name": user})
        elif user.pk not in admitted:
            yield fault(_("%(name)s has no key of the team “everyone”.") % {"name": user})


def _current() -> QuerySet[TeamMembership]:
    return TeamMembership.objects.filter(epoch__number=F("epoch__team__current_epoch"))


def _left(organisation: Organisation) -> Iterator[Finding]:
    """Somebody whose account ended, and who still has a key."""
    gone = User.objects.filter(organisation=organisation, is_active=False)
    holding = set(gone.filter(memberships__isnull=False)) | set(gone.exclude(identity_sealed=b""))
    if holding:
        yield fault(_("Accounts that ended still have keys: %(names)s.") % {"names": some(holding)})


def keyed(ring: Keyring) -> Iterator[Finding]:
    try:
        entries = {entry.id: entry for entry in roster.entries(ring)}
    except Locked:
        yield not_seen(_("The roster: you have no key of the team “everyone”."))
        return
    yield from _roster_opens(ring, entries)
    people = {one.id: one for one in entries.values() if isinstance(one, roster.Person)}
    users = {user.pk: user for user in User.objects.filter(organisation_id=ring.organisation)}
    swapped = [users[one.id] for one in people.values() if one.id in users and not _agree(users[one.id], one)]
    if swapped:
        yield fault(_("The database and the roster disagree on: %(names)s.") % {"names": some(swapped)})
    else:
        told = ngettext(
            "The roster vouches for %(count)d person.",
            "The roster vouches for %(count)d people.",
            len(people),
        )
        yield fine(told % {"count": len(people)})
    renamed = [
        _("%(name)s (on the roster: %(other)s)") % {"name": users[one.id], "other": one.name}
        for one in people.values()
        if one.id in users and users[one.id].sign_in_name != one.name
    ]
    if renamed:
        yield warning(
            _("The roster has another name than they sign in with: %(names)s.") % {"names": some(renamed)}
        )
    ghosts = [one.name for one in people.values() if one.active and one.id not in users]
    if ghosts:
        yield fault(
            _("On the roster as working here, without an account: %(names)s.") % {"names": some(ghosts)}
        )
    if roster.needs_second_coordinator(ring):
        yield warning(_("There is only one coordinator."))
    yield not_seen(_("Other people’s own keys: only their sign-in opens them."))


def _roster_opens(ring: Keyring, opened: dict[UUID, roster.Entry]) -> Iterator[Finding]:
    rows = RosterEntry.objects.filter(organisation_id=ring.organisation).values_list("subject", flat=True)
    damaged = set(rows) - opened.keys()
    if damaged:
        yield fault(_("Roster entries do not open: %(ids)s.") % {"ids": some(damaged)})


def _agree(user: User, entry: roster.Person) -> bool:
    if not entry.active:
        return not user.is_active
    return user.is_active and same(bytes(user.public_key), entry.public.raw)
