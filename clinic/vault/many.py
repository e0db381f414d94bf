"""Many rows, each with its own new value, in few statements: saving one by one is ten times slower."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models

AT_ONCE = 400  # rows a statement: SQLite takes some 999 values


def update_many(
    model: type[models.Model],
    column: str,
    values: Sequence[tuple[UUID, bytes]],
    same: Mapping[str, Any] | None = None,
) -> int:
    """Sets `column` of each row by its id, and each column in `same` to its value: how many rows changed."""
    return sum(
        _update(model, column, values[at : at + AT_ONCE], same or {}) for at in range(0, len(values), AT_ONCE)
    )


def _update(
    model: type[models.Model], column: str, values: Sequence[tuple[UUID, bytes]], same: Mapping[str, Any]
) -> int:
    table, prepared = model._meta.db_table, model._meta.pk.get_db_prep_value
    told = "".join(f", {name} = %s" for name in same)
    rows = ", ".join(["(%s, %s)"] * len(values))
    pairs = [part for row, value in values for part in (prepared(row, connection), value)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = fresh.column2{told} "  # noqa: S608  # names of our own
            f"FROM (VALUES {rows}) AS fresh WHERE {table}.id = fresh.column1",
            [*same.values(), *pairs],
        )
        return int(cursor.rowcount)
