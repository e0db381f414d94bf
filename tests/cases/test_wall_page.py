import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import leaving
from clinic.accounts.models import User
from clinic.cases import lists
from clinic.cases.models import Case
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = make_case(cast, given_names="Ficta", family_names="Murada")
    give(cast, made, cast.ben)
    return made


def wall(browser: Client, case: Case, people: list[User], why: str = "Both sides called."):
    answers = {"people": [str(one.pk) for one in people], "why": why}
    return browser.post(reverse("cases:wall", args=[case.pk]), answers, secure=True)


def sees(cast: Cast, who: User, case: Case) -> bool:
    with cast.acting(who):
        return Case.objects.visible_to(who, on=timezone.localdate()).filter(pk=case.pk).exists()


def test_it_works(cast: Cast, case: Case) -> None:
    response = wall(signed_in(cast, "sol"), case, [cast.sol, cast.ben])
    assert response.status_code == 302
    assert sees(cast, cast.sol, case)
    assert sees(cast, cast.ben, case)
    assert not sees(cast, cast.ana, case)
    with cast.acting(cast.ana):
        assert not lists.search("Murada")
        assert lists.parties("Murada"), "the conflicts index keeps the parties"


def test_who_had_opened_it_stands_on_the_page(cast: Cast, case: Case) -> None:
    signed_in(cast, "ben").get(reverse("cases:case", args=[case.pk]), secure=True)
    page = signed_in(cast, "sol").get(reverse("cases:wall", args=[case.pk]), secure=True)
    assert b"<bdi>ben</bdi>" in page.content


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("ben", 403), ("chi", 403), ("dee", 403)])
def test_who_may_not(cast: Cast, case: Case, who: str, status: int) -> None:
    assert wall(signed_in(cast, who), case, [cast.sol, cast.ben]).status_code == status
    assert sees(cast, cast.ana, case)


def test_those_inside_read_the_decision(cast: Cast, case: Case) -> None:
    sol = signed_in(cast, "sol")
    wall(sol, case, [cast.sol, cast.ben], why="Both sides called.")
    for name in ("sol", "ben"):
        page = signed_in(cast, name).get(reverse("cases:case", args=[case.pk]), secure=True)
        assert "Both sides called." in page.content.decode(), name
    wall(sol, case, [cast.sol, cast.ben, cast.dee], why="A cousin works with dee.")
    page = signed_in(cast, "dee").get(reverse("cases:case", args=[case.pk]), secure=True)
    assert "A cousin works with dee." in page.content.decode()


def test_a_case_without_a_wall_gives_no_reason_for_one(cast: Cast, case: Case) -> None:
    page = signed_in(cast, "ben").get(reverse("cases:case", args=[case.pk]), secure=True)
    assert "Why there is a wall" not in page.content.decode()


def test_one_person_is_too_few(cast: Cast, case: Case) -> None:
    response = wall(signed_in(cast, "sol"), case, [cast.sol], why="Both sides called.")
    assert "needs two people" in response.content.decode()
    assert "Both sides called." in response.content.decode(), "nothing is lost"
    assert sees(cast, cast.ana, case)


def test_a_decision_needs_its_reason(cast: Cast, case: Case) -> None:
    assert wall(signed_in(cast, "sol"), case, [cast.sol, cast.ben], why="").status_code == 200
    assert sees(cast, cast.ana, case)


def test_somebody_who_left_cannot_be_named(cast: Cast, case: Case) -> None:
    assert wall(signed_in(cast, "sol"), case, [cast.sol, cast.eve]).status_code == 200
    assert sees(cast, cast.ana, case)


def test_somebody_is_brought_inside_before_another_goes(cast: Cast, case: Case) -> None:
    browser = signed_in(cast, "sol")
    wall(browser, case, [cast.sol, cast.ben])
    assert (
        b"Change who is inside the wall"
        in browser.get(reverse("cases:case", args=[case.pk]), secure=True).content
    )
    page = browser.get(reverse("cases:wall", args=[case.pk]), secure=True)
    assert b"Let only these people in" in page.content
    assert set(page.context["form"].initial["people"]) == {str(cast.sol.pk), str(cast.ben.pk)}
    wall(browser, case, [cast.sol, cast.ben, cast.dee], why="Ben leaves.")
    assert sees(cast, cast.dee, case)
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana)
    assert not sees(cast, cast.ana, case)
