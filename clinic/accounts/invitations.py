"""Inviting somebody: signed by a coordinator, answered with a printed code, completed by any colleague."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.vault.codes import from_code, new_secret, to_code
from clinic.vault.encoding import lp, pad, unpad
from clinic.vault.errors import Tampered, VaultError
from clinic.vault.keyring import Keyring
from clinic.vault.keys import PublicIdentity, derive, same, sign, signing_public, verify

from . import pins, roster, teams
from .errors import NameTaken, NotInvited, NotVouchedFor
from .identities import Enrolment, enrol
from .models import PendingGrant, RosterEntry, User
from .record import record
from .roster import Person, Role

DAYS = 14


@dataclass(frozen=True, slots=True)
class Terms:
    name: str
    role: Role
    teams: frozenset[UUID]


@transaction.atomic
def invite(
    *,
    sign_in_name: str,
    email: str,
    role: Role,
    teams_to_join: Collection[UUID],
    ring: Keyring,
    by: User,
    name: str = "",
    expires_on: date | None = None,
) -> tuple[User, str]:
    """A place for a newcomer, and the printed code that takes it. Raises NotAllowed, NameTaken."""
    teams.check_coordinator(ring)
    user, secret = _new_user(sign_in_name, email, by), new_secret()
    grant = PendingGrant(
        organisation_id=ring.organisation,
        user=user,
        granted_by=by,
        invite_public_key=signing_public(_seed(secret)),
        introduction=pins.seal_introduction(secret, user, teams.everyone(ring)),
        expires_on=expires_on or timezone.localdate() + timedelta(days=DAYS),
    )
    grant.terms = _seal_terms(Terms(name or sign_in_name, role, frozenset(teams_to_join)), user, ring)
    grant.signature = ring.identity.sign(_granted(grant))
    grant.save()
    record("person_invited", by=by, about=user.id)
    return user, to_code(secret)


@transaction.atomic
def invite_again(*, user: User, ring: Keyring, by: User) -> str:
    """A new code with the same terms for somebody who has not joined yet.

    Anybody can seal terms: only those that a coordinator signed are signed again.
    Raises NotAllowed, NotInvited, NotVouchedFor.
    """
    teams.check_coordinator(ring)
    grant = PendingGrant.objects.select_for_update().filter(user=user, organisation=ring.organisation).first()
    if grant is None or grant.newcomer_signature:
        raise NotInvited
    terms, secret = _signed_terms(grant, ring), new_secret()
    grant.granted_by, grant.invite_public_key = by, signing_public(_seed(secret))
    grant.introduction = pins.seal_introduction(secret, user, teams.everyone(ring))
    grant.expires_on = timezone.localdate() + timedelta(days=DAYS)
    grant.terms = _seal_terms(terms, user, ring)
    grant.signature = ring.identity.sign(_granted(grant))
    grant.save()
    record("person_invited", by=by, about=user.id)
    return to_code(secret)


@transaction.atomic
def withdraw(*, user: User, ring: Keyring, by: User) -> None:
    """Take an invitation back before it is completed. Raises NotAllowed, NotInvited.

    While a colleague's sign-in completes it, this waits, and then finds somebody on the roster.
    """
    teams.check_coordinator(ring)
    roster.hold(ring)
    grants = PendingGrant.objects.select_for_update().filter(user=user, organisation=ring.organisation)
    if not grants or RosterEntry.objects.filter(subject=user.id).exists():
        raise NotInvited
    record("invitation_withdrawn", by=by, about=user.id)
    user.delete()


@transaction.atomic
def join(*, sign_in_name: str, code: str, passphrase: str | None = None) -> tuple[User, Enrolment]:
    """The newcomer makes their keys and signs them with the code.

    Raises BadCode, NotInvited, PassphraseTooShort.
    """
    secret = from_code(code)
    grant = _grant_for(sign_in_name, secret)
    user, pin = grant.user, _introduction(grant, secret)
    enrolment = enrol(user, passphrase=passphrase)
    pins.keep_pin(user, enrolment.identity, pin)
    grant.newcomer_signature = sign(_seed(secret), _joined(grant, bytes(user.public_key)))
    grant.save()
    user.is_active = True
    user.save()
    return user, enrolment


def complete_pending(*, ring: Keyring, by: User) -> int:
    """Give newcomers the teams that `ring` holds: at a sign-in, or by a button. To how many people."""
    return _complete_pending(ring, by) if waiting(ring) or _what_waits(ring) else 0


@transaction.atomic
def _complete_pending(ring: Keyring, by: User) -> int:
    roster.hold(ring)
    welcomed = {
        grant.user_id for grant in _answered(ring).select_related("user") if _complete(grant, ring, by)
    }
    return len(welcomed | _give_what_waited(ring, by))


def waiting(ring: Keyring) -> int:
    """How many newcomers have joined and wait for a colleague."""
    return _answered(ring).count()


def _answered(ring: Keyring) -> QuerySet[PendingGrant]:
    return PendingGrant.objects.filter(organisation=ring.organisation).exclude(newcomer_signature=b"")


@transaction.atomic
def expire(on: date) -> int:
    """Give up invitations past their day. How many."""
    return give_up(PendingGrant.objects.filter(expires_on__lt=on))


def give_up(gone: QuerySet[PendingGrant]) -> int:
    """Delete these, and the accounts of whoever is not on the roster: the names are free again. How many."""
    users = set(gone.values_list("user_id", flat=True))
    gone.delete()
    known = RosterEntry.objects.filter(subject__in=users).values_list("subject", flat=True)
    User.objects.filter(id__in=users - set(known)).delete()
    return len(users)


def _new_user(sign_in_name: str, email: str, by: User) -> User:
    if User.objects.filter(sign_in_name__iexact=sign_in_name).exists():
        raise NameTaken
    return User.objects.create(
        organisation_id=by.organisation_id,
        sign_in_name=sign_in_name,
        email=email,
        is_active=False,
        password=uuid4().hex,
    )


def _grant_for(sign_in_name: str, secret: bytes) -> PendingGrant:
    grants = PendingGrant.objects.select_for_update().select_related("user")
    grant = grants.filter(user__sign_in_name=sign_in_name, newcomer_signature=b"").first()
    if grant is None or grant.expires_on < timezone.localdate():
        raise NotInvited
    if not same(bytes(grant.invite_public_key), signing_public(_seed(secret))):
        raise NotInvited
    return grant


def _introduction(grant: PendingGrant, secret: bytes) -> bytes:
    try:
        return pins.open_introduction(secret, grant.user, bytes(grant.introduction))
    except Tampered as error:
        raise NotInvited from error


def _complete(grant: PendingGrant, ring: Keyring, by: User) -> bool:
    """What does not verify gives nothing. A grant for somebody on the roster is spent: no replay."""
    if RosterEntry.objects.filter(subject=grant.user_id).exists():
        grant.delete()
        return False
    try:
        with transaction.atomic():
            _welcome(_verified(grant, ring), grant, ring, by)
    except VaultError:
        return False
    return True


def _welcome(newcomer: Person, grant: PendingGrant, ring: Keyring, by: User) -> None:
    roster.write(newcomer, ring)
    teams.admit(newcomer.id, teams.everyone(ring).id, ring)
    grant.delete()
    record("person_joined", by=by, about=newcomer.id)


def _signed_terms(grant: PendingGrant, ring: Keyring) -> Terms:
    try:
        _check_granter(grant, ring)
        return _open_terms(grant, ring)
    except Tampered as error:
        raise NotVouchedFor from error


def _check_granter(grant: PendingGrant, ring: Keyring) -> None:
    """A coordinator who works here signed it. Of somebody who left no invitation stays. Raises Tampered."""
    granter = roster.trusted_identity(grant.granted_by_id, ring)
    if granter.role != Role.COORDINATOR:
        raise Tampered
    granter.public.verify(bytes(grant.signature), _granted(grant))


def _verified(grant: PendingGrant, ring: Keyring) -> Person:
    """The newcomer as the signed terms describe them. Raises Tampered."""
    _check_granter(grant, ring)
    if grant.expires_on < timezone.localdate():
        raise Tampered
    public = PublicIdentity(bytes(grant.user.public_key))
    verify(bytes(grant.invite_public_key), bytes(grant.newcomer_signature), _joined(grant, public.raw))
    terms = _open_terms(grant, ring)
    return Person(grant.user_id, terms.name, terms.role, public, pending=terms.teams)


def _give_what_waited(ring: Keyring, by: User) -> set[UUID]:
    """Teams that nobody at hand could give at the time: the roster, not a row, says who waits for which."""
    what = _what_waits(ring)
    for person, team in what:
        teams.admit(person, team, ring)
        label = roster.trusted_team(team, ring).label
        record("team_member_added", by=by, about=person, details={"team": str(team), "name": label})
    return {person for person, _ in what}


def _what_waits(ring: Keyring) -> list[tuple[UUID, UUID]]:
    """Whom of the roster one could give which team."""
    waiting = [one for one in roster.people(ring).values() if one.active and one.pending & ring.teams.keys()]
    return [
        (one.id, team) for one in roster.with_account(waiting) for team in one.pending & ring.teams.keys()
    ]


def _seal_terms(terms: Terms, user: User, ring: Keyring) -> bytes:
    content = {
        "name": terms.name,
        "role": terms.role.value,
        "teams": sorted(str(team) for team in terms.teams),
    }
    return teams.everyone(ring).pair.public.encrypt(pad(json.dumps(content).encode()), _terms_info(user.id))


def _open_terms(grant: PendingGrant, ring: Keyring) -> Terms:
    """Sealed to the team "everyone" of that day, which may have had a new epoch since. Raises Tampered."""
    for pair in reversed(teams.seeds(teams.everyone(ring)).values()):
        try:
            content = unpad(pair.decrypt(bytes(grant.terms), _terms_info(grant.user_id)))
        except (InvalidTag, ValueError):
            continue
        return _terms(json.loads(content))
    raise Tampered


def _terms(data: dict[str, Any]) -> Terms:
    return Terms(data["name"], Role(data["role"]), frozenset(UUID(team) for team in data["teams"]))


def _terms_info(user: UUID) -> bytes:
    return lp(b"clinic/1/terms", user.bytes)


def _seed(secret: bytes) -> bytes:
    return derive(secret, "invite")


def _granted(grant: PendingGrant) -> bytes:
    """What the granter signs."""
    return lp(
        b"clinic/1/grant",
        grant.organisation_id.bytes,
        grant.user_id.bytes,
        grant.granted_by_id.bytes,
        bytes(grant.invite_public_key),
        bytes(grant.terms),
        grant.expires_on.isoformat().encode(),
    )


def _joined(grant: PendingGrant, public: bytes) -> bytes:
    """What the newcomer signs with the invite key."""
    return lp(b"clinic/1/newcomer", grant.organisation_id.bytes, grant.user_id.bytes, public)
