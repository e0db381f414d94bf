"""Whoever wrote a request has left: somebody else hears of it, and no list names who is gone."""

import re

import pytest

from clinic.accounts import leaving
from clinic.accounts.models import Nudge
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.test_actions import act, read
from uvisa import actions

NOBODY = "Owner: nobody. Coordination keeps it."


@pytest.fixture
def bens(cast, case):
    return build.make_request(cast, case, by=cast.ben)


def leave(cast, user):
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=user, ring=ring, by=cast.ana)


def send_back(cast, request):
    act(cast, cast.sol, actions.send_back, request, why="The date is wrong.")


def page(cast, name, path="/"):
    return re.sub(r"\s+", " ", signed_in(cast, name).get(path, secure=True).content.decode())


def reminded():
    return {nudge.user.sign_in_name for nudge in Nudge.objects.all()}


@pytest.mark.parametrize("leaves_first", [True, False])
def test_sent_back_to_nobody_is_coordinations_turn(cast, bens, leaves_first):
    build.make_ready(cast, bens)
    for step in (leave, send_back) if leaves_first else (send_back, leave):
        step(cast, cast.ben if step is leave else bens)
    assert reminded() == {"ana"}
    home = page(cast, "ana")
    assert build.url(bens) in home
    assert "Sent back for changes. Whoever wrote it has left." in home
    assert build.url(bens) not in page(cast, "sol")
    assert NOBODY in page(cast, "ana", "/certification/")
    assert "<dd>Nobody. Coordination keeps it.</dd>" in page(cast, "ana", build.url(bens))


def test_an_approved_one_is_coordinations_to_send(cast, bens):
    build.make_ready(cast, bens)
    leave(cast, cast.ben)
    act(cast, cast.sol, actions.approve, bens, checked=True)
    assert reminded() == {"ana"}
    assert build.url(bens) in page(cast, "ana")


def test_whoever_changes_it_takes_it_over(cast, bens):
    build.make_ready(cast, bens)
    leave(cast, cast.ben)
    send_back(cast, bens)
    act(cast, cast.ana, actions.mark_ready, bens)
    assert read(cast, bens, "owner_name") == "ana"
    send_back(cast, bens)
    assert "Sent back to you for changes." in page(cast, "ana")


def test_an_owner_who_is_here_keeps_it(cast, bens):
    build.make_ready(cast, bens)
    send_back(cast, bens)
    assert read(cast, bens, "owner_name") == "ben"
    assert reminded() == {"ben"}
    assert "Owner: ben" in page(cast, "ana", "/certification/")
