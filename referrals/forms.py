from collections.abc import Sequence
from typing import Any

from django.forms import ChoiceField, RadioSelect
from django.utils.translation import gettext_lazy as _

from clinic import forms

from .people import Choice
from .words import HOWS, REASONS


class GiveForm(forms.Form):
    reveals = {"until": "how=offer,help"}

    to = ChoiceField(label=_("To whom"), widget=RadioSelect)
    how = ChoiceField(label=_("In which way"), choices=HOWS, widget=RadioSelect)
    until = forms.DayField(
        label=_("Last day"),
        future=True,
        required=False,
        help_text=_(
            "For an offer, the last day to answer. For a helper, the last day they can open the case."
        ),
    )
    rev = forms.RevField()

    def __init__(self, *args: Any, people: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = {str(one.id): one.name for one in people}
        field = self.fields["to"]
        assert isinstance(field, ChoiceField)
        field.choices = [(str(one.id), one.label) for one in people]
        field.error_messages["invalid_choice"] = _(
            "This person has the case already, or does not work here now. Choose somebody else."
        )

    def name_of(self, person: str) -> str:
        return self._names[person]


class DeclineForm(forms.Form):
    reason = ChoiceField(
        label=_("Why?"),
        choices=REASONS,
        widget=RadioSelect,
        help_text=_("It helps us to ask the right person next time. Do not explain more: nobody will ask."),
    )


class TakeBackForm(forms.Form):
    renew = forms.ChoiceWithUnknown(
        label=_("Could they use what they copied?"),
        help_text=_("With yes, the case gets new keys and everything in it is sealed again."),
        unknown=False,
        later=False,
    )
