"""The throw-away clinic as its own program: folders, database and secrets that nothing else uses."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from clinic import env

from .database import Database, make_database
from .stores import FOLDERS

SETTINGS = "clinic.proof.settings"
IN_MEMORY = "boot"
FROM_FILES = {"SECRET_KEY_FILE", "PEPPER_FILE", "DATABASE_URL_FILE"}


class Failed(Exception):
    """The throw-away clinic did not come to life; standard error says why."""


@dataclass
class Scene:
    """Where everything of the throw-away clinic lies."""

    folders: dict[str, Path]  # by the names in stores.FOLDERS
    database: Database
    environment: dict[str, str]

    def start(self, module: str, **more: str) -> subprocess.Popen[str]:
        """`python -m module` in the throw-away clinic's environment."""
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module],
            env=self.environment | more,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


@contextmanager
def scene() -> Iterator[Scene]:
    """Made, and thrown away with all that is in it."""
    boot_parent = Path(settings.BOOT_DIR).parent
    boot_parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="clinic-proof-") as disk,
        tempfile.TemporaryDirectory(prefix="clinic-proof-", dir=boot_parent) as memory,
    ):
        yield from _made(Path(disk), Path(memory))


def _made(disk: Path, memory: Path) -> Iterator[Scene]:
    for name in ("database", "static", *FOLDERS.values()):
        (memory if name == IN_MEMORY else disk).joinpath(name).mkdir()
    database = make_database(env.text("DATABASE_URL", "sqlite:////"), disk / "database")
    folders = {name: (memory if folder == IN_MEMORY else disk) / folder for name, folder in FOLDERS.items()}
    try:
        yield Scene(folders, database, _environment(disk, memory, database))
    finally:
        database.drop()


def _environment(disk: Path, memory: Path, database: Database) -> dict[str, str]:
    told = {name: value for name, value in os.environ.items() if name not in FROM_FILES}
    return told | {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "PROOF_SCENE": str(disk),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PEPPER": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": database.url,
        "MEDIA_ROOT": str(disk / "media"),
        "STATIC_ROOT": str(disk / "static"),
        "BOOT_DIR": str(memory / IN_MEMORY),
        "TMPDIR": str(disk / "temp"),
        "SQLITE_TMPDIR": str(disk / "temp"),
    }


@dataclass
class Living:
    """The clinic while people are signed in to it."""

    canaries: dict[str, str]
    passphrase: str
    requests: int
    nameless: int
    walked: list[str]  # these three as trail.py has them
    boxes: list[str]
    written: list[str]
    process: subprocess.Popen[str]

    def end(self) -> list[str]:
        """Who was still signed in when the search was over."""
        return list(_tell(self.process, "done"))


@contextmanager
def living(where: Scene) -> Iterator[Living]:
    process = where.start("clinic.proof.build")
    try:
        yield Living(process=process, **_answer(process))
    finally:
        _stop(process)


def ask_thief(where: Scene, told: dict[str, str]) -> Any:
    """The thief's own process: its boot directory is empty, as on a machine that was switched off."""
    boot_parent = Path(settings.BOOT_DIR).parent
    with tempfile.TemporaryDirectory(prefix="clinic-thief-", dir=boot_parent) as empty:
        process = where.start("clinic.proof.thief.process", BOOT_DIR=empty)
        try:
            return _tell(process, json.dumps(told))
        finally:
            _stop(process)


def _tell(process: subprocess.Popen[str], line: str) -> Any:
    _pipe(process.stdin).write(line + "\n")
    _pipe(process.stdin).flush()
    return _answer(process)


def _answer(process: subprocess.Popen[str]) -> Any:
    line = _pipe(process.stdout).readline()
    if not line:
        raise Failed
    return json.loads(line)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe
    return pipe


def _stop(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        _pipe(pipe).close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
