from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.directory.calendar import (
    Holidays,
    add_business_days,
    add_days,
    add_months,
    is_business_day,
    roll_forward,
)

PLAIN = Holidays()
ALL = Holidays(friday_after_thanksgiving=True, october=True)
days = st.dates(date(2023, 1, 1), date(2199, 12, 31))
calendars = st.builds(Holidays, st.booleans(), st.booleans())

# Written out by hand from Minn. Stat. 645.44 subd. 5 and a wall calendar.
KEPT = {
    2026: ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "11-11", "11-26", "12-25"],
    2027: [
        *["01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "11-11", "11-25", "12-24"],
        "12-31",
    ],
    2028: ["01-17", "02-21", "05-29", "06-19", "07-04", "09-04", "11-10", "11-23", "12-25"],
}
CHOSEN = {2026: ("10-12", "11-27"), 2027: ("10-11", "11-26"), 2028: ("10-09", "11-24")}


def every_day(year):
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize("year", KEPT)
def test_holidays_of_a_year(year):
    october, friday = CHOSEN[year]
    assert [f"{d:%m-%d}" for d in every_day(year) if PLAIN.includes(d)] == KEPT[year]
    assert {f"{d:%m-%d}" for d in every_day(year) if ALL.includes(d)} == {*KEPT[year], october, friday}


def test_new_year_on_a_saturday_is_kept_in_the_old_year():
    assert PLAIN.includes(date(2027, 12, 31))
    assert not PLAIN.includes(date(2028, 1, 3))


def test_juneteenth_is_no_holiday_before_2023():
    assert not PLAIN.includes(date(2019, 6, 19))
    assert PLAIN.includes(date(2023, 6, 19))


@given(days, calendars)
def test_rolling_lands_on_the_next_business_day(day, holidays):
    forward = roll_forward(day, holidays)
    assert day <= forward
    assert is_business_day(forward, holidays)
    passed = [day + timedelta(days=n) for n in range((forward - day).days)]
    assert not any(is_business_day(one, holidays) for one in passed)


@given(days, st.integers(0, 400))
def test_the_first_day_is_left_out_and_the_last_counts(day, count):
    assert (add_days(day, count) - day).days == count


@given(days, st.integers(1, 60), calendars)
def test_business_days_count_only_business_days(day, count, holidays):
    last = add_business_days(day, count, holidays)
    passed = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert is_business_day(last, holidays)
    assert sum(is_business_day(d, holidays) for d in passed) == count


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
    ],
)
def test_add_months(day, months, then):
    assert add_months(day, months) == then
