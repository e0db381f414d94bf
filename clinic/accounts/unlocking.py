"""The cookie that carries the opened Identity, sealed under the boot secret."""

from uuid import UUID

from django.http import HttpResponseBase

from clinic.vault.keys import Identity
from clinic.vault.unlock import open_unlock, seal_unlock

COOKIE = "__Host-unlock"


def set_cookie(response: HttpResponseBase, identity: Identity, session_key: str, user: UUID) -> None:
    value = seal_unlock(identity, session_key, user)
    response.set_cookie(COOKIE, value, path="/", secure=True, httponly=True, samesite="Strict")


def open_cookie(value: str, session_key: str, user: UUID) -> Identity:
    """Raises VaultError."""
    return open_unlock(value, session_key, user)


def drop_cookie(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, path="/", samesite="Strict")
