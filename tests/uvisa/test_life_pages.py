"""The moves of a request, as people make them."""

import re

import pytest
import time_machine
from django.test import Client

from clinic.directory.models import Agency, Agreement, ClockRule
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import words
from uvisa.rules import Status

APPROVAL = {"signer": "Sol Example", "checked": "on"}


def sent_on(days, **more):
    return {**build.day("sent_on", build.ago(days)), "how": "By hand", **more}


def received_on(days, **more):
    return {**build.day("received_on", build.ago(days)), "how": "Stamped copy", **more}


def answered_on(days, status="signed"):
    return {"status": status, **build.day("answered_on", build.ago(days)), "words": "We will."}


MOVES = {
    "ready": (None, "ana", {}, "Waits for a supervising attorney"),
    "approve": (build.make_ready, "sol", APPROVAL, "Approved, not sent yet"),
    "send-back": (build.make_ready, "sol", {"why": "The date is wrong."}, "The date is wrong."),
    "sent": (build.make_approved, "ana", sent_on(0), "Sent, receipt not confirmed"),
    "received": (build.make_sent, "ana", received_on(0), "Received by the agency"),
    "answer": (build.make_received, "ana", answered_on(0), "USCIS must have the petition by"),
    "days": (
        build.make_received_earlier,
        "ana",
        {
            **build.day("sent_on", build.ago(2)),
            **build.day("received_on", build.ago(1)),
            "why": "Misread.",
        },
        "Corrected the day it was sent, which stood as",
    ),
    "take-back": (build.make_answered, "ana", {"why": "Another case."}, "Took back the answer of"),
    "withdraw": (None, "ana", {"why": "Another agency signed."}, "Withdrawn"),
}
FORMS = [move for move in MOVES if move != "ready"]
DECIDED_BY_SOL = ("approve", "send-back")


def prepared(cast, draft, move):
    before, who, typed, said = MOVES[move]
    if before:
        before(cast, draft)
    return signed_in(cast, who), typed, said


def status_of(cast, request):
    with cast.acting(cast.ana):
        return build.found(request).status


@pytest.mark.parametrize("move", MOVES)
def test_it_works(cast, draft, move):
    browser, typed, said = prepared(cast, draft, move)
    if move != "ready":
        assert browser.get(build.url(draft, move), secure=True).status_code == 200
    answer = build.post(browser, draft, move, **typed)
    assert answer.status_code == 302
    assert said in words(browser.get(answer["Location"], secure=True))


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("name", ["ben", "chi", "dee"])
def test_who_may_not(cast, draft, move, name):
    _browser, typed, _said = prepared(cast, draft, move)
    before, answer = status_of(cast, draft), build.post(signed_in(cast, name), draft, move, **typed)
    if move == "ready":
        assert answer.status_code == (302 if name == "ben" else 404)
        return
    assert answer.status_code == 403
    assert status_of(cast, draft) == before


@pytest.mark.parametrize("move", DECIDED_BY_SOL)
def test_a_coordinator_does_not_decide(cast, draft, move):
    build.make_ready(cast, draft)
    assert build.post(signed_in(cast, "ana"), draft, move, **MOVES[move][2]).status_code == 403
    assert status_of(cast, draft) == Status.READY


@pytest.mark.parametrize("move", MOVES)
def test_a_stranger_signs_in_first(cast, draft, move):
    build.post(Client(), draft, move)
    assert status_of(cast, draft) == Status.DRAFT


@pytest.mark.parametrize("move", FORMS)
def test_a_case_that_is_not_there(cast, draft, move):
    browser = signed_in(cast, "sol")
    for wrong in (draft.pk, cast.ana.pk):
        url = f"/certification/{wrong}/{draft.pk}/{move}/"
        assert browser.get(url, secure=True).status_code == 404


@pytest.mark.parametrize("move", FORMS)
def test_an_empty_form_says_what_to_do(cast, draft, move):
    browser, _typed, _said = prepared(cast, draft, move)
    before = build.rev(draft)
    page = words(browser.post(build.url(draft, move), {"rev": before, "sent_on": ""}, secure=True))
    assert "<title>Error:" in page
    assert build.rev(draft) == before


@pytest.mark.parametrize("move", FORMS)
def test_somebody_was_faster_and_nothing_is_lost(cast, draft, move):
    browser, typed, _said = prepared(cast, draft, move)
    answer = build.post(browser, draft, move, **{**typed, "rev": build.rev(draft) - 1})
    page = words(answer)
    assert answer.status_code == 409
    assert "Somebody changed this request meanwhile. It stands now as:" in page
    assert f'name="rev" value="{build.rev(draft)}"' in page
    for value in typed.values():
        assert str(value) in page
    assert build.post(browser, draft, move, **typed).status_code == 302


def test_a_second_time_is_told_kindly(cast, draft):
    browser, typed, _said = prepared(cast, draft, "received")
    build.post(browser, draft, "received", **typed)
    answer = build.post(browser, draft, "received", **typed)
    assert answer.status_code == 409
    assert "It stands now as: Received by the agency." in words(answer)


# Ready


