"""What the page of a request says once it is answered or withdrawn."""

import re
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.test_actions import act
from uvisa import actions
from uvisa.rules import ANSWERED, Status

RECEIVED, MONTHS_LATER = "2026-11-02 12:00-06:00", "2027-02-04 12:00-06:00"


@pytest.fixture
def received(cast, draft):
    with time_machine.travel(RECEIVED, tick=False):
        build.make_received(cast, draft)
    return draft


def answer(cast, request, status, on):
    with time_machine.travel(f"{on} 12:00-06:00", tick=False):
        said = {"status": status, "answered_on": timezone.localdate(), "words": ""}
        act(cast, cast.ana, actions.record_answer, request, **said)


def page(cast, request):
    with time_machine.travel(MONTHS_LATER, tick=False):
        told = signed_in(cast, "ana").get(build.url(request), secure=True).content.decode()
    return re.sub(r"\s+", " ", told)


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_answered_in_time_is_never_late(cast, received, status):
    answer(cast, received, status, date(2026, 11, 4))
    told = page(cast, received)
    assert "When the agency had to answer" in told
    assert 'class="late"' not in told


def test_an_answer_is_judged_by_its_own_day(cast, received):
    """The city gave 7 days, without binding; the state gives 14."""
    answer(cast, received, Status.SIGNED, date(2026, 11, 17))
    told = page(cast, received)
    assert "Answered 8 days after that." in told
    assert "Answered 1 day late." in told


def test_no_answer_at_all_is_later_every_day(cast, received):
    answer(cast, received, Status.SILENT, date(2026, 11, 17))
    assert "80 days late." in page(cast, received)


def test_what_was_withdrawn_is_owed_by_nobody(cast, received):
    act(cast, cast.ana, actions.withdraw, received, why="Another agency signed.")
    told = page(cast, received)
    assert "must answer" not in told
    assert 'class="late"' not in told
