import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.vault import wraps
from clinic.vault.errors import Tampered
from clinic.vault.keys import KeyPair, commitment
from clinic.vault.wraps import Kek, Subject, is_public, unwrap_with, wrap_to

from .build import ANA, BEN, CASE, TEAM, some_bytes

KEY = some_bytes("a case key")
SUBJECT = Subject("case", CASE, 3, commitment(KEY))
PAIR = KeyPair(some_bytes("ana's pair", 96))
WRAPPED = (
    "01000102030405060708090a0bfb9787c053a971d2a9f2b9ee9ab53291df0f802405ddfb84b87e8a97ddfe5220f7784e"
    "583c16dd8dbb6cd4835e7936c4"
)
WRAPPED_TO = (
    "020acca5478af2e6f0a938bb8428689717c73c5f7cc7638ab3c33ef26916b691fa8f02697e5758b9e7bf0e8ae7265773"
    "6c872e7c23e693319a6148b7d0a3445e630ed4d7821a64fcf55dff8c7cbc8258b6e6618e62b87e6b73e0590c5c7af1ba"
    "91879aa54a205ccea87ecf5be5e128044a3111011941b782d9cb12a4f582cb05c7ac9c04467d4aaee9dc5ef25e11b904"
    "b95ed9b214c6dc42cc3cf83e482243639c1ce69eb135661cd1a44ab948e1bcebf85bc5d92a97e24fc45fb233ed110a55"
    "2635c8ccf2cd1d41be4c00429dd3afda3facd926cc8356f24bbc60852e928166ed3ecfff5415e351b241ba8b641d80f0"
    "6fd5b2a28d1051d5120e7781c28e2801e7c299153cead6ad5a348e2e196d14a268eef8cba2f5e891ec17f56305097806"
    "e4076efd4e476f56775df538aad791a72f49d613e343ed428f0d65776b3d6554e5a2f373b7c2a16959797fea7c507d4e"
    "ae0989220776dd88442e4ee9091d889bc83f31b43025f02fb190f188021b74e80ea139ac9b03ef0f3ca5efe28bd9fc71"
    "334df70940ab03182df5116aba13603e74585d4a9be9f9f1f3ab5d5c3bb8e8177b438e8236325b865252172e4b4fa639"
    "744d9ee6094276b5bdc568f578ff238d5d4a784d972c2f74febe893023f0a509e39dc7a2c6c48fdf4fcd6c129b20a162"
    "438c36b9e628a7abe3aef211a911793f707186db84b8cc411f620fc42e779a65ae42c4db9d341537bddcac5880df22bf"
    "243a356a66c3f1237c30aa4f96f3b8bd9a1d81bbde928b87b5c3908fcf9947d98639b20ebabb0a1930219c2ab18fe7e2"
    "c3c187a8f3fd3b654725e83287be05d37e3b3bb6975a8dbf3a978149dbb80560be8839ceae6c9d9eb0d8deabde95ab7e"
    "be7f4478ccecf50ccab4d4d0f01d8cec61ce6342611e4e41ceea388f7e23b915fae7a8318446343f9ef49ada9bbffe0b"
    "caf8072ee564ff1a779d30130a30807edbaf012f4cdb880642f5299586cbc9ed767c9547b6880a1e07d5ab041034ced2"
    "3632d9c792c2177cc396c81a59f778a89e583ea5cf6634f3721c198513bda94a60f6cf329dd0f9afc81fd83893329eff"
    "36bee8dad8d4287808bab18f5f8eb32c37a697cacc97d5693856a2ad9110adf767840493ceb5d1bc4aa7a8d57072ae02"
    "0d5774f09dc76ffbefd6a5b4eebe849ad8c16654d988de4dcc717bf3ccd0e55a2712405d5218d08d764ab5c83ee529d8"
    "3b0f3bf27eaae2a93674b60cf6724fcd9ffa8cf0070d53d4836c10e88a1e688f74031d298cb6821597a05b3a3b3a3559"
    "c532e7b953f20d6048734986775e0c3378e0bcc9103737d5bd55aee0d9c913b5e64cb22a1073a2c2aca0ba0963761eb1"
    "547a566637929a6c50c2dc3567c2a88de0bccc5ae2623a8a3502f5f750192b570a3b78ef788d69d790189ec0d9e7d1d3"
    "2867fed60d2deba3cd91da2606670581c713c2a1e8dda49a071d5be3f46fe879cdd6220bc074a415b35cc3518c02d614"
    "dd1230fc956cbc4c2a220a7ca04872a6a8a52d7ad84d77d16fca5009d3b35c5667c7aef074ccab567d16bba9068e5ec6"
    "0c9699a7b71f14db31d8fb6f13c2e4433243701cebe5f3cc136ef2accf37fb9b66714e4078f8b64349b51e51985f1ad6"
    "150c910fe1ef06c1855337f806c0081b32"
)
ELSEWHERE = [
    replace(SUBJECT, kind="team"),
    replace(SUBJECT, id=BEN),
    replace(SUBJECT, generation=4),
    replace(SUBJECT, commitment=commitment(bytes(32))),
]