@pytest.mark.parametrize("move", [move for move in FORMS if MOVES[move][0]])
def test_a_move_that_is_not_possible_asks_nothing(cast, draft, move):
    browser = signed_in(cast, MOVES[move][1])
    told = browser.get(build.url(draft, move), secure=True)
    assert told.status_code == 409
    assert "The request stands as: <strong>Being written</strong>" in words(told)
    assert 'name="rev"' not in words(told)
    assert build.url(draft) in words(told)


def test_not_ready_yet(cast, case):
    request = build.make_request(cast, case, case_number="")
    answer = build.post(signed_in(cast, "ben"), request, "ready")
    assert "Something is still missing." in words(signed_in_again(cast, "ben", answer))
    assert status_of(cast, request) == Status.DRAFT


def signed_in_again(cast, name, answer):
    browser = signed_in(cast, name)
    browser.cookies.update(answer.cookies)
    return browser.get(answer["Location"], secure=True)


def test_ready_for_something_older(cast, draft):
    build.post(signed_in(cast, "ana"), draft, "ready", rev=build.rev(draft) - 1)
    assert status_of(cast, draft) == Status.DRAFT


def test_ready_is_no_page(cast, draft):
    assert signed_in(cast, "ana").get(build.url(draft, "ready"), secure=True).status_code == 405


# Approving


def test_the_marks_must_be_ticked(cast, draft):
    build.make_ready(cast, draft)
    browser = signed_in(cast, "sol")
    page = words(browser.get(build.url(draft, "approve"), secure=True))
    assert "Law that nobody has confirmed yet" in page
    assert "Minn. Stat. 611A.95, subd. 2(b)" in page
    page = words(build.post(browser, draft, "approve", signer="Sol Example"))
    assert "Check the citations, or confirm the rules in the directory." in page
    assert 'value="Sol Example"' in page
    assert status_of(cast, draft) == Status.READY


LOOK_AGAIN = "The law, the agency or the case changed while you read."


def other_law(cast):
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=10)


def law_nobody_need_tick(cast):
    ClockRule.objects.update(verified_on=build.ago(0), verified_by=cast.sol, expedited_days=10)


def other_official(cast):
    Agency.objects.filter(slug=build.MPD).update(official="Chief Example")


def new_ties(cast):
    agency = Agency.objects.get(slug=build.MPD)
    Agreement.objects.create(agency=agency, kind=Agreement.Kind.IGSA, source="Example", confidence="P")


@pytest.mark.parametrize("change", [other_law, law_nobody_need_tick, other_official, new_ties])
def test_the_tick_is_about_what_was_on_the_screen(cast, draft, change):
    build.make_ready(cast, draft)
    browser = signed_in(cast, "sol")
    seen = build.seen(browser, draft)
    change(cast)
    answer = build.post(browser, draft, "approve", **APPROVAL, weighed="on", seen=seen)
    page = words(answer)
    assert LOOK_AGAIN in page
    assert 'value="Sol Example"' in page
    assert not [box for box in re.findall(r'<input type="checkbox"[^>]*>', page) if " checked" in box]
    assert status_of(cast, draft) == Status.READY
    again = re.findall(r'name="seen" value="(\w+)"', page)
    assert build.post(browser, draft, "approve", **APPROVAL, weighed="on", seen=again).status_code == 302


def test_what_cannot_be_printed_is_named_before_it_is_approved(cast, draft):
    build.make_ready(cast, draft)
    browser = signed_in(cast, "sol")
    assert "Still missing" not in words(browser.get(build.url(draft, "approve"), secure=True))
    Agency.objects.filter(slug=build.MPD).update(official="Chief \u0378")
    page = words(build.post(browser, draft, "approve", **APPROVAL))
    assert "A font for some characters: the packet cannot be printed." in page
    assert build.url(draft, "packet") in page
    assert status_of(cast, draft) == Status.READY


def test_an_approval_of_nothing_that_was_seen(cast, draft):
    build.make_ready(cast, draft)
    assert LOOK_AGAIN in words(build.post(signed_in(cast, "sol"), draft, "approve", **APPROVAL, seen=""))
    assert status_of(cast, draft) == Status.READY


def test_the_days_of_the_law_are_on_the_screen(cast, draft):
    build.make_ready(cast, draft)
    page = words(signed_in(cast, "sol").get(build.url(draft, "approve"), secure=True))
    assert "7 days, due" in page
    assert "14 days, due" in page


def test_nothing_to_tick_where_all_is_confirmed(cast, draft):
    ClockRule.objects.update(verified_on=build.ago(0), verified_by=cast.sol)
    build.make_ready(cast, draft)
    browser = signed_in(cast, "sol")
    assert "I checked the citations" not in words(browser.get(build.url(draft, "approve"), secure=True))
    assert build.post(browser, draft, "approve", signer="Sol Example").status_code == 302


def test_ties_must_be_weighed(cast, case):
    request = build.make_request(cast, case, slug=build.SHERIFF)
    build.make_ready(cast, request)
    browser = signed_in(cast, "sol")
    assert "Talk with the client first." in words(build.post(browser, request, "approve", **APPROVAL))
    assert status_of(cast, request) == Status.READY
    assert build.post(browser, request, "approve", **APPROVAL, weighed="on").status_code == 302


