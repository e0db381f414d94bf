"""The throw-away clinic's database: made, read in every way a thief could, and thrown away."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from . import inflate

Chunk = tuple[str, bytes]  # where in the store, and what stands there
SESSIONS = "SELECT * FROM accounts_session"
BINARY = re.compile(rb"(?:\\\\x|X')((?:[0-9A-Fa-f]{2})+)")  # as COPY writes it, and as SQLite does


class Database(Protocol):
    url: str

    def files(self) -> Iterator[Chunk]: ...
    def log(self) -> Iterator[Chunk]: ...
    def dump(self) -> Iterator[Chunk]: ...
    def sessions(self) -> Iterator[Chunk]: ...
    def drop(self) -> None: ...


class Sqlite:
    """A file of its own, with its log and its shared memory."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clinic.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def files(self) -> Iterator[Chunk]:
        yield self.path.name, self.path.read_bytes()

    def log(self) -> Iterator[Chunk]:
        for ending in ("-wal", "-shm"):
            path = Path(f"{self.path}{ending}")
            if path.exists():
                yield path.name, path.read_bytes()

    def dump(self) -> Iterator[Chunk]:
        """The database's own backup, and all of it as SQL."""
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            yield "backup", copy.serialize()
            yield "SQL", in_bytes("\n".join(copy.iterdump()).encode())

    def sessions(self) -> Iterator[Chunk]:
        with closing(sqlite3.connect(self.path)) as connection:
            yield from _told(connection.execute(SESSIONS).fetchall())

    def drop(self) -> None:
        """Goes with its folder."""


class Postgres:
    """A database of its own on the same server. Its files are read where this user may read them."""

    def __init__(self, url: str) -> None:
        self._home, self.name = url, f"clinic_proof_{uuid4().hex[:12]}"
        self._began = time.time()
        with self._at_home() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        self.url = _named(url, self.name)

    def files(self) -> Iterator[Chunk]:
        yield from _files(self._folder("base"), since=0)

    def log(self) -> Iterator[Chunk]:
        yield from _files(self._folder("pg_wal"), since=self._began - 1)

    def dump(self) -> Iterator[Chunk]:
        program = _find_pg_dump()
        if program:
            done = subprocess.run([program, self.url], check=True, capture_output=True)  # noqa: S603
            yield "pg_dump", in_bytes(done.stdout)
            return
        with psycopg.connect(self.url) as connection:
            yield from _copied(connection)

    def sessions(self) -> Iterator[Chunk]:
        with psycopg.connect(self.url) as connection:
            yield from _told(connection.execute(SESSIONS).fetchall())

    def drop(self) -> None:
        with self._at_home() as connection:
            gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            connection.execute(gone)

    @contextmanager
    def _at_home(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self._home, autocommit=True) as connection:
            yield connection

    def _folder(self, name: str) -> Path | None:
        """None where the server does not say, or does not let this user look."""
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
                found = connection.execute("SHOW data_directory").fetchone()
                own = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
                oid = own.fetchone()
        except psycopg.Error:
            return None
        if not found or not oid:
            return None
        folder = Path(found[0]) / name
        return folder / str(oid[0]) if name == "base" else folder


def make_database(url: str, folder: Path) -> Database:
    return Sqlite(folder) if urlsplit(url).scheme == "sqlite" else Postgres(url)


def _told(rows: list[tuple[Any, ...]]) -> Iterator[Chunk]:
    """Each row as it stands, and what its signed data says."""
    for number, row in enumerate(rows):
        yield f"row {number}", "\n".join(map(str, row)).encode()
        for value in row:
            yield f"row {number}, unsigned", _unsigned(str(value))


def _unsigned(data: str) -> bytes:
    """Django's signed text: base64, and compressed where it begins with a dot."""
    body = data.partition(":")[0]
    try:
        raw = urlsafe_b64decode(body.lstrip(".") + "=" * (-len(body.lstrip(".")) % 4))
    except ValueError:
        return b""
    return inflate.unpacked(memoryview(raw)) if body.startswith(".") else raw


def _files(folder: Path | None, *, since: float) -> Iterator[Chunk]:
    if folder is None or not os.access(folder, os.R_OK | os.X_OK):
        return
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime >= since:
            yield path.name, path.read_bytes()


def _copied(connection: psycopg.Connection[Any]) -> Iterator[Chunk]:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in tables:
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            yield table, in_bytes(b"".join(bytes(part) for part in copy))


def in_bytes(dump: bytes) -> bytes:
    """With its binary columns as they are: in so much hexadecimal, nine digits stand by chance."""
    return BINARY.sub(lambda found: bytes.fromhex(found[1].decode()), dump)


def _find_pg_dump() -> str | None:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), reverse=True)
    return str(newest[0]) if newest else shutil.which("pg_dump")


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
