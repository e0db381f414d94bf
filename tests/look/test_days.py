from contextlib import suppress
from datetime import date

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from clinic import days
from clinic.forms import DayField

DAY = date(2026, 11, 21)
typed = st.text(max_size=30) | st.sampled_from(
    ["11", "21", "2026", "Nov", "٢١", "²", "0", "-1", "11/21/2026"]
)


@pytest.mark.parametrize(
    "boxes",
    [
        ["11", "21", "2026"],
        [" 11 ", "21", "2026 "],
        ["Nov", "21", "2026"],
        ["november", "21", "2026"],
        ["11/21/2026", "", ""],
        ["", "", "11-21-2026"],
        ["11.21.2026", "", ""],
        ["2026-11-21", "", ""],
        ["21 Nov 2026", "", ""],
        ["Nov 21, 2026", "", ""],
        ["Sat, November 21st 2026", "", ""],
        ["the 21st of November, 2026", "", ""],
        ["١١", "٢١", "٢٠٢٦"],
    ],
)
def test_it_reads_a_day(boxes):
    assert days.read_day(boxes) == DAY


@pytest.mark.parametrize(
    ("boxes", "part"),
    [
        (["11", "21", ""], "incomplete"),
        (["11/21", "", ""], "incomplete"),
        (["13", "1", "2026"], "month"),
        (["Mo", "1", "2026"], "month"),
        (["2", "30", "2026"], "day"),
        (["2", "x", "2026"], "day"),
        (["2", "1", "26"], "year"),
        (["2", "1", "20266"], "year"),
        (["2", "1", "²"], "year"),
    ],
)
def test_it_says_which_part_is_wrong(boxes, part):
    with pytest.raises(days.NotADay) as wrong:
        days.read_day(boxes)
    assert wrong.value.part == part


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_back_however_it_is_written(day):
    boxes = [str(day.month), str(day.day), str(day.year)]
    assert days.read_day(boxes) == day
    for whole in (day.isoformat(), f"{day:%m/%d/%Y}", f"{day:%d %b %Y}", f"{day:%B %d, %Y}"):
        assert days.read_day([whole, "", ""]) == day


@given(st.lists(typed, max_size=4) | typed | st.none())
def test_anything_typed_gives_a_day_or_a_message(value):
    field = DayField(required=False)
    with suppress(forms.ValidationError):
        assert isinstance(field.clean(value), date | None)


def test_past_and_future_days(time_machine):
    time_machine.move_to("2026-11-22T03:00:00+00:00")  # still the 21st in Minnesota
    with pytest.raises(forms.ValidationError, match="not come yet"):
        DayField(past=True).clean(["11", "22", "2026"])
    with pytest.raises(forms.ValidationError, match="already passed"):
        DayField(future=True).clean(["11", "20", "2026"])
    assert DayField(past=True, future=True).clean(["11", "21", "2026"]) == DAY
