"""What one derivation costs stands in the sealed copy itself: raising the setting locks nobody out."""

import struct
from typing import Any

import pytest
from django.test import Client

from clinic.accounts import identities
from clinic.accounts.models import User
from clinic.vault import passphrase as vault
from clinic.vault.errors import Tampered
from clinic.vault.passphrase import Cost, cost_now, master_key
from tests.accounts.doorway import fresh_code, signed_in, try_to_sign_in
from tests.builders import Cast, make_clinic

pytestmark = pytest.mark.django_db
OLD, NEW = Cost(64, 1), Cost(128, 2)


@pytest.fixture
def cast(settings) -> Cast:
    """Everybody enrolled at the old cost; the setting was raised since."""
    cast = make_clinic()
    assert cost_now() == OLD
    set_cost(settings, NEW)
    return cast


def set_cost(settings: Any, cost: Cost) -> None:
    settings.ARGON2_MEMORY_KIB, settings.ARGON2_PASSES = cost


def ben(cast: Cast) -> User:
    return User.objects.get(pk=cast.ben.pk)


def opens(cast: Cast) -> bool:
    try:
        identities.open_identity(ben(cast), cast.papers["ben"].passphrase)
    except Tampered:
        return False
    return True


def rewrite(cast: Cast, cost: Cost) -> None:
    """What somebody who writes to the database can do: they have no key."""
    sealed = bytes(ben(cast).identity_sealed)
    User.objects.filter(pk=cast.ben.pk).update(
        identity_sealed=sealed[:1] + struct.pack(">II", *cost) + sealed[9:]
    )


@pytest.fixture
def runs(monkeypatch) -> list[Cost]:
    """At what cost each derivation ran."""
    seen: list[Cost] = []

    def counted(phrase: str, user: Any, salt: bytes, cost: Cost) -> bytes:
        seen.append(cost)
        return master_key(phrase, user, salt, cost)

    monkeypatch.setattr(identities, "master_key", counted)
    return seen


def test_an_old_cost_opens(cast, runs):
    assert opens(cast)
    assert runs == [OLD]


def test_somebody_unknown_costs_what_is_set_now(cast, runs):
    try_to_sign_in(Client(), cast, "ben", name="nobody-here")
    assert runs == [NEW]


def test_right_and_wrong_cost_the_same_until_both_factors_are_shown(cast, runs):
    """Else the time would tell that the passphrase was right, to who has no code."""
    for phrase in (cast.papers["ben"].passphrase, "six words that nobody has here"):
        assert try_to_sign_in(Client(), cast, "ben", passphrase=phrase, code="abcdef").status_code == 200
    assert runs == [OLD, OLD]
    assert identities.cost_of(ben(cast)) == OLD


def test_signing_in_seals_it_anew(cast, runs):
    before = ben(cast)
    assert try_to_sign_in(Client(), cast, "ben").status_code == 302
    after = ben(cast)
    assert runs == [OLD, NEW]
    assert identities.cost_of(after) == NEW
    assert bytes(after.salt) != bytes(before.salt)
    assert bytes(after.identity_by_code) == bytes(before.identity_by_code)
    assert opens(cast)


def test_once_is_enough(cast, runs):
    try_to_sign_in(Client(), cast, "ben")
    before = bytes(ben(cast).identity_sealed)
    try_to_sign_in(Client(), cast, "ben", code=cast.papers["ben"].backup_codes.pop())
    assert runs == [OLD, NEW, NEW]
    assert bytes(ben(cast).identity_sealed) == before


def test_other_sessions_go_on(cast, settings):
    """The passphrase is the same as before."""
    set_cost(settings, OLD)
    phone = signed_in(cast, "ben")
    set_cost(settings, NEW)
    try_to_sign_in(Client(), cast, "ben", code=cast.papers["ben"].backup_codes.pop())
    assert identities.cost_of(ben(cast)) == NEW
    assert phone.get("/me/", secure=True).status_code == 200


def test_a_passphrase_that_was_changed_meanwhile_stays(cast):
    """Somebody signs in with the old one just as another session changes it."""
    stale, identity = ben(cast), cast.papers["ben"].identity
    new = identities.reseal(ben(cast), identity)
    identities.keep_cost(stale, identity, cast.papers["ben"].passphrase)
    assert identities.open_identity(ben(cast), new).raw == identity.raw


def test_a_setting_that_was_lowered_again_is_kept_to(cast, settings, runs):
    try_to_sign_in(Client(), cast, "ben")
    set_cost(settings, OLD)
    try_to_sign_in(Client(), cast, "ben", code=cast.papers["ben"].backup_codes.pop())
    assert identities.cost_of(ben(cast)) == OLD


# Somebody who writes to the database


@pytest.mark.parametrize("cost", [Cost(63, 1), Cost(64, 0), Cost(0, 0), Cost(2**20 + 1, 1), Cost(64, 17)])
def test_below_the_floor_or_beyond_the_ceiling_is_refused(cast, runs, cost):
    """It is not tried at all; it costs what anybody costs."""
    rewrite(cast, cost)
    assert not opens(cast)
    assert runs == [NEW]


def test_another_cost_that_is_allowed_opens_nothing(cast):
    rewrite(cast, NEW)
    assert not opens(cast)
    rewrite(cast, OLD)
    assert opens(cast)


def test_the_cost_is_bound(cast, monkeypatch):
    """Also where the derivation did not depend on it."""
    monkeypatch.setattr(
        identities, "master_key", lambda phrase, user, salt, cost: master_key(phrase, user, salt, OLD)
    )
    assert opens(cast)
    rewrite(cast, NEW)
    assert not opens(cast)


def test_it_is_refused_below_the_clinics_floor(settings):
    settings.ARGON2_FLOOR = floor = Cost(64 * 1024, 3)
    for low in (OLD, Cost(floor.memory - 1, 3), Cost(floor.memory, 2)):
        with pytest.raises(Tampered):
            vault.read_cost(low.raw)
    for allowed in (floor, vault.CEILING):
        assert vault.read_cost(allowed.raw) == allowed


@pytest.mark.parametrize("raw", [b"", b"\0" * 7, b"\0" * 9])
def test_what_is_no_cost_is_refused(raw):
    with pytest.raises(Tampered):
        vault.read_cost(raw)


def test_a_copy_from_before_costs_were_written_opens(cast, settings, runs):
    """It was sealed at the floor, and is sealed anew like the others."""
    user, papers = ben(cast), cast.papers["ben"]
    set_cost(settings, OLD)
    kek = identities._passphrase_kek(user, papers.passphrase, OLD)
    user.identity_sealed = identities._seal(user, kek, papers.identity, identities.PASSPHRASE)
    user.save()
    assert opens(cast)
    assert try_to_sign_in(Client(), cast, "ben", code=fresh_code(cast, "ben")).status_code == 302
    assert bytes(ben(cast).identity_sealed)[:1] == identities.COSTED
    assert opens(cast)
