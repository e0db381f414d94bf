"""The second factor: django-otp devices whose seed is sealed and whose codes are hashed.

`verify_token` needs the owner's keyring and a locked row: call it through `clinic.accounts.devices.check`.
"""

import time
from typing import ClassVar

from django.db import models
from django_otp.models import Device, DeviceManager, ThrottlingMixin
from django_otp.oath import TOTP

from clinic.accounts import otp
from clinic.vault import keyring

STEP, DIGITS, TOLERANCE = 30, 6, 1


class SealedTotp(ThrottlingMixin, Device):  # type: ignore[misc]
    """A time-based code. The seed is sealed under the owner's otp key; `last_step` refuses a replay."""

    sealed_seed = models.BinaryField(editable=False)
    last_step = models.BigIntegerField(default=-1)

    objects: ClassVar[models.Manager["SealedTotp"]] = DeviceManager()

    def verify_token(self, token: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False
        step = self._step_of(token)
        if step is None:
            self.throttle_increment()
            return False
        self.last_step = step
        self.throttle_reset(commit=False)
        self.save()
        return True

    def _step_of(self, token: str) -> int | None:
        """The step whose code `token` is, unless it or a later one was used already."""
        if len(token) != DIGITS or not (token.isascii() and token.isdigit()):
            return None
        otp_key = keyring.current().identity.otp_key
        totp = TOTP(otp.open_seed(bytes(self.sealed_seed), self.user_id, otp_key), STEP, digits=DIGITS)
        totp.time = time.time()
        fits = totp.verify(int(token), TOLERANCE, self.last_step + 1)
        return int(totp.t()) if fits else None

    def get_throttle_factor(self) -> int:
        return 1


class BackupDevice(ThrottlingMixin, Device):  # type: ignore[misc]
    """Ten single-use codes on paper."""

    objects: ClassVar[models.Manager["BackupDevice"]] = DeviceManager()

    def verify_token(self, token: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False
        mac = otp.mac(token, keyring.current().identity.otp_key)
        used, _rows = self.codes.filter(mac=mac).delete()
        if used:
            self.throttle_reset()
        else:
            self.throttle_increment()
        return bool(used)

    def get_throttle_factor(self) -> int:
        return 1


class BackupCode(models.Model):
    device = models.ForeignKey(BackupDevice, on_delete=models.CASCADE, related_name="codes")
    mac = models.BinaryField(max_length=32, editable=False)
