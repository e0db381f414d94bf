"""Accounts stand alone here: their events go into a list, and no room above them has anything to re-wrap."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from clinic.accounts import chores, clinic_codes, leaving, record, recovery, rotation
from clinic.accounts.models import User

Recorded = list[tuple[str, User, UUID | None, Mapping[str, str]]]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    events: Recorded = []
    monkeypatch.setattr(record, "_recorders", [lambda *event: events.append(event)])
    for registry in (rotation, leaving, recovery, clinic_codes, chores):
        monkeypatch.setattr(registry, "_registered", {})
    return events


@pytest.fixture
def no_audit(recorded: Recorded, monkeypatch: pytest.MonkeyPatch):
    """From now on nothing can be recorded."""

    def stop() -> None:
        monkeypatch.setattr(record, "_recorders", [])

    return stop
