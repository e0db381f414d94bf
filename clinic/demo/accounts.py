"""Who can sign in to the demo: kept in a file only its owner reads, since nothing else knows a passphrase."""

import json
import os
import time
from base64 import b32decode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django_otp.oath import TOTP

from clinic.accounts.identities import Enrolment
from clinic.accounts.models.devices import STEP

FILE = "demo-accounts.json"


class NotADemo(Exception):
    """CLINIC_DEMO is not set: this may be a real clinic."""


class NotLoaded(Exception):
    """`manage.py demo` has not run, or its file is gone."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: str
    passphrase: str
    seed: str

    @classmethod
    def of(cls, name: str, role: str, papers: Enrolment) -> "Account":
        seed = parse_qs(urlsplit(papers.totp_uri).query)["secret"][0]
        return cls(name, role, papers.passphrase, seed)

    def code(self, now: float) -> str:
        """What the phone shows at this moment."""
        totp = TOTP(b32decode(self.seed + "=" * (-len(self.seed) % 8)), STEP)
        totp.time = now
        return f"{totp.token():06d}"


def check_demo() -> None:
    if not settings.DEMO:
        raise NotADemo


def path() -> Path:
    return Path(settings.VAR_DIR) / FILE


def keep(accounts: Iterable[Account], recovery_codes: list[str]) -> None:
    check_demo()
    path().parent.mkdir(parents=True, exist_ok=True)
    known = {"accounts": [asdict(one) for one in accounts], "recovery_codes": recovery_codes}
    path().unlink(missing_ok=True)
    with os.fdopen(os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(known, file, indent=1)


def read() -> list[Account]:
    """Raises NotADemo, NotLoaded."""
    return [Account(**one) for one in _known()["accounts"]]


def recovery_codes() -> list[str]:
    return list(_known()["recovery_codes"])


def who_can_sign_in() -> list[dict[str, str]]:
    """Name, role, passphrase and the one-time code of this half minute."""
    now = time.time()
    return [
        {"name": one.name, "role": one.role, "passphrase": one.passphrase, "code": one.code(now)}
        for one in read()
    ]


def _known() -> dict[str, Any]:
    check_demo()
    try:
        return dict(json.loads(path().read_text()))
    except (OSError, ValueError):
        raise NotLoaded from None
