"""One request, one keyring, one declared door."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from clinic.vault.errors import VaultError
from clinic.vault.keyring import Keyring, using

from . import calmly, unlocking
from .doors import Door, door_of
from .models import User
from .sign_in import session_of
from .teams import keyring_for
from .views.entrance import ask_again, ask_to_sign_in

Next = Callable[[HttpRequest], HttpResponseBase]


class KeyringMiddleware:
    """Opens the signed-in person's keys for this request and drops them after it, whatever happens."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.purposes, request.role = frozenset(), ""  # type: ignore[attr-defined]
        keyring = open_keyring(request)
        if keyring is None:
            request.user = AnonymousUser()
            return self.get_response(request)
        with using(keyring):
            request.purposes = purposes_of(keyring)  # type: ignore[attr-defined]
            request.role = keyring.role  # type: ignore[attr-defined]
            return self.get_response(request)


def open_keyring(request: HttpRequest) -> Keyring | None:
    """None where nobody is signed in with both a session and the cookie that opens their keys."""
    session, user = session_of(request), request.user
    if not isinstance(user, User):
        return None
    cookie = request.COOKIES.get(unlocking.COOKIE)
    if not cookie:  # a link from a mail program brings the session's cookie and not this one
        session.left_by = user.pk
        return None
    try:
        return keyring_for(user, unlocking.open_cookie(cookie, str(session.session_key), user.pk))
    except VaultError:
        session.flush()
        return None


def purposes_of(keyring: Keyring) -> frozenset[str]:
    """What the teams are for whose keys this ring holds."""
    return frozenset(str(purpose) for purpose, team in keyring.named.items() if team in keyring.teams)


class DoorMiddleware:
    """Asks each view's door before the CSRF check, which would read the form, files and all."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return calmly.not_allowed(request, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        door = door_of(view)
        if door is None:
            raise undeclared(view)
        if door.who == "anyone":
            request.accepts_uploads = door.uploads  # type: ignore[attr-defined]
            return None
        if not request.user.is_authenticated:
            return at_the_entrance(request)
        return self.inside(request, door)

    def inside(self, request: HttpRequest, door: Door) -> HttpResponse | None:
        purposes: frozenset[str] = request.purposes  # type: ignore[attr-defined]
        if not purposes and not door.waiting:
            return redirect("accounts:waiting")
        if not door.opens_for(purposes, request.role):  # type: ignore[attr-defined]
            raise PermissionDenied
        request.idle = session_of(request).touch(live=door.live)  # type: ignore[attr-defined]
        request.accepts_uploads = door.uploads  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A calm page for what a view did not expect of the vault; other errors are ours, and a 500."""
        return calmly.answer(request, error)


def undeclared(view: Callable[..., Any]) -> Exception:
    """A system check refuses to start with a view like this; if one is reached, it stays shut."""
    if settings.DEBUG or settings.TESTING:
        return RuntimeError(f"{view} does not say who may call it: see clinic.accounts.doors")
    return Http404()


def at_the_entrance(request: HttpRequest) -> HttpResponse:
    return ask_to_sign_in(request) if request.method in {"GET", "HEAD"} else ask_again(request)
