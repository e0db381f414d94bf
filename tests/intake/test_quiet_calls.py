"""Somebody who listens stays signed in: a live call has ninety minutes, all else a quarter of an hour."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import get_resolver, reverse

from clinic.accounts.doors import door_of
from clinic.accounts.models import Session
from clinic.accounts.sessions import IDLE, LIVE_IDLE
from clinic.checks import views
from tests.accounts.doorway import signed_in

from .calls import ENOUGH, get, post, start

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def chi(clock, cast):
    return signed_in(cast, "chi")


def idle_of(page) -> str:
    return str(page.content.decode().split('data-idle="')[1].split('"')[0])


def test_a_live_call_has_ninety_minutes_and_asks_itself(chi):
    draft = start(chi)
    page = get(chi, "draft", draft.pk)
    assert idle_of(page) == str(int(LIVE_IDLE.total_seconds()))
    assert f'data-ask="{reverse("intake:draft", args=[draft.pk])}"' in page.content.decode()


def test_another_page_leaves_a_live_call_its_time(chi, clock):
    get(chi, "draft", start(chi).pk)
    clock.shift(timedelta(minutes=30))
    assert idle_of(get(chi, "queue")) == "3600"
    clock.shift(timedelta(minutes=59))
    assert get(chi, "queue").status_code == 200
    clock.shift(timedelta(minutes=16))
    assert get(chi, "queue").status_code == 302


@pytest.mark.parametrize("ending", ["finish", "discard"])
def test_a_call_that_is_over_leaves_a_quarter_of_an_hour(chi, ending):
    draft = start(chi)
    get(chi, "draft", draft.pk)
    assert post(chi, ending, draft, ENOUGH).status_code == 302
    assert Session.objects.get().expire_date == NOON + IDLE


def test_only_a_call_has_ninety_minutes():
    doors = {view.__name__: door_of(view) for _route, view in views(get_resolver().url_patterns)}
    assert {name for name, door in doors.items() if door and door.live} == {"draft", "autosave", "finish"}
