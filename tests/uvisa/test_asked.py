"""Whether the expedite is asked for: the pages say what the letter says."""

import re
from typing import Any

import pytest

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.test_actions import act
from uvisa import actions, errors, requests
from uvisa.packet import Missing

BADGE = "badge--expedite"
NO_REASON = "A reason for the expedite: you ask for it, but no answer gives this agency one."
ASKED = "<dt>Expedite asked for</dt><dd>Yes</dd>"
NOT_ASKED = "<dt>Expedite asked for</dt><dd>No: the letter gives no reason, so it does not ask</dd>"
UNREASONED = [
    (build.MPD, {"removal_proceedings": None}),
    (build.MPD, {"removal_proceedings": False}),
    (build.SHERIFF, {"removal_proceedings": None, "family_removal": True}),
]


def page_of(cast, path):
    told = signed_in(cast, "ana").get(path, secure=True).content.decode()
    return re.sub(r"\s+", " ", told)


def shown(cast, request):
    """The request's page, and its row on the page of the case."""
    return page_of(cast, build.url(request)), page_of(cast, f"/cases/{request.case_id}/")


@pytest.mark.parametrize(("slug", "facts"), UNREASONED)
def test_no_reason_no_badge(cast, case, slug, facts):
    request = build.make_request(cast, case, slug=slug, **facts)
    page, on_case = shown(cast, request)
    assert BADGE not in page
    assert BADGE not in on_case
    assert NOT_ASKED in page


@pytest.mark.parametrize(("slug", "facts"), UNREASONED)
def test_what_is_asked_without_a_reason_is_not_ready(cast, case, slug, facts):
    request = build.make_request(cast, case, slug=slug, **facts)
    assert NO_REASON in page_of(cast, build.url(request))
    with pytest.raises(errors.NotReady):
        act(cast, cast.ana, actions.mark_ready, request)


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        (build.MPD, {}),
        (build.SHERIFF, {}),
        (build.MPD, {"removal_proceedings": False, "family_removal": True}),
        ("hennepin-county-attorney", {"removal_proceedings": None, "detained": True}),
        (build.MPD, {"removal_proceedings": None, "detained": True}),
        (build.SHERIFF, {"removal_proceedings": False, "detained": True}),
    ],
)
def test_a_reason_that_the_agency_knows(cast, case, slug, facts):
    request = build.make_request(cast, case, slug=slug, **facts)
    page, on_case = shown(cast, request)
    assert BADGE in page
    assert BADGE in on_case
    assert ASKED in page
    assert NO_REASON not in page


@pytest.mark.parametrize(("answer", "said"), [(False, "No"), (None, "Not answered yet")])
def test_not_asked_for(cast, case, answer, said):
    request = build.make_request(cast, case, removal_proceedings=None, expedite_asked=answer)
    page, on_case = shown(cast, request)
    assert f"<dt>Expedite asked for</dt><dd>{said}</dd>" in page
    assert BADGE not in page + on_case
    assert NO_REASON not in page


@pytest.mark.parametrize("facts", [{}, {"removal_proceedings": None}, {"expedite_asked": False}])
def test_the_page_and_the_letter_say_the_same(cast, case, facts):
    request = build.make_request(cast, case, **facts)
    with cast.acting(cast.ana):
        found = build.found(request)
        printed = requests.packet_of(found, on=build.ago(0))
        assert requests.asks_expedite(found, on=build.ago(0)) is printed.expedites
        without = bool(found.expedite_asked) and not printed.expedites
        assert (Missing.REASON in requests.missing_of(found, on=build.ago(0))) is without


def test_detained_alone_the_pages_say_that_no_rule_promises_it(cast, case):
    request = build.make_request(cast, case, removal_proceedings=None, detained=True)
    build.make_ready(cast, request)
    told = "no rule that gives this agency less time for that"
    assert told in page_of(cast, build.url(request))
    approving = signed_in(cast, "sol").get(build.url(request, "approve"), secure=True).content.decode()
    assert told in approving
    with cast.acting(cast.ana):
        printed = requests.packet_of(build.found(request), on=build.ago(0))
    assert (printed.citations, printed.needs_notice) == ((), False)


def test_a_rule_that_knows_detention_needs_no_such_word(cast, case):
    facts: dict[str, Any] = {"removal_proceedings": None, "detained": True}
    request = build.make_request(cast, case, slug="hennepin-county-attorney", **facts)
    assert "less time for that" not in page_of(cast, build.url(request))
