"""Many rows in few statements: each gets its own value, none is forgotten at a seam, no other row changes."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.vault.many import AT_ONCE, update_many

from .paper import Paper, make_paper

pytestmark = pytest.mark.usefixtures("papers", "ring")
MONTH = date(2027, 1, 1)


def columns() -> dict:
    rows = Paper.objects.values_list("pk", "sealed", "purge_month")
    return {pk: (bytes(value), month) for pk, value, month in rows}


@pytest.fixture
def rows() -> list:
    return [make_paper(title="Quetzal").pk for _ in range(AT_ONCE + 2)]


def test_each_row_gets_its_own(rows):
    *changed, other = rows
    before = columns()[other]
    values = [(row, row.bytes) for row in changed]
    with CaptureQueriesContext(connection) as asked:
        assert update_many(Paper, "sealed", values, {"purge_month": MONTH}) == len(changed)
    assert len(asked) == 2
    assert columns() == {row: (row.bytes, MONTH) for row in changed} | {other: before}


def test_a_row_that_went_is_not_counted(rows):
    assert update_many(Paper, "sealed", [(rows[0], b"new"), (uuid4(), b"nobody's")]) == 1


def test_nothing_asks_nothing(rows):
    with CaptureQueriesContext(connection) as asked:
        assert update_many(Paper, "sealed", []) == 0
    assert not asked.captured_queries
