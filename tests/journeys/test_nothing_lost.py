"""Whatever ends or interferes, what somebody typed comes back."""

from unittest.mock import patch

import pytest
from django.urls import reverse

from clinic.accounts import sessions
from clinic.cases import actions
from clinic.vault.errors import Stale
from tests.cases_builders import give, make_case
from tests.journeys.people import NARROW, Mode

QUIET = Mode(NARROW, scripts=False)
SAID = "She said that they came at six."


@pytest.fixture
def case(cast):
    made = make_case(cast)
    give(cast, made, cast.ben)
    return made


def start_call(person):
    person.sign_in()
    person.room("Calls")
    person.press("Start a call")


@pytest.mark.parametrize("mode", [Mode(), Mode(NARROW)], ids=str)
def test_a_browser_that_dies_in_a_call_loses_nothing(meet, mode):
    chi = meet("chi", mode)
    start_call(chi)
    chi.write("Given names", "Ficta")
    chi.write("What happened", SAID)
    chi.page.locator("[data-saved][data-state=saved]").wait_for()
    chi.leave()  # no button was pressed
    again = meet("chi", mode)
    again.sign_in()
    again.room("Calls")
    again.follow("Ficta")
    assert again.field("What happened").input_value() == SAID


def test_locking_keeps_what_stands_in_the_form(meet):
    chi = meet("chi")
    start_call(chi)
    chi.write("What happened", SAID)
    with chi.arriving():
        chi.page.locator("form[data-lock] button").click()
    lock_and_resume(chi)


def test_locking_without_scripts_keeps_it_too(meet):
    chi = meet("chi", QUIET)
    start_call(chi)
    chi.write("What happened", SAID)
    chi.press("Lock the screen")
    lock_and_resume(chi)


def test_alt_l_locks(meet):
    chi = meet("chi")
    start_call(chi)
    chi.write("What happened", SAID)
    with chi.arriving():
        chi.page.keyboard.press("Alt+l")
    lock_and_resume(chi)


def lock_and_resume(chi):
    chi.sees("Locked", "What you typed is kept")
    assert SAID not in chi.page.content()
    chi.give_both_factors()
    chi.sees("You are signed in again", SAID)
    chi.press("Send it now")
    assert chi.field("What happened").input_value() == SAID


@pytest.mark.parametrize("mode", [Mode(), QUIET], ids=str)
def test_a_session_that_ended_gives_back_what_was_typed(meet, cast, case, mode):
    ben = meet("ben", mode)
    ben.sign_in()
    ben.go(reverse("cases:add_note", args=[case.pk]))
    ben.write("Note", SAID)
    ben.tick("Everybody who holds the case", "Who may read it")
    sessions.end_all(cast.ben)
    ben.press("Save the note")
    ben.sees("You were signed out while you were writing. What you typed is kept")
    ben.give_both_factors()
    ben.sees("It has not been saved yet", SAID)
    ben.press("Continue")
    ben.sees("The note was saved.", SAID)


def test_signing_out_and_in_in_another_tab_loses_nothing(meet, case):
    ben = meet("ben")
    ben.sign_in()
    ben.go(reverse("cases:add_note", args=[case.pk]))
    ben.write("Note", SAID)
    writing, other = ben.page, ben.context.new_page()
    other.goto("/")
    other.evaluate("document.querySelector(\"form[action='/sign-out/']\").submit()")
    other.wait_for_url("**/sign-in/")
    ben.press("Save the note")
    ben.sees("Sign in in another tab", SAID)
    ben.page = other
    ben.give_both_factors()
    ben.page = writing
    ben.press("Continue")
    ben.sees("The note was saved.", SAID)


@pytest.mark.parametrize(
    ("mode", "error"), [(Mode(), Stale()), (QUIET, RuntimeError("Quintessa"))], ids=["at once", "an error"]
)
def test_what_was_not_taken_stands_there_to_be_sent_again(meet, case, mode, error):
    ben = meet("ben", mode)
    ben.sign_in()
    ben.go(reverse("cases:add_note", args=[case.pk]))
    ben.write("Note", SAID)
    ben.tick("Everybody who holds the case", "Who may read it")
    if isinstance(error, RuntimeError):
        ben.expecting("status of 500")
    with patch.object(actions, "add_note", side_effect=error):
        ben.press("Save the note")
    ben.sees("What you typed", SAID)
    ben.press("Continue")
    ben.sees("The note was saved.", SAID)


@pytest.mark.parametrize("mode", [Mode(), QUIET], ids=str)
def test_the_second_of_two_editors_is_told_and_loses_nothing(meet, case, mode):
    ana, ben = meet("ana", mode), meet("ben", mode)
    for person in (ana, ben):
        person.sign_in()
        person.go(reverse("cases:edit", args=[case.pk]))
    ana.write("What happened", "They came at five.")
    ben.write("What happened", SAID)
    ana.press("Save the case")
    ana.sees("They came at five.")
    ben.press("Save the case")
    ben.sees("Somebody saved this case while you were writing", "They came at five.")
    assert ben.field("What happened").input_value() == SAID
    ben.press("Save the case")
    ben.sees(SAID)
