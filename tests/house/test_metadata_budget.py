"""A column that is not on docs/metadata-budget.md may not exist."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import models

from clinic import budget, held
from clinic.budget import Column, Table

MOMENTS = {
    "accounts.SealedTotp.throttling_failure_timestamp",
    "accounts.BackupDevice.throttling_failure_timestamp",
    "accounts.Session.expire_date",
    "migrations.Migration.applied",
}
SEALED_BYTES = {"public", "wrap", "sealed"}
TEXTS = (models.CharField, models.TextField)


def faults(model: type[models.Model], tables: dict[str, Table]) -> Iterator[str]:
    """What is wrong between one model and the budget."""
    label = model._meta.label
    if label not in tables:
        yield f"{label}: the table is not on the budget"
        return
    columns, fields = tables[label].columns, model._meta.local_concrete_fields
    yield from (
        f"{label}.{name}: on the budget, and not in the model"
        for name in columns.keys() - {f.name for f in fields}
    )
    for field in fields:
        yield from field_faults(f"{label}.{field.name}", field, columns.get(field.name))


def field_faults(name: str, field: models.Field, column: Column | None) -> Iterator[str]:
    if column is None:
        yield f"{name}: not on the budget"
        return
    if isinstance(field, models.DateTimeField) and name not in MOMENTS:
        yield f"{name}: a moment finer than a day"
    if isinstance(field, models.BinaryField) != (column.kind in SEALED_BYTES):
        yield f"{name}: {column.kind} does not fit {type(field).__name__}"
    if column.kind == "fact" and not name.startswith("directory."):
        yield f"{name}: public facts stand in the directory"
    if isinstance(field, models.JSONField | models.FileField):
        yield f"{name}: nothing of that type is stored"


def why_faults(table: Table, allowed: frozenset[str]) -> Iterator[str]:
    for column in table.columns.values():
        reason = column.allowed_as.removeprefix(budget.BEYOND)
        beyond = reason != column.allowed_as
        if not beyond and reason not in allowed or beyond and len(reason) < 20:
            yield f"{table.label}.{column.name}: “{column.allowed_as}” is no reason"


def test_every_column_is_on_the_budget():
    told = [fault for model in held.all_models() for fault in faults(model, budget.tables())]
    assert told == []


def test_every_table_on_the_budget_exists():
    assert set(budget.tables()) == {model._meta.label for model in held.all_models()}


def test_every_plain_column_has_a_reason():
    assert budget.allowances()
    assert [
        fault for table in budget.tables().values() for fault in why_faults(table, budget.allowances())
    ] == []


MARKED = {"cases.CaseUserAccess", "cases.CaseTeamAccess"}  # ADR 0012


def test_a_mark_is_not_called_random():
    ids = {label: table.columns.get("id") for label, table in budget.tables().items()}
    told = {label: column.tells for label, column in ids.items() if column}
    assert {label for label, tells in told.items() if tells.startswith("A mark under")} == MARKED
    assert all("random" in told[label] for label in MARKED)


def on_budget(**kinds: str) -> dict[str, Table]:
    columns = {name: Column(name, kind, "", "random id") for name, kind in {"id": "id", **kinds}.items()}
    return {"planted.Thing": Table("planted.Thing", "", columns)}


def thing(**columns: models.Field) -> type[models.Model]:
    """A planted model, in a registry of its own."""
    meta = type("Meta", (), {"app_label": "planted", "apps": Apps()})
    return type("Thing", (models.Model,), {"__module__": __name__, "Meta": meta, **columns})


def test_a_table_off_the_budget_is_caught():
    assert list(faults(thing(), {})) == ["planted.Thing: the table is not on the budget"]


def test_a_column_off_the_budget_is_caught():
    model = thing(nationality=models.CharField(max_length=40))
    assert list(faults(model, on_budget())) == ["planted.Thing.nationality: not on the budget"]


def test_a_column_that_went_is_caught():
    assert "not in the model" in next(faults(thing(), on_budget(gone="plain")))


def test_a_plain_column_that_calls_itself_sealed_is_caught():
    model = thing(name=models.CharField(max_length=40))
    assert "does not fit" in next(faults(model, on_budget(name="sealed")))


def test_bytes_that_call_themselves_plain_are_caught():
    assert "does not fit" in next(faults(thing(blob=models.BinaryField()), on_budget(blob="plain")))


def test_a_moment_is_caught():
    model = thing(created_at=models.DateTimeField())
    assert "finer than a day" in next(faults(model, on_budget(created_at="plain")))


def test_a_public_fact_outside_the_directory_is_caught():
    model = thing(court=models.CharField(max_length=40))
    assert "in the directory" in next(faults(model, on_budget(court="fact")))


@pytest.mark.parametrize("reason", ["", "because", "beyond the list: ", "beyond the list: needed"])
def test_a_column_without_a_reason_is_caught(reason):
    table = Table("planted.Thing", "", {"age": Column("age", "plain", "An age.", reason)})
    assert list(why_faults(table, budget.allowances()))


PAGE = """# A

## x.Y

About.

| column | kind | what it tells | allowed as |
|---|---|---|---|
| id | id | A number. | random id |
"""


def test_the_page_is_read_as_it_is_written():
    column = Column("id", "id", "A number.", "random id")
    assert budget.read(PAGE) == {"x.Y": Table("x.Y", "About.", {"id": column})}


# What we hold


@pytest.mark.django_db
def test_what_we_hold_agrees_with_the_budget():
    for table in held.tables():
        known = budget.tables()[table.table].columns
        assert set(table.plain) | set(table.sealed) == set(known)
        assert {name for name, one in known.items() if one.kind in budget.OPAQUE} == set(table.sealed)
        assert held.UNLISTED not in [table.about, *table.plain.values()]


@pytest.mark.django_db
def test_what_we_hold_counts_rows_bytes_and_files(settings):
    from clinic.accounts.models import Organisation

    Organisation.objects.create(recovery_public_key=b"p" * 5, recovery_sealed=b"s" * 7)
    Organisation.objects.create(recovery_public_key=b"p" * 5, recovery_sealed=b"s" * 4)
    (settings.MEDIA_ROOT / "ab").mkdir(parents=True)
    (settings.MEDIA_ROOT / "ab" / "file").write_bytes(b"12345678")
    answer = json.loads(told("--json"))
    clinic = next(table for table in answer["tables"] if table["table"] == "accounts.Organisation")
    assert clinic["rows"] == 2
    assert clinic["sealed"]["recovery_sealed"]["bytes"] == 11
    assert "recovery_public_key" in clinic["plain"]
    assert answer["sealed_files"] == {"count": 1, "bytes": 8}


@pytest.mark.django_db
def test_what_we_hold_can_be_read_by_a_lawyer():
    text = told()
    assert "accounts.User: 0 rows. Everybody who works here" in text
    assert "can be read     email: Where the constant mail goes." in text
    assert "cannot be read  identity_sealed (0 bytes in all): The person’s private keys" in text


@pytest.mark.django_db
def test_what_is_always_empty_is_empty():
    empty = {table.table: table.rows for table in held.tables() if budget.tables()[table.table].always_empty}
    assert {"guardian.UserObjectPermission", "guardian.GroupObjectPermission"} <= set(empty)
    assert set(empty.values()) == {0}


def told(*args: str) -> str:
    out = StringIO()
    call_command("what_we_hold", *args, stdout=out)
    return out.getvalue()
