"""Writes a sealed record of every model and version that has none yet: python -m tests.vault.make_vectors

A vector is never written again: it stands for what a clinic has on its disk.
"""

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

VECTORS = Path(__file__).parent / "vectors"
SAMPLES = {
    "Text": "Text — mit Ümlaut, 漢字",
    "Date": date(2026, 2, 28),
    "Moment": datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC),
    "List": ["one", "zwei"],
    "Money": Decimal("1234.50"),
    "Flag": True,
    "Number": 7,
}


def sealed_models() -> list[Any]:
    from django.apps import apps

    from clinic.vault.sealed import SealedModel

    return sorted((m for m in apps.get_models() if issubclass(m, SealedModel)), key=lambda m: str(m.TABLE))


def vector_path(model: Any, version: int) -> Path:
    return VECTORS / f"{model.TABLE}.{version}.json"


def make_vector(model: Any) -> dict[str, Any]:
    from clinic.vault.envelope import Box, Place, Scope

    row = model(id=uuid4())
    for name in model.attributes:
        attribute = getattr(model, name)
        kind = type(attribute).__name__
        setattr(row, name, list(attribute._load)[-1] if kind == "Choice" else SAMPLES[kind])
    payload, key = {"v": model.SCHEMA} | row.opened(), os.urandom(32)
    place = Place(uuid4(), Scope("case", uuid4()), model.TABLE, row.id, "record")
    envelope = Box(key, 3).seal(place, json.dumps(payload, ensure_ascii=False).encode())
    return {
        "key": key.hex(),
        "generation": 3,
        "organisation": str(place.organisation),
        "scope": list(map(str, place.scope)),
        "row": str(row.id),
        "payload": payload,
        "envelope": envelope.hex(),
    }


def open_vector(table: str, vector: dict[str, Any]) -> dict[str, Any]:
    from clinic.vault.envelope import Box, Place, Scope

    kind, scope = vector["scope"]
    organisation, row = UUID(vector["organisation"]), UUID(vector["row"])
    place = Place(organisation, Scope(kind, UUID(scope)), table, row, "record")
    box = Box(bytes.fromhex(vector["key"]), vector["generation"])
    opened: dict[str, Any] = json.loads(box.open(place, bytes.fromhex(vector["envelope"])))
    return opened


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    VECTORS.mkdir(exist_ok=True)
    for model in sealed_models():
        path = vector_path(model, model.SCHEMA)
        if not path.exists():
            text = json.dumps(make_vector(model), ensure_ascii=False, indent=2)
            path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
