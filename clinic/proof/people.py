"""The throw-away clinic's people: founded, invited, joined, signed in, each on the real pages."""

import html
import re
import time
from base64 import b32decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django_otp.oath import TOTP

from clinic.accounts.founding import Founding, found_clinic
from clinic.accounts.identities import Enrolment

from .browser import Browser, Page
from .canaries import Canaries

COORDINATOR = "ana"
JOINED = {"ben": "attorney", "chi": "intake", "dee": "attorney", "sol": "supervisor"}
ONCE = re.compile(r'class="once__secret" translate="no"><bdi>([^<]+)</bdi>')
CODES = re.compile(r"<li><bdi>([0-9A-Z]{5}-[0-9A-Z]{5})</bdi></li>")


@dataclass
class Colleague:
    """Somebody with a browser in which they are signed in, and what they were shown once."""

    name: str
    browser: Browser
    passphrase: str
    backup_codes: list[str]


class People:
    def __init__(self, canaries: Canaries, log: Path) -> None:
        self._canaries, self._log = canaries, log
        self._known: dict[str, Colleague] = {}

    def __getitem__(self, name: str) -> Browser:
        return self._known[name].browser

    def papers(self, name: str) -> Colleague:
        return self._known[name]

    def stranger(self) -> Browser:
        return Browser(self._canaries, self._log)

    def arrive(self) -> None:
        founded = found_clinic(sign_in_name=COORDINATOR, email="ana@clinic.example")
        self._note_founding(founded)
        self._sign_in(COORDINATOR, founded.enrolment)
        for name, role in JOINED.items():
            self._join(name, self._invite(name, role))
        self[COORDINATOR].send("/people/complete/", self._token(COORDINATOR))

    def sign_in_again(self, name: str, page: Page) -> Page:
        """On the page that a lock or an ended session shows, with a code from paper."""
        known = self._known[name]
        code = known.backup_codes.pop()
        return known.browser.submit(page, "/sign-in/", name=name, passphrase=known.passphrase, code=code)

    def _note_founding(self, founded: Founding) -> None:
        for code in founded.recovery_codes:
            self._canaries.note(code, "the clinic's recovery codes")

    def _sign_in(self, name: str, papers: Enrolment) -> None:
        secret = parse_qs(urlsplit(papers.totp_uri).query)["secret"][0]
        self._note(name, papers.passphrase, secret, papers.recovery_code, papers.backup_codes)
        browser = self._known[name].browser
        browser.fill("/sign-in/", name=name, passphrase=papers.passphrase, code=_code(secret))

    def _invite(self, name: str, role: str) -> str:
        told: dict[str, Any] = {"name": name, "email": f"{name}@clinic.example", "role": role, "teams": []}
        ana = self[COORDINATOR]
        page = ana.submit(ana.get("/people/invite/"), **told)
        return self._canaries.note(_once(page)[0], f"the invitation of {name}")

    def _join(self, name: str, code: str) -> None:
        browser = self.stranger()
        page = browser.submit(browser.get("/join/"), name=name, invite_code=code)
        passphrase, key, recovery = _once(page)
        secret = key.replace(" ", "")
        self._note(name, passphrase, secret, recovery, CODES.findall(page.text), browser)
        browser.submit(page, "/join/first-sign-in/", name=name, passphrase=passphrase, code=_code(secret))

    def _note(
        self,
        name: str,
        passphrase: str,
        seed: str,
        recovery: str,
        backup: list[str],
        browser: Browser | None = None,
    ) -> None:
        """What was shown once may lie nowhere either."""
        self._canaries.note(passphrase, f"the passphrase of {name}")
        self._canaries.note(seed, f"the phone's key of {name}")
        self._canaries.note(recovery, f"the recovery code of {name}")
        for code in backup:
            self._canaries.note(code, f"a backup code of {name}")
        self._known[name] = Colleague(name, browser or self.stranger(), passphrase, backup[:])

    def _token(self, name: str) -> dict[str, str]:
        form = self[name].get("/people/").form("/sign-out/")
        return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"].value}


def _once(page: Page) -> list[str]:
    return [html.unescape(secret) for secret in ONCE.findall(page.text)]


def _code(secret: str) -> str:
    """What the phone shows now."""
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06d}"
