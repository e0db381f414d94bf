"""To whom a case can be given."""

import pytest

from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case
from tests.referrals.desk import choice, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def test_whoever_has_the_case_is_not_among_them(cast):
    case = make_case(cast)
    ana = signed_in(cast, "ana")
    assert "ben, Attorney" in page(ana, "give", case).content.decode()
    give(cast, case, cast.ben)
    shown = page(ana, "give", case).content.decode()
    assert "ben, Attorney" not in shown
    assert "dee, Attorney" in shown


def test_giving_it_once_more_is_told(cast):
    """From a page that was open already."""
    case = make_case(cast)
    ana, again = signed_in(cast, "ana"), choice(cast, case, "ben")
    give(cast, case, cast.ben)
    response = page(ana, "give", case, again)
    assert response.status_code == 200
    assert "This person has the case already" in response.content.decode()
