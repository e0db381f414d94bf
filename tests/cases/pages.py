"""A browser before the case pages."""

import re
from html import unescape
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinic.cases.models import Case, Detention, PartyRole, Person
from tests.builders import Cast
from tests.cases_builders import open_case

from .asking import soon


def url(name: str, case: Case | UUID, *more: UUID) -> str:
    return reverse(f"cases:{name}", args=[case.pk if isinstance(case, Case) else case, *more])


def get(browser: Client, name: str, case: Case | UUID, *more: UUID) -> Any:
    return browser.get(url(name, case, *more), secure=True)


def post(browser: Client, name: str, case: Case | UUID, data: dict[str, Any]) -> Any:
    return browser.post(url(name, case), data, secure=True)


def text(response: Any) -> str:
    """What a person reads, tags aside."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def fields(response: Any) -> dict[str, Any]:
    """What the form on a page would send."""
    form = response.context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        shown = bound.value()
        if bound.field.widget.__class__.__name__ == "DayWidget":
            boxes = shown if isinstance(shown, list) else bound.field.widget.decompress(shown)
            for box, one in zip(("month", "day", "year"), boxes, strict=True):
                sent[f"{bound.name}_{box}"] = one
        elif shown is not None:
            sent[bound.name] = bound.field.prepare_value(shown)
    return sent


def file(content: bytes = b"A fictional notice.\n", name: str = "notice.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def step(on: int, what: str) -> dict[str, str]:
    day = soon(on)
    return {"on_month": str(day.month), "on_day": str(day.day), "on_year": str(day.year), "what": what}


def facts(cast: Cast, case: Case) -> tuple[Case, Person, Person, Detention]:
    with cast.acting(cast.ana):
        row = open_case(case)
        people = {one.role: one for one in Person.objects.filter(case=row)}
        found = (row, people[PartyRole.CLIENT], people[PartyRole.CALLER], Detention.objects.get(case=row))
        assert all(one.opened() is not None for one in found)
        return found
