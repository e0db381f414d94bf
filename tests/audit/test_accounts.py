"""What accounts hand up is known here."""

import ast
from pathlib import Path

import pytest
from django.db import transaction

from clinic.accounts import invitations
from clinic.accounts.record import record
from clinic.accounts.roster import Role
from clinic.accounts.teams import keyring_for
from clinic.audit import reading
from clinic.audit.events import Event
from clinic.vault.errors import Locked
from clinic.vault.keyring import using

ROOT = Path(__file__).resolve().parents[2]


def handed_up() -> set[str]:
    """The first argument of every `record("…")` in clinic/accounts."""
    found = set()
    for file in (ROOT / "clinic" / "accounts").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                found |= {str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return found


def test_every_event_of_accounts_is_known():
    assert "signed_in" in handed_up()
    assert handed_up() <= set(Event.values)


def test_it_works(cast):
    with cast.acting(cast.ana) as ring:
        with transaction.atomic():
            record("role_changed", by=cast.ana, about=cast.ben.pk)
        newest = reading.readable(ring)[:1][0]
    assert newest.event == "role_changed"
    assert newest.target_id == str(cast.ben.pk)
    assert newest.about == "ben"


def test_an_unknown_event_is_refused(cast):
    with cast.acting(cast.ana), pytest.raises(ValueError, match="whatever"), transaction.atomic():
        record("whatever", by=cast.ana)


def test_a_newcomer_without_keys_is_on_record(cast):
    """Nobody has put them on the roster yet: sealed to the keys that stand in the rows."""

    with cast.acting(cast.ana) as ring:
        user, code = invitations.invite(
            sign_in_name="new",
            email="new@clinic.example",
            role=Role.INTAKE,
            teams_to_join=[],
            ring=ring,
            by=cast.ana,
        )
    user, enrolment = invitations.join(sign_in_name="new", code=code)
    with using(keyring_for(user, enrolment.identity)):
        with transaction.atomic():
            record("signed_out", by=user)
        with pytest.raises(Locked), transaction.atomic():
            record("role_changed", by=user)
    with cast.acting(cast.ana) as ring:
        assert reading.readable(ring)[:1][0].event == "signed_out"
