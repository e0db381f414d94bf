"""Who is known already, looked up while somebody calls."""

import pytest
from django.urls import reverse

from tests.cases_builders import give, make_case, open_case

from .calls import ENOUGH, get, post, start

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["Ficta Ejenplo", "000123456", "555-0101"])
def test_a_known_case_is_found(cast, chi, typed):
    case = make_case(cast)
    draft = start(chi)
    page = post(chi, "draft", draft, {"find_known": typed}, X_Swap="known").content.decode()
    assert "opened today" in page
    assert reverse("cases:case", args=[case.pk]) in page
    assert "<html" not in page


def test_a_handed_over_case_is_known_by_its_stub(cast, chi):
    case = make_case(cast)
    give(cast, case, cast.ben)
    draft = start(chi)
    page = post(chi, "draft", draft, {"find_known": "Ficta"}, X_Swap="known").content.decode()
    assert "ben has it" in page
    assert reverse("cases:case", args=[case.pk]) not in page


@pytest.mark.parametrize("cases", [20, 21])
def test_more_than_are_shown_is_said(cast, chi, cases):
    for _n in range(cases):
        make_case(cast, given_names="Mohamed")
    page = post(chi, "draft", start(chi), {"find_known": "Mohamed"}, X_Swap="known").content.decode()
    assert page.count("Mohamed Ejemplo") == 20
    assert ("20 cases may be about this person" in page) == (cases == 20)
    assert ("More than 20: the best 20 are shown. Add a second name" in page) == (cases == 21)


def test_looking_without_script_keeps_what_was_typed(cast, chi):
    make_case(cast)
    draft = start(chi)
    looked = ENOUGH | {"find_known": "Ficta", "find": "1", "case_story": "half a sentence"}
    page = post(chi, "draft", draft, looked).content.decode()
    assert "Already here" in page
    assert "half a sentence" in page
    assert "half a sentence" in get(chi, "draft", draft.pk).content.decode()


NOBODY = "Nobody by this name or number is here yet"


@pytest.mark.parametrize("typed", ["Ly", "l", "12", "123", "?", "Ly 12"])
def test_too_little_is_not_looked_for_as_one_types(cast, chi, typed):
    make_case(cast, given_names="Ly", family_names="Inventada")
    page = post(chi, "draft", start(chi), {"find_known": typed}, X_Swap="known").content.decode()
    assert "Write at least three letters or four digits." in page
    assert "Already here" not in page
    assert NOBODY not in page


@pytest.mark.parametrize("headers", [{}, {"X_Swap": "known"}])
@pytest.mark.parametrize("name", ["Ly", "Vu", "Le", "Xi", "李"])
def test_a_short_name_is_found_by_looking(cast, chi, name, headers):
    case = make_case(cast, given_names=name, family_names="Inventada")
    looked = ENOUGH | {"find_known": name, "find": "1"}
    page = post(chi, "draft", start(chi), looked, **headers).content.decode()
    assert reverse("cases:case", args=[case.pk]) in page
    assert "opened today" in page


def test_a_short_name_that_is_not_here_is_said_to_be_none(cast, chi):
    make_case(cast)
    assert NOBODY in post(chi, "draft", start(chi), {"find_known": "Xi", "find": "1"}).content.decode()


@pytest.mark.parametrize("typed", ["12", "123", "?", "-"])
def test_too_few_digits_are_never_said_to_be_nobodys(cast, chi, typed):
    make_case(cast)
    page = post(chi, "draft", start(chi), {"find_known": typed, "find": "1"}).content.decode()
    assert "Nothing was looked for yet." in page
    assert NOBODY not in page


def test_a_reference_is_looked_for_as_one_types(cast, chi):
    case = make_case(cast)
    with cast.acting(cast.chi):
        reference = open_case(case).reference
    page = post(chi, "draft", start(chi), {"find_known": reference}, X_Swap="known").content.decode()
    assert reverse("cases:case", args=[case.pk]) in page
