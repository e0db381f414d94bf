"""Both factors, then a session. In this order, so that every refusal costs and says the same."""

from contextlib import ExitStack
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.vault.codes import from_code
from clinic.vault.errors import Tampered, VaultError
from clinic.vault.keyring import using
from clinic.vault.keys import Identity

from . import devices, identities, sessions
from .arrival import arrive, finish_what_waits
from .errors import Refused
from .identities import Enrolment
from .models import User
from .pace import Pace
from .record import record
from .sessions import SessionStore
from .teams import keyring_for
from .throttle import Throttle, TooSoon


class DidNotMatch(Refused):
    """Says nothing of what was wrong."""

    message: str | Promise = _("That did not match. Check the sign-in name, the passphrase and the code.")
    status = 200


class NoWayBack(DidNotMatch):
    message = _("That did not match. Check the sign-in name and both codes.")


class TriedTooOften(DidNotMatch):
    status = 429

    def __init__(self, seconds: int) -> None:
        self.message = ngettext(
            "That was tried too often. Wait %(seconds)d second, then try again.",
            "That was tried too often. Wait %(seconds)d seconds, then try again.",
            seconds,
        ) % {"seconds": seconds}


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """Somebody is in: what the unlock cookie needs."""

    user: User
    identity: Identity
    session_key: str


def sign_in(request: HttpRequest, *, name: str, passphrase: str, code: str) -> Opened:
    """Raises DidNotMatch, or TriedTooOften without having tried."""
    user, identity = show_both(request, name=name, passphrase=passphrase, code=code)
    identities.keep_cost(user, identity, passphrase)
    return let_in(request, user, identity)


def show_both(request: HttpRequest, *, name: str, passphrase: str, code: str) -> tuple[User, Identity]:
    """Counted, and as slow when refused. Raises DidNotMatch, or TriedTooOften without having tried."""
    throttle, pace = admit(request, name), Pace()
    try:
        found = _show_both(name, passphrase, code, pace)
    except DidNotMatch:
        pace.wait()
        raise
    throttle.forgive()
    return found


def admit(request: HttpRequest, name: str) -> Throttle:
    """Counts a try at the account `name`. Raises TriedTooOften."""
    throttle = Throttle(name.casefold(), request.META.get("REMOTE_ADDR", ""))
    try:
        throttle.admit()
    except TooSoon as soon:
        raise TriedTooOften(soon.seconds) from None
    return throttle


def _show_both(name: str, passphrase: str, code: str, pace: Pace) -> tuple[User, Identity]:
    with pace.deriving():
        user, identity = _open(name, passphrase)
    if not devices.check(user, identity, code):
        raise DidNotMatch
    return user, identity


def _open(name: str, passphrase: str) -> tuple[User, Identity]:
    user = User.objects.select_related("organisation").filter(sign_in_name=name, is_active=True).first()
    if user is None:
        identities.dummy_open(passphrase)
        raise DidNotMatch
    try:
        return user, identities.open_identity(user, passphrase)
    except VaultError:
        raise DidNotMatch from None


def let_in(request: HttpRequest, user: User, identity: Identity) -> Opened:
    """A session for somebody who has shown both factors."""
    store = session_of(request)
    if store.owner not in {None, user.pk}:
        rotate_token(request)  # a form that another person left open in this browser is not sent as this one
    with ExitStack() as held:
        with transaction.atomic():
            ring = held.enter_context(using(arrive(user=user, identity=identity)))
            key = sessions.begin(store, user)
            record("signed_in", by=user)
        finish_what_waits(user=user, ring=ring)
    request.user = user
    return Opened(user, identity, key)


def recover(request: HttpRequest, *, name: str, recovery_code: str, code: str) -> tuple[User, Enrolment]:
    """New passphrase, phone and papers, for the printed code and a one-time code. Raises Refused, BadCode."""
    throttle = admit(request, name)
    from_code(recovery_code)  # a typing mistake is told to whoever makes one
    user, identity = _open_by_code(name, recovery_code)
    if not devices.check(user, identity, code):
        raise NoWayBack
    throttle.forgive()
    with transaction.atomic(), using(keyring_for(user, identity)):
        made = _replaced(user, identity)
        sessions.end_all(user)
        for event in ("passphrase_changed", "recovery_code_renewed", "second_factor_renewed"):
            record(event, by=user)
    return user, made


def _replaced(user: User, identity: Identity) -> Enrolment:
    """Refused like any other try where the account was closed since its code was opened."""
    try:
        return identities.replace_after_loss(user, identity)
    except Tampered:
        raise NoWayBack from None


def _open_by_code(name: str, recovery_code: str) -> tuple[User, Identity]:
    user = User.objects.filter(sign_in_name=name, is_active=True).first()
    if user is None:
        raise NoWayBack
    try:
        return user, identities.open_by_code(user, recovery_code)
    except VaultError:
        raise NoWayBack from None


def sign_out(request: HttpRequest) -> None:
    user = request.user
    with transaction.atomic():
        session_of(request).flush()
        if isinstance(user, User):
            record("signed_out", by=user)


def session_of(request: HttpRequest) -> SessionStore:
    assert isinstance(request.session, SessionStore)
    return request.session
