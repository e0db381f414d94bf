"""The questions of a call."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from django.forms import CharField, HiddenInput
from django.utils.translation import gettext_lazy as _

from clinic import forms
from clinic.cases.forms import FactsForm

from .models import Draft, Typed

# Not part of what was typed.
OF_THE_PAGE = ("rev", "page")
LISTS = {
    "detention_held_at": "facilities",
    "detention_arrested_by": "agencies",
    "caller_relation": "relations",
}
# Of these only one can be answered.
OPPOSITES = {"caller_phone": "caller_no_way_back", "caller_no_way_back": "caller_phone"}


class Difference(NamedTuple):
    """What a question is called, what the case says, and what was typed in another window."""

    label: str
    case: str
    typed: str


class CallForm(FactsForm):
    """Two things are needed: who the person is, and how to reach the caller."""

    call_back_on = forms.DayField(
        label=_("We promised to call back on"),
        future=True,
        required=False,
        help_text=_("You are reminded on that day."),
    )
    rev = forms.RevField()
    page = CharField(widget=HiddenInput, max_length=32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, list_id in LISTS.items():
            self.fields[name].widget.attrs["list"] = list_id

    @classmethod
    def of(cls, draft: Draft) -> "CallForm":
        """The page of a draft, as far as it was filled in; nothing is judged yet."""
        return cls(initial={**draft.typed, "rev": draft.rev, "page": uuid4().hex})

    def typed(self) -> Typed:
        """What stands in the boxes now, understood or not."""
        return {name: value for name in self.fields if name not in OF_THE_PAGE and (value := self._raw(name))}

    def _raw(self, name: str) -> Any:
        """Text, several texts, or True; None where nothing was answered."""
        value = self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        if isinstance(value, list):
            return value if any(value) else None
        return value

    @property
    def posted_rev(self) -> int:
        """0 where it was lost or altered: no saved draft has it."""
        text = self.data.get("rev", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    @property
    def posted_page(self) -> str:
        return str(self.data.get("page", ""))[:32]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_person(cleaned)
        self._check_way_back(cleaned)
        return cleaned

    def _check_person(self, cleaned: Mapping[str, Any]) -> None:
        asked = ("client_given_names", "client_family_names", "client_a_numbers")
        if not any(cleaned.get(name) or name in self.errors for name in asked):
            self.add_error(asked[0], _("Write a name or an A-number of the person detained: one is enough."))

    def _check_way_back(self, cleaned: Mapping[str, Any]) -> None:
        known = cleaned.get("caller_phone") or "caller_phone" in self.errors
        if not known and not cleaned.get("caller_no_way_back"):
            self.add_error(
                "caller_phone", _("Write a number to call back, or tick “There is no safe way to call back”.")
            )
        if cleaned.get("caller_no_way_back") and cleaned.get("call_back_on"):
            told = _("You also promised a day. Take the day out below, or the tick: both cannot be.")
            self.add_error("caller_no_way_back", told)

    def differences(self, saved: Typed) -> list[tuple[str, str]]:
        """Label and saved answer of each question that was answered differently in another window."""
        mine = self.typed()
        names = [name for name in self.fields if mine.get(name) != saved.get(name)]
        return [
            (str(self.fields[name].label), said(saved.get(name))) for name in names if name not in OF_THE_PAGE
        ]

    def missing_in(self, case: Mapping[str, Any]) -> list[Difference]:
        """Each answer that was typed here and that the case does not say. Empty boxes are no answers."""
        self.full_clean()
        answers = [
            Difference(str(self.fields[name].label), self._case_says(name, case), self._typed(name))
            for name in self.typed()
        ]
        return [answer for answer in answers if answer.case != answer.typed]

    def _case_says(self, name: str, case: Mapping[str, Any]) -> str:
        other = OPPOSITES.get(name, "")
        if case.get(other):
            return f"{self.fields[other].label}: {self.in_words(other, case[other])}"
        return self.in_words(name, case.get(name))

    def _typed(self, name: str) -> str:
        """An answer in words; as it was typed, where it was not understood."""
        if name in self.cleaned_data:
            return self.in_words(name, self.cleaned_data[name])
        return said(self._raw(name))

    def over(self, draft: Draft) -> "CallForm":
        """The same answers on top of the newer draft: saving once more replaces it."""
        return CallForm(initial={**self.typed(), "rev": draft.rev, "page": self.posted_page})


def said(value: Any) -> str:
    """One answer in a line."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(part for part in value if part)
    return str(_("Yes")) if value is True else str(value or "")
