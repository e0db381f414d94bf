"""A coordinator can put herself into the team of the supervising attorneys. It makes her no attorney."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import leaving, teams
from clinic.accounts.models import Nudge
from clinic.accounts.roster import Role
from clinic.directory import actions as directory
from clinic.directory.models import ClockRule
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from uvisa import actions, errors
from uvisa.rules import Status

APPROVAL = {"signer": "Ana Example", "checked": "on"}
REFUSED = "this page is for people with another role"


@pytest.fixture
def joined(cast):
    """ana is in the team: sol signed in since, and gave her the key."""
    with cast.acting(cast.ana) as ring:
        teams.add_member(team=cast.team("supervising"), user=cast.ana, ring=ring, by=cast.ana)
    signed_in(cast, "sol")
    with cast.acting(cast.ana) as ring:
        assert teams.is_member(ring, "supervising")
    return signed_in(cast, "ana")


def page(browser, path):
    return re.sub(r"\s+", " ", browser.get(path, secure=True).content.decode())


def confirm_url():
    return reverse("directory:confirm_rule", args=[ClockRule.objects.get(slug="minnesota-statute").pk])


@pytest.mark.parametrize("move", ["approve", "send-back"])
def test_she_does_not_decide(cast, draft, joined, move):
    build.make_ready(cast, draft)
    assert build.url(draft, move) not in page(joined, build.url(draft))
    assert REFUSED in page(joined, build.url(draft, move))
    assert build.post(joined, draft, move, **APPROVAL, why="No.").status_code == 403
    with cast.acting(cast.ana):
        assert build.found(draft).status == Status.READY


@pytest.mark.parametrize("action", [actions.approve, actions.send_back])
def test_the_action_itself_refuses(cast, draft, joined, action):
    build.make_ready(cast, draft)
    with cast.acting(cast.ana), pytest.raises(errors.NotASupervisor):
        action(request=build.found(draft), by=cast.ana, on=timezone.localdate())


def test_it_does_not_wait_for_her(cast, draft, joined):
    build.make_ready(cast, draft)
    assert {nudge.user for nudge in Nudge.objects.all()} == {cast.sol}
    assert build.url(draft) not in page(joined, "/")
    assert build.url(draft) in page(signed_in(cast, "sol"), "/")


def test_she_confirms_no_law(cast, joined):
    assert confirm_url() not in page(joined, reverse("directory:agencies"))
    assert REFUSED in page(joined, confirm_url())
    rule = ClockRule.objects.get(slug="minnesota-statute")
    with cast.acting(cast.ana), pytest.raises(directory.CannotConfirm):
        directory.confirm_rule(rule=rule, on=timezone.localdate(), by=cast.ana)


def test_where_nobody_can_decide_the_team_is_told(cast, draft, joined):
    with cast.acting(cast.ana) as ring:
        leaving.change_role(user=cast.sol, role=Role.ATTORNEY, ring=ring, by=cast.ana)
    build.make_ready(cast, draft)
    assert build.url(draft) in page(joined, "/")
