"""A sealed model of the tests' own, kept out of Django's registry so that nobody migrates it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from clinic.vault import sealed
from clinic.vault.envelope import Scope

from .build import CASE, ORGANISATION


class Mood(StrEnum):
    CALM = "calm"
    TENSE = "tense"


with isolate_apps("clinic.vault"):

    class Paper(sealed.SealedModel):
        TABLE = "tests.paper"

        organisation_id = models.UUIDField(default=ORGANISATION)
        case_id = models.UUIDField(default=CASE)
        purge_month = models.DateField(null=True)

        title = sealed.Text()
        story = sealed.Text()
        seen_on = sealed.Date()
        said_at = sealed.Moment()
        mood = sealed.Choice(Mood, Mood.CALM)
        names = sealed.List()
        fee = sealed.Money()
        safe = sealed.Flag()
        children = sealed.Number()

        class Meta:
            app_label = "vault"

        def scope(self) -> Scope:
            return Scope("case", self.case_id)


CANARY = "quetzal"
VALUES: dict[str, Any] = {
    "title": CANARY,
    "story": "Ünïcode — and\na second line",
    "seen_on": date(2026, 2, 28),
    "said_at": datetime(2026, 2, 28, 23, 59, tzinfo=UTC),
    "mood": Mood.TENSE,
    "names": ["Ana", "Añá"],
    "fee": Decimal("10.50"),
    "safe": False,
    "children": 0,
}


def make_paper(**values) -> Paper:
    paper = Paper(**(values or VALUES))
    paper.save()
    return paper


def again(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


def on_disk(paper: Paper) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM vault_paper WHERE id = %s", [paper_key(paper)])
        return bytes(cursor.fetchone()[0])


def put_on_disk(paper: Paper, sealed: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_paper SET sealed = %s WHERE id = %s", [sealed, paper_key(paper)])


def paper_key(paper: Paper) -> Any:
    return Paper._meta.pk.get_db_prep_value(paper.pk, connection)
