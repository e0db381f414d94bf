from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import rules, words
from referrals.rules import How, Reason, Refusal, Status

DAY = date(2026, 11, 21)
ROLES = ["attorney", "supervisor", "coordinator", "intake", "helper", "something new"]
STAGES = ["waiting", "offered", "given", "closed", "something new"]
EVERYTHING = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(STAGES),
        "role": st.sampled_from(ROLES),
        "has_it": st.booleans(),
        "walled": st.booleans(),
        "supervising": st.booleans(),
        "until": st.none() | st.just(DAY),
    }
)
FINE: dict[str, Any] = {
    "stage": "waiting",
    "role": "attorney",
    "has_it": False,
    "walled": False,
    "supervising": False,
    "until": DAY,
}


@pytest.mark.parametrize("how", How)
def test_it_works(how):
    assert rules.why_not(how, **FINE) is None


@pytest.mark.parametrize(
    ("how", "changed", "refusal"),
    [
        (How.GIVE, {"walled": True}, Refusal.WALLED),
        (How.GIVE, {"stage": "closed"}, Refusal.CLOSED),
        (How.OFFER, {"stage": "given"}, Refusal.NOT_WAITING),
        (How.GIVE, {"has_it": True}, Refusal.HAS_IT),
        (How.GIVE, {"role": "helper"}, Refusal.NOT_AN_ATTORNEY),
        (How.OFFER, {"role": "intake"}, Refusal.NOT_AN_ATTORNEY),
        (How.OFFER, {"until": None}, Refusal.NEEDS_A_DAY),
        (How.HELP, {"until": None, "role": "helper"}, Refusal.NEEDS_A_DAY),
    ],
)
def test_refusals(how, changed, refusal):
    assert rules.why_not(how, **(FINE | changed)) == refusal


@given(st.sampled_from(list(How)), EVERYTHING)
def test_what_is_allowed_is_narrow(how, known):
    if rules.why_not(how, **known) is not None:
        return
    assert known["stage"] in {"waiting", "offered", "given"}
    assert not known["has_it"]
    assert known["supervising"] or not known["walled"]
    assert how == How.HELP or known["role"] in {"attorney", "supervisor"}
    assert how == How.GIVE or known["until"]


@given(st.sampled_from(STAGES), st.integers(0, 3))
def test_only_an_offered_case_waits_again(stage, left):
    after = rules.stage_after_offers(stage, left)
    assert after == ("waiting" if stage == "offered" and left == 0 else stage)


@given(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_span_never_tells_the_day(on):
    assert rules.soon(on, DAY) in words.SPANS


@pytest.mark.parametrize(
    ("days", "span"),
    [(0, "two days"), (3, "a week"), (8, "two weeks"), (31, "a month"), (32, "later"), (-1, "past")],
)
def test_spans(days, span):
    assert rules.soon(DAY + timedelta(days=days), DAY) == span


def test_every_answer_has_words():
    assert set(words.REFUSALS) == set(Refusal)
    assert {reason for reason, _text in words.REASONS} == set(Reason)
    assert {how for how, _text in words.HOWS} == set(How)
    assert {how for how, _status in words.STATES} == set(How)
    assert (How.OFFER, Status.DECLINED) in words.STATES


@pytest.mark.parametrize(
    ("how", "status", "until", "over"),
    [
        (How.HELP, Status.ACCEPTED, -1, True),
        (How.HELP, Status.ACCEPTED, 0, False),
        (How.HELP, Status.ACCEPTED, None, False),
        (How.HELP, Status.OPEN, -1, False),
        (How.OFFER, Status.ACCEPTED, -1, False),
    ],
)
def test_help_ends_with_its_last_day(how, status, until, over):
    today = date(2026, 11, 20)
    day = None if until is None else today + timedelta(days=until)
    assert rules.helped_before(how, status, day, today) is over
