"""A person's keys: made, sealed under the passphrase and the printed code, and opened again."""

import os
from dataclasses import dataclass
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from clinic.vault.codes import from_code, new_secret, to_code
from clinic.vault.encoding import lp
from clinic.vault.errors import Tampered
from clinic.vault.keys import Identity, PublicIdentity, derive, same
from clinic.vault.passphrase import (
    COST,
    OWN_CHOICE_LENGTH,
    Cost,
    cost_now,
    floor_now,
    generate_passphrase,
    master_key,
    normal,
    read_cost,
)

from . import devices
from .errors import PassphraseTooShort
from .models import User

FORMAT, COSTED = b"\x01", b"\x02"  # the second is followed by what one derivation costs
NONCE, SALT = 12, 16
PASSPHRASE, CODE = b"passphrase", b"code"
COLUMNS = ["public_key", "salt", "identity_sealed", "identity_by_code", "password"]
FORMATS = {PASSPHRASE: (FORMAT, COSTED), CODE: (FORMAT,)}  # a printed code is long enough for no cost at all


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What is shown once. Never stored, logged or put into a session."""

    identity: Identity
    passphrase: str
    recovery_code: str
    totp_uri: str
    backup_codes: list[str]


@transaction.atomic
def enrol(user: User, *, passphrase: str | None = None) -> Enrolment:
    """New keys for `user`, saved. An own `passphrase` has 20 characters or more: PassphraseTooShort."""
    identity = Identity.generate()
    user.public_key = identity.public.raw
    return _seal_everything(user, identity, passphrase)


@transaction.atomic
def replace_after_loss(user: User, identity: Identity, *, passphrase: str | None = None) -> Enrolment:
    """The same keys under a new passphrase, a new printed code and a new second factor.

    Raises PassphraseTooShort, Tampered.
    """
    _hold(user, identity)
    return _seal_everything(user, identity, passphrase)


@transaction.atomic
def reseal(user: User, identity: Identity, passphrase: str | None = None) -> str:
    """Change the passphrase, end the other sessions, return the passphrase.

    Raises PassphraseTooShort, Tampered.
    """
    _hold(user, identity)
    chosen = _chosen(passphrase)
    _seal_under_passphrase(user, identity, chosen)
    user.save(update_fields=["salt", "identity_sealed", "password"])
    return chosen


@transaction.atomic
def renew_code(user: User, identity: Identity) -> str:
    """A new printed recovery code; the old one stops working. Raises Tampered."""
    _hold(user, identity)
    code = _seal_under_code(user, identity)
    user.save(update_fields=["identity_by_code"])
    return code


def open_identity(user: User, passphrase: str) -> Identity:
    """The password check. Raises Tampered, at the same cost, whatever is wrong."""
    sealed = bytes(user.identity_sealed)
    try:
        cost = cost_of(user)
    except Tampered:
        dummy_open(passphrase)
        raise
    return _open(user, _passphrase_kek(user, passphrase, cost), sealed, PASSPHRASE)


def cost_of(user: User) -> Cost:
    """What one try at the passphrase costs. Raises Tampered for somebody without keys, and out of bounds."""
    sealed = bytes(user.identity_sealed)
    if sealed[:1] == FORMAT:
        return floor_now()  # sealed before copies said what they cost
    return read_cost(head_of(sealed)[1:])


def keep_cost(user: User, identity: Identity, passphrase: str) -> None:
    """After a sign-in: seals anew where another cost is set since. The passphrase and all sessions stay.

    For somebody who has shown both factors: whoever has the passphrase alone learns nothing from the time.
    """
    before = bytes(user.identity_sealed)
    if head_of(before) == _head_now():
        return
    _seal_by_passphrase(user, identity, passphrase)
    unchanged = User.objects.filter(pk=user.pk, identity_sealed=before)
    unchanged.update(salt=user.salt, identity_sealed=user.identity_sealed)


def dummy_open(passphrase: str) -> None:
    """For a name nobody has: the same work, for nothing."""
    key = derive(master_key(passphrase, uuid4(), os.urandom(SALT), cost_now()), "kek")
    AESGCM(key).encrypt(os.urandom(NONCE), Identity.generate().public.raw, None)


def open_by_code(user: User, code: str) -> Identity:
    """The keys by the printed personal code. Raises BadCode if mistyped, Tampered if it is not the one."""
    secret = from_code(code)
    return _open(user, _code_kek(user, secret), bytes(user.identity_by_code), CODE)


def _seal_everything(user: User, identity: Identity, passphrase: str | None) -> Enrolment:
    chosen = _chosen(passphrase)
    _seal_under_passphrase(user, identity, chosen)
    code = _seal_under_code(user, identity)
    user.save(update_fields=COLUMNS)
    uri, backup_codes = devices.renew(user, identity)
    return Enrolment(identity, chosen, code, uri, backup_codes)


def _seal_under_passphrase(user: User, identity: Identity, passphrase: str) -> None:
    _seal_by_passphrase(user, identity, passphrase)
    user.password = uuid4().hex


def _seal_by_passphrase(user: User, identity: Identity, passphrase: str) -> None:
    user.salt = os.urandom(SALT)
    kek = _passphrase_kek(user, passphrase, cost_now())
    user.identity_sealed = _seal(user, kek, identity, PASSPHRASE, _head_now())


def _seal_under_code(user: User, identity: Identity) -> str:
    secret = new_secret()
    user.identity_by_code = _seal(user, _code_kek(user, secret), identity, CODE)
    return to_code(secret)


def _chosen(passphrase: str | None) -> str:
    if passphrase is None:
        return generate_passphrase()
    if len(normal(passphrase).decode()) < OWN_CHOICE_LENGTH:
        raise PassphraseTooShort
    return passphrase


def _hold(user: User, identity: Identity) -> None:
    """Nobody closes the account until this transaction ends. Raises Tampered where it is closed."""
    now = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if now is None:
        raise Tampered
    _check_owner(now, identity)


def _check_owner(user: User, identity: Identity) -> None:
    if not same(identity.public.raw, bytes(user.public_key)):
        raise Tampered


def _passphrase_kek(user: User, passphrase: str, cost: Cost) -> bytes:
    try:
        return derive(master_key(passphrase, user.id, bytes(user.salt), cost), "kek")
    except ValueError as error:
        raise Tampered from error


def _code_kek(user: User, secret: bytes) -> bytes:
    info = lp(b"clinic/1/personal-code", user.id.bytes)
    return HKDF(hashes.SHA256(), 32, settings.PEPPER, info).derive(secret)


def _head_now() -> bytes:
    return COSTED + cost_now().raw


def head_of(sealed: bytes) -> bytes:
    """What stands before the nonce, plain and authenticated."""
    return sealed[: 1 + COST.size] if sealed[:1] == COSTED else sealed[:1]


def _place(user: User, purpose: bytes, head: bytes = FORMAT) -> bytes:
    fingerprint = PublicIdentity(bytes(user.public_key)).fingerprint
    cost = [head] if head != FORMAT else []
    return lp(b"clinic/1/identity", user.id.bytes, fingerprint, purpose, *cost)


def _seal(user: User, kek: bytes, identity: Identity, purpose: bytes, head: bytes = FORMAT) -> bytes:
    nonce = os.urandom(NONCE)
    return head + nonce + AESGCM(kek).encrypt(nonce, identity.raw, _place(user, purpose, head))


def _open(user: User, kek: bytes, sealed: bytes, purpose: bytes) -> Identity:
    head = head_of(sealed)
    if head[:1] not in FORMATS[purpose]:
        raise Tampered
    nonce, rest = sealed[len(head) : len(head) + NONCE], sealed[len(head) + NONCE :]
    try:
        identity = Identity(AESGCM(kek).decrypt(nonce, rest, _place(user, purpose, head)))
    except (InvalidTag, ValueError) as error:
        raise Tampered from error
    _check_owner(user, identity)
    return identity
