"""What somebody without a passphrase can come by or make up: no key, one hopes."""

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from clinic.vault.keys import KEY

from .opening import Found, of_key

COMMON = (
    "password password password",
    "correct horse battery staple",
    "the quick brown fox jumps over the lazy dog",
    "11111111111111111111",
    "legal clinic legal clinic",
)


def guesses() -> Found:
    """Keys from the settings' secrets, constants, and every column of every table."""
    found = Found()
    for material in {*_secrets(), bytes(KEY), b"\xff" * KEY, bytes(range(KEY))}:
        for key in _stretched(material):
            found |= of_key(key)
    for value in set(_columns()):
        found.keys |= set(_as_keys(value))
    return found


def _secrets() -> Iterator[bytes]:
    one, other = settings.SECRET_KEY.encode(), settings.PEPPER
    yield from (one, other, one + other, other + one)
    yield str(settings.DATABASES["default"].get("PASSWORD", "")).encode()


def _stretched(material: bytes) -> Iterator[bytes]:
    yield material[:KEY].ljust(KEY, b"\0")
    for name in ("sha256", "sha3_256", "blake2s"):
        yield hashlib.new(name, material).digest()
    yield hashlib.sha512(material).digest()[:KEY]


def _as_keys(value: bytes) -> Iterator[bytes]:
    """A column's value as a key: as it is, its ends, or hashed."""
    if len(value) == KEY:
        yield from of_key(value).keys
    if len(value) > KEY:
        yield from (value[:KEY], value[-KEY:])
    yield hashlib.sha256(value).digest()


def _columns() -> Iterator[bytes]:
    """The distinct values of all tables, however they are written; public facts are no keys."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label != "directory":
            for row in model._base_manager.values_list(*_names(model)):
                yield from (raw for value in row for raw in _raw(value))


def _names(model: type[models.Model]) -> list[str]:
    return [column.attname for column in model._meta.local_concrete_fields]


def _raw(value: object) -> Iterator[bytes]:
    if isinstance(value, UUID):
        yield value.bytes
    elif isinstance(value, bytes | memoryview):
        yield bytes(value)
    elif isinstance(value, str) and len(value) >= KEY:
        yield value.encode()
        yield from _decoded(value)


def _decoded(text: str) -> Iterator[bytes]:
    for decode in (bytes.fromhex, b64decode):
        try:
            raw = decode(text)
        except ValueError:
            continue
        yield raw
