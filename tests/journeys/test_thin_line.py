"""From a phone call to a certification packet, wide and narrow, by keyboard, and without JavaScript."""

import io
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.accounts.nudges import SUBJECT, URGENT
from tests.journeys import line
from tests.journeys.people import NARROW, WIDE, Mode

MODES = [
    Mode(WIDE),
    Mode(NARROW),
    Mode(WIDE, scripts=False),
    Mode(NARROW, scripts=False),
    Mode(WIDE, keyboard=True),
    Mode(NARROW, keyboard=True, scripts=False),
]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_from_a_call_to_a_packet(meet, cast, paper, mailoutbox, mode):
    reference = line.take_call(meet, mode)
    ana = line.route(meet, mode, reference)
    line.work_on_it(meet, mode, reference, paper)
    line.ask_for_certification(ana)
    line.approve(meet, mode)
    printed = line.send(ana)
    for words in (*line.PACKET, reference):
        assert words in printed
    assert "DRAFT" not in printed
    line.check_board(ana, reference)
    remind_on_the_day(cast, mailoutbox)


def remind_on_the_day(cast, mailoutbox):
    """The timer, which holds no key, mails ana on the first day that asks something of her; never why."""
    first = Nudge.objects.filter(user=cast.ana, urgent=True).order_by("day").first()
    assert first
    run_timer(first.day - timedelta(days=2))
    assert not [mail for mail in mailoutbox if mail.to == [cast.ana.email]]
    run_timer(first.day)
    (mail,) = [mail for mail in mailoutbox if mail.to == [cast.ana.email]]
    assert (mail.subject, mail.body) == (str(SUBJECT), str(URGENT.text))


def run_timer(day):
    noon = datetime.combine(day, time(12), timezone.get_default_timezone())
    with time_machine.travel(noon, tick=False):
        call_command("timer", verbosity=0, stdout=io.StringIO())
