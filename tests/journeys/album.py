"""Where the pictures of pages go: the folder CLINIC_SCREENSHOTS names, if it does."""

import os
from pathlib import Path

from tests.journeys.people import WIDE, Person

# Also as a reader first sees them, for the README.
BEST = {
    "accounts-sign_in": "sign_in",
    "desk-home": "home",
    "intake-draft": "call",
    "intake-queue": "queue",
    "cases-caseload": "my_cases",
    "cases-search": "search",
    "cases-case": "case",
    "uvisa-board": "board",
    "uvisa-request": "request",
    "directory-agencies": "directory",
    "accounts-people": "people",
    "audit-clinic_record": "record",
}
TOP = 900


def folder() -> Path | None:
    named = os.environ.get("CLINIC_SCREENSHOTS")
    return Path(named) if named else None


def file_name(page: str) -> str:
    return page.replace(":", "-")


def take(person: Person, name: str) -> None:
    where = folder()
    if where is None:
        return
    where.mkdir(parents=True, exist_ok=True)
    name, width = file_name(name), person.mode.width
    person.page.screenshot(path=where / f"{name}-{width}.png", full_page=True)
    if name in BEST and width == WIDE:
        clip = {"x": 0, "y": 0, "width": width, "height": TOP}
        person.page.screenshot(path=where / f"{BEST[name]}-best.png", clip=clip, full_page=True)  # type: ignore[arg-type]


def keep(file: Path, name: str) -> None:
    where = folder()
    if where is not None:
        (where / name).write_bytes(file.read_bytes())
