"""How one comes to the pages that no address alone leads to: answers, refusals, papers shown once."""

import time
from base64 import b32decode
from collections.abc import Callable
from unittest.mock import patch

from django.urls import reverse
from django_otp.oath import TOTP

from clinic.accounts.errors import Refused
from clinic.directory.models import ClockRule
from clinic.vault.errors import Locked, Stale, Tampered
from intake.actions import start_call
from tests.accounts.doorway import fresh_code
from tests.house.matrix import World
from tests.journeys import album
from tests.journeys.people import Meet, Mode, Person
from tests.uvisa import build

TOO_MANY = """form => { for (let at = 0; at < 600; at++) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: `more${at}` })); } }"""
FORGED = """form => { form.elements.csrfmiddlewaretoken.value = "forged"; }"""


MOVES = {
    "ready": (build.make_ready, "sol", ("", "approve", "send-back")),
    "approved": (build.make_approved, "ana", ("", "sent")),
    "sent": (build.make_sent, "ana", ("received",)),
    "answered": (build.make_answered, "ana", ("", "take-back")),
}


class Company:
    """Who is here in these scenes, each in one browser."""

    def __init__(self, world: World, meet: Meet, mode: Mode) -> None:
        self.world, self.meet, self.mode = world, meet, mode
        self._here: dict[str, Person] = {}

    def __getitem__(self, name: str) -> Person:
        if name not in self._here:
            self._here[name] = self.meet(name, self.mode)
            if name != "anon":
                self._here[name].sign_in()
        return self._here[name]


def refusals(here: Company) -> None:
    ben, case = here["ben"], here.world.case.pk
    _at(ben, "404", "/cases/nothing/")
    _at(ben, "405", reverse("accounts:sign_out"))
    _at(ben, "403", reverse("accounts:people"))
    _at(ben, "referrals-gone", reverse("referrals:accept", args=[case]))
    note = reverse("cases:add_note", args=[case])
    _at(ben, "cases-add_note", note)
    ben.press("Save the note")
    ben.sees("Please check what you wrote")
    album.take(ben, "cases-add_note-errors")
    for name, spoil in (("403_csrf", FORGED), ("400", TOO_MANY)):
        ben.go(note)
        ben.main.locator("form").evaluate(spoil)
        ben.press("Save the note")
        album.take(ben, name)


BREAKS = {
    "refused": Refused("A fictional reason."),
    "at_once": Stale(),
    "locked": Locked(),
    "damaged": Tampered(),
    "500": RuntimeError("Quintessa"),
}


def breakdowns(here: Company) -> None:
    """What a view could not answer itself: a page says so in words, and tells nothing of what broke."""
    sol = here["sol"]
    sol.expecting("status of 500")
    for name, error in BREAKS.items():
        with patch("clinic.desk.views.needs_of", side_effect=error):
            _at(sol, name, "/")
        assert "Quintessa" not in sol.page.content()


def finding(here: Company) -> None:
    ana, chi = here["ana"], here["chi"]
    ana.search("Exempla Egemplo")
    album.take(ana, "cases-search")
    ana.search("Nobodyatall")
    ana.sees("Nobody by this name or number.")
    album.take(ana, "cases-search-nobody")
    _at(chi, "intake-draft", reverse("intake:draft", args=[here.world.draft.pk]))
    chi.hands.write(chi.main.get_by_label("Name, telephone or A-number"), "Ejemplo")
    chi.main.locator("#known li").first.wait_for()  # the region changes by itself
    chi.look()
    album.take(chi, "intake-draft-known")
    chi.press("Log this call")
    chi.sees("Please check what you wrote")
    album.take(chi, "intake-draft-errors")


def two_windows(here: Company) -> None:
    """The same call in two windows: the second is told what it says and the case does not."""
    chi, cast = here["chi"], here.world.cast
    with cast.acting(cast.chi):
        draft = start_call(by=cast.chi)
    chi.go(reverse("intake:draft", args=[draft.pk]))
    other = chi.context.new_page()
    other.goto(chi.page.url)
    other.locator("[name=client_a_numbers]").fill("000-765-432")
    other.locator("[name=caller_phone]").fill("612-555-0142")
    other.get_by_role("button", name="Log this call", exact=True).first.click()
    other.wait_for_url("**/logged/**")
    other.close()
    chi.write("What happened", "A fictional story.")
    chi.press("Log this call")
    chi.sees("This call is logged already", "A fictional story.")
    album.take(chi, "intake-logged_already")


def with_the_agency(here: Company) -> None:
    """Each move, with a request for which it is the next."""
    for at, (make, name, moves) in MOVES.items():
        made = build.make_request(here.world.cast, here.world.case, case_number="MP-26-000125")
        make(here.world.cast, made)
        for move in moves:
            _at(here[name], f"uvisa-{move or 'request'}-{at}", build.url(made, move))
    strange = build.make_request(here.world.cast, here.world.case, crime_place="No font has \u0378.")
    _at(here["ana"], "uvisa-unprinted", build.url(strange, "packet"))
    _at(here["sol"], "uvisa-cannot", build.url(here.world.request, "approve"))
    received = here.world.received
    for move in ("", "answer", "days"):
        _at(here["ana"], f"uvisa-{move or 'request'}-received", build.url(received, move))
    album.keep(here["ana"].fetch(build.url(received, "packet")), "packet.pdf")


def new_papers(here: Company) -> None:
    """Codes and phones made anew: the last of these ends the other sessions."""
    ben = here["ben"]
    for page, button in (
        ("recovery_code", "Make a new one"),
        ("backup_codes", "Make new ones"),
        ("second_factor_start", "Go on"),
        ("passphrase", "Change it"),
    ):
        ben.go(reverse(f"accounts:{page}"))
        ben.write("Your passphrase now", here.world.cast.papers["ben"].passphrase)
        ben.write("One-time code", fresh_code(here.world.cast, "ben"))
        ben.press(button)
        album.take(ben, f"accounts-{page}-done")


