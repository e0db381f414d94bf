from contextlib import suppress

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from clinic import numbers
from clinic.forms import ANumberField, PhoneField
from clinic.numbers import Phone


@pytest.mark.parametrize(
    "typed", ["A012-345-678", "a 12345678", "012 345 678", "A#12345678", "12345678", "A٠١٢٣٤٥٦٧٨"]
)
def test_an_a_number_in_any_usual_way(typed):
    assert ANumberField().clean(typed) == "012345678"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("MSC2190000001", "receipt"),
        ("msc 21-900-00001", "receipt"),
        ("12345678901", "i94"),
        ("A12345", "short"),
        ("1234567890", "long"),
        ("B12345678", "other"),
        ("A1234567X", "other"),
        ("--", "other"),
    ],
)
def test_what_is_no_a_number_is_named(typed, code):
    with pytest.raises(forms.ValidationError) as wrong:
        ANumberField().clean(typed)
    assert wrong.value.code == code


def test_none_yet_is_an_answer():
    assert ANumberField(required=False).clean("  ") == ""


@given(st.from_regex(r"[0-9]{7,9}", fullmatch=True))
def test_an_a_number_shown_is_read_back(digits):
    canonical = numbers.read_a_number(digits)
    assert numbers.read_a_number(numbers.show_a_number(canonical)) == canonical
    assert len(canonical) == 9


@given(st.text(max_size=80))
def test_any_text_gives_a_number_or_a_message(typed):
    for field in (ANumberField(required=False), PhoneField(required=False)):
        with suppress(forms.ValidationError):
            assert isinstance(field.clean(typed), str)


@pytest.mark.parametrize(
    ("typed", "digits", "extension"),
    [
        ("612-555-0123", "6125550123", ""),
        ("+1 (612) 555-0123", "6125550123", ""),
        ("1.612.555.0123 ext. 45", "6125550123", "45"),
        ("(612) 555 0123 x7", "6125550123", "7"),
        ("sister, 612 555 0123, after 6", "6125550123", ""),
        ("+52 55 5555 0123", "525555550123", ""),
        ("٦١٢٥٥٥٠١٢٣", "6125550123", ""),
        ("612‑555‑0123", "6125550123", ""),
        ("ask at the desk", "", ""),
    ],
)
def test_a_phone_keeps_what_was_typed_and_knows_its_digits(typed, digits, extension):
    phone = Phone(typed)
    assert (phone, phone.digits, phone.extension) == (typed, digits, extension)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("612-555-0123 ext. 45 or +1 651 555 0199", ["6125550123", "6515550199"]),
        ("apartment 5, 612-555-0123", ["5", "6125550123"]),
        ("+1 612 555", ["612555"]),
        ("A#012345678", ["012345678"]),
        ("A# 012345678", ["012345678"]),
        ("cell # 612-555-0101", ["6125550101"]),
        ("x 612 555 0101", ["6125550101"]),
        ("612-555-0101, #7; 651-555-0102 (x8)", ["6125550101", "6515550102"]),
        ("612-555-0101 # 651-555-0102", ["6125550101", "6515550102"]),
        ("612-555-0101 A#012345678", ["6125550101", "012345678"]),
        ("apartment 5 # 12", ["5", "12"]),
        ("+1", []),
        ("", []),
    ],
)
def test_every_number_in_a_text_is_read(text, digits):
    assert numbers.digits_in(text) == digits


MARKS = st.sampled_from(["#", " # ", "x", " x", " ext. ", " extension ", ", EXT: ", " (#"])


@given(st.from_regex(r"[2-9][0-9]{6,9}", fullmatch=True), st.sampled_from(["", "A", "cell", "5"]), MARKS)
def test_a_mark_that_follows_no_whole_number_starts_no_extension(number, before, mark):
    assert numbers.digits_in(f"{before}{mark}{number}")[-1] == number


@given(st.from_regex(r"[2-9][0-9]{6,9}", fullmatch=True), MARKS, st.from_regex(r"[0-9]{1,8}", fullmatch=True))
def test_an_extension_is_no_part_of_the_number_it_follows(number, mark, extension):
    phone = Phone(f"{number}{mark}{extension}")
    assert numbers.digits_in(phone) == [number]
    assert phone.extension == extension


def test_words_alone_are_no_phone_number():
    with pytest.raises(forms.ValidationError, match="area code"):
        PhoneField().clean("call the sister")
