"""What travels in the browser: the opened Identity, and typed text kept over a lock."""

import base64
import hashlib
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .boot import boot_secret
from .encoding import lp, pad, unpad
from .errors import Tampered
from .keys import Identity

TYPED = "typed"
HEAD = b"\x01\x01"
SALT_AT, NONCE_AT, SEALED_AT = 2, 18, 30


def seal_unlock(identity: Identity, session_key: str, user: UUID) -> str:
    """The value of the unlock cookie: 232 letters, useless after power-off or in another session."""
    return _seal("unlock", identity.raw, _session_place(session_key, user))


def open_unlock(cookie: str, session_key: str, user: UUID) -> Identity:
    """Raises Tampered."""
    return Identity(_open("unlock", cookie, _session_place(session_key, user)))


def seal_kept(content: bytes, user: UUID, *, kind: str = TYPED) -> str:
    """What a person had typed when the page locked, for that person's next sign-in only.

    Of another `kind`: what a page carries along for the same person. One is never taken for the other.
    """
    return _seal("kept", pad(content), _kept_place(user, kind))


def open_kept(kept: str, user: UUID, *, kind: str = TYPED) -> bytes:
    """Raises Tampered."""
    return unpad(_open("kept", kept, _kept_place(user, kind)))


def _kept_place(user: UUID, kind: str) -> bytes:
    return lp(b"clinic/1/kept", user.bytes, kind.encode())


def _session_place(session_key: str, user: UUID) -> bytes:
    return lp(b"clinic/1/session", hashlib.sha256(session_key.encode()).digest(), user.bytes)


def _cipher(purpose: str, salt: bytes) -> AESGCM:
    kdf = HKDF(hashes.SHA256(), 32, salt, b"clinic/1/" + purpose.encode())
    return AESGCM(kdf.derive(boot_secret()))


def _seal(purpose: str, content: bytes, place: bytes) -> str:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = _cipher(purpose, salt).encrypt(nonce, content, place)
    return base64.urlsafe_b64encode(HEAD + salt + nonce + sealed).decode()


def _open(purpose: str, value: str, place: bytes) -> bytes:
    try:
        raw = base64.b64decode(value.encode("ascii"), altchars=b"-_", validate=True)
        if raw[:SALT_AT] != HEAD or len(raw) <= SEALED_AT:
            raise Tampered
        cipher = _cipher(purpose, raw[SALT_AT:NONCE_AT])
        return cipher.decrypt(raw[NONCE_AT:SEALED_AT], raw[SEALED_AT:], place)
    except (ValueError, InvalidTag) as error:
        raise Tampered from error