# Days


@pytest.mark.parametrize(
    ("move", "sent", "typed", "told"),
    [
        ("received", 3, received_on(4), "It was sent on"),
        ("received", 3, received_on(-1), "This date has not come yet."),
        ("sent", None, sent_on(-1), "This date has not come yet."),
        ("answer", 3, answered_on(4), "It was sent on"),
    ],
)
def test_days_that_cannot_be(cast, draft, move, sent, typed, told):
    if sent is None:
        build.make_approved(cast, draft)
    else:
        build.make_sent(cast, draft, on=build.ago(sent))
    before = status_of(cast, draft)
    page = words(build.post(signed_in(cast, "ana"), draft, move, **typed))
    assert told in page
    for value in typed.values():
        assert str(value) in page
    assert status_of(cast, draft) == before


def test_answered_before_it_arrived(cast, draft):
    build.make_received(cast, draft)
    assert "The agency got it on" in words(
        build.post(signed_in(cast, "ana"), draft, "answer", **answered_on(1))
    )


@pytest.mark.parametrize(
    ("sent", "received", "answered", "told"),
    [
        (2, 3, 1, "It cannot have arrived before it was sent."),
        (4, 2, 3, "It cannot have been answered before the agency got it."),
    ],
)
def test_days_that_were_typed_together_and_cannot_be(cast, draft, sent, received, answered, told):
    build.make_received(cast, draft, on=build.ago(5))
    browser = signed_in(cast, "ana")
    build.post(browser, draft, "answer", **answered_on(4))
    typed = {"sent_on": sent, "received_on": received, "answered_on": answered}
    boxes = {
        box: text for name, ago in typed.items() for box, text in build.day(name, build.ago(ago)).items()
    }
    page = words(build.post(browser, draft, "days", **boxes, why="Misread."))
    assert told in page
    assert "so this cannot have come before" not in page


def test_a_mistyped_signature_day_is_corrected(cast, draft):
    with time_machine.travel("2026-11-20 12:00-06:00", tick=False):
        build.make_received(cast, draft, on=build.ago(5))
        browser = signed_in(cast, "ana")
        build.post(browser, draft, "answer", **answered_on(0))
        assert "Correct a day" in words(browser.get(build.url(draft), secure=True))
        days = {"sent_on": 5, "received_on": 5, "answered_on": 3}
        boxes = [build.day(name, build.ago(ago)) for name, ago in days.items()]
        typed = {**boxes[0], **boxes[1], **boxes[2], "why": "The stamp says so."}
        assert build.post(browser, draft, "days", **typed).status_code == 302
        page = words(browser.get(build.url(draft), secure=True))
    assert "Corrected the day of the answer, which stood as November 20, 2026: The stamp says so." in page
    assert "Friday, May 14, 2027" in page
    assert "The six months end on Sunday, May 16, which is no working day." in page


@pytest.mark.parametrize("box", [("2", "30"), ("13", "1"), ("x", "1"), ("", "")])
def test_no_such_day(cast, draft, box):
    build.make_sent(cast, draft)
    typed = {
        "received_on_month": box[0],
        "received_on_day": box[1],
        "received_on_year": "2026",
        "how": "Mail",
    }
    page = words(build.post(signed_in(cast, "ana"), draft, "received", **typed))
    assert "<title>Error:" in page
    assert status_of(cast, draft) == Status.SENT


def test_february_29(cast, draft):
    with time_machine.travel("2028-03-01 12:00-06:00", tick=False):
        build.make_received(cast, draft, on=build.ago(1))
        page = words(signed_in(cast, "ana").get(build.url(draft), secure=True))
    assert "Received</dt><dd>February 29, 2028" in page


def test_a_late_entry_is_shown_as_one(cast, draft):
    build.make_sent(cast, draft, on=build.ago(5))
    browser = signed_in(cast, "ana")
    build.post(browser, draft, "received", **received_on(4))
    assert "Recorded that the agency got the request (it happened on" in words(
        browser.get(build.url(draft), secure=True)
    )


def test_law_that_changed_since_the_approval_is_told(cast, draft):
    build.make_approved(cast, draft)
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=10)
    page = words(build.post(signed_in(cast, "ana"), draft, "sent", **sent_on(0)))
    assert "must check it and approve again" in page
    assert 'value="By hand"' in page
    assert status_of(cast, draft) == Status.APPROVED


@pytest.mark.parametrize("status", ["refused", "returned", "silent"])
def test_other_answers(cast, draft, status):
    build.make_received(cast, draft)
    assert build.post(signed_in(cast, "ana"), draft, "answer", **answered_on(0, status)).status_code == 302
    assert status_of(cast, draft) == status


def test_no_such_answer(cast, draft):
    build.make_received(cast, draft)
    page = words(build.post(signed_in(cast, "ana"), draft, "answer", **answered_on(0, "perhaps")))
    assert "Select a valid choice" in page
    assert status_of(cast, draft) == Status.RECEIVED
