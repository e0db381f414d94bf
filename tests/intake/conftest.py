import pytest
from django.test import Client

from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


@pytest.fixture
def chi(cast: Cast) -> Client:
    return signed_in(cast, "chi")
