"""The constant mails on the days that count, and on no other."""

from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from clinic.accounts import nudges
from clinic.accounts.models import Nudge
from clinic.cases import actions as cases
from referrals import actions as referrals
from tests.cases_builders import give, make_case
from tests.uvisa import build
from tests.uvisa.test_actions import act
from uvisa import actions
from uvisa.rules import Status

START = "2026-11-20 12:00-06:00"


def run_timer(day):
    """Who got a mail on that day."""
    mail.outbox.clear()
    with time_machine.travel(f"{day} 08:00-06:00", tick=False):
        call_command("timer", stdout=StringIO())
    return sorted((*one.to, str(one.body)) for one in mail.outbox)


def days():
    return sorted(Nudge.objects.values_list("day", flat=True))


@time_machine.travel(START, tick=False)
def test_a_nudge_on_each_day_to_act(cast, draft):
    build.make_received(cast, draft)
    assert days() == [date(2026, 11, 27), date(2026, 12, 4)]
    assert set(Nudge.objects.values_list("user", "urgent")) == {(cast.ana.pk, True)}


@time_machine.travel("2026-12-18 12:00-06:00", tick=False)
def test_a_day_to_chase_and_the_day_it_is_due(cast, draft):
    build.make_received(cast, draft)
    chase, due = date(2026, 12, 25), date(2026, 12, 28)
    assert days()[:2] == [chase, due]


def test_the_constant_mail_goes_out_on_the_day(cast, draft):
    with time_machine.travel(START, tick=False):
        build.make_received(cast, draft)
    urgent = [("ana@clinic.example", "Something is due today or tomorrow. Sign in today.")]
    assert run_timer("2026-11-25") == []
    assert run_timer("2026-11-26") == urgent
    assert run_timer("2026-11-27") == urgent
    assert run_timer("2026-11-27") == []


def test_a_mail_says_nothing_of_the_case(cast, draft):
    with time_machine.travel(START, tick=False):
        build.make_received(cast, draft)
    run_timer("2026-11-27")
    (sent,) = mail.outbox
    whole = sent.message().as_string()
    for word in ("Zvezdalia", "Minneapolis", "request", str(draft.pk), str(draft.case_id)):
        assert word not in whole


def test_a_run_that_was_missed_is_made_up_for(cast, draft):
    with time_machine.travel(START, tick=False):
        build.make_received(cast, draft)
    assert len(run_timer("2026-12-01")) == 1


def test_an_answer_ends_the_reminders(cast, draft):
    with time_machine.travel(START, tick=False):
        build.make_received(cast, draft)
        answered = {"status": Status.SIGNED, "answered_on": date(2026, 11, 20), "words": ""}
        act(cast, cast.ana, actions.record_answer, draft, **answered)
    assert not Nudge.objects.exists()
    assert run_timer("2026-11-27") == []


@time_machine.travel(START, tick=False)
def test_silence_is_not_forgotten(cast, draft):
    """Once every day is over, the urgent mails end; a month later its owner hears of it again."""
    build.make_received(cast, draft, on=date(2026, 11, 20))
    with time_machine.travel("2026-12-04 12:00-06:00", tick=False):
        say_silent(cast, draft)
    assert list(Nudge.objects.values_list("day", "urgent")) == [(date(2027, 1, 3), False)]


@time_machine.travel(START, tick=False)
def test_silence_before_the_strict_day_does_not_cancel_it(cast, draft):
    """The city's day is over without an answer; the state's is still to come, and its mails too."""
    build.make_received(cast, draft)
    with time_machine.travel("2026-11-30 12:00-06:00", tick=False):
        say_silent(cast, draft)
    found = sorted(Nudge.objects.values_list("day", "urgent"))
    assert found == [(date(2026, 12, 4), True), (date(2026, 12, 30), False)]
    assert run_timer("2026-12-03") == [("ana@clinic.example", str(nudges.URGENT.text))]


def say_silent(cast, request):
    silent = {"status": Status.SILENT, "answered_on": timezone.localdate(), "words": ""}
    act(cast, cast.ana, actions.record_answer, request, **silent)


@time_machine.travel(START, tick=False)
def test_unconfirmed_receipt_is_asked_for_after_three_days(cast, draft):
    build.make_sent(cast, draft)
    assert days()[0] == date(2026, 11, 23)


@time_machine.travel(START, tick=False)
def test_those_whose_turn_it_is(cast, draft):
    build.make_ready(cast, draft)
    assert list(Nudge.objects.values_list("user", "urgent")) == [(cast.sol.pk, False)]
    act(cast, cast.sol, actions.approve, draft, checked=True)
    assert list(Nudge.objects.values_list("user", "urgent")) == [(cast.ana.pk, False)]
    act(cast, cast.sol, actions.send_back, draft, why="The date is wrong.")
    assert list(Nudge.objects.values_list("user", "urgent")) == [(cast.ana.pk, False)]


# Whoever is reminded can act


def mailed():
    return sorted(Nudge.objects.values_list("user__sign_in_name", flat=True))


def take_back(cast, case, person):
    with cast.acting(cast.ana):
        referrals.take_back(
            case=build.opened(case), person=person, renew_keys=False, by=cast.ana, on=timezone.localdate()
        )


def owner_of(cast, request):
    with cast.acting(cast.ana):
        return build.found(request).owner_name


def test_an_attorney_who_wrote_it_is_not_asked_to_send_it(cast, case):
    build.make_approved(cast, build.make_request(cast, case, by=cast.ben))
    assert mailed() == ["ana"]


def test_behind_a_wall_whoever_may_send_it_is_asked(cast, case):
    request = build.make_request(cast, case, by=cast.ben)
    build.make_approved(cast, request)
    with cast.acting(cast.sol):
        inside = [cast.sol, cast.ben]
        cases.wall_case(case=build.opened(case), people=inside, why="A conflict.", by=cast.sol)
    assert mailed() == ["sol"]


def test_what_intake_wrote_goes_with_the_case(cast):
    waiting = make_case(cast)
    request = build.make_request(cast, waiting, by=cast.chi)
    give(cast, waiting, cast.ben)
    assert owner_of(cast, request) == "ben"


def test_a_coordinators_request_stays_theirs_when_the_case_is_given(cast):
    waiting = make_case(cast)
    request = build.make_request(cast, waiting)
    give(cast, waiting, cast.ben)
    assert owner_of(cast, request) == "ana"


def test_taking_a_case_back_takes_its_requests_back(cast, case):
    request = build.make_request(cast, case, by=cast.ben)
    build.make_ready(cast, request)
    act(cast, cast.sol, actions.send_back, request, why="The date is wrong.")
    assert mailed() == ["ben"]
    take_back(cast, case, cast.ben)
    assert mailed() == ["ana"]
    assert owner_of(cast, request) == "ana"


@pytest.mark.parametrize("late", [0, 30])
def test_a_late_entry_is_reminded_of_at_once(cast, draft, late):
    with time_machine.travel("2026-12-20 12:00-06:00", tick=False):
        build.make_received(cast, draft, on=build.ago(late))
    assert bool(run_timer("2026-12-20")) is bool(late)
