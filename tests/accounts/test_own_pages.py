"""The pages of one's own account."""

import re

import pytest
from django.test import Client

from clinic.accounts.models import SealedTotp, User
from tests.builders import Cast, make_clinic

from .doorway import both, code_now, fresh_code, signed_in, try_to_sign_in
from .pages import SECRET, get, text


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


def test_it_works(cast):
    page = get(signed_in(cast, "ben"), "/me/")
    assert "Your account" in page
    assert "Attorney" in page
    assert "10 backup codes are left." in page


def test_a_new_passphrase_of_six_words(cast):
    old, here = signed_in(cast, "ben"), signed_in(cast, "ben")
    page = text(here.post("/me/passphrase/", both(cast, "ben"), secure=True))
    (words,) = SECRET.findall(page)
    assert len(words.split()) == 6
    assert here.get("/me/", secure=True).status_code == 200
    assert old.get("/me/", secure=True).status_code == 302
    assert try_to_sign_in(Client(), cast, "ben").status_code == 200
    assert try_to_sign_in(Client(), cast, "ben", passphrase=words).status_code == 302


def test_a_passphrase_of_ones_own(cast):
    own = "my own twenty characters and more"
    here = signed_in(cast, "ben")
    posted = both(cast, "ben") | {"new_passphrase": own, "again": own}
    assert here.post("/me/passphrase/", posted, secure=True)["Location"] == "/me/"
    assert try_to_sign_in(Client(), cast, "ben", passphrase=own).status_code == 302


@pytest.mark.parametrize(
    ("new", "again"),
    [("too short", "too short"), ("x" + " " * 30, "x" + " " * 30), ("a" * 20, "a" * 21), ("", "a" * 20)],
)
def test_a_bad_choice_changes_nothing(cast, new, again):
    here = signed_in(cast, "ben")
    posted = both(cast, "ben") | {"new_passphrase": new, "again": again}
    assert "Error:" in text(here.post("/me/passphrase/", posted, secure=True))
    assert try_to_sign_in(Client(), cast, "ben").status_code == 302


@pytest.mark.parametrize("page", ["passphrase", "recovery-code", "backup-codes", "new-phone"])
@pytest.mark.parametrize(
    "wrong", [[{"code": ""}, {"code": "000000"}], [{"passphrase": ""}, {"passphrase": "not the one"}]]
)
def test_neither_an_open_screen_nor_a_stolen_phone_is_enough(cast, page, wrong):
    """A phone that is signed in may show the codes too."""
    before = User.objects.get(pk=cast.ben.pk)
    here = signed_in(cast, "ben")
    for changed in wrong:
        assert "Error:" in text(here.post(f"/me/{page}/", both(cast, "ben") | changed, secure=True))
    after = User.objects.get(pk=cast.ben.pk)
    assert (after.password, bytes(after.identity_by_code)) == (
        before.password,
        bytes(before.identity_by_code),
    )
    assert SealedTotp.objects.filter(user=cast.ben).count() == 1


def test_a_new_recovery_code(cast):
    here = signed_in(cast, "ben")
    page = text(here.post("/me/recovery-code/", both(cast, "ben"), secure=True))
    (code,) = SECRET.findall(page)
    lost = {"name": "ben", "recovery_code": cast.papers["ben"].recovery_code}
    assert "did not match" in text(
        Client().post("/lost/", lost | {"code": fresh_code(cast, "ben")}, secure=True)
    )
    lost["recovery_code"] = code
    assert "Shown once" in text(
        Client().post("/lost/", lost | {"code": fresh_code(cast, "ben")}, secure=True)
    )


def test_new_backup_codes(cast):
    here = signed_in(cast, "ben")
    page = text(here.post("/me/backup-codes/", both(cast, "ben"), secure=True))
    new = re.findall(r"<li><bdi>([0-9A-Z-]{11})</bdi>", page)
    assert len(new) == 10
    assert try_to_sign_in(Client(), cast, "ben", code=cast.papers["ben"].backup_codes[0]).status_code == 200
    assert try_to_sign_in(Client(), cast, "ben", code=new[0]).status_code == 302


def test_a_new_phone_counts_once_it_has_shown_a_code(cast):
    here = signed_in(cast, "ben")
    assert here.post("/me/new-phone/", both(cast, "ben"), secure=True)["Location"].endswith("/confirm/")
    (key,) = SECRET.findall(get(here, "/me/new-phone/confirm/"))
    assert "not the code of this phone" in text(
        here.post("/me/new-phone/confirm/", {"code": "000000"}, secure=True)
    )
    SealedTotp.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert try_to_sign_in(Client(), cast, "ben").status_code == 302  # the old one still does

    from dataclasses import replace

    new = replace(cast.papers["ben"], totp_uri=f"otpauth://totp/Clinic:ben?secret={key.replace(' ', '')}")
    assert here.post("/me/new-phone/confirm/", {"code": code_now(new)}, secure=True)["Location"] == "/me/"
    assert try_to_sign_in(Client(), cast, "ben").status_code == 200
    cast.papers["ben"] = new
    SealedTotp.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert try_to_sign_in(Client(), cast, "ben").status_code == 302


def test_no_new_phone_without_asking_first(cast):
    assert signed_in(cast, "ben").get("/me/new-phone/confirm/", secure=True)["Location"] == "/me/new-phone/"
