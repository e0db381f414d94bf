"""A clinic whose rows are committed, and a worker process beside it that uses the same database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction

from clinic.accounts.models import User
from tests.builders import Cast, make_clinic


class Worker:
    def __init__(self, cast: Cast) -> None:
        self.cast, self.killed = cast, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": same_database()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def job(self, do: str, who: User, **more: Any) -> dict[str, Any]:
        identity = self.cast.papers[who.sign_in_name].identity.raw.hex()
        return {"do": do, "who": who.sign_in_name, "identity": identity} | more

    def run(self, *jobs: dict[str, Any], kill: dict[str, Any] | None = None) -> list[Any]:
        """What each job came to: its error's name or "done", and its statements; or "killed"."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        connection.close()  # nothing of ours holds a lock, or an old view of the database
        self._process.stdin.write(json.dumps({"jobs": jobs, "kill": kill}) + "\n")
        self._process.stdin.flush()
        answers: list[Any] = json.loads(self._process.stdout.readline())
        self.killed += answers.count("killed")
        return answers

    def outcomes(self, *jobs: dict[str, Any]) -> list[str]:
        return [answer[0] for answer in self.run(*jobs)]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()


def same_database() -> str:
    """The address of the database that these tests run in."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(name)}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    with transaction.atomic():
        return make_clinic()


@pytest.fixture
def worker(cast: Cast) -> Iterator[Worker]:
    made = Worker(cast)
    yield made
    made.close()
