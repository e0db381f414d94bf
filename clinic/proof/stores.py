"""Everywhere that something typed could have been left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from .database import Chunk, Database
from .search import Find, Search

DATABASE, LOG, DUMP, SESSIONS = "database files", "database log", "database dump", "sessions"
# A folder of the scene each. The boot directory lies in memory, the others on the disk.
FOLDERS = {
    "caches": "caches",
    "temporary files": "temp",
    "deleted temporary files": "temp-deleted",
    "sealed files": "media",
    "logs": "logs",
    "mails": "mails",
    "error reports": "reports",
    "boot directory": "boot",
}


@dataclass(frozen=True, slots=True)
class Store:
    name: str
    read: Callable[[], Iterator[Chunk]]


@dataclass
class Searched:
    """One store: how much was looked at, and what was found."""

    store: str
    bytes: int = 0
    finds: list[Find] = field(default_factory=list)


def stores(database: Database, folders: dict[str, Path]) -> list[Store]:
    """`folders` gives where each of FOLDERS lies."""
    return [
        Store(DATABASE, database.files),
        Store(LOG, database.log),
        Store(DUMP, database.dump),
        Store(SESSIONS, database.sessions),
        *(Store(name, partial(files, folders[name])) for name in FOLDERS),
    ]


def files(folder: Path) -> Iterator[Chunk]:
    """Every file in the folder: its content, and its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            yield name, path.read_bytes()
            yield f"the name of {name}", name.encode()


def look_through(store: Store, search: Search) -> Searched:
    told = Searched(store.name)
    for where, content in store.read():
        told.bytes += len(content)
        told.finds += search.in_bytes(content, where)
    return told
