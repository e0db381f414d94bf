"""Calls that were never logged go with the only key that opened them."""

from uuid import UUID

from clinic.accounts.models import User
from clinic.vault.keyring import Keyring
from clinic.vault.keys import KeyPair

from .models import Draft


def unfinished(user: User) -> int:
    return Draft.objects.visible_to(user).count()


def say_goodbye(user: User, by: User, hostile: bool, ring: Keyring) -> set[UUID]:
    Draft.objects.visible_to(user).delete()
    return set()


def readmit(pair: KeyPair, user: User, ring: Keyring) -> None:
    """New keys open none of the old drafts."""
    Draft.objects.visible_to(user).delete()
