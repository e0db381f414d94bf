import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.vault.boot import boot_directory
from clinic.vault.errors import Tampered
from clinic.vault.unlock import open_kept, open_unlock, seal_kept, seal_unlock

from .build import ANA, BEN, make_identity

SESSION = "a-session-key"


@pytest.fixture
def cookie() -> str:
    return seal_unlock(make_identity("ana"), SESSION, ANA)


def test_it_works(cookie):
    assert open_unlock(cookie, SESSION, ANA).raw == make_identity("ana").raw
    assert len(cookie) == 232


def test_it_opens_in_no_other_session_and_for_no_other_person(cookie):
    for session, user in (("another-key", ANA), ("", ANA), (SESSION, BEN)):
        with pytest.raises(Tampered):
            open_unlock(cookie, session, user)


def test_after_power_off_it_opens_no_more(cookie):
    (boot_directory() / "boot-secret").unlink()
    with pytest.raises(Tampered):
        open_unlock(cookie, SESSION, ANA)


def test_no_two_cookies_are_the_same(cookie):
    assert cookie != seal_unlock(make_identity("ana"), SESSION, ANA)


def test_altered_or_cut_short_anywhere_it_is_refused(cookie):
    for at in range(len(cookie)):
        letter = "A" if cookie[at] != "A" else "B"
        for altered in (cookie[:at], cookie[:at] + letter + cookie[at + 1 :]):
            with pytest.raises(Tampered):
                open_unlock(altered, SESSION, ANA)


@given(st.text(max_size=300))
def test_any_other_text_is_refused(text):
    for kept in (open_kept, lambda value, user: open_unlock(value, SESSION, user)):
        with pytest.raises(Tampered):
            kept(text, ANA)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(raw):
    text = base64.urlsafe_b64encode(b"\x01\x01" + raw).decode()
    with pytest.raises(Tampered):
        open_unlock(text, SESSION, ANA)


def test_what_was_typed_comes_back_to_whoever_typed_it():
    kept = seal_kept("Gómez".encode(), ANA)
    assert open_kept(kept, ANA) == "Gómez".encode()
    with pytest.raises(Tampered):
        open_kept(kept, BEN)


def test_what_one_page_carries_is_no_other_pages():
    kept = seal_kept(b"{}", ANA, kind="papers")
    assert open_kept(kept, ANA, kind="papers") == b"{}"
    for kind in ("typed", "paper", ""):
        with pytest.raises(Tampered):
            open_kept(kept, ANA, kind=kind)


def test_how_much_was_typed_is_not_told():
    assert len({len(seal_kept(bytes(length), ANA)) for length in range(64, 128)}) == 1


def test_a_cookie_is_not_taken_for_typed_text(cookie):
    with pytest.raises(Tampered):
        open_kept(cookie, ANA)
    with pytest.raises(Tampered):
        open_unlock(seal_kept(make_identity("ana").raw, ANA), SESSION, ANA)
