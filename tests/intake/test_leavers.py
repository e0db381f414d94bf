"""A call that was never logged is its writer's alone: what becomes of it when they go."""

import pytest
from django.urls import reverse

from clinic.accounts import leaving, recovery, teams
from clinic.accounts.errors import CallsUnfinished
from clinic.accounts.models import User
from intake.models import Draft
from tests.accounts.doorway import signed_in
from tests.builders import Cast

from .calls import ENOUGH, post, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def chis(cast, chi) -> Draft:
    """Typed and not logged; chi is not the last one who takes calls."""
    with cast.acting(cast.chi) as ring:
        teams.admit(cast.dee.pk, cast.team("intake").pk, ring)
    draft = start(chi)
    post(chi, "autosave", draft, ENOUGH)
    return draft


def leave(cast: Cast, **how: bool) -> None:
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.chi, ring=ring, by=cast.ana, **how)


def page_of(cast: Cast, user: User) -> str:
    return signed_in(cast, "ana").get(reverse("accounts:leave_clinic", args=[user.pk])).content.decode()


def test_the_page_says_how_many_and_asks_once_more(cast, chis):
    ana, where = signed_in(cast, "ana"), reverse("accounts:leave_clinic", args=[cast.chi.pk])
    assert "1 call that only they can open was never logged" in ana.get(where).content.decode()
    refused = ana.post(where, {}).content.decode()
    assert "Close it all the same" in refused
    assert "cannot be brought back" in refused
    assert "printed codes" not in refused
    assert User.objects.get(pk=cast.chi.pk).is_active
    told = ana.post(where, {"anyway": "on"}, follow=True).content.decode()
    assert "1 call that was never logged is gone" in told
    assert not User.objects.get(pk=cast.chi.pk).is_active


def test_an_account_with_unfinished_calls_is_not_closed_unasked(cast, chis):
    with pytest.raises(CallsUnfinished, match="1 call "):
        leave(cast)
    assert User.objects.get(pk=cast.chi.pk).is_active
    assert Draft.objects.exists()


@pytest.mark.parametrize("how", ["hostile", "anyway"])
def test_what_nobody_can_open_any_more_is_not_kept(cast, chis, how):
    dees = start(signed_in(cast, "dee"))
    leave(cast, **{how: True})
    assert list(Draft.objects.values_list("pk", flat=True)) == [dees.pk]


def test_whoever_logged_every_call_is_asked_nothing_more(cast, chi, chis):
    assert post(chi, "finish", chis, ENOUGH | {"rev": "2"}).status_code == 302
    assert "Close it all the same" not in page_of(cast, cast.chi)
    leave(cast)


def test_somebody_elses_calls_hold_up_nobody(cast, chis):
    assert "never logged" not in page_of(cast, cast.ben)


def test_whoever_comes_back_with_new_keys_takes_calls_again(cast, chis):
    """The old keys are lost, and with them what they alone opened."""
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[:2])
    done = recovery.readmit(organisation=cast.organisation, pair=pair, sign_in_name="chi")
    cast.papers["chi"] = done.enrolment
    chi = signed_in(cast, "chi")
    for page in ("desk:home", "intake:call"):
        assert chi.get(reverse(page), secure=True).status_code == 200
    assert not Draft.objects.exists()
