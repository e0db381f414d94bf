"""Whatever lies in a store is found there: a leak planted in each of them."""

import gzip
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.core import signing

from clinic.proof.canaries import new_word
from clinic.proof.database import Sqlite, in_bytes
from clinic.proof.scene import Scene, scene
from clinic.proof.search import Search
from clinic.proof.stores import DATABASE, DUMP, FOLDERS, LOG, SESSIONS, look_through, stores

pytestmark = pytest.mark.django_db  # also run on PostgreSQL, whose stores are others
Connection = sqlite3.Connection | psycopg.Connection
TABLES = (
    "CREATE TABLE leak (told text)",
    "CREATE TABLE binary_leak (told bytea)",
    "CREATE TABLE accounts_session (session_data text)",
)


class Leaky:
    """A scene whose database has a table for the leak, and a session beside it."""

    def __init__(self, where: Scene) -> None:
        self.scene, database = where, where.database
        self.canary = new_word()  # another each time: PostgreSQL's log is one for all its databases
        if isinstance(database, Sqlite):
            self.connection: sqlite3.Connection | psycopg.Connection = sqlite3.connect(
                database.path, isolation_level=None
            )
            self.run("PRAGMA journal_mode=WAL")
        else:
            self.connection = psycopg.connect(database.url, autocommit=True)
        for statement in TABLES:
            self.run(statement)

    def run(self, statement: str, *values: str | bytes) -> None:
        mark = "?" if isinstance(self.connection, sqlite3.Connection) else "%s"
        self.connection.execute(statement.replace("?", mark), values)

    def found(self) -> dict[str, int]:
        search = Search([self.canary])
        known = stores(self.scene.database, self.scene.folders)
        return {store.name: len(look_through(store, search).finds) for store in known}


@pytest.fixture
def leaky() -> Iterator[Leaky]:
    with scene() as where:
        made = Leaky(where)
        with closing(made.connection):
            yield made


def test_nothing_is_found_where_nothing_is(leaky):
    assert set(leaky.found().values()) == {0}


def in_the_database(leaky: Leaky) -> set[str]:
    leaky.run("INSERT INTO leak VALUES (?)", leaky.canary)
    return everywhere(leaky)


def in_a_binary_column(leaky: Leaky) -> set[str]:
    """A dump writes it in hexadecimal."""
    leaky.run("INSERT INTO binary_leak VALUES (?)", leaky.canary.encode())
    return everywhere(leaky)


def everywhere(leaky: Leaky) -> set[str]:
    if isinstance(leaky.scene.database, Sqlite):
        leaky.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return {DATABASE, DUMP}
    return {DATABASE, DUMP, LOG}


def in_the_log_only(leaky: Leaky) -> set[str]:
    """Deleted since: the log still has it. PostgreSQL's files do as well."""
    leaky.run("INSERT INTO leak VALUES (?)", leaky.canary)
    leaky.run("DELETE FROM leak")
    return {LOG} if isinstance(leaky.scene.database, Sqlite) else {LOG, DATABASE}


def in_a_session(leaky: Leaky) -> set[str]:
    """Signed and compressed, as Django stores it."""
    told = signing.dumps({"search": leaky.canary * 20}, key="test", compress=True)
    leaky.run("INSERT INTO accounts_session VALUES (?)", told)
    return {SESSIONS}


@pytest.mark.parametrize(
    "plant",
    [in_the_database, in_a_binary_column, in_the_log_only, in_a_session],
    ids=lambda plant: plant.__name__,
)
def test_a_leak_in_the_database_is_found(leaky, plant: Callable[[Leaky], set[str]]):
    places = plant(leaky)
    assert {name for name, finds in leaky.found().items() if finds} == places


@pytest.mark.parametrize("store", FOLDERS)
def test_a_leak_in_a_folder_is_found(leaky, store):
    folder = leaky.scene.folders[store] / "deep"
    folder.mkdir()
    Path(folder, "leak").write_bytes(b"before " + gzip.compress(f"{leaky.canary} typed".encode()) + b" after")
    assert {name for name, finds in leaky.found().items() if finds} == {store}


@pytest.mark.parametrize("store", FOLDERS)
def test_a_leak_in_a_file_name_is_found(leaky, store):
    Path(leaky.scene.folders[store], f"{leaky.canary}.txt").touch()
    assert {name for name, finds in leaky.found().items() if finds} == {store}


@pytest.mark.parametrize("row", ["\\\\x{}\\n", "INSERT INTO t VALUES(X'{}');"])
def test_nine_digits_in_hexadecimal_are_no_find(row):
    search, dump = Search(["000123456"]), row.format("ab00012345678f" + b"000654321".hex())
    assert list(search.in_bytes(in_bytes(dump.encode()), "dump")) == []
    (found,) = Search(["000654321"]).in_bytes(in_bytes(dump.encode()), "dump")
    assert found.encoding == "UTF-8"


WATCHED = """
import os, sys, tempfile
from pathlib import Path
from clinic.proof.watch import Watch

temp, kept = map(Path, sys.argv[1:])
watch = Watch(temp, kept)
watch.start()
with tempfile.NamedTemporaryFile(dir=temp) as file:
    file.write(b"typed into a temporary file")
    file.flush()
print(watch.nameless)
tempfile.TemporaryFile(dir=temp).close()
print(watch.nameless)
"""


def test_deleted_temporary_files_are_kept_and_nameless_ones_counted(tmp_path):
    temp, kept = tmp_path / "temp", tmp_path / "kept"
    temp.mkdir()
    kept.mkdir()
    command = [sys.executable, "-c", WATCHED, str(temp), str(kept)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["0", "1"]
    assert list(temp.iterdir()) == []
    assert [path.read_bytes() for path in kept.iterdir()] == [b"typed into a temporary file"]
