"""What a court order for our disks could obtain: counted now, explained by the metadata budget."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Sum
from django.db.models.functions import Length

from clinic import budget

UNLISTED = "Not on the metadata budget: this is a defect."


@dataclass(frozen=True, slots=True)
class Opaque:
    """A column that nobody reads without a passphrase."""

    tells: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Held:
    """One table: what can be read, and what cannot."""

    table: str
    about: str
    rows: int
    plain: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, Opaque] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Files:
    count: int
    bytes: int


def everything() -> dict[str, Any]:
    """As plain JSON values."""
    return {"tables": [asdict(one) for one in tables()], "sealed_files": asdict(files())}


def tables() -> Iterator[Held]:
    for model in all_models():
        yield _held(model)


def all_models() -> list[type[models.Model]]:
    """Every table of the database, Django's own too."""
    return [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]


def files(folder: Path | None = None) -> Files:
    """Sealed files: only how many, and how long they are in steps of 64 KiB."""
    found = [path for path in Path(folder or settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return Files(len(found), sum(path.stat().st_size for path in found))


def _held(model: type[models.Model]) -> Held:
    table = budget.tables().get(model._meta.label)
    names = [column.name for column in model._meta.local_concrete_fields]
    listed = table.columns if table else {}
    opaque = [name for name in names if name in listed and listed[name].kind in budget.OPAQUE]
    sizes = _sizes(model, opaque)
    return Held(
        table=model._meta.label,
        about=table.about if table else UNLISTED,
        rows=model._base_manager.count(),
        plain={
            name: listed[name].tells if name in listed else UNLISTED for name in names if name not in opaque
        },
        sealed={name: Opaque(listed[name].tells, sizes[name]) for name in opaque},
    )


def _sizes(model: type[models.Model], names: list[str]) -> dict[str, int]:
    """Bytes in all rows, of each column."""
    if not names:
        return {}
    sums = {f"{name}_bytes": Sum(Length(name)) for name in names}
    found = model._base_manager.aggregate(**sums)
    return {name: found[f"{name}_bytes"] or 0 for name in names}
