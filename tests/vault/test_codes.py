import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clinic.vault.codes import ALPHABET, BadCode, from_code, new_secret, to_code

SECRETS = st.binary(min_size=16, max_size=16)
CODE = "0004-1061-050R-3GG2-8A1C-60T3-GFZ"


def test_a_code_is_these_letters():
    assert to_code(bytes(range(16))) == CODE
    assert from_code(CODE) == bytes(range(16))


@given(SECRETS)
def test_a_code_comes_back_however_it_is_typed(secret):
    code = to_code(secret)
    bare = code.replace("-", "")
    for typed in (code, code.lower(), bare, f"  {code.replace('-', ' ')} \n", "-".join(bare)):
        assert from_code(typed) == secret


@given(SECRETS)
def test_letters_that_look_like_digits_are_taken_for_them(secret):
    code = to_code(secret)
    assert from_code(code.replace("0", "O").replace("1", "I")) == secret
    assert from_code(code.replace("0", "o").replace("1", "l")) == secret


@given(SECRETS, st.integers(0, 26), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_found(secret, at, letter):
    code = to_code(secret).replace("-", "")
    assume(code[at] != letter)
    with pytest.raises(BadCode):
        from_code(code[:at] + letter + code[at + 1 :])


@given(SECRETS, st.integers(0, 25))
def test_two_neighbours_swapped_are_found(secret, at):
    code = to_code(secret).replace("-", "")
    assume(code[at] != code[at + 1])
    with pytest.raises(BadCode):
        from_code(code[:at] + code[at + 1] + code[at] + code[at + 2 :])


@given(SECRETS, st.integers(0, 26))
def test_a_letter_too_few_or_too_many_is_found(secret, at):
    code = to_code(secret).replace("-", "")
    for typed in (code[:at] + code[at + 1 :], code[:at] + "7" + code[at:]):
        with pytest.raises(BadCode):
            from_code(typed)


@given(st.text(max_size=40))
def test_anything_else_is_a_bad_code(text):
    with contextlib.suppress(BadCode):
        assert len(from_code(text)) == 16


@given(st.text(ALPHABET + "- ", max_size=40))
def test_anything_in_its_letters_is_a_code_or_a_bad_one(text):
    with contextlib.suppress(BadCode):
        assert len(from_code(text)) == 16


@pytest.mark.parametrize("code", ["", "-", "Z" * 27, "7" * 26, "٣" * 27, "U" * 27, "ß" * 27, "\x00" * 27])
def test_these_are_bad_codes(code):
    with pytest.raises(BadCode):
        from_code(code)


def test_no_two_secrets_are_the_same():
    assert len({new_secret() for _ in range(50)}) == 50
