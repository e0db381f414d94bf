"""A canary in every field of a form, so that none can be forgotten."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from .canaries import Canaries
from .pages import Field, Form

Answers = Mapping[str, Any]
BOXES = ("month", "day", "year")
# A nudge's day may stand plain (docs/metadata-budget.md), and so may not be told from a leak.
PLAIN_DAYS = {"call_back_on", "detention_hearing_on", "on", "until"}
SEARCHED = {"text", "search", "textarea", "tel", "email"}
WRITTEN = SEARCHED | {"password"}


def filled(form: Form, canaries: Canaries, where: str, answers: Answers) -> dict[str, Any]:
    """What to send: the given answers, what stands there hidden, and a canary everywhere else."""
    told: dict[str, Any] = {}
    for name, found in form.fields.items():
        if name in answers:
            told[name] = answers[name]
        elif name not in told:
            told |= _answer(found, form, canaries, where)
    return {name: value for name, value in told.items() if value not in (None, [])} | {
        name: value for name, value in answers.items() if name not in form.fields
    }


def _answer(found: Field, form: Form, canaries: Canaries, where: str) -> dict[str, Any]:
    if is_part_of_a_day(found.name, form):
        return _day(found.name.rpartition("_")[0], form, canaries, where)
    if found.kind in SEARCHED:
        return {found.name: _text(found, canaries, f"{where}: {found.name}")}
    if found.kind == "checkbox":
        return {found.name: found.chosen or found.options[:1]}
    if found.options:
        return {found.name: (found.chosen or _first(found.options))[0]}
    return {found.name: found.value}


def is_part_of_a_day(name: str, form: Form) -> bool:
    stem, _, box = name.rpartition("_")
    return box in BOXES and f"{stem}_month" in form.fields


def _first(options: Sequence[str]) -> list[str]:
    """ "Yes" where one can say it, else the first that is an answer."""
    real = [one for one in options if one not in {"", "unknown", "later"}]
    return ["yes"] if "yes" in real else real[:1] or list(options[:1])


def _text(found: Field, canaries: Canaries, where: str) -> str:
    if found.name.endswith("a_numbers"):
        return "\n".join(canaries.a_number(where) for _ in range(2))
    if found.kind == "tel":
        return f"612-555-0101, ask for {canaries.word(where)}"
    if found.kind == "textarea":
        return f"{canaries.word(where)}\n{canaries.word(where)}"
    return canaries.word(where)


def _day(stem: str, form: Form, canaries: Canaries, where: str) -> dict[str, Any]:
    names = [f"{stem}_{box}" for box in BOXES]
    if stem in PLAIN_DAYS:
        return boxes(stem, timezone.localdate())
    if stem.endswith(("sent_on", "received_on")):  # a clock starts: a day of today's makes the mails
        return {name: form.fields[name].value for name in names}
    return boxes(stem, canaries.day(f"{where}: {stem}"))


def boxes(stem: str, day: date) -> dict[str, Any]:
    values = (day.month, day.day, day.year)
    return {f"{stem}_{box}": str(value) for box, value in zip(BOXES, values, strict=True)}
