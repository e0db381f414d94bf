from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.directory.calendar import Holidays
from uvisa.crimes import BY_KEY, QUALIFYING_CRIMES, names_no_crime
from uvisa.rules import (
    CLOSED,
    MOVES,
    Heading,
    ImpossibleDates,
    Level,
    MoveRefused,
    Rule,
    Start,
    Status,
    Trigger,
    Unit,
    can_move,
    check_days,
    check_move,
    clocks,
    confirm_receipt_on,
    deadline_heading,
    first_clock,
    last_safe_day,
    last_working_day,
    warning_days,
    working_clock,
)

PLAIN = Holidays()
KEEPS_FRIDAY = Holidays(friday_after_thanksgiving=True)
FRIDAY = date(2026, 11, 20)


def make_rule(**differs):
    given = {
        "name": "State",
        "level": Level.STATE,
        "ordinary_days": 90,
        "expedited_days": 14,
        "citation": "Minn. Stat. 611A.95, subd. 2(b)",
        "confidence": "S",
    }
    return Rule(**{**given, **differs})


def make_city(**differs):
    return make_rule(
        **{
            "name": "City",
            "level": Level.CITY,
            "ordinary_days": 30,
            "expedited_days": 7,
            "soft": True,
            "citation": "City ordinance",
            **differs,
        }
    )


TARGET = make_rule(name="Target", level=Level.TARGET, ordinary_days=None, expedited_days=7, soft=True)


def run(*rules, requested=FRIDAY, received=FRIDAY, asked=True, removal=True, holidays=PLAIN, **more):
    return clocks(rules, requested, received, asked, removal, holidays, **more)


def names(running):
    return [clock.rule.name for clock in running]


# Vectors reckoned by hand


@pytest.mark.parametrize(
    ("received", "days", "raw", "due"),
    [
        ("2026-11-20", 7, "2026-11-27", "2026-11-27"),
        ("2026-11-20", 14, "2026-12-04", "2026-12-04"),
        ("2026-11-20", 30, "2026-12-20", "2026-12-21"),
        ("2026-11-20", 90, "2027-02-18", "2027-02-18"),
        ("2026-12-18", 7, "2026-12-25", "2026-12-28"),
        ("2026-12-18", 14, "2027-01-01", "2027-01-04"),
        ("2026-12-18", 30, "2027-01-17", "2027-01-19"),
        ("2026-12-18", 90, "2027-03-18", "2027-03-18"),
        ("2026-12-11", 7, "2026-12-18", "2026-12-18"),
        ("2026-12-11", 14, "2026-12-25", "2026-12-28"),
        ("2026-12-11", 30, "2027-01-10", "2027-01-11"),
        ("2026-12-11", 90, "2027-03-11", "2027-03-11"),
    ],
)
def test_counting(received, days, raw, due):
    day = date.fromisoformat(received)
    rule = make_rule(ordinary_days=days, expedited_days=None)
    (clock,) = run(rule, requested=day, received=day)
    assert (clock.raw.isoformat(), clock.due.isoformat()) == (raw, due)
    assert clock.chase_on == clock.raw


def test_an_agency_that_keeps_the_friday_after_thanksgiving():
    (clock,) = run(make_city(), holidays=KEEPS_FRIDAY)
    assert (clock.raw, clock.due) == (date(2026, 11, 27), date(2026, 11, 30))


def test_business_days():
    (clock,) = run(make_rule(expedited_days=21, unit=Unit.BUSINESS))
    assert clock.raw == clock.due == date(2026, 12, 22)


# Which clocks run


def test_expedited_city_and_state():
    city, state = run(make_rule(), make_city())
    assert (city.rule.name, city.days, city.due) == ("City", 7, date(2026, 11, 27))
    assert (state.rule.name, state.days, state.due) == ("State", 14, date(2026, 12, 4))
    assert city.expedited
    assert not city.binding
    assert state.binding


@pytest.mark.parametrize(("asked", "removal"), [(True, False), (False, True), (False, False)])
def test_the_shorter_time_must_be_asked_for_and_deserved(asked, removal):
    running = run(make_rule(), make_city(), asked=asked, removal=removal)
    assert [clock.days for clock in running] == [30, 90]
    assert not any(clock.expedited for clock in running)


