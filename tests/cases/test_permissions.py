"""`user.has_perm(…, case)` says what the keys say."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clinic.accounts.models import User
from clinic.cases import access
from clinic.cases.models import AccessQuerySet, Case, CaseUserAccess
from clinic.cases.permissions import CasePermissionBackend

from .asking import changing, give, lend, soon

ALL = {"cases.open_case", "cases.open_advocate", "cases.open_attorney", "cases.consider_case"}


def perms(user: object, case: object) -> set[str]:
    return CasePermissionBackend().get_all_permissions(user, case)  # type: ignore[arg-type]


def test_it_works(cast, case):
    give(cast, case, cast.ben)
    assert perms(cast.ben, case) == {"cases.open_case", "cases.open_attorney"}
    assert cast.ben.has_perm("cases.open_case", case)
    assert not cast.ben.has_perm("cases.open_advocate", case)
    assert not cast.dee.has_perm("cases.open_case", case)


def test_teams_count_with_and_without_a_keyring(cast, case):
    assert perms(cast.chi, case) == {"cases.open_case", "cases.open_advocate"}
    with cast.acting(cast.chi):
        assert perms(cast.chi, case) == {"cases.open_case", "cases.open_advocate"}
        assert perms(cast.dee, case) == set()


def test_somebody_elses_keyring_gives_nothing(cast, case):
    with cast.acting(cast.dee):
        assert perms(cast.chi, case) == {"cases.open_case", "cases.open_advocate"}
        assert perms(cast.dee, case) == set()


def test_a_group_membership_alone_gives_nothing(cast, case):
    """Whoever writes dee into intake's Django group has written nothing."""
    cast.team("intake").group.user_set.add(cast.dee)
    assert perms(cast.dee, case) == set()
    with cast.acting(cast.dee):
        assert perms(cast.dee, case) == set()


def test_an_offer_may_be_considered_only(cast, case):
    with changing(cast, case, cast.ana) as row:
        access.offer(row, cast.ben, by=cast.ana, until=soon(1))
    assert perms(cast.ben, case) == {"cases.consider_case"}


def test_it_ends_after_the_last_day(cast, case):
    lend(cast, case, cast.ben, days=1)
    assert cast.ben.has_perm("cases.open_case", case)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert not cast.ben.has_perm("cases.open_case", case)


def test_nothing_without_a_case(cast, case):
    give(cast, case, cast.ben)
    for nothing in (None, cast.ben, "case"):
        assert perms(cast.ben, nothing) == set()
    assert not cast.ben.has_perm("cases.open_case")


def test_nothing_for_the_inactive_and_the_unknown(cast, case):
    lend(cast, case, cast.ben)
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    cast.ben.refresh_from_db()
    assert perms(cast.ben, case) == set()
    assert not cast.ben.has_perm("cases.open_case", case)
    assert perms(AnonymousUser(), case) == set()
    assert perms(None, case) == set()


def test_there_is_no_superuser(cast, case):
    assert not [field.name for field in User._meta.get_fields() if field.name in ("is_superuser", "is_staff")]
    cast.dee.is_superuser = True
    assert perms(cast.dee, case) == set()


def test_forgotten_expiry_is_caught(cast, case, monkeypatch):
    """The guard of the expiry test."""
    lend(cast, case, cast.ben, days=1)
    CaseUserAccess.objects.update(expires_on=timezone.localdate() - timedelta(days=9))
    assert perms(cast.ben, case) == set()
    monkeypatch.setattr(AccessQuerySet, "live", lambda rows, on: rows.all())
    assert perms(cast.ben, case) == {"cases.open_case"}


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_permission_is_declared(db, name):
    assert name.split(".")[1] in {codename for codename, _ in Case._meta.permissions}


def test_no_permission_over_kinds_of_things():
    assert Case._meta.default_permissions == ()
