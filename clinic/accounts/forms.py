from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from clinic.forms import Form
from clinic.vault.codes import BadCode, from_code
from clinic.vault.passphrase import OWN_CHOICE_LENGTH

from .roster import Role

NAME = forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})
CODE = forms.TextInput(
    {"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "characters", "size": 14}
)
PAPER = forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "size": 34})
MISTYPED = _("There is a typing mistake in this code. Compare it with the paper, letter by letter.")
PASSPHRASE = forms.PasswordInput({"autocomplete": "current-password", "autocapitalize": "none"})
NEW_PASSPHRASE = forms.PasswordInput({"autocomplete": "new-password", "autocapitalize": "none"})


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        widget=NAME,
        error_messages={"required": _("Write your sign-in name.")},
    )


PHONE_OR_PAPER = _("Six digits from the app on your phone, or a backup code from paper.")


def code_field(help_text: Any = PHONE_OR_PAPER) -> forms.CharField:
    return forms.CharField(
        label=_("One-time code"),
        help_text=help_text,
        max_length=40,
        widget=CODE,
        error_messages={"required": _("Write the six digits that the app on your phone shows now.")},
    )


def passphrase_field(label: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label or _("Passphrase"),
        help_text=_("Six words, with spaces between them."),
        max_length=1000,
        strip=False,
        widget=PASSPHRASE,
        error_messages={"required": _("Write your passphrase.")},
    )


class SignInForm(Form):
    name = name_field()
    passphrase = passphrase_field()
    code = code_field()
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def both_factors(self) -> dict[str, str]:
        return {field: self.cleaned_data[field] for field in ("name", "passphrase", "code")}


class JoinForm(Form):
    name = name_field()
    invite_code = forms.CharField(
        label=_("Invitation code"),
        help_text=_(
            "The letters and digits on the paper from your coordinator. Dashes and capitals do not matter."
        ),
        max_length=80,
        widget=PAPER,
        error_messages={"required": _("Write the code on your invitation.")},
    )


class FirstSignInForm(Form):
    """The passphrase stands above it: typed once, it is known to be written down."""

    name = forms.CharField(max_length=60, widget=forms.HiddenInput({"autocomplete": "username"}))
    passphrase = passphrase_field()
    code = code_field(_("Six digits from the app on your phone."))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def both_factors(self) -> dict[str, str]:
        return {field: self.cleaned_data[field] for field in ("name", "passphrase", "code")}


class NewPhoneForm(Form):
    code = code_field(_("Six digits from the app on your new phone."))


class LostForm(Form):
    name = name_field()
    recovery_code = forms.CharField(
        label=_("Recovery code"),
        help_text=_("The long code on the paper you printed when you joined."),
        max_length=80,
        widget=PAPER,
        error_messages={"required": _("Write the recovery code from your paper.")},
    )
    code = code_field()


class OwnerForm(Form):
    """Both factors, before something that neither an open screen nor a stolen phone should be enough for."""

    passphrase = passphrase_field(_("Your passphrase now"))
    code = code_field()


class PassphraseForm(OwnerForm):
    """The new one is made by us, or typed twice."""

    new_passphrase = forms.CharField(
        label=_("Your own passphrase"),
        help_text=_(
            "At least 20 characters. Leave this empty and we make six words for you, which is better."
        ),
        required=False,
        max_length=1000,
        strip=False,
        widget=NEW_PASSPHRASE,
    )
    again = forms.CharField(
        label=_("Your own passphrase once more"),
        required=False,
        max_length=1000,
        strip=False,
        widget=NEW_PASSPHRASE,
    )

    def clean(self) -> dict[str, Any]:
        typed, again = self.cleaned_data.get("new_passphrase"), self.cleaned_data.get("again")
        if typed and len(" ".join(typed.split())) < OWN_CHOICE_LENGTH:
            self.add_error("new_passphrase", _("Use at least 20 characters, or leave this empty."))
        if typed != again:
            self.add_error("again", _("The two are not the same. Type your passphrase twice."))
        return self.cleaned_data


def _readable(code: str) -> None:
    try:
        from_code(code)
    except BadCode:
        raise forms.ValidationError(MISTYPED) from None


def _clinic_code(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=80,
        widget=PAPER,
        validators=[_readable],
        error_messages={"required": _("Write the code from its paper.")},
    )


class TwoCodesForm(Form):
    """Any two of the clinic's three codes."""

    one_code = _clinic_code(_("One code"), _("Dashes and capitals do not matter."))
    other_code = _clinic_code(_("Another code"))

    @property
    def codes(self) -> tuple[str, str]:
        return self.cleaned_data["one_code"], self.cleaned_data["other_code"]


class OldCodesForm(TwoCodesForm):
    code = code_field(_("So that nobody at an open screen can do this for you."))


class NewCodesForm(TwoCodesForm):
    """Typed from the new papers. The page carries itself, sealed."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)


def new_name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Sign-in name"),
        help_text=_(
            "Short, for example a first name. Not a full name: whoever gets our disks can read this one."
        ),
        max_length=60,
        validators=[RegexValidator(r"^[\w.-]+$", _("Use letters, digits, dots and dashes, without spaces."))],
        widget=forms.TextInput({"autocapitalize": "none"}),
        error_messages={"required": _("Write a sign-in name.")},
    )


def address_field() -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail address"),
        help_text=_("For reminders that something waits. They never say what."),
        error_messages={
            "required": _("Write an e-mail address."),
            "invalid": _("Write an address like name@example.org."),
        },
    )


class InviteForm(Form):
    name = new_name_field()
    email = address_field()
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    teams = forms.MultipleChoiceField(
        label=_("Teams"),
        help_text=_("Choose none for the usual team of the role."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = teams  # type: ignore[attr-defined]


class RoleForm(Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )


COMES_BACK = _(
    "A walled case that nobody can open any more comes back when a supervising attorney is let in "
    "with two of the clinic’s printed codes."
)
IS_LOST = _("A call that was never logged cannot be brought back.")


class LeaveForm(Form):
    hostile = forms.BooleanField(
        label=_("This person may mean harm"),
        help_text=_("Every case they hold by name gets a new key as well. This takes longer."),
        required=False,
    )
    anyway = forms.BooleanField(
        label=_("Close it all the same"),
        required=False,
    )

    def __init__(self, *args: Any, alone: int, calls: int, **kwargs: Any) -> None:
        """`alone`: how many walled cases need this person; `calls`: how many only they can open."""
        super().__init__(*args, **kwargs)
        hints = [str(hint) for hint, count in ((COMES_BACK, alone), (IS_LOST, calls)) if count]
        self.fields["anyway"].help_text = " ".join(hints)
        if not hints:
            del self.fields["anyway"]
