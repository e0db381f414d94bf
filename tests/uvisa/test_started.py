"""A request keeps the rules it started under."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from clinic.directory.calendar import Holidays
from clinic.directory.models import Agency, ClockRule
from tests.uvisa import build
from uvisa import requests, started
from uvisa.rules import Level, Rule, Start, Trigger, Unit, clocks

DAYS = st.integers(1, 200)
WHEN = st.none() | st.dates(date(2017, 1, 1), date(2040, 1, 1))
RULES = st.builds(
    Rule,
    name=st.text(max_size=20),
    slug=st.text(max_size=20),
    level=st.sampled_from(Level),
    ordinary_days=st.none() | DAYS,
    expedited_days=st.none() | DAYS,
    citation=st.text(max_size=20),
    confidence=st.sampled_from("SPGM"),
    unit=st.sampled_from(Unit),
    starts=st.sampled_from(Start),
    soft=st.booleans(),
    must_request_expedite=st.booleans(),
    triggers=st.frozensets(st.sampled_from(Trigger)),
    effective_from=WHEN,
    effective_to=WHEN,
)
HOLIDAYS = st.builds(Holidays, friday_after_thanksgiving=st.booleans(), october=st.booleans())


@given(RULES, st.dates(date(2017, 1, 1), date(2040, 1, 1)))
def test_a_kept_rule_comes_back_as_it_was(rule, on):
    lines = started.kept([rule], on)
    assert started.rules_in(lines, frozenset()) == ([rule] if rule.in_force(on) else [])


@given(st.lists(RULES, max_size=4), HOLIDAYS, st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.booleans())
def test_the_same_clocks_run(rules, holidays, on, removal):
    kept = started.rules_in(started.kept(rules, on), frozenset())
    days = started.holidays_in(started.kept_holidays(holidays))
    assert clocks(kept, on, on, True, removal, days) == clocks(rules, on, on, True, removal, holidays)


@given(RULES)
def test_only_these_very_numbers_are_confirmed(rule):
    lines = started.kept([rule], rule.effective_from or date(2026, 1, 1))
    for kept in started.rules_in(lines, frozenset({rule.stamp})):
        assert kept.verified
    other = Rule(**{**vars(rule), "ordinary_days": (rule.ordinary_days or 0) + 1})
    assert other.stamp != rule.stamp


@time_machine.travel("2026-11-20 12:00-06:00", tick=False)
@pytest.mark.parametrize("move", [build.make_sent, build.make_received])
def test_a_changed_law_moves_no_clock_that_runs(cast, draft, move):
    move(cast, draft)
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=3)
    Agency.objects.filter(slug=build.MPD).update(keeps_friday_after_thanksgiving=True)
    with cast.acting(cast.ana):
        running = requests.clocks_of(build.found(draft))
    assert [clock.due for clock in running] == [date(2026, 11, 27), date(2026, 12, 4)]


@time_machine.travel("2026-11-20 12:00-06:00", tick=False)
def test_before_it_is_sent_the_law_of_the_day_counts(cast, draft):
    ClockRule.objects.filter(slug="minnesota-statute").update(expedited_days=3)
    with cast.acting(cast.ana):
        running = requests.clocks_of(build.found(draft), sending_on=date(2026, 11, 20))
    assert min(clock.raw for clock in running) == date(2026, 11, 20) + timedelta(days=3)
