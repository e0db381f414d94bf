"""Nothing leaves before it is approved: an earlier day is a mistyped one."""

from datetime import date

import pytest
import time_machine

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import words
from tests.uvisa.test_actions import act, read
from uvisa import actions, rules
from uvisa.rules import Status

NOON = "2026-11-20 12:00-06:00"
YEAR_AGO = date(2025, 11, 20)
TOLD = "It was approved on November 20, 2026, so it cannot have left before. Check the year."


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("on", [YEAR_AGO, date(2026, 11, 19)])
def test_it_is_not_recorded_as_sent(cast, draft, on):
    build.make_approved(cast, draft)
    page = words(
        build.post(signed_in(cast, "ana"), draft, "sent", **build.day("sent_on", on), how="By courier")
    )
    assert TOLD in page
    assert 'value="By courier"' in page
    assert f'value="{on.year}"' in page
    assert (read(cast, draft, "status"), read(cast, draft, "sent_on")) == (Status.APPROVED, None)


@time_machine.travel(NOON, tick=False)
def test_no_correction_makes_it_so(cast, draft):
    build.make_received(cast, draft)
    days = {**build.day("sent_on", YEAR_AGO), **build.day("received_on", build.ago(0))}
    page = words(build.post(signed_in(cast, "ana"), draft, "days", **days, why="Misread the stamp."))
    assert TOLD in page
    assert 'value="Misread the stamp."' in page
    assert 'value="2025"' in page
    assert read(cast, draft, "sent_on") == build.ago(0)


@time_machine.travel(NOON, tick=False)
def test_on_the_day_itself_it_may_be(cast, draft):
    build.make_approved(cast, draft)
    typed = {**build.day("sent_on", build.ago(0)), "how": "By hand"}
    assert build.post(signed_in(cast, "ana"), draft, "sent", **typed).status_code == 302


def test_who_records_it_is_told_which_day_the_letter_carries(cast, draft):
    """Printed on Friday and sent on Monday, the paper would name other days than we count by."""
    build.make_approved(cast, draft)
    page = words(signed_in(cast, "ana").get(build.url(draft, "sent"), secure=True))
    assert "Print it again if it goes out on another day." in page
    assert build.url(draft, "packet") in page


def test_a_second_approval_counts(cast, draft):
    build.make_approved(cast, draft, on=build.ago(5))
    act(cast, cast.sol, actions.send_back, draft, why="The date is wrong.")
    build.make_approved(cast, draft)
    with pytest.raises(rules.ImpossibleDates):
        act(cast, cast.ana, actions.record_sent, draft, sent_on=build.ago(5), how="By hand")


def test_what_was_never_approved_here_has_no_such_day():
    rules.check_sent(YEAR_AGO, None)
