from uuid import uuid4

import pytest

from clinic.vault.envelope import Box, Scope
from tests.builders import Cast, make_clinic


@pytest.fixture
def cast(db) -> Cast:
    return make_clinic()


@pytest.fixture
def case_scope() -> Scope:
    return Scope("case", uuid4())


@pytest.fixture
def case_box() -> Box:
    return Box(bytes(range(32)), 1)
