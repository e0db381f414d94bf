"""Where accounts hand their events to the audit, which lies above them and registers itself here."""

from collections.abc import Callable, Mapping
from uuid import UUID

from .models import User

Recorder = Callable[[str, User, UUID | None, Mapping[str, str]], None]
_recorders: list[Recorder] = []


class NotRecorded(Exception):
    """No audit is there to write to, so nothing is done."""


def register(recorder: Recorder) -> None:
    """`recorder(event, by, about, details)` writes one event in the current transaction."""
    _recorders[:] = [recorder]


def record(
    event: str, *, by: User, about: UUID | None = None, details: Mapping[str, str] | None = None
) -> None:
    if not _recorders:
        raise NotRecorded
    for recorder in _recorders:
        recorder(event, by, about, details or {})
