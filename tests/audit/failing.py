"""The test that every action has: nothing is saved when the audit fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import models

from clinic.audit import actions


class AuditFailed(Exception):
    pass


@contextmanager
def audit_fails(*watched: type[models.Model]) -> Iterator[None]:
    """The block must come to write an event, fail there, and leave `watched` as they were."""
    before = [_rows(model) for model in watched]
    failed = False
    with mock.patch.object(actions, "_append", side_effect=AuditFailed):
        try:
            yield
        except AuditFailed:
            failed = True
    assert failed, "no event was written"
    assert [_rows(model) for model in watched] == before


def _rows(model: type[models.Model]) -> list[Any]:
    return sorted(model._base_manager.values_list(), key=str)
