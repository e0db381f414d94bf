"""What a sign-in does for the cases that were given to this person since."""

from django.db import transaction
from django.db.models.functions import Length

from clinic.accounts.models import User
from clinic.vault.keyring import Keyring

from . import access
from .models import Case, CaseUserAccess

PUBLIC_SIZE = 1000  # bytes: wraps to a public key are longer than this, others far shorter
SETTLE = 100


def settle_own(_user: User, ring: Keyring) -> None:
    """At sign-in, what `settle` does, for the cases given to this person since."""
    own = CaseUserAccess.objects.annotate(size=Length("wrapped_key"))
    given = own.filter(user=ring.user, size__gt=PUBLIC_SIZE, permission__codename__in=access.COMPARTMENT)
    cases = list(Case.objects.filter(pk__in=given.values("content_object"))[:SETTLE])
    if cases:
        _settle_all(cases)


@transaction.atomic
def _settle_all(cases: list[Case]) -> None:
    access.unlock(*cases)
    for case in cases:
        access.settle(case)
