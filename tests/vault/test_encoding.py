import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.vault.encoding import bucket, lp, pad, unpad
from clinic.vault.errors import Tampered


def test_lp_is_these_bytes():
    assert lp().hex() == "0000"
    assert lp(b"", b"ab").hex() == "0002" + "00000000" + "00000002" + "6162"


@given(st.lists(st.binary(max_size=8), max_size=5), st.lists(st.binary(max_size=8), max_size=5))
def test_no_two_lists_of_parts_give_the_same_bytes(one, other):
    assert (lp(*one) == lp(*other)) == (one == other)


@given(st.binary(max_size=3000))
def test_what_is_padded_comes_back(content):
    assert unpad(pad(content)) == content


@given(st.binary(max_size=200), st.integers(0, 300))
def test_a_content_that_looks_like_padding_comes_back(content, zeros):
    content += b"\x80" + bytes(zeros)
    assert unpad(pad(content)) == content


@pytest.mark.parametrize(
    ("length", "size"),
    [
        (0, 32),
        (31, 32),
        (32, 64),
        (63, 64),
        (64, 128),
        (128, 256),
        (256, 512),
        (511, 512),
        (512, 1024),
        (1023, 1024),
        (1024, 2048),
        (2047, 2048),
        (2048, 3072),
    ],
)
def test_a_length_is_hidden_in_its_bucket(length, size):
    assert bucket(length) == size
    assert len(pad(bytes(length))) == size


@pytest.mark.parametrize("padded", [b"", b"\0" * 32, b"content", b"content\x80\0\x01", b"\x80\x7f"])
def test_what_was_not_padded_is_refused(padded):
    with pytest.raises(Tampered):
        unpad(padded)
