"""What is printed and sent is what was approved, and stays what was sent."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone, translation

from clinic.cases import actions as cases
from clinic.cases.models import Person
from clinic.directory.models import Agency, ClockRule, Letterhead
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from uvisa import actions, errors, requests


def today():
    return timezone.localdate()


def act(cast, user, action, request, **answers):
    with cast.acting(user):
        action(request=build.found(request), by=user, on=today(), **answers)


def rename(cast, case):
    with cast.acting(cast.ana):
        opened = build.opened(case)
        client = Person.objects.get(case=opened)
        client.given_names = "Another"
        cases.edit_case(case=opened, rows=[client], by=cast.ana)


CHANGES = {
    "a name": rename,
    "the agency": lambda cast, case: Agency.objects.filter(slug=build.MPD).update(official="Chief Example"),
    "the letterhead": lambda cast, case: Letterhead.objects.update(telephone="612-555-0199"),
    "confirmed law": lambda cast, case: ClockRule.objects.filter(slug="minneapolis-ordinance").update(
        expedited_days=10, verified_on=today(), verified_by=cast.sol
    ),
}


@pytest.mark.parametrize(
    ("listed", "printed_as"),
    [
        ([], ["Copy of the notice to appear"]),
        (["Police report"], ["Police report", "Copy of the notice to appear"]),
        (["The NTA of 2024"], ["The NTA of 2024"]),
        (["A notice to appear", "Police report"], ["A notice to appear", "Police report"]),
    ],
)
def test_an_enclosed_notice_stands_among_the_enclosures(cast, case, listed, printed_as):
    request = build.make_request(cast, case, enclosures=listed)
    assert list(printed(cast, request).enclosures) == printed_as


def test_no_notice_is_listed_that_is_not_enclosed(cast, case):
    request = build.make_request(cast, case, enclosures=[], proof_of_proceedings=False)
    assert printed(cast, request).enclosures == ()


def test_the_letter_is_english_whoever_prints_it(cast, draft):
    build.make_approved(cast, draft)
    with translation.override("es"):
        assert printed(cast, draft).approved


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_after_the_approval_is_not_sent(cast, case, draft, change):
    build.make_approved(cast, draft)
    change(cast, case)
    assert not printed(cast, draft).approved
    with pytest.raises(errors.ChangedSince):
        act(cast, cast.ana, actions.record_sent, draft, sent_on=today(), how="By hand")
    act(cast, cast.sol, actions.send_back, draft)
    build.make_sent(cast, draft)
    assert printed(cast, draft).approved


def printed(cast, request):
    with cast.acting(cast.ana):
        return requests.packet_of(build.found(request), on=today())


@time_machine.travel("2026-11-02 12:00-06:00", tick=False)
def test_the_letter_stands_as_it_was_sent(cast, case):
    request = build.make_request(cast, case, slug="st-paul-police")
    build.make_approved(cast, request)
    before = printed(cast, request)
    act(cast, cast.ana, actions.record_sent, request, sent_on=today(), how="By mail")
    assert printed(cast, request) == before
    with time_machine.travel("2026-11-06 12:00-06:00", tick=False):
        act(cast, cast.ana, actions.record_received, request, received_on=date(2026, 11, 5), how="Stamp")
        assert printed(cast, request) == before
        ClockRule.objects.update(expedited_days=3, verified_on=None, verified_by=None)
        assert printed(cast, request) == before


def test_confirmed_law_stays_in_a_letter_that_was_sent(cast, draft):
    ClockRule.objects.update(verified_on=today(), verified_by=cast.sol)
    build.make_sent(cast, draft)
    before = printed(cast, draft)
    ClockRule.objects.update(verified_on=None, verified_by=None)
    assert printed(cast, draft) == before
    assert not before.has_open_marks


def test_the_page_says_what_to_do(cast, case, draft):
    build.make_approved(cast, draft)
    browser = signed_in(cast, "ana")
    assert "Not what was approved" not in page_of(browser, draft)
    rename(cast, case)
    assert "The packet says DRAFT until a supervising attorney sends it back" in page_of(browser, draft)
    assert build.url(draft, "sent") not in page_of(browser, draft)
    refused = build.post(browser, draft, "sent", **build.day("sent_on", today()), how="By hand")
    assert "A supervising attorney must send it back and approve it again." in refused.content.decode()


def test_a_copy_of_what_was_sent_is_called_another_one_once_the_case_changed(cast, case, draft):
    build.make_sent(cast, draft)
    rename(cast, case)
    assert "it is not what the agency got" in page_of(signed_in(cast, "ana"), draft)
    assert not printed(cast, draft).approved


def page_of(browser, request):
    return browser.get(build.url(request), secure=True).content.decode()
