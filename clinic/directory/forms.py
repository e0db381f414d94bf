from typing import Any, ClassVar, Self, cast

from django.db import models
from django.forms import CharField, EmailField, HiddenInput, Textarea
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic import forms

from .actions import LEGAL_FIELDS
from .models import ClockRule
from .stamps import stamp_of

LINES = Textarea({"rows": 4})
SHORT, LONG = 150, 1_000
FLAGS = ("full_draft", "keeps_friday_after_thanksgiving", "keeps_october_holiday")


class SeenForm(forms.Form):
    """Knows which version was on the screen. Where that is lost, it was none that is saved."""

    seen = CharField(widget=HiddenInput, required=False)


class ConfirmForm(SeenForm):
    def is_about(self, rule: ClockRule) -> bool:
        """These are the numbers that were on the screen."""
        return self.is_valid() and self.cleaned_data["seen"] == stamp_of(rule, LEGAL_FIELDS)

    @classmethod
    def of(cls, rule: ClockRule) -> Self:
        return cls(initial={"seen": stamp_of(rule, LEGAL_FIELDS)})


class FactForm(SeenForm):
    """Public facts, by the names of the model's fields."""

    flags: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def names(cls) -> list[str]:
        return [name for name in cls.base_fields if name != "seen"]

    @classmethod
    def initial_of(cls, row: models.Model) -> dict[str, Any]:
        return cls._shown(row) | {"seen": stamp_of(row, cls.names())}

    @classmethod
    def _shown(cls, row: models.Model) -> dict[str, Any]:
        found = {name: getattr(row, name) for name in cls.names()}
        return found | {name: "yes" if found[name] else "no" for name in cls.flags}

    def answers(self) -> dict[str, Any]:
        flags = {name: self.cleaned_data[name] == "yes" for name in self.flags}
        return {name: self.cleaned_data[name] for name in self.names()} | flags

    def is_stale(self, saved: models.Model) -> bool:
        """Somebody saved another answer after this page was opened."""
        newer = self.cleaned_data["seen"] != stamp_of(saved, self.names())
        return newer and bool(self.differences(saved))

    def differences(self, saved: models.Model) -> list[tuple[str, str]]:
        """Label and saved answer of every question that was answered differently meanwhile."""
        return [
            (str(self[name].label), self._said(name, value))
            for name, value in self._shown(saved).items()
            if self._said(name, value) != self._said(name, self.cleaned_data[name])
        ]

    def over(self, saved: models.Model) -> Self:
        """The same answers on top of the newer row: saving once more replaces what the other wrote."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = stamp_of(saved, self.names())
        form = type(self)(data)
        form.is_valid()
        return form

    def _said(self, name: str, value: str) -> str:
        labels = {key: str(label) for key, label in getattr(self.fields[name], "choices", ())}
        return labels.get(value, "\n".join(value.splitlines()))


class LetterheadForm(FactForm):
    name = CharField(label=_("Name of the clinic"), max_length=SHORT)
    address = CharField(
        label=_("Address"),
        help_text=_("As on an envelope, each line on its own. Agencies send their answers there."),
        widget=LINES,
        max_length=LONG,
    )
    telephone = CharField(label=_("Telephone"), max_length=40, required=False)
    email = EmailField(label=_("E-mail"), required=False)


def _asks(label: Any, hint: Any = "") -> forms.ChoiceWithUnknown:
    return forms.ChoiceWithUnknown(label=label, help_text=hint, unknown=False, later=False)


class AgencyForm(FactForm):
    flags = FLAGS

    official = CharField(
        label=_("Certifying official"),
        help_text=_("Name and title of who signs: the head of the agency, or the person the head named."),
        max_length=SHORT,
        required=False,
    )
    address = CharField(
        label=_("Address"),
        help_text=_("As on an envelope, each line on its own."),
        widget=LINES,
        max_length=LONG,
        required=False,
    )
    how_to_ask = CharField(
        label=_("How it wants to be asked"), widget=Textarea({"rows": 5}), max_length=LONG, required=False
    )
    full_draft = _asks(_("Does it want a full draft of the form?"))
    keeps_friday_after_thanksgiving = _asks(
        _("Is it closed on the Friday after Thanksgiving?"),
        _("If you do not know, say no: then nobody chases too late."),
    )
    keeps_october_holiday = _asks(
        _("Is it closed on Indigenous Peoples Day?"),
        _("The second Monday of October. If you do not know, say no."),
    )
