import io
import re

import pytest
from django.core.management import CommandError, call_command

from clinic.accounts import identities, roster, teams
from clinic.accounts.models import Organisation, User
from clinic.accounts.record import NotRecorded
from clinic.accounts.recovery import open_recovery
from clinic.accounts.roster import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]

NAMED = ("--sign-in-name", "ana", "--email", "ana@clinic.example")
CODE = re.compile(r"Code \d:\s+(\S+)")


def run(monkeypatch, answer, *options):
    """`answer(prompt, printed)` types what is asked for, having read what was printed."""
    out = io.StringIO()
    monkeypatch.setattr("builtins.input", lambda prompt="": answer(prompt, out.getvalue()))
    call_command("setup", *options, stdout=out)
    return out.getvalue()


def codes_in(printed):
    return CODE.findall(printed)


def typist(*numbers):
    """Types the printed codes of these numbers, one after the other."""
    turns = iter(numbers)
    return lambda prompt, printed: codes_in(printed)[next(turns)]


def test_it_works(monkeypatch):
    out = run(monkeypatch, typist(0, 2), *NAMED)
    passphrase = re.findall(r"Passphrase:\s+(.+)", out)[0]
    ana = User.objects.get(sign_in_name="ana")
    ring = teams.keyring_for(ana, identities.open_identity(ana, passphrase))
    assert ring.role == Role.COORDINATOR
    assert set(ring.named) == {"everyone", "coordination", "supervising", "intake"}
    assert roster.needs_second_coordinator(ring)
    assert len(codes_in(out)) == 3
    assert "otpauth://totp/" in out


def test_the_printed_personal_code_works(monkeypatch):
    out = run(monkeypatch, typist(0, 1), *NAMED)
    code = re.findall(r"Personal recovery code:\s+(\S+)", out)[0]
    assert identities.open_by_code(User.objects.get(sign_in_name="ana"), code)


def test_it_asks_for_what_was_not_given(monkeypatch):
    def answer(prompt, printed):
        if "name" in prompt:
            return "ana"
        if "mail" in prompt:
            return "ana@clinic.example"
        return codes_in(printed)["Another" in prompt]

    run(monkeypatch, answer)
    assert User.objects.get(sign_in_name="ana").email == "ana@clinic.example"


def test_mistyped_codes_are_asked_for_again(monkeypatch):
    answers = iter(["nonsense", 0, 1, 1, 1, 2])

    def answer(prompt, printed):
        given = next(answers)
        return given if isinstance(given, str) else codes_in(printed)[given]

    out = run(monkeypatch, answer, *NAMED)
    assert "A letter is wrong or missing" in out
    assert "do not open this clinic" in out
    assert out.rstrip().endswith("invite a second coordinator.")


def test_without_questions(monkeypatch):
    def never(prompt, printed):
        raise AssertionError

    out = run(monkeypatch, never, "--no-input", *NAMED)
    assert open_recovery(Organisation.objects.get(), *codes_in(out)[1:])


def test_without_questions_a_name_is_needed(monkeypatch):
    with pytest.raises(CommandError, match="--sign-in-name"):
        run(monkeypatch, None, "--no-input")


def test_a_bad_address(monkeypatch):
    with pytest.raises(CommandError):
        run(monkeypatch, None, "--no-input", "--sign-in-name", "ana", "--email", "nonsense")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ["ana maria", "x" * 61])
def test_a_name_that_no_invitation_would_take(monkeypatch, name):
    with pytest.raises(CommandError):
        run(monkeypatch, None, "--no-input", "--sign-in-name", name, *NAMED[2:])
    assert not Organisation.objects.exists()


def test_what_will_not_do_is_asked_for_again(monkeypatch):
    answers = iter(["", "ana maria", "ana", "", "nonsense", "ana@clinic.example", 0, 1])

    def answer(prompt, printed):
        given = next(answers)
        return given if isinstance(given, str) else codes_in(printed)[given]

    out = run(monkeypatch, answer)
    assert "Write a sign-in name." in out
    assert "without spaces" in out
    assert "Write an address like name@example.org." in out
    assert (User.objects.get().sign_in_name, User.objects.get().email) == ("ana", "ana@clinic.example")


def test_stopping_halfway_says_what_to_do(monkeypatch):
    def stop(prompt, printed):
        raise EOFError

    with pytest.raises(CommandError, match="recover --check"):
        run(monkeypatch, stop, *NAMED)


def test_one_clinic_a_database(monkeypatch):
    run(monkeypatch, typist(0, 1), *NAMED)
    with pytest.raises(CommandError, match="already"):
        run(monkeypatch, typist(0, 1), *NAMED)


def test_nothing_is_saved_when_the_audit_fails(monkeypatch, no_audit):
    no_audit()
    with pytest.raises(NotRecorded):
        run(monkeypatch, None, "--no-input", *NAMED)
    assert not Organisation.objects.exists()
    assert not User.objects.exists()
