"""New codes for the clinic: a new recovery key under them, and for every team a new secret wrapped to it.

Nothing counts before two of the new codes were typed from paper, so that a page nobody saw changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from clinic.vault import recovery
from clinic.vault.codes import to_code
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring
from clinic.vault.keys import KeyPair, PublicKey, same
from clinic.vault.wraps import wrap_to

from . import pins, roster, rotation, teams
from .errors import LastHolder
from .models import Organisation, Purpose, Team, TeamEpoch, User
from .record import record
from .recovery import hold_every_team
from .roster import Recovery

Renewed = Callable[[KeyPair, PublicKey], None]
_registered: dict[str, Renewed] = {}


def register(name: str, renewed: Renewed) -> None:
    """`renewed(old, new)` wraps to the new key what else the old one opens, in the same transaction."""
    _registered[name] = renewed


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """Three codes to print, and a new private half sealed under each pair of them."""

    codes: list[str]
    sealed: bytes


def propose(organisation: Organisation) -> Proposal:
    """Changes nothing yet."""
    _public, sealed, secrets = recovery.create(organisation.id)
    return Proposal([to_code(secret) for secret in secrets], sealed)


def renew(
    *, organisation: Organisation, old: KeyPair, new: KeyPair, sealed: bytes, ring: Keyring, by: User
) -> None:
    """From now on the codes under which `sealed` was sealed count, and the old ones open nothing new.

    Raises NotAllowed, Stale, and Tampered where `old` is not the key that the roster names.
    """
    teams.check_coordinator(ring)
    with ring.or_as_before(), transaction.atomic():
        roster.hold(ring)
        if not same(roster.trusted_recovery(ring).raw, old.public.raw):
            raise Tampered
        hold_every_team(organisation, old, ring)
        _move_everything(organisation, old, new, ring)
        _save(organisation, new, sealed, ring)
        record("clinic_codes_renewed", by=by, about=organisation.id)


def _move_everything(organisation: Organisation, old: KeyPair, new: KeyPair, ring: Keyring) -> None:
    teams.lock_epochs(ring.teams)
    roster.write(Recovery(organisation.id, new.public), ring)
    for team in _everyone_last(ring):
        _new_secret(team, new.public, ring)
    for renewed in _registered.values():
        renewed(old, new.public)


def _everyone_last(ring: Keyring) -> list[UUID]:
    return sorted(ring.teams, key=lambda team: team == ring.named[Purpose.EVERYONE])


def _new_secret(team: UUID, public: PublicKey, ring: Keyring) -> None:
    """A team without members keeps its secret, which the codes alone open."""
    entry = roster.trusted_team(team, ring)
    try:
        rotation.rotate(team=Team.objects.get(id=team), keep=entry.members, ring=ring)
    except LastHolder:
        keys = ring.team(team)
        wrap = wrap_to(public, keys.secret, teams.subject_of(keys, entry.purpose))
        TeamEpoch.objects.filter(team=team, number=keys.epoch).update(recovery_wrap=wrap)
        teams.let_go(team, ring)


def _save(organisation: Organisation, new: KeyPair, sealed: bytes, ring: Keyring) -> None:
    organisation.recovery_public_key, organisation.recovery_sealed = new.public.raw, sealed
    organisation.recovery_pin = pins.seal_recovery_pin(new, organisation, teams.everyone(ring))
    organisation.save(update_fields=["recovery_public_key", "recovery_sealed", "recovery_pin"])
