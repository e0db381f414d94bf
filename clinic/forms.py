"""What every form here shares: its look, its error list, and fields for days, A-numbers and phones."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates as FormTemplates
from django.http import HttpRequest, QueryDict
from django.template.backends.django import DjangoTemplates
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import days, languages, numbers
from clinic.numbers import Phone

TEMPLATES = Path(__file__).parent.parent / "templates"
UNKNOWN = "unknown"
LATER = "later"

EMPTIED = (forms.PasswordInput, forms.FileInput)

Choice = tuple[str, Any]


class Renderer(FormTemplates):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    @cached_property
    def engine(self) -> DjangoTemplates:
        return DjangoTemplates(
            {
                "APP_DIRS": False,
                "DIRS": [TEMPLATES, Path(forms.__file__).parent / "templates"],
                "NAME": "clinicforms",
                "OPTIONS": {},
            }
        )


RENDERER = Renderer()


class ErrorLink(NamedTuple):
    href: str
    label: str
    message: str


class Bound(BoundField):
    form: "Form"

    @property
    def mark(self) -> str:
        """Which word stands after the label: optional, needed, or none, as after what an answer reveals."""
        if self.form.marks == "optional":
            return "" if self.field.required or self.reveal else "optional"
        return "needed" if self.field.required else ""

    @property
    def reveal(self) -> str:
        """`field=answer`: the question shows once that answer is chosen (with JavaScript only)."""
        return self.form.reveals.get(self.name, "")

    @property
    def first_box(self) -> str:
        """The id of the control that takes the focus."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return widget.id_for_label(self.auto_id, "0")
        return self.id_for_label


