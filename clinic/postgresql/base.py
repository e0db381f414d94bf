"""Django's PostgreSQL with answers in binary: a sealed column comes as bytes, not as twice as many digits."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import Format


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        cursor.format = Format.BINARY
        return cursor
