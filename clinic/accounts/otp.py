"""How the second factor lies in the database: the seed sealed, the backup codes as MACs."""

import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clinic.vault.codes import LOOKALIKES
from clinic.vault.encoding import lp
from clinic.vault.errors import Tampered
from clinic.vault.keys import derive

NONCE = 12


def seal_seed(seed: bytes, user: UUID, otp_key: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(derive(otp_key, "seed")).encrypt(nonce, seed, _place(user))


def open_seed(sealed: bytes, user: UUID, otp_key: bytes) -> bytes:
    """Raises Tampered."""
    try:
        return AESGCM(derive(otp_key, "seed")).decrypt(sealed[:NONCE], sealed[NONCE:], _place(user))
    except (InvalidTag, ValueError) as error:
        raise Tampered from error


def mac(code: str, otp_key: bytes) -> bytes:
    """What is stored of a backup code, however it was typed."""
    letters = "".join(code.upper().translate(LOOKALIKES).replace("-", " ").split())
    return hmac.digest(derive(otp_key, "backup"), letters.encode(), "sha256")


def _place(user: UUID) -> bytes:
    return lp(b"clinic/1/totp", user.bytes)