def make_kek(*, holder=TEAM, epoch=2) -> Kek:
    return Kek(some_bytes("team secret"), holder, epoch)


def test_a_wrap_is_these_bytes(monkeypatch):
    monkeypatch.setattr(os, "urandom", lambda length: bytes(range(length)))
    assert make_kek().wrap(KEY, SUBJECT).hex() == WRAPPED


def test_what_was_wrapped_years_ago_opens():
    assert make_kek().unwrap(bytes.fromhex(WRAPPED), SUBJECT) == KEY
    assert unwrap_with(PAIR, bytes.fromhex(WRAPPED_TO), SUBJECT) == KEY


def test_both_kinds_open_for_their_holder():
    assert make_kek().unwrap(make_kek().wrap(KEY, SUBJECT), SUBJECT) == KEY
    wrapped = wrap_to(PAIR.public, KEY, SUBJECT)
    assert len(wrapped) == 1169
    assert unwrap_with(PAIR, wrapped, SUBJECT) == KEY


def test_which_kind_it_is_can_be_seen():
    assert is_public(wrap_to(PAIR.public, KEY, SUBJECT))
    assert not is_public(make_kek().wrap(KEY, SUBJECT))
    assert not is_public(b"")


@pytest.mark.parametrize("subject", ELSEWHERE, ids=["kind", "id", "generation", "commitment"])
def test_neither_kind_opens_for_another_subject(subject):
    with pytest.raises(Tampered):
        make_kek().unwrap(make_kek().wrap(KEY, SUBJECT), subject)
    with pytest.raises(Tampered):
        unwrap_with(PAIR, wrap_to(PAIR.public, KEY, SUBJECT), subject)


def test_another_holder_epoch_or_secret_opens_nothing():
    wrapped = make_kek().wrap(KEY, SUBJECT)
    for kek in (make_kek(holder=ANA), make_kek(epoch=1), Kek(some_bytes("other"), TEAM, 2)):
        with pytest.raises(Tampered):
            kek.unwrap(wrapped, SUBJECT)
    with pytest.raises(Tampered):
        unwrap_with(KeyPair(some_bytes("ben", 96)), wrap_to(PAIR.public, KEY, SUBJECT), SUBJECT)


def test_a_key_that_breaks_the_commitment_is_refused():
    """One who may write wraps cannot hand two people two different keys for one case."""
    other = some_bytes("another key")
    with pytest.raises(Tampered):
        make_kek().unwrap(make_kek().wrap(other, SUBJECT), SUBJECT)
    with pytest.raises(Tampered):
        unwrap_with(PAIR, wrap_to(PAIR.public, other, SUBJECT), SUBJECT)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_the_wrong_length_is_refused(length):
    key = some_bytes("key", length)
    subject = replace(SUBJECT, commitment=commitment(key) if length else bytes(16))
    with pytest.raises(Tampered):
        make_kek().unwrap(make_kek().wrap(key, subject), subject)


def test_one_kind_is_not_taken_for_the_other():
    symmetric, public = make_kek().wrap(KEY, SUBJECT), wrap_to(PAIR.public, KEY, SUBJECT)
    for wrapped in (public, wraps.SYMMETRIC + public[1:], b"\x03" + symmetric[1:], b""):
        with pytest.raises(Tampered):
            make_kek().unwrap(wrapped, SUBJECT)
    for wrapped in (symmetric, wraps.PUBLIC + symmetric[1:], b"\x03" + public[1:], b""):
        with pytest.raises(Tampered):
            unwrap_with(PAIR, wrapped, SUBJECT)


def test_cut_short_or_altered_anywhere_it_is_refused():
    wrapped = make_kek().wrap(KEY, SUBJECT)
    for at in range(len(wrapped)):
        for altered in (wrapped[:at], wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]):
            with pytest.raises(Tampered):
                make_kek().unwrap(altered, SUBJECT)


@given(st.integers(0, 1168), st.integers(1, 255))
def test_a_wrap_to_a_public_key_altered_anywhere_is_refused(at, flip):
    wrapped = bytes.fromhex(WRAPPED_TO)
    for altered in (wrapped[:at], wrapped[:at] + bytes([wrapped[at] ^ flip]) + wrapped[at + 1 :]):
        with pytest.raises(Tampered):
            unwrap_with(PAIR, altered, SUBJECT)


@given(st.binary(max_size=1300))
def test_anything_else_is_refused(garbage):
    for kind in (b"", wraps.SYMMETRIC, wraps.PUBLIC):
        with pytest.raises(Tampered):
            make_kek().unwrap(kind + garbage, SUBJECT)
        with pytest.raises(Tampered):
            unwrap_with(PAIR, kind + garbage, SUBJECT)
