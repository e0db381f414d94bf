"""What was asked of somebody who leaves is asked of nobody any more."""

from django.utils import timezone

from clinic.accounts import nudges
from clinic.accounts.models import User
from clinic.vault.keyring import Keyring

from .models import Referral
from .rules import Status


def say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> None:
    """Runs after the cases' own goodbye, which put the keys of the leaver's cases into the keyring."""
    for row in Referral.objects.all():
        if not row.is_locked and row.to == str(user.pk) and row.status == Status.OPEN:
            nudges.finish(row.end(Status.WITHDRAWN, on=timezone.localdate()))
            row.save()
