"""What a sign-in does with keys, once both factors were right."""

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from clinic.vault.errors import VaultError
from clinic.vault.keyring import Keyring
from clinic.vault.keys import Identity

from . import invitations, rotation, teams
from .models import Purpose, User

Finish = Callable[[User, Keyring], None]
_registered: dict[str, Finish] = {}


def register(name: str, finish: Finish) -> None:
    """`finish(user, ring)` does what only a holder of keys can, and what no one else waits for.

    In a transaction of its own, and only where something waits: most sign-ins find nothing.
    """
    _registered[name] = finish


@transaction.atomic
def arrive(*, user: User, identity: Identity) -> Keyring:
    """Open the keyring and settle it under one's own key."""
    ring = teams.keyring_for(user, identity)
    teams.settle(user, ring)
    return ring


def finish_what_waits(*, user: User, ring: Keyring) -> None:
    """Newcomers, due epochs, and what other rooms left for a holder of keys.

    `ring` is the current keyring: it writes to the audit.
    What cannot be finished waits on; nobody is kept out by it.
    """
    if Purpose.EVERYONE not in ring.named:
        return
    with suppress(VaultError):
        rotation.catch_up(ring=ring, by=user)
    with suppress(VaultError):
        invitations.complete_pending(ring=ring, by=user)
    for finish in _registered.values():
        with suppress(VaultError):
            finish(user, ring)
