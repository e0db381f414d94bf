"""A new clinic: its recovery key, its first coordinator and its teams."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from clinic.vault import recovery
from clinic.vault.codes import to_code
from clinic.vault.keyring import Keyring, using
from clinic.vault.keys import PublicKey

from . import pins, roster, teams
from .errors import NameTaken
from .identities import Enrolment, enrol
from .models import Organisation, Purpose, User
from .record import record
from .roster import Person, Recovery, Role

# Supervising and intake have no one else on the first day, and a team without a holder has no key. The
# coordinator stands in until somebody joins them, and then leaves those teams on the people page.
FIRST_TEAMS = (Purpose.EVERYONE, Purpose.COORDINATION, Purpose.SUPERVISING, Purpose.INTAKE)


@dataclass(frozen=True, slots=True, repr=False)
class Founding:
    """Shown once: the coordinator's own papers, and three codes for three people."""

    organisation: Organisation
    user: User
    enrolment: Enrolment
    recovery_codes: list[str]


@transaction.atomic
def found_clinic(
    *,
    sign_in_name: str,
    email: str,
    name: str = "",
    passphrase: str | None = None,
    purposes: Collection[Purpose] = FIRST_TEAMS,
) -> Founding:
    """Raises NameTaken, PassphraseTooShort."""
    if User.objects.filter(sign_in_name__iexact=sign_in_name).exists():
        raise NameTaken
    organisation, codes = _organisation()
    user = User.objects.create(
        organisation=organisation, sign_in_name=sign_in_name, email=email, password=uuid4().hex
    )
    enrolment = enrol(user, passphrase=passphrase)
    ring = Keyring(organisation=organisation.id, user=user.id, identity=enrolment.identity)
    with using(ring):
        _first_teams(user, name or sign_in_name, organisation, purposes, ring)
        _pin(user, organisation, codes, ring)
        record("clinic_founded", by=user, about=organisation.id)
    return Founding(organisation, user, enrolment, [to_code(code) for code in codes])


def _organisation() -> tuple[Organisation, list[bytes]]:
    organisation = Organisation(id=uuid4())
    public, sealed, codes = recovery.create(organisation.id)
    organisation.recovery_public_key, organisation.recovery_sealed = public.raw, sealed
    organisation.save()
    return organisation, codes


def _first_teams(
    user: User, name: str, organisation: Organisation, purposes: Collection[Purpose], ring: Keyring
) -> None:
    """The team "everyone" first: its roster is where all else stands."""
    me = Person(user.id, name, Role.COORDINATOR, ring.identity.public)
    recovered_by = Recovery(organisation.id, PublicKey(bytes(organisation.recovery_public_key)))
    for purpose in purposes:
        _team, keys = teams.new_team(organisation.id, purpose)
        teams.open_epoch(keys, people=[me], recovery=recovered_by.public, ring=ring, earlier={})
        teams.hold(keys, purpose, ring)
        roster.write(teams.entry_for(keys, name="", purpose=purpose, members=[user.id]), ring)
    roster.write(me, ring)
    roster.write(recovered_by, ring)
    ring.role = Role.COORDINATOR


def _pin(user: User, organisation: Organisation, codes: list[bytes], ring: Keyring) -> None:
    everyone = teams.everyone(ring)
    pins.set_pin(user, ring.identity, everyone)
    pair = recovery.recover(bytes(organisation.recovery_sealed), codes[0], codes[1], organisation.id)
    organisation.recovery_pin = pins.seal_recovery_pin(pair, organisation, everyone)
    organisation.save()
