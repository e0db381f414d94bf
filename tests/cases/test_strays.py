"""Sealed files that no document knows: swept away, unless it is the documents that are missing."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.cases.files import sweep
from clinic.vault.files import file_path

from .test_actions import add_document, upload


def lay(*, days: int) -> Path:
    path = file_path(uuid4())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sealed, and its key is nowhere")
    return aged(path, days)


def aged(path: Path, days: int) -> Path:
    then = timezone.now().timestamp() - days * 24 * 60 * 60
    os.utime(path, (then, then))
    return path


@pytest.fixture
def kept(cast, case) -> Path:
    file = upload()
    add_document(cast, case, file)
    file.close()
    return aged(file_path(file.id), 3)


def test_a_stray_goes_after_a_day(kept):
    old, new = lay(days=2), lay(days=0)
    assert sweep(timezone.localdate()) == 1
    assert [path.exists() for path in (kept, new, old)] == [True, True, False]


@pytest.mark.django_db
def test_beside_an_empty_database_all_of_them_stay():
    """Its backup is put in place a moment later."""
    lying = [lay(days=3) for _ in range(3)]
    assert sweep(timezone.localdate()) == 0
    assert all(path.exists() for path in lying)
