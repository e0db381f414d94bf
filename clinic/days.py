"""Reading a day as people write it, and saying how late it is."""

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import ngettext

EARLIEST_YEAR, LATEST_YEAR = 1890, 2199
SHORTEST_NAME = 3
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
WORD = re.compile(r"\d+|[^\W\d_]+")


class NotADay(ValueError):
    """`part` says what is wrong: empty, incomplete, month, day, year or order."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def read_day(typed: Sequence[str]) -> date | None:
    """The day in three boxes (month, day, year), or all of it pasted into one. None if all are empty."""
    boxes = [box.strip() for box in typed]
    filled = [box for box in boxes if box]
    if not filled:
        return None
    if len(filled) == 1:
        return _read_whole(filled[0])
    if len(boxes) != 3 or len(filled) < 3:
        raise NotADay("incomplete")
    return _make(year=boxes[2], month=boxes[0], day=boxes[1])


def _read_whole(text: str) -> date:
    if iso := ISO.fullmatch(text):
        return _make(year=iso[1], month=iso[2], day=iso[3])
    words = [word for word in WORD.findall(text) if _is_number(word) or _month_named(word)]
    if len(words) != 3:
        raise NotADay("incomplete")
    first, second, year = words
    if _is_number(first) and not _is_number(second):
        first, second = second, first
    return _make(year=year, month=first, day=second)


def _make(*, year: str, month: str, day: str) -> date:
    parts = {"month": _month(month), "day": _number(day, "day"), "year": _year(year)}
    if parts["day"] not in range(1, 32):
        raise NotADay("day")
    try:
        return date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        raise NotADay("day") from None


def _year(text: str) -> int:
    year = _number(text, "year")
    if year not in range(EARLIEST_YEAR, LATEST_YEAR + 1):
        raise NotADay("year")
    return year


def _month(text: str) -> int:
    month = int(text) if _is_number(text) else _month_named(text)
    if month not in range(1, 13):
        raise NotADay("month")
    return month


def _month_named(text: str) -> int:
    """1 to 12 for a month's name or its first letters, else 0."""
    name = text.lower().rstrip(".")
    named = (number for number, whole in enumerate(MONTH_NAMES, 1) if whole.startswith(name))
    return next(named, 0) if len(name) >= SHORTEST_NAME else 0


def _number(text: str, part: str) -> int:
    if not _is_number(text):
        raise NotADay(part)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= 4


def late(day: date, on: date) -> str:
    return days_late((on - day).days)


def days_late(days: int) -> str:
    return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days} if days > 0 else ""
