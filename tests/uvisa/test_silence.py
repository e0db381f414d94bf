"""After "It did not answer at all": what may still come of a request."""

import pytest

from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import words
from tests.uvisa.test_actions import act, status_of
from uvisa import actions
from uvisa.rules import Status

SILENT = 'value="silent"'


def make_silent(cast, request, *, on=0, received=True):
    (build.make_received if received else build.make_sent)(cast, request, on=build.ago(on + 5))
    silent = {"status": Status.SILENT, "answered_on": build.ago(on), "words": "Three calls."}
    act(cast, cast.ana, actions.record_answer, request, **silent)


def form_of(browser, request):
    return words(browser.get(build.url(request, "answer"), secure=True))


def test_that_it_did_not_answer_is_offered_once(cast, draft):
    browser = signed_in(cast, "ana")
    build.make_received(cast, draft)
    assert SILENT in form_of(browser, draft)
    silent = {"status": "silent", **build.day("answered_on", build.ago(0))}
    assert build.post(browser, draft, "answer", **silent).status_code == 302
    page = form_of(browser, draft)
    assert SILENT not in page
    assert 'value="signed"' in page


@pytest.mark.parametrize("behind", [0, 1])
def test_nobody_is_blamed_for_silence_that_stands(cast, draft, behind):
    make_silent(cast, draft)
    silent = {"status": "silent", **build.day("answered_on", build.ago(0)), "words": "A fourth call."}
    page = words(build.post(signed_in(cast, "ana"), draft, "answer", **silent, rev=build.rev(draft) - behind))
    assert "Somebody changed" not in page
    assert "That it did not answer is written down already." in page
    assert "A fourth call." in page
    assert status_of(cast, draft) == Status.SILENT
