from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import settings

from clinic.vault.keyring import Keyring, using

from .build import make_ring
from .paper import Paper

# A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def paper_table(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Paper)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Paper)


@pytest.fixture
def papers(paper_table, db) -> None:
    """A table for the tests' own sealed model."""


@pytest.fixture
def ring() -> Iterator[Keyring]:
    """Ana is signed in."""
    with using(make_ring()) as held:
        yield held
