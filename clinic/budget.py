"""docs/metadata-budget.md as data: every column of every table, and what may stand plain."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

ALWAYS_EMPTY = "(always empty"
BEYOND = "beyond the list: "
KINDS = ("id", "link", "plain", "public", "wrap", "sealed", "fact")
OPAQUE = frozenset({"wrap", "sealed"})


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str
    tells: str
    allowed_as: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `label` is the model's."""

    label: str
    about: str
    columns: dict[str, Column]

    @property
    def always_empty(self) -> bool:
        return ALWAYS_EMPTY in self.about


@cache
def tables() -> dict[str, Table]:
    """Every table on the budget, by the label of its model."""
    return read((Path(settings.BASE_DIR) / "docs" / "metadata-budget.md").read_text(encoding="utf-8"))


@cache
def allowances() -> frozenset[str]:
    """What may stand plain."""
    text = (Path(settings.BASE_DIR) / "docs" / "metadata-budget.md").read_text(encoding="utf-8")
    return frozenset(line[2:] for line in text.splitlines() if line.startswith("- "))


def read(text: str) -> dict[str, Table]:
    return {table.label: table for table in map(_table, _sections(text)) if table.columns}


def _sections(text: str) -> Iterator[list[str]]:
    """The lines under each second-level heading, the heading first."""
    section: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            yield section
            section = [line.removeprefix("## ")] if line.startswith("## ") else []
        elif section:
            section.append(line)
    yield section


def _table(section: list[str]) -> Table:
    rows = [_cells(line) for line in section if line.startswith("| ")]
    columns = [Column(*cells) for cells in rows if len(cells) == 4 and cells[1] in KINDS]
    about = next((line for line in section[1:] if line), "")
    return Table(section[0] if section else "", about, {column.name: column for column in columns})


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
