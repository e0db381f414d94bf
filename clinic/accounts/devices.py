"""The second factor: making it, and checking a code against it."""

import os
import secrets
from base64 import b32encode
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp import verify_token
from django_otp.models import Device

from clinic.vault.codes import ALPHABET
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring, using
from clinic.vault.keys import Identity

from . import otp
from .models import BackupCode, BackupDevice, SealedTotp, User

ISSUER = "Clinic"
SEED = 20
BACKUP_CODES, BACKUP_LETTERS = 10, 10
DIGITS = 6


@transaction.atomic
def renew(user: User, identity: Identity) -> tuple[str, list[str]]:
    """A new one-time-code seed and ten backup codes in place of the old: the `otpauth://` URI, the codes."""
    SealedTotp.objects.filter(user=user).delete()
    BackupDevice.objects.filter(user=user).delete()
    seed = os.urandom(SEED)
    SealedTotp.objects.create(user=user, sealed_seed=otp.seal_seed(seed, user.id, identity.otp_key))
    return totp_uri(user, seed), renew_backup_codes(user, identity)


@transaction.atomic
def renew_backup_codes(user: User, identity: Identity) -> list[str]:
    """Ten new codes; the old ones stop working."""
    device, _created = BackupDevice.objects.get_or_create(user=user)
    device.codes.all().delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(BACKUP_LETTERS)) for _ in range(BACKUP_CODES)]
    BackupCode.objects.bulk_create(
        BackupCode(device=device, mac=otp.mac(code, identity.otp_key)) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def check(user: User, identity: Identity, token: str) -> bool:
    """Is `token` the code of the phone now, or an unused backup code? Uses it up."""
    token = "".join(token.split())
    device = _device(user, token)
    if device is None:
        return False
    try:
        with using(Keyring(organisation=user.organisation_id, user=user.id, identity=identity)):
            return verify_token(user, device.persistent_id, token) is not None
    except Tampered:
        return False


def _device(user: User, token: str) -> Device | None:
    model = SealedTotp if len(token) == DIGITS else BackupDevice
    return model.objects.filter(user=user, confirmed=True).first()


def totp_uri(user: User, seed: bytes) -> str:
    query = urlencode({"secret": b32encode(seed).decode().rstrip("="), "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{user.sign_in_name}')}?{query}"
