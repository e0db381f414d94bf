"""The waiting cases."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import languages
from clinic.accounts.models import Purpose
from clinic.cases import lists
from clinic.cases.models import CaseUserAccess
from intake import rules
from intake.rules import Waiting
from intake.waiting import waiting_and_offered
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def queue(client: Client, page: int = 1):
    return client.get(reverse("intake:queue"), {"page": page}, secure=True)


@pytest.mark.parametrize("name", ["ana", "chi"])
def test_it_works(cast, name):
    today = timezone.localdate()
    make_case(cast, given_names="Calma", opened_on=today - timedelta(days=9))
    make_case(cast, given_names="Prisa", urgent=True, urgent_why="bail is about to be paid", language="so")
    response = queue(signed_in(cast, name))
    page = response.content.decode()
    assert page.index("Prisa") < page.index("Calma")
    for shown in ("bail is about to be paid", "9 days", "since today", "Soomaali", "Fictional County Jail"):
        assert shown in page
    assert ("Give or offer" in page) == (name == "ana")
    assert "Prisa" not in page[: page.index("</title>")]


def test_a_hearing_stands_with_the_case_that_waits(cast):
    day = timezone.localdate() + timedelta(days=1)
    make_case(cast, hearing_on=day)
    assert f"Hearing: {day:%A, %B} {day.day}" in queue(signed_in(cast, "chi")).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [(languages.UNKNOWN, "Not known yet"), (languages.NOT_LISTED, "Another language")]
)
def test_the_waiting_cases_show_no_code_of_a_language(cast, language, said):
    make_case(cast, language=language)
    page = queue(signed_in(cast, "chi")).content.decode()
    assert said in page
    assert f">{language}<" not in page


@pytest.mark.parametrize("name", ["ben", "dee", "sol"])
def test_wrong_role(cast, name):
    assert queue(signed_in(cast, name)).status_code == 403


def test_nothing_waits(cast):
    assert "No case is waiting." in queue(signed_in(cast, "chi")).content.decode()


def test_a_given_case_waits_no_more(cast):
    give(cast, make_case(cast), cast.ben)
    for name in ("ana", "chi"):
        assert "No case is waiting." in queue(signed_in(cast, name)).content.decode()


def test_an_offered_case_says_to_whom(cast):
    offer(cast, make_case(cast), cast.ben)
    page = queue(signed_in(cast, "ana")).content.decode()
    assert "Offered, not answered yet" in page
    assert "to ben, until" in page


def test_each_offer_has_its_own_last_day(cast):
    case, today = make_case(cast), timezone.localdate()
    until = {"ben": today + timedelta(days=1), "dee": today + timedelta(days=9)}
    for name, day in until.items():
        offer(cast, case, getattr(cast, name), until=day)
    page = queue(signed_in(cast, "ana")).content.decode()
    for name, day in until.items():
        assert f"to {name}, until {day:%A, %B} {day.day}" in page


def test_an_offer_that_ran_out_waits_again(cast):
    offer(cast, make_case(cast), cast.ben)
    CaseUserAccess.objects.filter(permission__codename="consider_case").delete()
    assert "An offer ended without an answer." in queue(signed_in(cast, "ana")).content.decode()


def test_it_is_on_record(cast):
    from clinic.audit.models import AuditEvent

    client = signed_in(cast, "chi")
    before = AuditEvent.objects.count()
    queue(client)
    assert AuditEvent.objects.count() == before + 1


@pytest.mark.parametrize("name", ["ana", "chi"])
def test_queries_do_not_grow_with_the_cases(cast, name):
    client = signed_in(cast, name)
    counts = []
    for more in (3, 27):
        for number in range(more):
            make_case(cast, given_names=f"Ficta{number}")
        queue(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert queue(client).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_more_than_a_hundred_are_paged(cast, monkeypatch):
    monkeypatch.setattr("intake.views.PER_PAGE", 2)
    for number in range(3):
        make_case(cast, given_names=f"Ficta{number}")
    client = signed_in(cast, "chi")
    assert "Page 1 of 2" in queue(client).content.decode()
    assert "Page 2 of 2" in queue(client, page=2).content.decode()


def test_the_index_says_what_the_list_needs(cast):
    case = make_case(cast, urgent=True, urgent_why="medication")
    with cast.acting(cast.ana):
        entry = lists.scan(Purpose.COORDINATION).get(case.pk)
        assert entry is not None
        assert entry.data["urgent_why"] == "medication"
        assert [one.urgent_why for one in waiting_and_offered(timezone.localdate())[0]] == ["medication"]


def test_order():
    today = timezone.localdate()
    from uuid import uuid4

    old = Waiting(id=uuid4(), reference="B", opened_on=today - timedelta(days=2))
    new = Waiting(id=uuid4(), reference="A", opened_on=today)
    urgent = Waiting(id=uuid4(), reference="C", opened_on=today, urgent=True)
    assert rules.in_order([new, old, urgent]) == [urgent, old, new]
    assert rules.days_waiting(old.opened_on, today) == 2
    assert rules.days_waiting(None, today) == 0
    assert rules.days_waiting(today + timedelta(days=1), today) == 0
