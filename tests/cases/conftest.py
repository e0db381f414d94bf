import pytest

from clinic.cases.models import Case
from tests.builders import Cast, make_clinic
from tests.cases_builders import make_case


@pytest.fixture
def cast(db) -> Cast:
    return make_clinic()


@pytest.fixture
def case(cast: Cast) -> Case:
    """Logged by chi: intake and coordination hold it."""
    return make_case(cast)
