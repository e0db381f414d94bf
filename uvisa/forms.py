from collections.abc import Container, Mapping
from typing import Any, cast

from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    HiddenInput,
    MultipleChoiceField,
    Select,
    Textarea,
)
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic import forms
from clinic.cases.forms import LinesField
from clinic.directory.models import Agency

from .crimes import QUALIFYING_CRIMES, SIMILAR_ACTIVITY
from .errors import LookAgain
from .models import CertificationRequest
from .rules import Status

LONG, SHORT = 10_000, 200
CRIMES = [(crime.key, crime.label) for crime in QUALIFYING_CRIMES]


def agencies() -> list[tuple[str, Any]]:
    return [("", _("Choose an agency")), *((str(one.pk), one.name) for one in Agency.objects.all())]


class RequestForm(forms.Form):
    """All that the packet says. Only the agency is needed to begin; the page names what is missing."""

    marks = "needed"
    reveals = {
        "similar": f"crimes={SIMILAR_ACTIVITY}",
        "proof_of_proceedings": "expedite_asked=yes",
    }

    agency = ChoiceField(label=_("Agency"), choices=agencies, widget=Select)
    crimes = MultipleChoiceField(
        label=_("Crimes"),
        help_text=_(
            "As on Form I-918 Supplement B, Part 3. "
            "Attempt, conspiracy and solicitation need the crime itself too."
        ),
        choices=[*CRIMES, (SIMILAR_ACTIVITY, _("Similar activity"))],
        widget=CheckboxSelectMultiple,
        required=False,
    )
    similar = CharField(label=_("Name the similar activity"), max_length=SHORT, required=False)
    crime_dates = CharField(
        label=_("When it happened"),
        help_text=_("One day or several, as in the report."),
        max_length=SHORT,
        required=False,
    )
    crime_place = CharField(label=_("Where it happened"), max_length=SHORT, required=False)
    case_number = CharField(label=_("The agency’s case number"), max_length=SHORT, required=False)
    how_helped = CharField(
        label=_("How the victim helped"),
        help_text=_("Called 911, gave a statement, came to court. It goes into the letter."),
        widget=Textarea({"rows": 5}),
        max_length=LONG,
        required=False,
    )
    removal_proceedings = forms.ChoiceWithUnknown(
        label=_("Is the victim in removal proceedings?"), later=False, required=False
    )
    family_removal = forms.ChoiceWithUnknown(
        label=_("Is a family member of the victim in removal proceedings?"),
        help_text=_("Some cities answer sooner then too. The letter says it only where a rule asks for it."),
        unknown=False,
        required=False,
    )
    detained = forms.ChoiceWithUnknown(
        label=_("Is the victim detained?"),
        help_text=_("The letter says it only where it is the reason for the expedite you ask for."),
        unknown=False,
        required=False,
    )
    expedite_asked = forms.ChoiceWithUnknown(
        label=_("Ask for the expedite?"),
        help_text=_("It must be asked for when the request is made (Minn. Stat. 611A.95 subd. 2(b))."),
        unknown=False,
        later=False,
        required=False,
    )
    proof_of_proceedings = forms.ChoiceWithUnknown(
        label=_("Is a copy of the notice to appear enclosed?"), unknown=False, later=False, required=False
    )
    sex = forms.ChoiceWithUnknown(
        label=_("Sex, as the form asks it"),
        help_text=_("Supplement B, Part 1, item 5, has these two boxes. Left open, the letter says so."),
        choices=[("male", _("Male")), ("female", _("Female")), ("", _("Leave it open"))],
        unknown=False,
        later=False,
        required=False,
    )
    enclosures = LinesField(
        label=_("Enclosures"), help_text=_("One on each line."), max_length=LONG, required=False
    )
    full_draft = forms.ChoiceWithUnknown(
        label=_("Does the agency want a full draft of the form?"),
        choices=[
            ("yes", _("Yes")),
            ("no", _("No")),
            ("", _("Leave it open: as the directory says of this agency")),
        ],
        unknown=False,
        later=False,
        required=False,
    )
    account = CharField(
        label=_("What happened, for the full draft"),
        widget=Textarea({"rows": 5}),
        max_length=LONG,
        required=False,
    )
    injury = CharField(
        label=_("Known injuries"), widget=Textarea({"rows": 3}), max_length=LONG, required=False
    )
    statutes = CharField(label=_("Statutes"), max_length=SHORT, required=False)
    rev = forms.RevField(required=False)

    def tell_where_held(self, held_at: str) -> None:
        """As the case says it, beside the question: it may say as well that somebody was released."""
        told = _("The case says of where they are held: “%(where)s”. %(hint)s")
        field = self.fields["detained"]
        field.help_text = told % {"where": held_at, "hint": field.help_text}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if any(cleaned.get(name) == "yes" for name in TRIGGERS) and not cleaned.get("expedite_asked"):
            self.add_error("expedite_asked", _("Choose yes or no. It cannot be asked for later."))
        if SIMILAR_ACTIVITY in cleaned.get("crimes", []) and not cleaned.get("similar"):
            self.add_error("similar", _("Name it in a few words, as the statute does."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What the request takes, by attribute."""
        skipped = {"agency", "rev"}
        return {n: _stored(n, v) for n, v in self.cleaned_data.items() if n not in skipped}

    def chosen_agency(self) -> Agency:
        return Agency.objects.get(pk=self.cleaned_data["agency"])

    def over(self, rev: int) -> "RequestForm":
        """The same answers on top of a newer version: saving once more replaces what the other wrote."""
        data = dict(self.data.lists()) if isinstance(self.data, QueryDict) else dict(self.data)
        again = RequestForm(_query({**data, "rev": [str(rev)]}))
        again.is_valid()
        return again

    def differences(self, saved: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Label and saved answer of every question that was answered differently meanwhile."""
        typed = self.cleaned_data
        return [
            (str(self[name].label), self._words(name, value))
            for name, value in saved.items()
            if name != "rev" and self._words(name, value) != self._words(name, typed.get(name))
        ]

    def _words(self, name: str, value: Any) -> str:
        """An answer as the form shows it."""
        labels = {str(key): str(label) for key, label in getattr(self.fields[name], "choices", ())}
        values = value if isinstance(value, list) else [value or ""]
        return ", ".join(labels.get(str(one), str(one)) for one in values if one)


TRIGGERS = ("removal_proceedings", "family_removal", "detained")
FLAGS = {*TRIGGERS, "expedite_asked", "proof_of_proceedings", "full_draft"}
UNSAID = dict.fromkeys(TRIGGERS, forms.LATER) | {"removal_proceedings": forms.UNKNOWN}


def _query(data: Mapping[str, list[Any]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query


def _stored(name: str, value: Any) -> Any:
    return {"yes": True, "no": False}.get(value) if name in FLAGS else value


def initial_of(request: CertificationRequest) -> dict[str, Any]:
    return {name: _shown(name, getattr(request, name)) for name in RequestForm.base_fields}


def _shown(name: str, value: Any) -> Any:
    if name not in FLAGS:
        return value
    return {True: "yes", False: "no", None: UNSAID.get(name, "")}[value]


class RevForm(forms.Form):
    """For a decision: about what was on the screen, and nothing newer."""

    rev = forms.RevField()


class ApproveForm(RevForm):
    """`seen`: what was on the page. Where something else stands now, nothing is ticked any more."""

    seen = CharField(widget=HiddenInput, required=False)
    signer = CharField(
        label=_("Your name, as it stands under the letter"),
        help_text=_("First and last name. Your title is added."),
        max_length=SHORT,
    )
    checked = BooleanField(label=_("I checked the citations marked “verify” for this letter"), required=False)
    weighed = BooleanField(
        label=_("I weighed with the client what this agency may tell immigration enforcement"),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        rev: int,
        seen: str,
        asks_checked: bool,
        asks_weighed: bool,
    ) -> None:
        same_rev = data is not None and data.get("rev") == str(rev)
        self.must_look_again = data is not None and same_rev and data.get("seen") != seen
        if data is not None and self.must_look_again:
            data = _query({**dict(data.lists()), "seen": [seen], "checked": [], "weighed": []})
        super().__init__(data, initial={"rev": rev, "seen": seen})
        self._ask("checked", asks_checked, _("Check the citations, or confirm the rules in the directory."))
        self._ask("weighed", asks_weighed, _("Talk with the client first."))

    def clean(self) -> dict[str, Any]:
        if self.must_look_again:
            self.add_error(None, str(LookAgain()))
        return super().clean() or {}

    def _ask(self, name: str, asks: bool, refusal: Any) -> None:
        if not asks:
            del self.fields[name]
            return
        self.fields[name].required = True
        self.fields[name].error_messages["required"] = refusal


class WhyForm(RevForm):
    why = CharField(label=_("Why?"), widget=Textarea({"rows": 3}), max_length=LONG)


class SendBackForm(WhyForm):
    why = CharField(label=_("What must change?"), widget=Textarea({"rows": 4}), max_length=LONG)


class SentForm(RevForm):
    day = "sent_on"
    sent_on = forms.DayField(label=_("Sent on"), past=True)
    how = CharField(
        label=_("How"), help_text=_("For example: by hand, by mail, by e-mail."), max_length=SHORT
    )


class ReceivedForm(RevForm):
    day = "received_on"
    received_on = forms.DayField(label=_("Received on"), past=True)
    how = CharField(
        label=_("How do we know?"),
        help_text=_("For example: stamped copy, e-mail of the agency."),
        max_length=SHORT,
    )


ANSWERS = (
    (Status.SIGNED, _("It signed")),
    (Status.REFUSED, _("It refused")),
    (Status.RETURNED, _("It is the wrong agency")),
    (Status.SILENT, _("It did not answer at all")),
)


class AnswerForm(RevForm):
    day = "answered_on"
    status = forms.ChoiceWithUnknown(
        label=_("What did the agency answer?"),
        choices=ANSWERS,
        unknown=False,
        later=False,
    )
    answered_on = forms.DayField(
        label=_("On which day?"),
        help_text=_("For a signature: the day beside it. USCIS must have the petition within six months."),
        past=True,
    )
    words = CharField(label=_("In its words"), widget=Textarea({"rows": 4}), max_length=LONG, required=False)

    def __init__(self, *args: Any, stands: Status, **kwargs: Any) -> None:
        """Silence that `stands` is no news: the agency answers after all, or nothing is to be written."""
        super().__init__(*args, **kwargs)
        if stands == Status.SILENT:
            status = cast(ChoiceField, self.fields["status"])
            status.choices = [one for one in ANSWERS if one[0] != Status.SILENT]
            told = _("That it did not answer is written down already. Choose what it answered since.")
            status.error_messages["invalid_choice"] = told


class DaysForm(RevForm):
    """Correcting what was written down wrong: of the days it `asks`."""

    day = "sent_on"
    sent_on = forms.DayField(label=_("Sent on"), past=True)
    received_on = forms.DayField(
        label=_("Received on"),
        help_text=_("Leave it empty if the agency does not have it, or nobody knows."),
        past=True,
        required=False,
    )
    answered_on = forms.DayField(
        label=_("Day of the answer"), help_text=_("For a signature: the day beside it."), past=True
    )
    why = CharField(
        label=_("What was wrong?"),
        help_text=_("It stays in the history, with the day as it was."),
        max_length=SHORT,
    )

    def __init__(self, *args: Any, asks: Container[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("received_on", "answered_on"):
            if name not in asks:
                del self.fields[name]
