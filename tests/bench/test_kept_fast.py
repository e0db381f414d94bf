"""What keeps the pages fast: how often they ask, and what a sign-in settles."""

import pytest
from django.utils import timezone

from clinic.accounts.models import Purpose
from clinic.cases import caseload, lists
from clinic.cases.models import CaseUserAccess
from clinic.vault import index
from clinic.vault.wraps import is_public
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def given(cast: Cast, number: int) -> None:
    for _ in range(number):
        give(cast, make_case(cast), cast.ben)


@pytest.mark.parametrize("number", [1, 4])
def test_a_caseload_asks_three_times_however_long_it_is(cast: Cast, django_assert_num_queries, number: int):
    given(cast, number)
    with cast.acting(cast.ben), django_assert_num_queries(3):
        assert len(caseload.rows(cast.ben, on=timezone.localdate())) == number


def test_a_caseload_has_only_what_one_holds_by_name(cast: Cast):
    given(cast, 1)
    for other in (cast.dee, cast.ana):
        with cast.acting(other):
            assert caseload.rows(other, on=timezone.localdate()) == []


def wraps_of_ben(cast: Cast) -> list[bool]:
    return [is_public(row.wrapped_key) for row in CaseUserAccess.objects.filter(user=cast.ben)]


def test_a_sign_in_settles_the_cases_given_since(cast: Cast):
    given(cast, 2)
    assert wraps_of_ben(cast) == [True] * 4
    signed_in(cast, "ben")
    assert wraps_of_ben(cast) == [False] * 4
    with cast.acting(cast.ben):
        assert len(caseload.rows(cast.ben, on=timezone.localdate())) == 2


def test_a_sign_in_folds_the_index(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "FOLD_AT", 2)
    make_case(cast, family_names="Gonzales")
    team = cast.team("coordination")
    assert index.pending(team.pk)
    browser = signed_in(cast, "ana")
    assert not index.pending(team.pk)
    assert "Gonzales" in browser.post("/cases/search/", {"q": "gonsalez"}, secure=True).content.decode()


def test_a_search_folds_too(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    browser = signed_in(cast, "ana")
    make_case(cast, family_names="Gonzales")
    monkeypatch.setattr(lists, "FOLD_AT", 2)
    assert "Gonzales" in browser.post("/cases/search/", {"q": "gonsalez"}, secure=True).content.decode()
    assert not index.pending(cast.team(Purpose.COORDINATION.value).pk)
