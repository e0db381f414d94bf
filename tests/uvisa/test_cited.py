"""What the attorney looks up for a letter is what the letter cites."""

from typing import Any

import pytest

from clinic.audit import reading
from clinic.directory.models import ClockRule
from clinic.vault.keyring import current
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import pages_of, words

PLAIN: dict[str, Any] = {"removal_proceedings": False, "expedite_asked": False, "proof_of_proceedings": None}
TIMES, STANDARD = "Minn. Stat. 611A.95, subd. 2(b)", "Minn. Stat. 611A.95, subd. 2(c)"
SENTENCE = f"No active investigation, charge, prosecution or conviction is needed: {STANDARD}."


def open_law(browser, request):
    page = words(browser.get(build.url(request, "approve"), secure=True))
    return page.partition("Law that nobody has confirmed yet")[2].partition("</ul>")[0]


@pytest.fixture
def plain(cast, case):
    request = build.make_request(cast, case, slug=build.SHERIFF, **PLAIN)
    build.make_ready(cast, request)
    return request


def test_a_letter_that_asks_for_no_expedite_cites_the_standard_alone(cast, plain):
    sol = signed_in(cast, "sol")
    listed = open_law(sol, plain)
    assert SENTENCE in listed
    assert TIMES not in listed
    letter = " ".join(pages_of(sol, plain))
    assert STANDARD in letter
    assert TIMES not in letter


def test_the_record_names_what_was_looked_up(cast, plain):
    sol = signed_in(cast, "sol")
    approval = {"signer": "Sol Example", "checked": "on", "weighed": "on"}
    assert build.post(sol, plain, "approve", **approval).status_code == 302
    with cast.acting(cast.sol):
        newest = reading.readable(current(), case_id=plain.case_id)[0]
    assert newest.details == {"checked": STANDARD}


def test_an_expedite_cites_both(cast, draft):
    build.make_ready(cast, draft)
    listed = open_law(signed_in(cast, "sol"), draft)
    assert SENTENCE in listed
    assert TIMES in listed


def test_whoever_confirms_the_statute_reads_the_sentence_too(cast):
    sol = signed_in(cast, "sol")
    for slug, shows in (("minnesota-statute", True), ("minneapolis-ordinance", False)):
        rule = ClockRule.objects.get(slug=slug)
        page = words(sol.get(f"/directory/rules/{rule.pk}/confirm/", secure=True))
        assert (SENTENCE in page) is shows
