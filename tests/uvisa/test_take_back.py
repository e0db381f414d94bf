"""An answer that was recorded by mistake is taken back, and an agency that was silent has it after all."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.audit import reading
from clinic.audit.events import Event
from clinic.vault.keyring import current
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import words
from tests.uvisa.test_actions import act, read, status_of
from uvisa import actions, board, rules
from uvisa.rules import HAVE_ANSWER, Status

NOON = "2026-11-20 12:00-06:00"
TAKE_BACK = "Take back the answer"
WHY = {"why": "It was about another case."}


def page_of(browser, request, move=""):
    return words(browser.get(build.url(request, move), secure=True))


def days():
    return sorted(Nudge.objects.values_list("day", flat=True))


def on_the_board(cast):
    with cast.acting(cast.sol):
        shown = board.board(today=timezone.localdate())
    return [row["what"] for group in shown.groups for row in group["rows"]]


@pytest.mark.parametrize("status", sorted(HAVE_ANSWER))
def test_it_stands_as_before(cast, draft, status):
    browser = signed_in(cast, "ana")
    build.make_answered(cast, draft, status=status)
    assert TAKE_BACK in words(browser.get(build.url(draft), secure=True))
    assert "So it says." in words(browser.get(build.url(draft, "take-back"), secure=True))
    assert build.post(browser, draft, "take-back", **WHY).status_code == 302
    assert status_of(cast, draft) == Status.RECEIVED
    assert [read(cast, draft, name) for name in ("answered_on", "answer")] == [None, ""]
    assert TAKE_BACK not in words(browser.get(build.url(draft), secure=True))


def test_without_word_of_receipt_it_is_sent_again(cast, draft):
    build.make_sent(cast, draft)
    build.answer(cast, draft, Status.REFUSED)
    act(cast, cast.ana, actions.take_back_answer, draft, **WHY)
    assert status_of(cast, draft) == Status.SENT


@time_machine.travel(NOON, tick=False)
def test_the_history_keeps_what_stood(cast, draft):
    browser = signed_in(cast, "ana")
    build.make_answered(cast, draft, status=Status.REFUSED)
    build.post(browser, draft, "take-back", **WHY)
    assert (
        "Took back the answer of November 20, 2026: It was about another case. "
        "It stood as: Refused, “So it says.”"
    ) in page_of(browser, draft)


@time_machine.travel(NOON, tick=False)
def test_the_clocks_run_again(cast, draft):
    browser = signed_in(cast, "ana")
    build.make_received(cast, draft)
    before, shown = days(), on_the_board(cast)
    build.answer(cast, draft, Status.SIGNED)
    assert (days(), on_the_board(cast)) == ([], [])
    act(cast, cast.ana, actions.take_back_answer, draft, **WHY)
    assert (days(), on_the_board(cast)) == (before, shown)
    assert "When the agency must answer" in page_of(browser, draft)
    assert "USCIS must have the petition by" not in page_of(browser, draft)


def test_the_right_answer_is_recorded_then(cast, draft):
    build.make_answered(cast, draft, status=Status.REFUSED)
    act(cast, cast.ana, actions.take_back_answer, draft, **WHY)
    build.answer(cast, draft, Status.SIGNED)
    assert status_of(cast, draft) == Status.SIGNED


def test_it_is_on_the_record(cast, draft):
    build.make_answered(cast, draft)
    act(cast, cast.ana, actions.take_back_answer, draft, **WHY)
    with cast.acting(cast.ana):
        build.opened(draft.case)
        newest = reading.readable(current(), case_id=draft.case_id)[0]
    assert str(Event(newest.event).label) == "Took back the agency’s answer"


@pytest.mark.parametrize("make", [build.make_request, build.make_sent, build.make_received])
def test_there_must_be_one(cast, draft, make):
    browser = signed_in(cast, "ana")
    if make is not build.make_request:
        make(cast, draft)
    with pytest.raises(rules.MoveRefused):
        act(cast, cast.ana, actions.take_back_answer, draft, **WHY)
    assert TAKE_BACK not in page_of(browser, draft)


def test_what_was_withdrawn_stays_so(cast, draft):
    act(cast, cast.ana, actions.withdraw, draft, why="Another agency signed.")
    with pytest.raises(rules.MoveRefused):
        act(cast, cast.ana, actions.take_back_answer, draft, **WHY)


# An agency that was silent


@time_machine.travel(NOON, tick=False)
def test_it_has_it_after_all_and_the_days_from_receipt_run(cast, case):
    """St. Paul's days are counted from receipt."""
    browser = signed_in(cast, "ana")
    request = build.make_request(cast, case, slug="st-paul-police")
    build.make_sent(cast, request, on=build.ago(5))
    build.answer(cast, request, Status.SILENT, "Three calls.")
    assert "Counted from receipt." not in page_of(browser, request)
    assert "Record that the agency has it" in words(browser.get(build.url(request), secure=True))
    typed = {**build.day("received_on", build.ago(1)), "how": "Its clerk called."}
    assert build.post(browser, request, "received", **typed).status_code == 302
    page = page_of(browser, request)
    assert "7 days, due Friday, November 27, 2026." in page
    assert "Counted from receipt." in page
    assert "No answer, noted on" not in page
    assert "Until then it stood as: No answer, “Three calls.”" in page
    assert status_of(cast, request) == Status.RECEIVED
    assert date(2026, 11, 26) in days()


