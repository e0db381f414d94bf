"""The fictional clinic: loads once, signs in, and refuses to be anything but a demo."""

import json
import stat
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.accounts.models import Organisation, SealedTotp, User
from clinic.cases.models import Case
from clinic.demo import accounts
from clinic.demo.cases import CALLS
from intake.models import Draft
from tests.builders import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    return tmp_path


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_it_works(demo):
    run("load_directory")
    assert "is ready" in run("demo")
    assert (Case.objects.count(), Draft.objects.count()) == (len(CALLS), 2)
    assert not User.objects.get(sign_in_name="eve").is_active
    known = json.loads(run("demo_accounts", "--json"))
    assert [one["name"] for one in known] == ["ana", "ben", "chi", "dee", "sol"]
    assert set(known[0]) == {"name", "role", "passphrase", "code"}
    for one in known:
        client = Client()
        answers = {name: one[name] for name in ("name", "passphrase", "code")}
        assert client.post("/sign-in/", answers, secure=True).status_code == 302
        home = client.get("/", secure=True)
        assert home.status_code == 200
        assert ("wait for your approval" in home.content.decode()) == (one["name"] == "sol")
    assert SealedTotp.objects.count() == 5
    assert one["passphrase"] in run("demo_accounts")


def test_twice_is_once(demo):
    run("demo")
    before = (Organisation.objects.count(), User.objects.count(), Case.objects.count())
    assert "there already" in run("demo")
    assert (Organisation.objects.count(), User.objects.count(), Case.objects.count()) == before


def test_its_file_is_its_owners(demo):
    run("demo")
    assert stat.S_IMODE(accounts.path().stat().st_mode) == 0o600


def test_all_or_nothing(demo, monkeypatch):
    def fail(*args: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("clinic.demo.load._begin_drafts", fail)
    with pytest.raises(RuntimeError):
        run("demo")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("command", ["demo", "demo_accounts"])
def test_a_real_clinic_is_left_alone(command):
    with pytest.raises(CommandError, match="not a demo"):
        run(command)
    assert not Organisation.objects.exists()


def test_a_clinic_that_the_demo_did_not_make(demo):
    make_clinic()
    with pytest.raises(CommandError, match="did not make"):
        run("demo")


def test_accounts_before_loading(demo):
    with pytest.raises(CommandError, match=r"run manage\.py demo"):
        run("demo_accounts")


def test_everybody_in_it_looks_fictional():
    assert len(CALLS) >= 12
    for call in CALLS:
        assert call.a_number[:3] in {"", "000"}
        assert "-555-01" in call.phone
