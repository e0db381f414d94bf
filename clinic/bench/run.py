"""Every line, one after the other, in one fictional clinic."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from . import caseload, entrance, indexed, records, removal
from .ground import Ground
from .lines import Line

# The small ones first: each later one finds more rows in the database.
LINES: dict[str, Callable[[Ground], Iterator[Line]]] = {
    "record": records.lines,
    "caseload": caseload.lines,
    "sign-in": entrance.lines,
    "board": indexed.board_lines,
    "search": indexed.search_lines,
    "removal": removal.lines,
}


def measure(ground: Ground, only: Iterable[str] = ()) -> Iterator[Line]:
    wanted = set(only) or LINES.keys()
    for name, lines in LINES.items():
        if name in wanted:
            yield from lines(ground)


def machine() -> dict[str, Any]:
    """What the figures hang on. The load is that of the last minute, ours in it."""
    return {
        "date": timezone.localdate().isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "database": connection.vendor,
    }