def clinic_codes(here: Company) -> None:
    ana = here["ana"]
    ana.go(reverse("accounts:clinic_codes"))
    for label, code in zip(("One code", "Another code"), here.world.cast.recovery_codes, strict=False):
        ana.write(label, code)
    ana.write("One-time code", fresh_code(here.world.cast, "ana"))
    ana.press("Show three new codes")
    album.take(ana, "accounts-new_clinic_codes")
    new = ana.page.locator(".once__secret").all_inner_texts()
    ana.write("One code", new[0])
    ana.write("Another code", new[0])
    ana.press("Make them count")
    album.take(ana, "accounts-new_clinic_codes-errors")
    ana.write("Another code", new[1])
    ana.press("Make them count")
    ana.sees("The new codes count.")


def newcomer(here: Company) -> None:
    ana = here["ana"]
    ana.go(reverse("accounts:invite"))
    ana.write("Sign-in name", "fay")
    ana.write("E-mail address", "fay@clinic.example")
    ana.tick("Intake volunteer", "Role")
    ana.press("Make the invitation")
    album.take(ana, "accounts-invitation")
    _join(here, ana.page.locator(".once__secret").inner_text())
    ana.follow("I have it on paper")
    album.take(ana, "accounts-people-newcomer")


def _join(here: Company, code: str) -> None:
    fay = here.meet("anon", here.mode)
    fay.go(reverse("accounts:join"))
    fay.write("Sign-in name", "fay")
    fay.write("Invitation code", code)
    fay.press("Make my keys")
    album.take(fay, "accounts-shown_once")
    passphrase, key = fay.page.locator(".once__secret").all_inner_texts()[:2]
    fay.write("Passphrase", passphrase)
    fay.write("One-time code", _code_of(key))
    fay.press("Sign in")
    album.take(fay, "accounts-waiting")


def _code_of(key: str) -> str:
    secret = "".join(key.split())
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06d}"


def out_and_in(here: Company) -> None:
    """Locked, back again, and in by a link from outside."""
    chi, anon = here["chi"], here["anon"]
    chi.go(reverse("intake:draft", args=[here.world.draft.pk]))
    chi.write("What happened", "A fictional story.")
    with chi.arriving():
        chi.page.locator("form[data-lock] button").click()
    album.take(chi, "accounts-locked")
    chi.give_both_factors()
    album.take(chi, "accounts-signed_in_again")
    anon.page.goto(f"data:text/html,<a href='{anon.home}/cases/'>a link in a mail</a>")
    anon.page.get_by_role("link").click()
    anon.page.wait_for_url("**/sign-in/**")


def kept_words(here: Company) -> None:
    """Somebody was faster: what was typed stands on the page that says so."""
    ben = here["ben"]
    ben.go(reverse("cases:add_note", args=[here.world.case.pk]))
    ben.write("Note", "A fictional note about tomorrow.")
    with patch("clinic.cases.actions.add_note", side_effect=Stale()):
        ben.press("Save the note")
    ben.sees("What you typed", "A fictional note about tomorrow.")
    album.take(ben, "at_once-kept")


def at_odds(here: Company) -> None:
    """The case says “in removal proceedings”; this request rests on detention, which no rule hurries."""
    odd = build.make_request(here.world.cast, here.world.case, removal_proceedings=False, detained=True)
    build.make_ready(here.world.cast, odd)
    for move in ("", "approve"):
        _at(here["sol"], f"uvisa-{move or 'request'}-odd", build.url(odd, move))
        here["sol"].sees("In removal proceedings, or not?", "An expedite that no rule promises")


def confirming(here: Company) -> None:
    """A rule is confirmed, and then not."""
    sol, rule = here["sol"], ClockRule.objects.get(slug="minnesota-statute")
    sol.go(reverse("directory:confirm_rule", args=[rule.pk]))
    sol.press("I have read it: confirm")
    _at(sol, "directory-confirm_rule-confirmed", reverse("directory:confirm_rule", args=[rule.pk]))
    sol.press("Take back the confirmation")
    sol.sees("The confirmation is taken back.")


def walling(here: Company) -> None:
    """Two stay inside; the case says to them why."""
    sol, ben = here["sol"], here["ben"]
    sol.go(reverse("cases:wall", args=[here.world.case.pk]))
    sol.tick("ben", "Who may still open it")  # sol is ticked already
    sol.write("Your decision, and why", "A fictional reason.")
    sol.press("Put up the wall")
    _at(ben, "cases-case-walled", reverse("cases:case", args=[here.world.case.pk]))
    ben.sees("A fictional reason.")


def closing(here: Company) -> None:
    """Calls that only they can open would go with the account: asked once more, and not done here."""
    ana = here["ana"]
    _at(ana, "accounts-leave_clinic-calls", reverse("accounts:leave_clinic", args=[here.world.cast.chi.pk]))
    ana.press("Close the account")
    ana.sees("never logged")
    album.take(ana, "accounts-leave_clinic-errors")


def _at(person: Person, name: str, where: str) -> None:
    person.go(where)
    album.take(person, name)


SCENES: tuple[Callable[[Company], None], ...] = (
    refusals,
    breakdowns,
    finding,
    two_windows,
    with_the_agency,
    kept_words,
    at_odds,
    confirming,
    closing,
    newcomer,
    out_and_in,
    new_papers,
    clinic_codes,
    walling,
)
