import pytest
from django.test import Client

from clinic.cases.models import Case
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import make_case


@pytest.fixture
def cast(db) -> Cast:
    return make_clinic()


@pytest.fixture
def case(cast: Cast) -> Case:
    """Logged by chi: intake and coordination hold it."""
    return make_case(cast)


@pytest.fixture
def ana(cast: Cast) -> Client:
    """A browser in which ana is signed in."""
    return signed_in(cast, "ana")
