"""The facts of a case as questions. Intake asks them in a call; the case page corrects them.

Field names are those of the sealed attributes, with the prefix of the row: `client_`, `caller_`,
`detention_`, `case_`. `values(form, "client")` gives what a row takes, `initial_of` the way back.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from django.conf import settings
from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    Field,
    FileInput,
    MultipleChoiceField,
    Textarea,
    ValidationError,
)
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinic import forms, numbers
from clinic.vault.files import SealedUpload
from clinic.vault.sealed import SealedModel

from . import rules
from .models import AskLater, Compartment, Paper, PartyRole

SAFE_WAYS = (
    ("call", _("Call")),
    ("text", _("Text")),
    ("voicemail", _("Leave a message")),
    ("write", _("Write a letter")),
)
WRITING = {"text", "write"}
PAPERS = (
    (Paper.ADMINISTRATIVE, _("ICE warrant (administrative, I‑200)")),
    (Paper.JUDICIAL, _("Warrant signed by a judge")),
    (Paper.NONE, _("No paper")),
)
LONG = 10_000
SHORT = 200


class LinesField(CharField):
    """One thing a line; gives a list."""

    widget = Textarea({"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class ANumbersField(LinesField):
    """A-numbers, one a line, as nine digits each."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(numbers.show_a_number, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        one = forms.ANumberField(required=False)
        return [one.clean(line) for line in super().clean(value)]


def text(label: Any, *, required: bool = False, hint: Any = "", long: bool = False) -> CharField:
    widget = Textarea({"rows": 6}) if long else None
    most = LONG if long else SHORT
    return CharField(label=label, required=required, help_text=hint, max_length=most, widget=widget)


