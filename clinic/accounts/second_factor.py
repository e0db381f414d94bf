"""A new phone: the old second factor goes only when the new one has shown a code."""

import os

from django.db import transaction
from django_otp import verify_token

from clinic.vault.keyring import Keyring, using
from clinic.vault.keys import Identity

from .devices import SEED
from .models import BackupCode, SealedTotp, User
from .otp import open_seed, seal_seed


@transaction.atomic
def propose(user: User, identity: Identity) -> SealedTotp:
    """A new seed beside the old one, which still counts."""
    SealedTotp.objects.filter(user=user, confirmed=False).delete()
    sealed = seal_seed(os.urandom(SEED), user.id, identity.otp_key)
    return SealedTotp.objects.create(user=user, confirmed=False, sealed_seed=sealed)


def proposed(user: User) -> SealedTotp | None:
    return SealedTotp.objects.filter(user=user, confirmed=False).first()


def seed_of(device: SealedTotp, identity: Identity) -> bytes:
    """Raises Tampered."""
    return open_seed(bytes(device.sealed_seed), device.user_id, identity.otp_key)


@transaction.atomic
def confirm(user: User, identity: Identity, token: str) -> bool:
    """Is `token` the proposed phone's code? Then it is the only phone from now on."""
    device = proposed(user)
    with using(Keyring(organisation=user.organisation_id, user=user.id, identity=identity)):
        if device is None or verify_token(user, device.persistent_id, "".join(token.split())) is None:
            return False
    SealedTotp.objects.filter(user=user).exclude(pk=device.pk).delete()
    SealedTotp.objects.filter(pk=device.pk).update(confirmed=True)
    return True


def backup_codes_left(user: User) -> int:
    return BackupCode.objects.filter(device__user=user).count()
