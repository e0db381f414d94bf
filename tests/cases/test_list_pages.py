"""The caseload and the search page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.cases import actions
from clinic.cases.models import CaseUserAccess
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases_builders import give, make_case, open_case

from .asking import alter, lend, soon
from .pages import text

QUERIES = 22  # of the caseload, however many cases


@pytest.fixture
def ben(cast: Cast) -> Client:
    return signed_in(cast, "ben")


def caseload(browser: Client):
    return browser.get(reverse("cases:caseload"), secure=True)


def search(browser: Client, typed: str):
    return browser.post(reverse("cases:search"), {"q": typed}, secure=True)


def promise(cast: Cast, case, days: int) -> None:
    with cast.acting(cast.ben):
        actions.set_next(case=open_case(case), on=soon(days), what="Call the court", by=cast.ben)


def test_the_caseload(cast, case, ben):
    late = make_case(cast, given_names="Tarde")
    for one in (case, late):
        give(cast, one, cast.ben)
    promise(cast, late, 1)
    page = text(caseload(ben))
    assert page.index("Tarde") < page.index("Ficta")
    assert "Call the court" in page
    assert "2 cases" in page


def test_the_soonest_of_step_and_hearing_comes_first(cast, case, ben):
    heard = make_case(cast, given_names="Oida", hearing_on=soon(1))
    for one in (case, heard):
        give(cast, one, cast.ben)
    promise(cast, case, 3)
    page = text(caseload(ben))
    assert page.index("Oida") < page.index("Ficta")
    assert f"Hearing: {soon(1):%A, %B} {soon(1).day}" in page


def test_what_is_late_says_so_and_is_counted_in_the_title(cast, ben):
    for step, hearing in ((-3, None), (-1, -1), (0, 0), (2, 2)):
        day = soon(hearing) if hearing is not None else None
        give(cast, one := make_case(cast, hearing_on=day), cast.ben)
        promise(cast, one, step)
    page = text(caseload(ben))
    assert page.count("3 days late") == 1
    assert page.count("1 day late") == 2
    assert "3 overdue: my cases" in page
    assert "overdue" not in text(caseload(signed_in(cast, "dee")))


def test_an_empty_caseload(cast, case):
    for name in ("ana", "ben", "chi", "dee", "sol"):
        page = caseload(signed_in(cast, name))
        assert (page.status_code, "You hold no cases by name." in text(page)) == (200, True)


def test_nobody_elses_cases(cast, case, ben):
    give(cast, case, cast.dee)
    assert "Ficta" not in text(caseload(ben))
    assert caseload(Client()).status_code == 302


def test_a_planted_row_shows_nothing(cast, case, ben):
    lend(cast, case, cast.dee)
    CaseUserAccess.objects.update(user=cast.ben)
    page = caseload(ben)
    assert (page.status_code, "You hold no cases by name." in text(page)) == (200, True)


def test_a_damaged_case_leaves_the_others_on_the_list(cast, case, ben):
    other = make_case(cast, given_names="Otra")
    for one in (case, other):
        lend(cast, one, cast.ben)
    alter(case)
    page = caseload(ben)
    assert page.status_code == 200
    assert "Otra" in text(page)
    assert "damaged" in text(page)


def test_queries(cast, case, ben):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert caseload(ben).status_code == 200
        return len(taken)

    lend(cast, case, cast.ben)
    one = queries()
    for n in range(6):
        lend(cast, make_case(cast, given_names=f"Otra {n}"), cast.ben)
    many = queries()
    assert many == one
    assert many <= QUERIES, many


# Search


def test_search(cast, case):
    page = search(signed_in(cast, "chi"), "fikta ejemblo")
    assert page.status_code == 200
    assert "Ficta Ejemplo" in text(page)
    assert reverse("cases:case", args=[case.pk]) in page.content.decode()


@pytest.mark.parametrize("cases", [20, 21])
def test_more_than_are_shown_is_said(cast, cases):
    for _n in range(cases):
        make_case(cast, given_names="Mohamed")
    page = text(search(signed_in(cast, "ana"), "Mohamed"))
    assert page.count("Mohamed Ejemplo") == 20
    assert ("20 results, best first" in page) == (cases == 20)
    assert ("More than 20: the best 20 are shown. Add a second name" in page) == (cases == 21)


def test_more_than_are_shown_of_what_one_holds_is_said(cast, ben):
    for _n in range(21):
        lend(cast, make_case(cast, given_names="Mohamed"), cast.ben)
    assert "More than 20: the best 20 are shown." in text(search(ben, "Mohamed"))


def test_a_stub_says_whom_to_tell_and_leads_nowhere(cast, case):
    give(cast, case, cast.ben)
    page = search(signed_in(cast, "chi"), "Ficta")
    assert "ben has this case" in text(page)
    assert reverse("cases:case", args=[case.pk]) not in page.content.decode()


def test_nothing_is_found_elsewhere(cast, case, ben):
    assert "Nobody by this name or number." in text(search(ben, "Ficta"))


def test_what_one_holds_by_name_is_found(cast, case, ben):
    give(cast, case, cast.ben)
    with cast.acting(cast.ben):
        reference = open_case(case).reference
    for typed in ("fikta ejemblo", "123456", reference):
        page = search(ben, typed)
        assert reverse("cases:case", args=[case.pk]) in page.content.decode(), typed
    assert "Nobody by this name or number." in text(search(ben, "Inventado"))


def test_a_walled_case_is_found_by_nobody(cast, case, ben):
    for one in (cast.ben, cast.sol):
        lend(cast, case, one)
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=[cast.sol, cast.ben], why="A conflict.", by=cast.sol)
    assert "Nobody by this name or number." in text(search(ben, "Ficta"))


def test_a_damaged_case_does_not_hide_the_others(cast, case, ben):
    other = make_case(cast, given_names="Otra")
    for one in (case, other):
        lend(cast, one, cast.ben)
    alter(case)
    assert "Otra Ejemplo" in text(search(ben, "Ejemplo"))


def test_queries_of_the_search(cast, case, ben):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert "Ficta" in text(search(ben, "Ejemplo"))
        return len(taken)

    lend(cast, case, cast.ben)
    one = queries()
    for n in range(6):
        lend(cast, make_case(cast, given_names=f"Otra {n}"), cast.ben)
    assert queries() == one


def test_the_page_can_be_opened_by_its_address(ben):
    page = ben.get(reverse("cases:search"), secure=True)
    assert page.status_code == 200
    assert "Nobody by this name" not in text(page)


@pytest.mark.parametrize("typed", ["123", "?"])
def test_too_little_is_never_said_to_be_nobody(cast, case, typed):
    page = text(search(signed_in(cast, "ana"), typed))
    assert "Nothing was looked for yet." in page
    assert "Nobody by this name" not in page


def test_a_name_of_two_letters_is_found(cast):
    make_case(cast, given_names="Ly", family_names="Inventada")
    assert "Ly Inventada" in text(search(signed_in(cast, "ana"), "Ly"))


@pytest.mark.parametrize("typed", ["", "   ", "\0", "x" * 5000, "<b>", "😀", "%", "'", "123"])
def test_odd_things_to_look_for(cast, case, typed):
    page = search(signed_in(cast, "ana"), typed)
    assert page.status_code == 200
    assert "<b>" not in page.content.decode().split("<main")[1]


def test_no_name_in_an_address(cast, case):
    ana = signed_in(cast, "ana")
    before = AuditEvent.objects.count()
    answer = ana.get(reverse("cases:search"), {"q": "Ficta"}, secure=True)
    assert (answer.status_code, "Ficta" in text(answer)) == (200, False)
    assert AuditEvent.objects.count() == before


def test_searching_is_on_record(cast, case):
    ana = signed_in(cast, "ana")
    before = AuditEvent.objects.count()
    search(ana, "Ficta")
    assert AuditEvent.objects.count() == before + 1
