"""Every line, one after the other, each in a fictional clinic of its own: none finds the rows of another."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from . import caseload, entrance, indexed, records, removal
from .ground import Ground, make_ground, own_settings, throw_away_database
from .lines import Line, Scale

LINES: dict[str, Callable[[Ground], Iterator[Line]]] = {
    "record": records.lines,
    "caseload": caseload.lines,
    "sign-in": entrance.lines,
    "board": indexed.board_lines,
    "search": indexed.search_lines,
    "removal": removal.lines,
}


def measure(scale: Scale, only: Iterable[str] = ()) -> Iterator[Line]:
    wanted = set(only) or LINES.keys()
    for name in [name for name in LINES if name in wanted]:
        with throw_away_database(), own_settings():
            yield from LINES[name](make_ground(scale))


def machine() -> dict[str, Any]:
    """What the figures hang on. The load is that of the last minute, ours in it."""
    return {
        "date": timezone.localdate().isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "database": connection.vendor,
    }