class FactsForm(forms.Form):
    """All that a first call asks. Nothing is required but what a subclass says."""

    marks = "needed"
    reveals = {
        "caller_written": "caller_safe_ways=text,write",
        "case_urgent_why": "case_urgent=yes",
        "detention_notice_to_appear_on": "detention_in_removal_proceedings=yes,unknown",
        "detention_hearing_on": "detention_in_removal_proceedings=yes,unknown",
    }

    client_given_names = text(_("Given names"), hint=_("As the family says them."))
    client_family_names = text(_("Family names"), hint=_("Both surnames, if there are two."))
    client_other_names = LinesField(
        label=_("Other spellings or names"), required=False, help_text=_("One on each line."), max_length=LONG
    )
    client_a_numbers = ANumbersField(
        label=_("A-number"),
        required=False,
        max_length=SHORT,
        help_text=_("A and seven to nine digits, for example A012‑345‑678. More than one: one on each line."),
    )
    client_born_on = forms.DayField(label=_("Date of birth"), past=True, required=False)
    client_country_of_birth = text(_("Country of birth"), hint=_("The ICE locator needs it."))
    client_language = forms.LanguageField(label=_("Language the detained person speaks"), required=False)
    client_interpreter = forms.ChoiceWithUnknown(label=_("Is an interpreter needed?"), required=False)

    detention_held_at = text(_("Where held now"), hint=_("A jail, an ICE office, or “don’t know”."))
    detention_arrested_by = text(_("Arrested by whom"), hint=_("ICE, a sheriff, or “don’t know”."))
    detention_arrested_on = forms.DayField(label=_("Arrested when"), past=True, required=False)
    detention_arrested_where = text(_("Arrested where"))
    detention_paper = forms.ChoiceWithUnknown(
        label=_("Was a paper shown?"), choices=PAPERS, later=False, required=False
    )
    detention_in_removal_proceedings = forms.ChoiceWithUnknown(
        label=_("Is the person in removal proceedings?"),
        help_text=_("A notice to appear was filed with the immigration court."),
        required=False,
    )
    detention_notice_to_appear_on = forms.DayField(
        label=_("Date on the notice to appear"), past=True, required=False
    )
    detention_hearing_on = forms.DayField(label=_("Next hearing"), required=False)
    detention_signed_anything = text(
        _("What has the person signed?"), hint=_("Or “nothing”, or “don’t know”.")
    )

    caller_given_names = text(_("Caller’s name"))
    caller_relation = text(_("What is the caller to the detained person?"), hint=_("For example: sister."))
    caller_phone = forms.PhoneField(label=_("Safe number to call back"), required=False)
    caller_no_way_back = BooleanField(
        label=_("There is no safe way to call back"),
        help_text=_("Then write no number: somebody would call it."),
        required=False,
    )
    caller_safe_ways = MultipleChoiceField(
        label=_("What is safe?"), choices=SAFE_WAYS, widget=CheckboxSelectMultiple, required=False
    )
    caller_written = forms.LanguageField(
        label=_("Language the caller reads"),
        help_text=_("For a text or a letter. Some languages are only spoken."),
        written=True,
        required=False,
    )
    caller_safe_when = text(_("When is it safe?"))
    caller_code_word = text(_("Code word"), hint=_("So that the caller knows it is us."))
    caller_language = forms.LanguageField(label=_("Language the caller speaks"), required=False)
    caller_interpreter = forms.ChoiceWithUnknown(
        label=_("Does the caller need an interpreter?"), required=False
    )

    case_story = text(_("What happened"), long=True)
    case_urgent = forms.ChoiceWithUnknown(
        label=_("Is it urgent?"), unknown=False, later=False, required=False
    )
    case_urgent_why = text(
        _("Why is it urgent?"), hint=_("In a few words. It stands in the list of waiting cases.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("caller_no_way_back") and cleaned.get("caller_phone"):
            told = _("You also wrote a number. Take the number out, or the tick: both cannot be.")
            self.add_error("caller_no_way_back", told)
        return cleaned

    def values(self, row: str) -> dict[str, Any]:
        """What a row takes, by attribute; unanswered choices are left out."""
        prefix = f"{row}_"
        found = {
            name.removeprefix(prefix): v for name, v in self.cleaned_data.items() if name.startswith(prefix)
        }
        return {
            name: _stored(name, value) for name, value in found.items() if value != "" or name not in CHOICES
        }

    def in_words(self, name: str, value: Any) -> str:
        """An answer in words, as the page shows it."""
        field = self.fields[name]
        if isinstance(field, ChoiceField):
            labels = {str(key): str(label) for key, label in field.widget.choices}
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(labels.get(str(one), str(one)) for one in chosen if one)
        if value is True:
            return str(_("Yes"))
        if isinstance(value, date):
            return date_format(value, "F j, Y")
        return str(field.prepare_value(value) or "")


CHOICES = {"interpreter": AskLater, "in_removal_proceedings": AskLater, "paper": Paper}


def _stored(name: str, value: Any) -> Any:
    if name == "urgent":
        return value == "yes"
    if name in CHOICES:
        return CHOICES[name](value)
    if value is False:
        return None  # an empty box says nothing
    return str(value) if isinstance(value, str) else value


def initial_of(rows: Mapping[str, SealedModel | None]) -> dict[str, Any]:
    """The form's first values from rows by prefix."""
    return {
        name: _shown(name, getattr(row, name.removeprefix(f"{prefix}_")))
        for prefix, row in rows.items()
        for name in FactsForm.base_fields
        if row and name.startswith(f"{prefix}_")
    }


def _shown(name: str, value: Any) -> Any:
    if name == "case_urgent":
        return "yes" if value else "no"
    return value


class EditForm(FactsForm):
    case_rev = forms.RevField()
    client_rev = forms.RevField()
    caller_rev = forms.RevField()
    detention_rev = forms.RevField()

    def over(self, revs: Mapping[str, int]) -> "EditForm":
        """The same answers on top of newer rows: saving once more replaces what the other person wrote."""
        data = cast(QueryDict, self.data).copy()
        data.update({name: str(rev) for name, rev in revs.items()})
        form = EditForm(data)
        form.is_valid()
        return form

    def differences(self, saved: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Label and saved answer of every question that was answered differently meanwhile."""
        return [
            (str(self[name].label), self.in_words(name, value))
            for name, value in saved.items()
            if self.in_words(name, value) != self.in_words(name, self.cleaned_data.get(name))
        ]


READERS = {
    Compartment.CASE: _("Everybody who holds the case"),
    Compartment.ADVOCATE: _("Advocate notes: intake and coordination only"),
    Compartment.ATTORNEY: _("Attorney notes: the case’s attorney and the supervising attorney only"),
}


class NoteForm(forms.Form):
    text = text(_("Note"), required=True, long=True)
    compartment = forms.ChoiceWithUnknown(
        label=_("Who may read it"), choices=list(READERS.items()), unknown=False, later=False
    )

    def __init__(self, *args: Any, held: Sequence[Compartment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_held(self, held)


class UploadField(Field):
    """The form judges the file: it knows how it came."""

    widget = FileInput({"accept": ".pdf,.jpg,.jpeg,.png,.txt"})

    def clean(self, value: Any) -> Any:
        return value


class DocumentForm(forms.Form):
    title = text(_("What it is"), required=True, hint=_("For example: notice to appear."))
    compartment = forms.ChoiceWithUnknown(
        label=_("Who may read it"), choices=list(READERS.items()), unknown=False, later=False
    )
    file = UploadField(label=_("File"))

    def __init__(self, *args: Any, held: Sequence[Compartment], refused: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_held(self, held)
        self.refused = refused

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.pop("file", None)
        problem = self._problem(upload)
        if problem:
            self.add_error("file", ValidationError(problem))
        elif isinstance(upload, SealedUpload):
            cleaned["upload"] = upload
            cleaned["content_type"] = rules.content_type_of(upload.head)
        return cleaned

    def _problem(self, upload: Any) -> Any:
        if self.refused == "too large":
            most = filesizeformat(settings.UPLOAD_LIMIT)
            return _("This file is too large. The most is %(most)s: send it in parts.") % {"most": most}
        if "whole" not in self.data:
            return _("The file was cut off on its way. Send it again.")
        if not isinstance(upload, SealedUpload) or not upload.size:
            return _("Choose a file that is not empty.")
        if rules.content_type_of(upload.head) is None:
            return _(
                "This kind of file cannot be kept here. Take a PDF, a JPEG or PNG picture, or plain text."
            )
        return None


class NextForm(forms.Form):
    """The button "done" ends the promise; then nothing needs an answer."""

    on = forms.DayField(label=_("Day"), future=True)
    what = text(_("What must happen"), required=True)
    rev = forms.RevField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.done = "done" in self.data
        if self.done:
            del self.fields["on"], self.fields["what"]

    @property
    def promise(self) -> dict[str, Any]:
        if self.done:
            return {"on": None, "what": ""}
        return {"on": self.cleaned_data["on"], "what": self.cleaned_data["what"]}

    @property
    def said(self) -> Any:
        if self.done:
            return _("The step is done. Set the next one when you know it.")
        return _("We will remind the person who has the case.")

    def over(self, rev: int) -> "NextForm":
        """The same answers on top of a newer case: saving once more replaces what the other person wrote."""
        data = cast(QueryDict, self.data).copy()
        data["rev"] = str(rev)
        data.pop("done", None)
        form = NextForm(data)
        form.is_valid()
        return form


class WallForm(forms.Form):
    people = MultipleChoiceField(
        label=_("Who may still open it"),
        help_text=_("At least two. Nobody else will know that this case is here."),
        widget=CheckboxSelectMultiple,
    )
    why = text(
        _("Your decision, and why"),
        required=True,
        hint=_(
            "It is kept with the case, and those inside read it there. "
            "A wall alone cures no conflict (Rules 1.7, 1.10)."
        ),
        long=True,
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]


def offer_held(form: forms.Form, held: Sequence[Compartment]) -> None:
    """Only the compartments whose key the writer has."""
    field = form.fields["compartment"]
    field.choices = [(one, READERS[one]) for one in Compartment if one in held]  # type: ignore[attr-defined]
    field.initial = held[-1] if held else None


__all__ = ["DocumentForm", "EditForm", "FactsForm", "NextForm", "NoteForm", "PartyRole", "initial_of"]
