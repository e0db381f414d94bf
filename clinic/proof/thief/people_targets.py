"""What is sealed of people, teams and the clinic."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from clinic.accounts import identities, invitations, otp, pins, teams
from clinic.accounts.models import (
    Organisation,
    PendingGrant,
    Purpose,
    RosterEntry,
    SealedTotp,
    Team,
    TeamEpoch,
    TeamMembership,
    User,
)
from clinic.accounts.roster import SLOT, TABLE
from clinic.vault import recovery
from clinic.vault.envelope import Place, Scope

from .targets import Letter, Owner, Target, plain, record, wrap


def of_people() -> Iterator[Target]:
    yield from _organisations()
    yield from _users()
    yield from _teams()
    yield from _roster()
    yield from _grants()


def _organisations() -> Iterator[Target]:
    for one in Organisation.objects.all():
        owner, name = Owner("recovery", one.pk), "accounts.Organisation"
        for number, pair in enumerate(recovery.PAIRS):
            share = bytes(one.recovery_sealed)[number * recovery.SHARE : (number + 1) * recovery.SHARE]
            yield plain(f"{name}.recovery_sealed", one.pk, owner, share, recovery._place(one.pk, pair))
        place = pins._recovery_place(one)
        yield record(f"{name}.recovery_pin", one.pk, place, one.recovery_pin)


def _users() -> Iterator[Target]:
    for user in User.objects.exclude(identity_sealed=b""):
        mine, paper, name = Owner("user", user.pk), Owner("paper", user.pk), "accounts.User"
        head = identities.head_of(bytes(user.identity_sealed))
        by_passphrase = identities._place(user, identities.PASSPHRASE, head)
        by_code = identities._place(user, identities.CODE)
        yield plain(
            f"{name}.identity_sealed",
            user.pk,
            Owner("passphrase", user.pk),
            user.identity_sealed,
            by_passphrase,
            len(head),
        )
        yield plain(f"{name}.identity_by_code", user.pk, paper, user.identity_by_code, by_code, 1)
        if user.pin:
            yield record(f"{name}.pin", user.pk, pins._user_place(user), user.pin)
        for device in SealedTotp.objects.filter(user=user):
            place = otp._place(user.pk)
            yield plain("accounts.SealedTotp.sealed_seed", device.pk, mine, device.sealed_seed, place)


def _teams() -> Iterator[Target]:
    for epoch in TeamEpoch.objects.select_related("team"):
        team, name = epoch.team, "accounts.TeamEpoch"
        what = teams.subject(team.pk, team.purpose, epoch.number, bytes(epoch.commitment))
        recovered_by = Owner("recovery", team.organisation_id)
        yield record(f"{name}.earlier_seeds", epoch.pk, pins._team_place(team), epoch.earlier_seeds)
        yield wrap(f"{name}.recovery_wrap", epoch.pk, recovered_by, epoch.recovery_wrap, what)
        for row in TeamMembership.objects.filter(epoch=epoch):
            holder, value = Owner("user", row.user_id), row.wrapped_secret
            yield wrap("accounts.TeamMembership.wrapped_secret", row.pk, holder, value, what)


def everyone_of(organisation: UUID) -> UUID:
    return Team.objects.get(organisation=organisation, purpose=Purpose.EVERYONE).pk


def _roster() -> Iterator[Target]:
    for row in RosterEntry.objects.all():
        scope = Scope("roster", everyone_of(row.organisation_id))
        place = Place(row.organisation_id, scope, TABLE, row.subject, SLOT)
        yield record("accounts.RosterEntry.sealed", row.pk, place, row.sealed)


def _grants() -> Iterator[Target]:
    for grant in PendingGrant.objects.select_related("user"):
        team, info = Owner("team", everyone_of(grant.organisation_id)), invitations._terms_info(grant.user_id)
        name = "accounts.PendingGrant"
        yield Letter(f"{name}.terms", grant.pk, team, bytes(grant.terms), partial(_same, info))
        opened = record(f"{name}.introduction", grant.pk, pins._user_place(grant.user), grant.introduction)
        yield plain(
            opened.column, grant.pk, Owner("paper", grant.user_id), opened.nonce + opened.content, opened.aad
        )


def _same(info: bytes, _fingerprint: bytes) -> bytes:
    """Where the public key plays no part in it."""
    return info
