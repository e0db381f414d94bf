"""The record as lines of a page: what somebody did again on the same day stands there once."""

from collections.abc import Iterable
from dataclasses import dataclass

from .reading import Opened


@dataclass(frozen=True, slots=True)
class Line:
    """`event` is the newest of them."""

    event: Opened
    times: int


def lines(events: Iterable[Opened]) -> list[Line]:
    """In the order of `events`, each where it stands first."""
    same: dict[tuple[object, ...], list[Opened]] = {}
    for event in events:
        same.setdefault(_likeness(event), []).append(event)
    return [Line(alike[0], len(alike)) for alike in same.values()]


def _likeness(event: Opened) -> tuple[object, ...]:
    return (event.on, event.by, event.what, event.about, event.proven)
