"""Joining, waiting, getting back in: as the newcomer sees it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic.accounts import devices, invitations, leaving
from clinic.accounts.identities import Enrolment
from clinic.accounts.models import PendingGrant, Session, User
from clinic.accounts.roster import Role
from clinic.vault.keys import Identity
from tests.builders import Cast, make_clinic

from .doorway import code_now, fresh_code, no_nul, signed_in, try_to_sign_in

NOBODY = Identity(bytes(128))


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


@pytest.fixture
def code(cast) -> str:
    """fay's invitation, as printed."""
    with cast.acting(cast.ana) as ring:
        _user, code = invitations.invite(
            sign_in_name="fay",
            email="fay@clinic.example",
            role=Role.HELPER,
            teams_to_join=[cast.team("north").id],
            ring=ring,
            by=cast.ana,
        )
    return code


def join(client: Client, code: str, name: str = "fay") -> str:
    return client.post("/join/", {"name": name, "invite_code": code}, secure=True).content.decode()


def papers(page: str) -> Enrolment:
    """What somebody writes down from the page."""
    passphrase, secret, recovery = re.findall(r'class="once__secret"[^>]*><bdi>([^<]*)</bdi>', page)
    backup = re.findall(r"<li><bdi>([0-9A-Z-]{11})</bdi>", page)
    uri = f"otpauth://totp/Clinic:fay?secret={secret.replace(' ', '')}"
    return Enrolment(NOBODY, passphrase, recovery, uri, backup)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def finish(client: Client, page: str, **changed: str):
    paper = papers(page)
    posted = {
        "name": "fay",
        "passphrase": paper.passphrase,
        "code": code_now(paper),
        "shown": hidden(page, "shown"),
    }
    return client.post("/join/first-sign-in/", posted | changed, secure=True)


def test_it_works(client, cast, code):
    page = join(client, code)
    paper = papers(page)
    assert len(paper.passphrase.split()) == 6
    assert len(paper.backup_codes) == 10
    assert "<svg" in page
    assert finish(client, page)["Location"] == "/waiting/"
    assert "Waiting for a colleague" in client.get("/waiting/", secure=True).content.decode()
    signed_in(cast, "sol")
    assert client.get("/waiting/", secure=True)["Location"] == "/"
    assert client.get("/me/", secure=True).status_code == 200


def test_the_papers_go_on_working(client, cast, code):
    page = join(client, code)
    cast.papers["fay"] = papers(page)
    finish(client, page)
    assert try_to_sign_in(Client(), cast, "fay").status_code == 302
    assert try_to_sign_in(Client(), cast, "fay", code=papers(page).backup_codes[3]).status_code == 302


def test_nobody_is_signed_in_by_joining_alone(client, cast, code):
    join(client, code)
    assert not Session.objects.exists()
    assert client.get("/waiting/", secure=True).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"passphrase": "not these words at all"}, {"code": "000000"}, {"code": ""}]
)
def test_a_slip_shows_the_papers_again(client, cast, code, wrong):
    page = join(client, code)
    again = finish(client, page, **wrong).content.decode()
    assert "Error:" in again
    assert papers(again) == papers(page)
    assert not Session.objects.exists()


def test_the_papers_are_no_typed_text(client, cast, code):
    page = join(client, code)
    cast.papers["fay"] = papers(page)
    assert try_to_sign_in(client, cast, "fay", kept=hidden(page, "shown")).status_code == 302


@pytest.mark.parametrize("field", ["name", "passphrase", "code", "shown"])
def test_what_no_database_takes_gets_no_further_than_the_form(client, cast, code, field):
    page = join(client, code)
    with connection.execute_wrapper(no_nul):
        response = finish(client, page, **{field: "a\0b"})
    assert response.status_code in {200, 302}
    assert not Session.objects.exists()


def test_the_papers_are_shown_to_who_has_the_page_only(client, cast, code):
    page = join(client, code)
    for shown in ("", "nonsense", "A" * 400):
        response = finish(Client(), page, code="000000", shown=shown)
        assert response["Location"] == "/sign-in/"
    response = finish(Client(), page, code="000000", name="ben")
    assert response["Location"] == "/sign-in/"


def test_lower_case_and_spaces_will_do(client, cast, code):
    assert papers(join(client, code.lower().replace("-", " ")))