def test_a_rules_own_trigger():
    rule = make_rule(triggers=frozenset({Trigger.REMOVAL, Trigger.DETAINED}))
    (clock,) = run(rule, removal=False, also=frozenset({Trigger.DETAINED}))
    assert clock.expedited


def test_a_rule_that_need_not_be_invoked():
    (clock,) = run(make_rule(must_request_expedite=False), asked=False)
    assert clock.days == 14


def test_before_receipt_only_rules_from_the_request_run():
    rules = make_rule(), make_city(starts=Start.RECEIPT)
    assert names(run(*rules, received=None)) == ["State"]
    city, state = run(*rules, received=FRIDAY + timedelta(days=3))
    assert (city.started_on, state.started_on) == (FRIDAY + timedelta(days=3), FRIDAY)


def test_no_receipt_before_the_request():
    with pytest.raises(ImpossibleDates):
        run(make_rule(), received=FRIDAY - timedelta(days=1))


def test_an_equal_day_shows_the_more_specific_rule_first():
    county = make_rule(name="A county", level=Level.COUNTY)
    agency = make_rule(name="B agency", level=Level.AGENCY)
    assert names(run(make_rule(), county, agency)) == [
        "B agency",
        "A county",
        "State",
    ]


@pytest.mark.parametrize(
    ("period", "runs"),
    [
        ({"effective_from": FRIDAY}, True),
        ({"effective_from": FRIDAY + timedelta(days=1)}, False),
        ({"effective_to": FRIDAY}, True),
        ({"effective_to": FRIDAY - timedelta(days=1)}, False),
    ],
)
def test_a_request_keeps_to_the_rules_of_its_day(period, runs):
    assert bool(run(make_rule(**period))) is runs


def test_the_target_stands_in_only_where_nothing_binds():
    assert names(run(TARGET, make_rule())) == ["State"]
    assert names(run(TARGET)) == ["Target"]
    assert names(run(TARGET, make_city(expedited_days=None))) == ["Target", "City"]
    assert names(run(TARGET, make_city())) == ["City"]


def test_without_any_rule_there_is_no_clock():
    assert run() == []
    assert first_clock([]) is None
    assert working_clock([]) is None


def test_we_chase_by_the_first_and_hold_them_to_the_binding_one():
    running = run(make_rule(), make_city())
    assert first_clock(running) is running[0]
    assert working_clock(running) is running[1]
    assert working_clock(running[:1]) is running[0]


some_days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
some_rules = st.lists(
    st.builds(
        make_rule,
        level=st.sampled_from(Level),
        ordinary_days=st.none() | st.integers(1, 120),
        expedited_days=st.none() | st.integers(1, 30),
        unit=st.sampled_from(Unit),
        starts=st.sampled_from(Start),
        soft=st.booleans(),
        name=st.sampled_from("ABC"),
    ),
    max_size=5,
)


@given(
    some_rules,
    some_days,
    st.none() | st.integers(0, 20),
    st.booleans(),
    st.booleans(),
    st.builds(Holidays, st.booleans(), st.booleans()),
)
def test_whatever_the_rules(rules, requested, after, asked, removal, holidays):
    received = None if after is None else requested + timedelta(days=after)
    running = clocks(rules, requested, received, asked, removal, holidays)
    assert running == sorted(running, key=lambda clock: clock.due)
    for clock in running:
        assert requested < clock.raw <= clock.due
        assert clock.due.weekday() < 5
        assert not holidays.includes(clock.due)
        assert (clock.due - clock.raw).days <= 4
        assert not clock.expedited or (asked and removal)
        assert clock.days == (clock.rule.expedited_days if clock.expedited else clock.rule.ordinary_days)
        assert received is not None or clock.rule.starts is Start.REQUEST
    working = working_clock(running)
    assert (working is None) is (running == [])
    assert not working or working.binding is any(clock.binding for clock in running)


# Headings


