"""Where the walk came, and which boxes to write in it saw on the way and wrote in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import resolve

from .canaries import Canaries
from .filling import WRITTEN, is_part_of_a_day
from .pages import Form, forms_of

REFUSED = 'class="error-summary"'


@dataclass
class Trail:
    """Each as "GET cases:case" or "cases:add_note text"."""

    walked: set[str] = field(default_factory=set)
    boxes: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def came_to(self, method: str, path: str, text: str) -> None:
        """A page that answered as one that works: what was sent to it was taken."""
        if REFUSED not in text:
            self.walked.add(f"{method} {name_of(path)}")
        for form in forms_of(text):
            self.boxes |= _boxes(form, form.action or path)

    def wrote(self, form: Form, path: str, data: Mapping[str, Any], canaries: Canaries) -> None:
        for box in _boxes(form, path):
            typed = str(data.get(box.split()[1], ""))
            if any(canary in typed for canary in canaries.known):
                self.written.add(box)

    def told(self) -> dict[str, list[str]]:
        return {name: sorted(getattr(self, name)) for name in ("walked", "boxes", "written")}


def name_of(path: str) -> str:
    return resolve(path.partition("?")[0]).view_name


def _boxes(form: Form, path: str) -> set[str]:
    """The boxes of a form that take words; a day's three are one day, see filling."""
    found = [one for one in form.fields.values() if one.kind in WRITTEN]
    return {f"{name_of(path)} {one.name}" for one in found if not is_part_of_a_day(one.name, form)}
