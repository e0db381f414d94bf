"""The caseload page over plain columns: the same template, the same door, the same audit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import connection, models
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.accounts.doors import StaffRequest, staff
from clinic.accounts.models import Organisation
from clinic.audit import actions as audit
from clinic.cases import caseload
from clinic.cases.models import Case, Detention, PartyRole, Person
from clinic.vault import sealed

APPS = Apps()
COLUMNS: dict[type, Any] = {
    sealed.Date: models.DateField,
    sealed.Moment: models.DateTimeField,
    sealed.Flag: models.BooleanField,
    sealed.Number: models.IntegerField,
}


def _plain(name: str, model: type[sealed.SealedModel], **more: Any) -> Any:
    """A model with the sealed model's attributes as columns. In a registry of its own, like its table."""
    columns = {one: _column(getattr(model, one)) for one in model.attributes}
    meta = type("Meta", (), {"app_label": "bench", "apps": APPS, "db_table": f"bench_{name.lower()}"})
    every = {  # what each row of ours has, sealed or not
        "id": models.UUIDField(primary_key=True),
        "rev": models.PositiveIntegerField(default=0),
        "organisation": models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+"),
    }
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **every, **columns, **more})


def _column(attribute: object) -> Any:
    field = COLUMNS.get(type(attribute))
    return field(null=True) if field else models.TextField(default="")


def _case() -> Any:
    return models.ForeignKey("bench.PlainCase", on_delete=models.CASCADE)


PlainCase = _plain("PlainCase", Case)
PlainPerson = _plain("PlainPerson", Person, case=_case())
PlainDetention = _plain("PlainDetention", Detention, case=_case())
PlainPerson.full_name = Person.full_name


class PlainAccess(models.Model):
    user = models.UUIDField(db_index=True)
    case = _case()
    expires_on = models.DateField(null=True)

    class Meta:
        app_label = "bench"
        apps = APPS
        db_table = "bench_plainaccess"


TABLES: tuple[type[models.Model], ...] = (PlainCase, PlainPerson, PlainDetention, PlainAccess)


@contextmanager
def tables() -> Iterator[None]:
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for table in reversed(TABLES):
                editor.delete_model(table)


def copy(rows: Sequence[caseload.Row], user: UUID) -> None:
    """The opened cases, as they would stand in plain columns."""
    for row in rows:
        case = _copied(PlainCase, row.case)
        PlainAccess._default_manager.create(user=user, case=case)
        for person in Person.objects.filter(case=row.case):
            _copied(PlainPerson, person, case=case)
        if row.detention:
            _copied(PlainDetention, row.detention, case=case)


def _copied(model: Any, row: sealed.SealedModel, **more: Any) -> Any:
    values = {name: _value(getattr(row, name)) for name in row.attributes}
    every = {"id": row.pk, "rev": row.rev, "organisation_id": row.organisation_id}
    return model._default_manager.create(**every, **values, **more)


def _value(value: Any) -> Any:
    return "\n".join(value) if isinstance(value, list) else value


@staff
@require_GET
def plain_caseload(request: StaffRequest) -> HttpResponse:
    audit.record_view(audit.Event.LIST_VIEWED, by=request.user)
    rows = _rows(request.user.pk, timezone.localdate())
    return render(request, "cases/caseload.html", caseload.shown(rows))


def _rows(user: UUID, on: date) -> list[caseload.Row]:
    live = models.Q(expires_on=None) | models.Q(expires_on__gte=on)
    held = PlainAccess._default_manager.filter(live, user=user)
    cases = list(PlainCase._default_manager.filter(pk__in=held.values("case")))
    clients = {
        person.case_id: person
        for person in PlainPerson._default_manager.filter(case__in=cases)
        if person.role == PartyRole.CLIENT
    }
    detentions = {row.case_id: row for row in PlainDetention._default_manager.filter(case__in=cases)}
    return caseload.in_order(
        caseload.Row(case, clients.get(case.pk), detentions.get(case.pk), on) for case in cases
    )