@pytest.mark.parametrize(
    ("due", "heading"),
    [
        (-1, Heading.OVERDUE),
        (0, Heading.TODAY),
        (1, Heading.TOMORROW),
        (2, Heading.THIS_WEEK),
        (6, Heading.THIS_WEEK),
        (7, Heading.LATER),
    ],
)
def test_heading(due, heading):
    assert deadline_heading(FRIDAY + timedelta(days=due), FRIDAY) is heading


def test_unconfirmed_is_due_on_the_third_day():
    assert confirm_receipt_on(FRIDAY) == date(2026, 11, 23)


# Six months


@pytest.mark.parametrize(
    ("signed", "last"),
    [
        ("2026-04-01", "2026-09-30"),
        ("2026-08-31", "2027-02-28"),
        ("2026-08-29", "2027-02-28"),
        ("2026-11-21", "2027-05-20"),
        ("2027-08-31", "2028-02-29"),
        ("2028-02-29", "2028-08-28"),
    ],
)
def test_last_safe_day(signed, last):
    assert last_safe_day(date.fromisoformat(signed)).isoformat() == last


@pytest.mark.parametrize(
    ("signed", "last"),
    [
        ("2026-11-24", "2027-05-21"),  # a Sunday
        ("2026-12-01", "2027-05-28"),  # Memorial Day
        ("2027-04-12", "2027-10-08"),  # Columbus Day is a federal holiday
        ("2026-05-28", "2026-11-27"),  # the day after Thanksgiving is none
    ],
)
def test_what_we_must_have_done_rolls_back(signed, last):
    assert last_working_day(date.fromisoformat(signed)).isoformat() == last


@given(some_days)
def test_the_last_safe_day_is_within_six_months(signed):
    assert 180 <= (last_safe_day(signed) - signed).days <= 183


def test_warnings_come_in_order():
    assert warning_days(date(2026, 11, 21)) == (
        date(2027, 1, 20),
        date(2027, 3, 21),
        date(2027, 4, 20),
        date(2027, 5, 6),
    )


# A request's life


def test_the_thin_line():
    line = [Status.DRAFT, Status.READY, Status.APPROVED, Status.SENT, Status.RECEIVED]
    for old, new in pairwise(line):
        check_move(old, new)
    for answer in (Status.SIGNED, Status.REFUSED, Status.RETURNED, Status.SILENT):
        check_move(Status.RECEIVED, answer)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Status.DRAFT, Status.APPROVED),
        (Status.READY, Status.SENT),
        (Status.DRAFT, Status.SENT),
        (Status.RECEIVED, Status.DRAFT),
        (Status.SIGNED, Status.REFUSED),
    ],
)
def test_nothing_is_skipped(old, new):
    with pytest.raises(MoveRefused):
        check_move(old, new)


def test_every_status_is_reached_and_has_its_moves():
    assert set(MOVES) == set(Status)
    assert {new for moves in MOVES.values() for new in moves} == set(Status)
    assert {Status.SIGNED, Status.REFUSED, Status.RETURNED, Status.WITHDRAWN} == CLOSED
    assert not any(can_move(status, status) for status in Status)


@pytest.mark.parametrize(
    ("sent", "received", "answered"), [(0, -1, None), (0, 2, 1), (0, None, -1), (4, None, None), (0, 4, None)]
)
def test_days_that_cannot_be(sent, received, answered):
    def day(n):
        return None if n is None else FRIDAY + timedelta(days=n)

    known = {"sent_on": day(sent), "received_on": day(received), "answered_on": day(answered)}
    with pytest.raises(ImpossibleDates):
        check_days(**known, today=FRIDAY + timedelta(days=3))


def test_days_that_can_be():
    check_days(sent_on=FRIDAY, received_on=FRIDAY, answered_on=FRIDAY, today=FRIDAY)


# Crimes


def test_28_crimes_and_3_inchoate_ones():
    assert sum(not crime.inchoate for crime in QUALIFYING_CRIMES) == 28
    assert sum(crime.inchoate for crime in QUALIFYING_CRIMES) == 3
    assert len(BY_KEY) == 31


def test_an_attempt_alone_names_no_crime():
    assert names_no_crime(frozenset({"attempt"}))
    assert not names_no_crime(frozenset({"attempt", "murder"}))
    assert not names_no_crime(frozenset({"attempt", "similar_activity"}))
    assert not names_no_crime(frozenset())
