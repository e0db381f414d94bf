"""Counting days the way Minnesota counts them. Pure: no Django, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
ONE_DAY = timedelta(days=1)
JUNETEENTH_SINCE = 2023


@dataclass(frozen=True)
class Holidays:
    """The legal holidays one agency keeps.

    Minn. Stat. 645.44 subd. 5 lets cities and counties choose about two of them. Not knowing,
    we assume that they are working days: then nobody chases too late.
    """

    friday_after_thanksgiving: bool = False
    october: bool = False

    def includes(self, day: date) -> bool:
        return day in _kept(day.year, self.friday_after_thanksgiving, self.october)


@cache
def _kept(year: int, friday_after_thanksgiving: bool, october: bool) -> frozenset[date]:
    days = {*_fixed(year), *_by_weekday(year)}
    if friday_after_thanksgiving:
        days.add(_thanksgiving(year) + ONE_DAY)
    if october:
        days.add(_nth(year, 10, MONDAY, 2))
    return frozenset(days)


def _fixed(year: int) -> Iterator[date]:
    """Fixed dates as they are kept; next year's January 1 may fall on our December 31."""
    yield _observed(date(year, 1, 1))
    if year >= JUNETEENTH_SINCE:
        yield _observed(date(year, 6, 19))
    yield _observed(date(year, 7, 4))
    yield _observed(date(year, 11, 11))
    yield _observed(date(year, 12, 25))
    if year < date.max.year:
        yield _observed(date(year + 1, 1, 1))


def _by_weekday(year: int) -> Iterator[date]:
    yield _nth(year, 1, MONDAY, 3)
    yield _nth(year, 2, MONDAY, 3)
    yield _last_monday_of_may(year)
    yield _nth(year, 9, MONDAY, 1)
    yield _thanksgiving(year)


def _observed(day: date) -> date:
    """Sunday moves to Monday, Saturday to Friday (Minn. Stat. 645.44 subd. 5)."""
    if day.weekday() == SUNDAY:
        return day + ONE_DAY
    if day.weekday() == SATURDAY and day > date.min:
        return day - ONE_DAY
    return day


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _thanksgiving(year: int) -> date:
    return _nth(year, 11, THURSDAY, 4)


def is_business_day(day: date, holidays: Holidays) -> bool:
    return day.weekday() < SATURDAY and not holidays.includes(day)


def roll_forward(day: date, holidays: Holidays) -> date:
    """A last day on a Saturday, Sunday or holiday is left out (Minn. Stat. 645.15)."""
    while not is_business_day(day, holidays):
        day += ONE_DAY
    return day


def roll_back(day: date, holidays: Holidays) -> date:
    """For a day by which we must have acted: the last business day up to it."""
    while not is_business_day(day, holidays):
        day -= ONE_DAY
    return day


def add_days(start: date, days: int) -> date:
    """The first day is left out and the last one counts (Minn. Stat. 645.15). Not rolled."""
    return start + timedelta(days=days)


def add_business_days(start: date, days: int, holidays: Holidays) -> date:
    day = start
    for _ in range(days):
        day = roll_forward(day + ONE_DAY, holidays)
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - ONE_DAY).day
