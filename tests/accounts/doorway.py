"""Signing in as a browser does, for these tests."""

import time
from base64 import b32decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django_otp.oath import TOTP

from clinic.accounts.identities import Enrolment
from clinic.accounts.models import BackupDevice, SealedTotp
from tests.builders import Cast


def code_now(papers: Enrolment, *, steps: int = 0) -> str:
    """What the phone shows now, or `steps` half minutes later."""
    secret = parse_qs(urlsplit(papers.totp_uri).query)["secret"][0]
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def fresh_code(cast: Cast, name: str) -> str:
    """The code now, as if none had been used or mistyped before."""
    calm = {"throttling_failure_count": 0, "throttling_failure_timestamp": None}
    SealedTotp.objects.filter(user__sign_in_name=name).update(last_step=-1, **calm)
    BackupDevice.objects.filter(user__sign_in_name=name).update(**calm)
    return code_now(cast.papers[name])


def answers(cast: Cast, who: str, /, **changed: str) -> dict[str, str]:
    both = {"name": who, "passphrase": cast.papers[who].passphrase, "code": fresh_code(cast, who)}
    return both | changed


def both(cast: Cast, who: str) -> dict[str, str]:
    """Both factors, as the pages of one's own account ask for them."""
    return {name: value for name, value in answers(cast, who).items() if name != "name"}


def try_to_sign_in(client: Client, cast: Cast, who: str, /, **changed: str) -> Any:
    return client.post("/sign-in/", answers(cast, who, **changed), secure=True)


def signed_in(cast: Cast, name: str) -> Client:
    """A browser in which `name` is signed in."""
    client = Client()
    response = try_to_sign_in(client, cast, name)
    assert response.status_code == 302, response.content
    return client


def no_nul(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """For `connection.execute_wrapper`: PostgreSQL refuses a NUL in a text, even to look it up."""
    assert not [one for one in params or () if isinstance(one, str) and "\0" in one]
    return execute(sql, params, many, context)
