"""Certification requests on the home page, also for who holds a case by name and sees no board."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.cases import actions as cases
from clinic.directory.actions import load_facts
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.uvisa.build import (
    ago,
    found,
    make_approved,
    make_case,
    make_letterhead,
    make_ready,
    make_received,
    make_request,
    opened,
)
from uvisa import actions
from uvisa.models import CertificationRequest

from .test_home import home

pytestmark = pytest.mark.django_db
DUE, SENT_BACK, TO_SEND = "Minneapolis Police Department must answer", "Sent back to you", "Approved: send it"


@pytest.fixture
def cast() -> Cast:
    load_facts()
    made = make_clinic()
    make_letterhead(made)
    return made


def send_back(cast: Cast, request: CertificationRequest) -> None:
    make_ready(cast, request)
    with cast.acting(cast.sol):
        actions.send_back(request=found(request), by=cast.sol, on=timezone.localdate(), why="Another date.")


def key(request: CertificationRequest) -> str:
    return request.pk.hex if connection.vendor == "sqlite" else str(request.pk)


def pages(cast: Cast, *names: str) -> dict[str, str]:
    return {name: " ".join(home(signed_in(cast, name)).split()) for name in names}


def test_what_is_due_stands_there_once(cast):
    """ana reads it from the board, ben from his case, sol from both."""
    make_received(cast, make_request(cast, make_case(cast)), on=ago(3))
    seen = {name: page.count(DUE) for name, page in pages(cast, "ana", "ben", "sol", "dee").items()}
    assert seen == {"ana": 1, "ben": 1, "sol": 1, "dee": 0}


def test_what_is_due_in_a_month_is_no_need_of_today(cast):
    request = make_request(cast, make_case(cast), expedite_asked=False, removal_proceedings=False)
    make_received(cast, request)
    assert DUE not in pages(cast, "ben")["ben"]


def test_behind_a_wall_its_holders_see_it_and_nobody_else(cast):
    case = make_case(cast)
    make_received(cast, make_request(cast, case), on=ago(3))
    with cast.acting(cast.sol):
        cases.wall_case(case=opened(case), people=[cast.sol, cast.ben], why="Both sides called.", by=cast.sol)
    seen = {name: page.count(DUE) for name, page in pages(cast, "ana", "ben", "sol", "chi").items()}
    assert seen == {"ana": 0, "ben": 1, "sol": 1, "chi": 0}


def test_sent_back_is_its_owners_turn(cast):
    send_back(cast, make_request(cast, make_case(cast), by=cast.ben))
    shown = pages(cast, "ana", "ben", "sol")
    assert {name for name, page in shown.items() if SENT_BACK in page} == {"ben"}
    assert "Nobody needs you" not in shown["ben"]
    assert "Stop these reminders" not in shown["ben"]


def test_a_draft_that_nobody_sent_back_is_nobodys_turn(cast):
    make_request(cast, make_case(cast), by=cast.ben)
    assert SENT_BACK not in pages(cast, "ben")["ben"]


def test_approved_is_its_owners_turn(cast):
    make_approved(cast, make_request(cast, make_case(cast)))
    assert {name for name, page in pages(cast, "ana", "ben", "sol").items() if TO_SEND in page} == {"ana"}


def test_who_may_not_send_it_is_not_told_to(cast):
    make_approved(cast, make_request(cast, make_case(cast), by=cast.ben))
    assert {name for name, page in pages(cast, "ana", "ben", "sol").items() if TO_SEND in page} == {"ana"}


def test_behind_a_wall_it_is_the_turn_of_whoever_may(cast):
    request = make_request(cast, make_case(cast), by=cast.ben)
    make_approved(cast, request)
    with cast.acting(cast.sol):
        inside, case = [cast.sol, cast.ben], opened(request.case)
        cases.wall_case(case=case, people=inside, why="Both sides called.", by=cast.sol)
    assert {name for name, page in pages(cast, "ana", "ben", "sol").items() if TO_SEND in page} == {"sol"}


def test_a_damaged_request_hides_no_other(cast):
    make_received(cast, make_request(cast, make_case(cast)), on=ago(3))
    damaged = make_request(cast, make_case(cast))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE uvisa_certificationrequest SET sealed = %s WHERE id = %s", [b"x" * 60, key(damaged)]
        )
    assert DUE in pages(cast, "ben")["ben"]


def test_queries_do_not_grow_with_the_requests(cast):
    browser, counts = signed_in(cast, "ben"), []
    for more in (1, 3):
        for _ in range(more):
            make_received(cast, make_request(cast, make_case(cast)), on=ago(3))
        home(browser)
        with CaptureQueriesContext(connection) as queries:
            home(browser)
        counts.append(len(queries))
    assert counts[0] == counts[1]
