"""The throw-away clinic's people: founded, invited, joined, signed in, each on the real pages."""

import re
import time
from base64 import b32decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django_otp.oath import TOTP

from clinic.accounts.founding import found_clinic
from clinic.accounts.identities import Enrolment

from .browser import Browser, Page
from .canaries import Canaries
from .pages import backup_codes, shown_once
from .trail import Trail

COORDINATOR = "ana"
JOINED = {"ben": "attorney", "chi": "intake", "dee": "attorney", "sol": "supervisor"}
ON_THE_ROSTER = r'href="/people/([^/]+)/"><bdi>{}</bdi>'
INVITED = r'<h3><bdi>{}</bdi>(?:(?!</li>).)*?action="/people/([^/]+)/'


@dataclass
class Colleague:
    """Somebody with a browser in which they are signed in, and what they were shown once."""

    name: str
    browser: Browser
    passphrase: str
    recovery_code: str
    backup_codes: list[str]


class People:
    def __init__(self, canaries: Canaries, log: Path) -> None:
        self._canaries, self._log, self.trail = canaries, log, Trail()
        self._known: dict[str, Colleague] = {}
        self.clinic_codes: list[str] = []

    def __getitem__(self, name: str) -> Browser:
        return self._known[name].browser

    def papers(self, name: str) -> Colleague:
        return self._known[name]

    def stranger(self) -> Browser:
        return Browser(self._canaries, self._log, self.trail)

    def arrive(self) -> None:
        founded = found_clinic(sign_in_name=COORDINATOR, email="ana@clinic.example")
        self.note_clinic_codes(founded.recovery_codes)
        self._sign_in(COORDINATOR, founded.enrolment)
        for name, role in JOINED.items():
            self.join(name, self.invite(name, role))
        self.complete()

    def complete(self) -> None:
        """ana gives the newcomers their keys."""
        self[COORDINATOR].submit(self[COORDINATOR].get("/people/"), "/people/complete/")

    def sign_in_again(self, name: str, page: Page) -> Page:
        """On the page that a lock or an ended session shows, with a code from paper."""
        return self._known[name].browser.submit(page, "/sign-in/", **self.both_factors(name))

    def both_factors(self, name: str) -> dict[str, Any]:
        known = self._known[name]
        return {"name": name, "passphrase": known.passphrase, "code": known.backup_codes.pop()}

    def invite(self, name: str, role: str) -> str:
        told: dict[str, Any] = {"name": name, "email": f"{name}@clinic.example", "role": role, "teams": []}
        ana = self[COORDINATOR]
        return shown_once(ana.submit(ana.get("/people/invite/"), **told).text)[0]

    def join(self, name: str, code: str) -> None:
        browser = self.stranger()
        page = browser.submit(browser.get("/join/"), name=name, invite_code=code)
        self.first_sign_in(name, browser, page)

    def first_sign_in(self, name: str, browser: Browser, page: Page) -> None:
        """From the page that shows everything once."""
        passphrase, key, recovery = shown_once(page.text)
        self._note(Colleague(name, browser, passphrase, recovery, backup_codes(page.text)), key)
        browser.submit(page, "/join/first-sign-in/", name=name, passphrase=passphrase, code=code_of(key))

    def id_of(self, name: str, pattern: str = ON_THE_ROSTER) -> str:
        """As the coordinator's page has it."""
        found = re.search(pattern.format(name), self[COORDINATOR].get("/people/").text, re.DOTALL)
        assert found
        return found[1]

    def note_clinic_codes(self, codes: list[str]) -> None:
        for code in codes:
            self._canaries.note(code, "the clinic's recovery codes")
        self.clinic_codes = codes

    def _sign_in(self, name: str, papers: Enrolment) -> None:
        secret = parse_qs(urlsplit(papers.totp_uri).query)["secret"][0]
        told = (papers.passphrase, papers.recovery_code, papers.backup_codes[:])
        self._note(Colleague(name, self.stranger(), *told), secret)
        self[name].fill("/sign-in/", name=name, passphrase=papers.passphrase, code=code_of(secret))

    def _note(self, known: Colleague, key: str) -> None:
        """What was shown once may lie nowhere either."""
        told = {"passphrase": known.passphrase, "phone's key": key, "recovery code": known.recovery_code}
        for what, secret in told.items():
            self._canaries.note(
                secret.replace(" ", "") if secret == key else secret, f"the {what} of {known.name}"
            )
        for code in known.backup_codes:
            self._canaries.note(code, f"a backup code of {known.name}")
        self._known[known.name] = known


def code_of(key: str) -> str:
    """What the phone with this key shows now."""
    secret = key.replace(" ", "")
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06d}"


def token(page: Page) -> dict[str, str]:
    """Against forged requests, for what is sent without its form."""
    form = page.form("/sign-out/")
    return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"].value}
