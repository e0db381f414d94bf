"""A database that is thrown away, and a fictional clinic in it. The real one is never opened."""

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from clinic.accounts.models import SealedTotp, User
from clinic.demo.accounts import Account
from clinic.demo.people import Cast, make_cast
from clinic.vault.boot import boot_directory

from .lines import Scale

CHEAP = {"ARGON2_MEMORY_KIB": 64, "ARGON2_PASSES": 1, "ARGON2_FLOOR": (64, 1)}


@dataclass(frozen=True, slots=True)
class Ground:
    """What every line stands on."""

    cast: Cast
    scale: Scale

    def answers(self, name: str) -> dict[str, str]:
        """What this person types to sign in, as if no code had been used before."""
        calm = {"throttling_failure_count": 0, "throttling_failure_timestamp": None}
        SealedTotp.objects.filter(user__sign_in_name=name).update(last_step=-1, **calm)
        rmtree(boot_directory() / "throttle", ignore_errors=True)
        papers = self.cast.papers[name]
        code = Account.of(name, "", papers).code(time.time())
        return {"name": name, "passphrase": papers.passphrase, "code": code}

    def browser(self, name: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        response = client.post("/sign-in/", self.answers(name), secure=True)
        if response.status_code != 302:
            raise RuntimeError(f"{name} could not sign in: {response.status_code}")
        return client

    def user(self, name: str) -> User:
        return User.objects.get(sign_in_name=name)


@contextmanager
def throw_away_database() -> Iterator[None]:
    """A new SQLite file, or a new database on the PostgreSQL server that DATABASE_URL names."""
    real = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        own = f"bench_{secrets.token_hex(6)}"
        name = str(Path(folder, f"{own}.sqlite3")) if connection.vendor == "sqlite" else own
        connection.settings_dict["TEST"]["NAME"] = name
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)


@contextmanager
def own_settings() -> Iterator[None]:
    """Folders of the bench's own, its extra page, and people whose passphrases cost little to make."""
    with (
        tempfile.TemporaryDirectory(dir=boot_directory(), prefix="bench-") as memory,
        tempfile.TemporaryDirectory(prefix="bench-") as disk,
        override_settings(**_changed(Path(memory), Path(disk))),
    ):
        yield


def _changed(memory: Path, disk: Path) -> dict[str, Any]:
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["testserver"],
        "BOOT_DIR": memory,
        "MEDIA_ROOT": disk / "media",
        "STATIC_ROOT": disk,
        "ROOT_URLCONF": "clinic.bench.urls",
        "STORAGES": {**settings.STORAGES, "staticfiles": static},
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "SALT_KEY": secrets.token_urlsafe(32),
        **CHEAP,
    }


def make_ground(scale: Scale) -> Ground:
    return Ground(make_cast(), scale)