def test_a_typing_mistake_is_told(client, cast, code):
    mistyped = ("2" if code[0] != "2" else "3") + code[1:]
    assert "There is a typing mistake" in join(client, mistyped)


@pytest.mark.parametrize("name", ["ben", "nobody", "eve"])
def test_the_code_is_for_one_name(client, cast, code, name):
    assert "This invitation does not fit" in join(client, code, name)


def test_it_works_once(client, cast, code):
    join(client, code)
    assert "This invitation does not fit" in join(Client(), code)


def test_a_late_one_does_not_fit(client, cast, code):
    PendingGrant.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert "This invitation does not fit" in join(client, code)


def test_guessing_codes_is_slowed_down(client, cast, code):
    from clinic.vault.codes import new_secret, to_code

    for _ in range(3):
        join(client, to_code(new_secret()))
    assert "tried too often" in join(client, code)


@pytest.mark.parametrize("missing", ["name", "invite_code"])
def test_a_missing_answer_is_asked_for(client, cast, code, missing):
    posted = {"name": "fay", "invite_code": code} | {missing: ""}
    assert "Error:" in client.post("/join/", posted, secure=True).content.decode()
    assert User.objects.get(sign_in_name="fay").public_key == b""


# Getting back in


def get_back(client: Client, cast: Cast, **changed: str):
    paper = cast.papers["ben"]
    posted = {"name": "ben", "recovery_code": paper.recovery_code, "code": fresh_code(cast, "ben")}
    return client.post("/lost/", posted | changed, secure=True)


def test_an_account_that_is_closed_meanwhile_stays_closed(client, cast, monkeypatch):
    """Between the two codes and the new papers."""

    def closes(user, identity, code):
        with cast.acting(cast.ana) as ring:
            leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana)
        return True

    monkeypatch.setattr(devices, "check", closes)
    assert "did not match" in get_back(client, cast).content.decode()
    ben = User.objects.get(pk=cast.ben.pk)
    assert not ben.is_active
    assert not ben.identity_sealed


def test_the_printed_code_gets_one_back_in(client, cast):
    old = signed_in(cast, "ben")
    page = get_back(client, cast).content.decode()
    new = papers(page)
    assert old.get("/me/", secure=True).status_code == 302
    assert try_to_sign_in(Client(), cast, "ben").status_code == 200
    posted = {
        "name": "ben",
        "passphrase": new.passphrase,
        "code": code_now(new),
        "shown": hidden(page, "shown"),
    }
    assert client.post("/join/first-sign-in/", posted, secure=True)["Location"] == "/waiting/"
    assert client.get("/me/", secure=True).status_code == 200


def test_a_backup_code_will_do_where_the_phone_is_gone(client, cast):
    assert papers(get_back(client, cast, code=cast.papers["ben"].backup_codes[0]).content.decode())


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"name": "nobody"}, {"name": "eve"}, {"name": "chi"}])
def test_anything_wrong_gets_the_same_words(client, cast, wrong):
    page = get_back(client, cast, **wrong).content.decode()
    assert "That did not match. Check the sign-in name and both codes." in page
    assert try_to_sign_in(Client(), cast, "ben").status_code == 302


def test_the_printed_code_alone_is_not_enough(client, cast):
    assert "Error:" in get_back(client, cast, code="").content.decode()


def test_a_used_recovery_code_is_spent(client, cast):
    get_back(client, cast)
    assert "That did not match" in get_back(client, cast).content.decode()


def test_it_is_recorded(client, cast, recorded):
    recorded.clear()
    get_back(client, cast)
    assert {event for event, *_ in recorded} == {
        "passphrase_changed",
        "recovery_code_renewed",
        "second_factor_renewed",
    }


def test_nothing_changes_when_it_cannot_be_recorded(client, cast, no_audit):
    before = User.objects.get(pk=cast.ben.pk).password
    no_audit()
    with pytest.raises(Exception):  # noqa: B017, PT011
        get_back(client, cast)
    assert User.objects.get(pk=cast.ben.pk).password == before


def test_without_passphrase_and_paper_two_of_the_clinics_codes_help(db):
    """An invitation would be refused: the name is taken."""
    page = Client().get("/lost/", secure=True).content.decode()
    assert "two of the clinic’s printed codes let you in again" in page
    assert "invite you again" not in page
