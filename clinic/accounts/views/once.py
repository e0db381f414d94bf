"""What is shown once, on a page that nothing keeps."""

import json
from urllib.parse import parse_qs, urlsplit

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from clinic.accounts.forms import FirstSignInForm
from clinic.accounts.identities import Enrolment
from clinic.accounts.models import User
from clinic.vault.errors import VaultError
from clinic.vault.unlock import open_kept, seal_kept

PAPERS = "papers"
SHOWN = ("passphrase", "recovery_code", "totp_uri", "backup_codes")


def show(request: HttpRequest, user: User, made: Enrolment) -> HttpResponse:
    """The page with a new passphrase, phone and papers. It carries itself, sealed, for a second look."""
    secrets = {name: getattr(made, name) for name in SHOWN}
    shown = seal_kept(json.dumps(secrets).encode(), user.pk, kind=PAPERS)
    return _page(request, FirstSignInForm(initial={"name": user.sign_in_name, "shown": shown}), secrets)


def show_again(request: HttpRequest, form: FirstSignInForm) -> HttpResponse | None:
    """The same page with what is wrong; None where it cannot be opened any more."""
    posted = form.cleaned_data
    user = User.objects.filter(sign_in_name=posted.get("name", "")).first()
    try:
        secrets = json.loads(open_kept(posted.get("shown", ""), user.pk, kind=PAPERS)) if user else None
    except VaultError:
        return None
    return _page(request, form, secrets) if secrets else None


def _page(request: HttpRequest, form: FirstSignInForm, secrets: dict[str, str]) -> HttpResponse:
    uri = secrets["totp_uri"]
    context = {"form": form, **secrets, "picture": picture(uri), "key": secret_of(uri)}
    return render(request, "accounts/shown_once.html", context)


def picture(uri: str) -> SafeString:
    """The QR picture of an `otpauth://` address: markup of our own making, no text from outside in it."""
    code = segno.make(uri, error="m")
    return mark_safe(code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff"))  # noqa: S308


def secret_of(uri: str) -> str:
    """The key in it, in groups of four, for typing."""
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
