"""Somebody with database, settings and files: nothing without a passphrase, one person's with one."""

import hashlib
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import models
from django.utils import timezone

from clinic import budget
from clinic.accounts import identities
from clinic.accounts.models import Session, User
from clinic.cases.models import CaseKey, CaseTeamAccess, CaseUserAccess, Compartment, Note
from clinic.proof.thief import robbery
from clinic.proof.thief.guesses import COMMON
from clinic.proof.thief.opening import FILES, everything
from clinic.vault.envelope import Box
from clinic.vault.errors import Tampered
from tests.builders import Cast
from tests.cases_builders import open_case

from .build import make_full_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_full_clinic()


def test_nothing_opens_without_a_passphrase(cast):
    attempt = robbery.with_nothing()
    assert attempt.opened == 0
    assert attempt.wrong == []
    assert attempt.there > 200
    assert attempt.keys > 1000


def test_every_sealed_column_is_tried(cast):
    """A column that a migration adds is found by itself, or this fails."""
    tried = {target.column for target in everything().targets}
    opaque = {
        f"{table.label}.{column.name}"
        for table in budget.tables().values()
        for column in table.columns.values()
        if column.kind in budget.OPAQUE
    }
    assert opaque - tried == set()
    assert everything().files


@pytest.mark.parametrize("name", ["ana", "ben", "chi", "dee", "sol"])
def test_one_passphrase_opens_exactly_that_persons_cases(cast, name):
    user = getattr(cast, name)
    attempt = robbery.with_passphrase(user, cast.papers[name].passphrase)
    assert attempt.wrong == []
    assert 0 < attempt.opened < attempt.there


def test_ben_opens_what_he_holds_and_no_advocate_note(cast):
    attempt = robbery.with_passphrase(cast.ben, cast.papers["ben"].passphrase)
    assert attempt.columns["cases.Case.sealed"] == (6, 2)  # his, and the one that he was offered
    held = Note.objects.filter(case__user_access__user=cast.ben, key__compartment__in=["case", "attorney"])
    assert attempt.columns["cases.Note.sealed"][1] == held.distinct().count() == 3
    assert attempt.columns[FILES][1] == 3


def test_eve_has_nothing_left_to_open(cast):
    with pytest.raises(Tampered):
        robbery.with_passphrase(cast.eve, cast.papers["eve"].passphrase)


# Planted weaknesses: each must be caught by the attempt with nothing. ---------------------------------


def a_key(cast: Cast) -> bytes:
    """The key of ben's case."""
    with cast.acting(cast.ben) as ring:
        row = CaseUserAccess.objects.filter(user=cast.ben, permission__codename="open_case").get()
        case = open_case(row.content_object)
        return ring.newest(case.scope()).key


def key_in_a_wrap_column(cast: Cast) -> str:
    CaseKey.objects.filter(compartment=Compartment.ATTORNEY).update(recovery_wrap=b"\x02" + a_key(cast))
    return "cases.Case.sealed"


def key_as_text(cast: Cast) -> str:
    told = a_key(cast).hex()
    Session.objects.create(session_key=uuid4().hex, session_data=told, expire_date=timezone.now())
    return "cases.Note.sealed"


def team_secret_in_a_commitment(cast: Cast) -> str:
    with cast.acting(cast.ana) as ring:
        secret = next(keys.secret for keys in ring.teams.values() if keys.id == cast.team("coordination").pk)
    User.objects.filter(pk=cast.eve.pk).update(public_key=secret)
    return "vault.IndexState.sealed"


def zero_key(cast: Cast) -> str:
    reseal_a_note(cast, bytes(32))
    return "cases.Note.sealed"


def key_from_the_secret_key(cast: Cast) -> str:
    reseal_a_note(cast, hashlib.sha256(settings.SECRET_KEY.encode()).digest())
    return "cases.Note.sealed"


def key_from_a_row_id(cast: Cast) -> str:
    note = Note.objects.all()[0]
    reseal_a_note(cast, hashlib.sha256(note.case_id.bytes).digest(), note.pk)
    return "cases.Note.sealed"


def reseal_a_note(cast: Cast, key: bytes, pk: UUID | None = None) -> None:
    note = Note.objects.select_related("key").get(pk=pk) if pk else Note.objects.select_related("key")[0]
    sealed = Box(key, 1).seal(note.place(), b'{"v":1,"text":"Plain to see"}')
    models.QuerySet.update(Note.objects.filter(pk=note.pk), sealed=sealed)


def identity_without_a_passphrase(cast: Cast) -> str:
    """As if the key were derived from the pepper alone."""
    user = User.objects.get(pk=cast.ben.pk)
    kek = hashlib.sha256(settings.PEPPER).digest()
    user.identity_sealed = identities._seal(user, kek, cast.papers["ben"].identity, identities.PASSPHRASE)
    user.save()
    return "accounts.User.identity_sealed"


WEAKNESSES = [
    key_in_a_wrap_column,
    key_as_text,
    team_secret_in_a_commitment,
    zero_key,
    key_from_the_secret_key,
    key_from_a_row_id,
    identity_without_a_passphrase,
]


@pytest.mark.parametrize("plant", WEAKNESSES, ids=lambda plant: plant.__name__)
def test_a_planted_weakness_is_caught(cast, plant: Callable[[Cast], str]):
    column = plant(cast)
    attempt = robbery.with_nothing()
    assert column in attempt.wrong


def test_a_common_passphrase_is_caught(cast):
    identities.reseal(User.objects.get(pk=cast.ben.pk), cast.papers["ben"].identity, COMMON[1])
    assert robbery.with_nothing().wrong == ["the passphrase of ben is a common one"]


def test_a_key_too_many_is_caught(cast):
    """The key of dee's case, left in what ben can read."""
    theirs = CaseUserAccess.objects.get(user=cast.dee, permission__codename="open_case").content_object
    with cast.acting(cast.ana) as ring:
        key = ring.newest(open_case(theirs).scope()).key
    mine = CaseUserAccess.objects.get(user=cast.ben, permission__codename="open_case").content_object
    with cast.acting(cast.ben):
        opened = open_case(mine)
        opened.story = f"Not to be forgotten: {key.hex()}"
        opened.save()
    attempt = robbery.with_passphrase(cast.ben, cast.papers["ben"].passphrase)
    assert "cases.Case.sealed for case" in attempt.wrong


def test_access_rows_differ_between_people(cast):
    """Else the comparison above would compare nothing."""
    assert CaseTeamAccess.objects.exists()
    rows = CaseUserAccess.objects.values_list("user", flat=True)
    assert {cast.ben.pk, cast.dee.pk, cast.ana.pk, cast.sol.pk} <= set(rows)