class Form(forms.Form):
    """How our forms look and speak."""

    default_renderer = RENDERER
    bound_field_class = Bound
    use_required_attribute = False  # the server says what is missing, in our words
    marks: ClassVar[str] = "optional"  # or "needed", where most answers are optional
    reveals: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            quiet(field)
            plain_words(field)

    @property
    def keeps_all(self) -> bool:
        """Whether the form comes back with all that was typed; browsers empty passphrases and files."""
        return not any(isinstance(one.widget, EMPTIED) for one in self.fields.values())

    @property
    def error_links(self) -> list[ErrorLink]:
        return list(self._error_links())

    def _error_links(self) -> Iterator[ErrorLink]:
        for name, messages in self.errors.items():
            bound = self[name] if name in self.fields else None
            for message in messages:
                if isinstance(bound, Bound) and not bound.is_hidden:
                    yield ErrorLink(f"#{bound.first_box}", str(bound.label), str(message))
                else:
                    yield ErrorLink("", "", str(message))


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: even an empty answer is an answer."""
    return request.POST if request.method == "POST" else None


def quiet(field: forms.Field) -> None:
    """Browsers must not remember what clients tell us, nor "correct" a name."""
    for widget in (field.widget, *getattr(field.widget, "widgets", ())):
        widget.attrs.setdefault("autocomplete", "off")
    if isinstance(field.widget, forms.TextInput | forms.Textarea):
        field.widget.attrs.setdefault("spellcheck", "false")


def plain_words(field: forms.Field) -> None:
    """Say what to do where Django would say "This field is required."."""
    if field.error_messages.get("required") != forms.Field.default_error_messages["required"]:
        return
    choice = isinstance(field, forms.ChoiceField | forms.BooleanField)
    field.error_messages["required"] = _("Choose an answer.") if choice else _("Please fill this in.")


# Days


class DayWidget(forms.MultiWidget):
    """Month, day and year, in the order used in the United States."""

    template_name = "forms/day.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(box | {"size": 4}) for name in ("month", "day", "year")
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: date | str | None) -> list[str]:
        if isinstance(value, date):
            return [str(value.month), str(value.day), str(value.year)]
        return [value or "", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        boxes = [box or "" for box in super().value_from_datadict(data, files, name)]
        whole = data.get(name)
        return [whole, "", ""] if whole and not any(boxes) else boxes

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else id_


class DayField(forms.Field):
    """Three boxes for a known day; a whole date pasted into one of them is read too."""

    widget = DayWidget
    default_error_messages = {
        "required": _("Write the date, for example 11 21 2026."),
        "incomplete": _("Write the month, the day and the year, for example 11 21 2026."),
        "month": _("The month is a number from 1 to 12. For November write 11."),
        "day": _("That month has no such day. Check the day and the month."),
        "year": _("Write the year with four digits, for example 2026."),
        "future": _("This date has not come yet. Check the year."),
        "past": _("This date has already passed. Check the year."),
    }

    def __init__(self, *, past: bool = False, future: bool = False, **kwargs: Any) -> None:
        """`past`: today or earlier only. `future`: today or later only."""
        self.past, self.future = past, future
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        boxes = [value] if isinstance(value, str) else [str(box or "") for box in value]
        try:
            return days.read_day(boxes)
        except days.NotADay as wrong:
            raise self._refusal(wrong.part) from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        today = timezone.localdate()
        if value and self.past and value > today:
            raise self._refusal("future")
        if value and self.future and value < today:
            raise self._refusal("past")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True

    def _refusal(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


# Numbers


class ANumberField(forms.CharField):
    """Nine digits, or "" where there is none yet."""

    default_error_messages = {
        "receipt": _(
            "This looks like a receipt number (three letters, ten digits). "
            "An A‑number is A and up to nine digits."
        ),
        "i94": _("This looks like an I-94 number (eleven digits). An A‑number has up to nine."),
        "short": _("An A‑number has seven to nine digits. Some are missing here."),
        "long": _("An A‑number has seven to nine digits. There are too many here."),
        "other": _("Write A and seven to nine digits, for example A012‑345‑678."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("A-number"))
        kwargs.setdefault("help_text", _("A and seven to nine digits, for example A012‑345‑678."))
        kwargs.setdefault("widget", forms.TextInput({"inputmode": "text", "size": 16}))
        super().__init__(max_length=60, **kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        if not typed:
            return ""
        try:
            return numbers.read_a_number(typed)
        except numbers.NotAnANumber as wrong:
            raise forms.ValidationError(
                self.error_messages[wrong.looks_like], code=wrong.looks_like
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return numbers.show_a_number(value) if isinstance(value, str) else value


class PhoneField(forms.CharField):
    """Keeps what was typed, words and all; `.digits` and `.extension` are for dialling and search."""

    default_error_messages = {
        "digits": _("Write the number with its area code, for example 612‑555‑0123."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({"type": "tel", "inputmode": "tel", "size": 24}))
        kwargs.setdefault("help_text", _("You can add words: “612‑555‑0123, ask for the sister”."))
        super().__init__(max_length=200, **kwargs)

    def to_python(self, value: Any) -> Phone:
        phone = Phone(super().to_python(value) or "")
        if phone and len(phone.digits) < numbers.SHORTEST_PHONE:
            raise forms.ValidationError(self.error_messages["digits"], code="digits")
        return phone


class RevField(forms.IntegerField):
    """Which version was on the screen, so that a second editor is told."""

    default_error_messages = {
        name: _("This page is out of date. Open it again; what you typed is below.")
        for name in ("required", "invalid", "min_value", "max_value")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.HiddenInput)
        super().__init__(min_value=0, max_value=2**31 - 1, **kwargs)


# Choices


class ChoiceWithUnknown(forms.ChoiceField):
    """Radio buttons; "don't know" and "ask later" are answers too."""

    def __init__(
        self,
        *,
        choices: Sequence[Choice] = (("yes", _("Yes")), ("no", _("No"))),
        unknown: bool = True,
        later: bool = True,
        **kwargs: Any,
    ) -> None:
        extra: list[Choice] = []
        if unknown:
            extra.append((UNKNOWN, _("Don’t know")))
        if later:
            extra.append((LATER, _("Ask later")))
        kwargs.setdefault("widget", forms.RadioSelect)
        super().__init__(choices=[*choices, *extra], **kwargs)


class LanguageSelect(forms.Select):
    """Each option says which language its name is in, and which way it runs."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in languages.LANGUAGES:
            option["attrs"] |= {"lang": str(value), "dir": languages.direction(str(value))}
        return option


class LanguageField(forms.ChoiceField):
    """A language, named in itself. `written=True` leaves out those that are only spoken."""

    def __init__(self, *, written: bool = False, own_names: bool = False, **kwargs: Any) -> None:
        """`own_names`: for pages the caller reads; staff see the English name as well."""
        kwargs.setdefault("widget", LanguageSelect)
        super().__init__(choices=lambda: language_choices(written, own_names), **kwargs)


def language_choices(written: bool, own_names: bool) -> list[Choice]:
    shown = [one for one in languages.ALL if one.written or not written]
    named = [(one.code, one.own_name if own_names else languages.both_names(one)) for one in shown]
    return [
        ("", _("Choose a language")),
        *named,
        (languages.NOT_LISTED, _("Another language")),
        (languages.UNKNOWN, _("Don’t know yet")),
    ]
