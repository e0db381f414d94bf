"""What a person is told where the vault or the database refused and the view had no answer of its own."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from clinic.vault.errors import Locked, Stale, Tampered

from .errors import Refused

logger = logging.getLogger(__name__)

# Two writers: foreign key (a grant against new keys of a team), unique, deadlock, serialisation, lock.
POSTGRESQL = frozenset({"23503", "23505", "40P01", "40001", "55P03"})
SQLITE = frozenset({5, 6, 261, 517, 787, 1555, 2067})


def answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """None for an error that is a mistake in our code."""
    if isinstance(error, Refused):
        return render(request, "refused.html", {"said": str(error)}, status=403)
    if isinstance(error, Stale) or (isinstance(error, DatabaseError) and _collided(error)):
        _note(error)
        return render(request, "at_once.html", status=409)
    if isinstance(error, Locked):
        return render(request, "locked.html", status=403)
    if isinstance(error, Tampered):
        _note(error)
        return render(request, "damaged.html", status=409)
    return None


def not_allowed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The address of a button, opened by a person: still 405, with a page that says so."""
    if response.status_code != 405 or request.method not in {"GET", "HEAD"}:
        return response
    page = render(request, "405.html", status=405)
    page["Allow"] = response["Allow"]
    return page


def _collided(error: DatabaseError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") in POSTGRESQL or getattr(cause, "sqlite_errorcode", 0) in SQLITE


def _note(error: Exception) -> None:
    """Class and line only: see clinic/logs.py."""
    logger.warning("answered calmly", exc_info=error)
