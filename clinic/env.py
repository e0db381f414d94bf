"""Settings from the environment: `NAME` holds the value, or `NAME_FILE` the path of a file that does."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}

# Overwrite what is deleted, keep temporary tables in memory, and let several workers read while one writes.
SQLITE_SETUP = ";".join(
    [
        "PRAGMA journal_mode=WAL",
        "PRAGMA secure_delete=ON",
        "PRAGMA temp_store=MEMORY",
        "PRAGMA trusted_schema=OFF",
    ]
)


def text(name: str, default: str | None = None) -> str:
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and file is not None:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if file is not None:
        return _contents(name, Path(file))
    if value is not None:
        return value
    if default is not None:
        return default
    raise ImproperlyConfigured(f"Set {name}, or {name}_FILE to the path of a file that holds it.")


def _contents(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {file}") from None


def secret(name: str, *, at_least: int) -> str:
    value = text(name)
    if len(value) < at_least or len(set(value)) < 10:
        raise ImproperlyConfigured(f"{name} is too easy to guess: use {at_least} or more random characters.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return value in YES


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """`sqlite:////absolute/path` or `postgresql://user:password@host:port/name?option=value`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path).removeprefix("/"))
    if parts.scheme in {"postgresql", "postgres"} and parts.path.strip("/"):
        return _postgresql(parts)
    raise ImproperlyConfigured("DATABASE_URL is sqlite:////path or postgresql://host/name.")


def _sqlite(name: str) -> dict[str, Any]:
    if not name.startswith("/"):
        raise ImproperlyConfigured("DATABASE_URL for SQLite is sqlite:/// followed by an absolute path.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_SETUP},
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "clinic.postgresql",
        "NAME": unquote(parts.path).removeprefix("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Values travel beside the statement, so that a server that logs a failed statement does not log them.
        "OPTIONS": {"server_side_binding": True, **options},
    }
