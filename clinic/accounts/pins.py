"""How one knows that a new secret of the team "everyone" is true.

Everybody's public key is public, so a stranger who writes rows could wrap a secret of their own to everyone.
Each epoch therefore seals the seeds of all earlier ones, which only their holders could know. Each person
keeps a pin (an epoch and its public key's fingerprint) sealed for themselves: what descends is true.
"""

import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from uuid import UUID

from clinic.vault.envelope import Box, Place, Scope
from clinic.vault.errors import Tampered
from clinic.vault.keyring import TeamKeys
from clinic.vault.keys import Identity, KeyPair, derive, same

from .models import Organisation, Team, TeamEpoch, User

PIN = struct.Struct(">I32s")


def set_pin(user: User, identity: Identity, everyone: TeamKeys) -> None:
    pin = pin_for(everyone)
    if pin_of(user, identity) != pin:
        keep_pin(user, identity, pin)


def keep_pin(user: User, identity: Identity, pin: bytes) -> None:
    user.pin = _own_box(identity).seal(_user_place(user), pin)
    User.objects.filter(id=user.id).update(pin=user.pin)


def pin_of(user: User, identity: Identity) -> bytes:
    """Empty where there is none, or not a true one: then nothing descends from it."""
    try:
        return _own_box(identity).open(_user_place(user), bytes(user.pin))
    except Tampered:
        return b""


def pin_for(everyone: TeamKeys) -> bytes:
    return PIN.pack(everyone.epoch, everyone.pair.public.fingerprint)


def descends(keys: TeamKeys, epoch: TeamEpoch, pin: bytes) -> bool:
    """Did whoever made `keys` hold the epoch that the pin names, or is it that epoch?"""
    if len(pin) != PIN.size:
        return False
    number, fingerprint = PIN.unpack(pin)
    try:
        seed = keys.seed if number == keys.epoch else open_earlier(keys, epoch)[number]
        return same(KeyPair(seed).public.fingerprint, fingerprint)
    except (KeyError, Tampered):
        return False


def seal_earlier(keys: TeamKeys, team: Team, seeds: Mapping[int, bytes]) -> bytes:
    content = json.dumps([[number, b64encode(seed).decode()] for number, seed in sorted(seeds.items())])
    return keys.earlier_box.seal(_team_place(team), content.encode())


def open_earlier(keys: TeamKeys, epoch: TeamEpoch) -> dict[int, bytes]:
    """The 96-byte seeds of the team's earlier epochs. Raises Tampered."""
    content = keys.earlier_box.open(_team_place(epoch.team), bytes(epoch.earlier_seeds))
    return {number: b64decode(seed) for number, seed in json.loads(content)}


def seal_introduction(secret: bytes, user: User, everyone: TeamKeys) -> bytes:
    """For a newcomer, under their invite code."""
    return _introduction_box(secret).seal(_user_place(user), pin_for(everyone))


def open_introduction(secret: bytes, user: User, sealed: bytes) -> bytes:
    """Raises Tampered."""
    return _introduction_box(secret).open(_user_place(user), sealed)


def seal_recovery_pin(pair: KeyPair, organisation: Organisation, everyone: TeamKeys) -> bytes:
    return _recovery_box(pair).seal(_recovery_place(organisation), pin_for(everyone))


def open_recovery_pin(pair: KeyPair, organisation: Organisation) -> bytes:
    """Raises Tampered."""
    return _recovery_box(pair).open(_recovery_place(organisation), bytes(organisation.recovery_pin))


def _own_box(identity: Identity) -> Box:
    return Box(derive(identity.own_key, "pin"), 0)


def _introduction_box(secret: bytes) -> Box:
    return Box(derive(secret, "introduction"), 0)


def _recovery_box(pair: KeyPair) -> Box:
    return Box(pair.derive("pin"), 0)


def _user_place(user: User) -> Place:
    return Place(user.organisation_id, Scope("own", user.id), "accounts.user", user.id, "pin")


def _recovery_place(organisation: Organisation) -> Place:
    return _place(organisation.id, "recovery", organisation.id, "accounts.organisation", "pin")


def _team_place(team: Team) -> Place:
    return _place(team.organisation_id, "team", team.id, "accounts.team_epoch", "earlier")


def _place(organisation: UUID, kind: str, subject: UUID, table: str, slot: str) -> Place:
    return Place(organisation, Scope(kind, subject), table, subject, slot)