def test_what_it_said_to_have_before_is_not_asked_again(cast, draft):
    browser = signed_in(cast, "ana")
    build.make_answered(cast, draft, status=Status.SILENT)
    assert "Record that the agency has it" not in page_of(browser, draft)
    with pytest.raises(rules.MoveRefused):
        act(cast, cast.ana, actions.record_received, draft, received_on=build.ago(0), how="Again")


@pytest.mark.parametrize("status", [Status.SIGNED, Status.WITHDRAWN])
def test_silence_is_kept_whatever_comes_of_it(cast, draft, status):
    browser = signed_in(cast, "ana")
    build.make_answered(cast, draft, status=Status.SILENT)
    if status == Status.WITHDRAWN:
        act(cast, cast.ana, actions.withdraw, draft, why="Another agency signed.")
    else:
        build.answer(cast, draft, status, "It signed.")
    assert "Until then it stood as: No answer, “So it says.”" in page_of(browser, draft)


# A day of receipt that was not known


def correct(browser, request, **typed):
    boxes = {box: text for name, on in typed.items() for box, text in build.day(name, on).items()}
    return build.post(browser, request, "days", **boxes, why="The stamp says so.")


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("status", sorted(HAVE_ANSWER))
def test_the_day_of_receipt_is_added_to_an_answer(cast, draft, status):
    browser = signed_in(cast, "ana")
    build.make_sent(cast, draft, on=build.ago(5))
    build.answer(cast, draft, status)
    assert 'name="received_on_month"' in page_of(browser, draft, "days")
    told = {"sent_on": build.ago(5), "received_on": build.ago(3), "answered_on": build.ago(0)}
    assert correct(browser, draft, **told).status_code == 302
    page = page_of(browser, draft)
    assert "Added that the agency got it on November 17, 2026: The stamp says so." in page
    assert "<dt>Received</dt><dd>November 17, 2026</dd>" in page
    assert status_of(cast, draft) == status


def test_what_is_only_sent_is_received_by_its_own_page(cast, draft):
    browser = signed_in(cast, "ana")
    build.make_sent(cast, draft)
    assert 'name="received_on_month"' not in page_of(browser, draft, "days")


def test_a_receipt_that_is_taken_back_says_no_more_how(cast, draft):
    build.make_answered(cast, draft)
    act(
        cast,
        cast.ana,
        actions.correct_days,
        draft,
        sent_on=build.ago(0),
        received_on=None,
        answered_on=build.ago(0),
        why="Another case.",
    )
    assert (status_of(cast, draft), read(cast, draft, "received_how")) == (Status.SIGNED, "")
