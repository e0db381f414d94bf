import pytest

from clinic.directory import actions
from tests.builders import make_clinic
from tests.uvisa import build


@pytest.fixture
def cast(db):
    """The clinic, the directory's facts, and a letterhead."""
    actions.load_facts()
    made = make_clinic()
    build.make_letterhead(made)
    return made


@pytest.fixture
def case(cast):
    return build.make_case(cast)


@pytest.fixture
def draft(cast, case):
    return build.make_request(cast, case)
