"""The rules' answers in words."""

from django.utils.translation import gettext_lazy as _

from .rules import How, Reason, Refusal, Status

HOWS = (
    (How.GIVE, _("Give it: they have the case from now on")),
    (How.OFFER, _("Offer it: they may accept or decline until the day below")),
    (How.HELP, _("Let them help: they can open the case until the day below")),
)

REASONS = (
    (Reason.CONFLICT, _("There is a conflict, or there may be one")),
    (Reason.NO_TIME, _("I have no time")),
    (Reason.NOT_MY_FIELD, _("It is not my field")),
    (Reason.TOO_FAR, _("It is too far away")),
    (Reason.LANGUAGE, _("I do not speak the language")),
    (Reason.OTHER, _("Another reason")),
)

REFUSALS = {
    Refusal.CLOSED: _("This case is closed. Open it again before somebody else gets it."),
    Refusal.WALLED: _("There is a wall around this case. A supervising attorney decides who may open it."),
    Refusal.HAS_IT: _("This person has the case already. Choose somebody else."),
    Refusal.NOT_AN_ATTORNEY: _(
        "Only attorneys can be given or offered a case. Choose “Let them help”, or somebody else."
    ),
    Refusal.NEEDS_A_DAY: _("Write the last day, for example 12 1 2026."),
    Refusal.NOT_WAITING: _(
        "Somebody has this case, so it cannot be offered. Give it to the next person instead."
    ),
}

SPANS = {
    "": _("No date is known"),
    "past": _("A date has passed"),
    "two days": _("Within two days"),
    "a week": _("Within a week"),
    "two weeks": _("Within two weeks"),
    "a month": _("Within a month"),
    "later": _("Later than a month"),
}

STATES = {
    (How.GIVE, Status.OPEN): _("%(name)s was given the case and has not confirmed it yet"),
    (How.GIVE, Status.ACCEPTED): _("%(name)s was given the case and confirmed it"),
    (How.GIVE, Status.WITHDRAWN): _("%(name)s had the case before"),
    (How.OFFER, Status.OPEN): _("%(name)s was offered the case"),
    (How.OFFER, Status.ACCEPTED): _("%(name)s accepted the case"),
    (How.OFFER, Status.DECLINED): _("%(name)s declined the case"),
    (How.OFFER, Status.WITHDRAWN): _("%(name)s was offered the case, and the offer was taken back"),
    (How.OFFER, Status.RAN_OUT): _("%(name)s was offered the case and did not answer in time"),
    (How.HELP, Status.OPEN): _("%(name)s was asked to help and has not confirmed it yet"),
    (How.HELP, Status.ACCEPTED): _("%(name)s helps with the case"),
    (How.HELP, Status.WITHDRAWN): _("%(name)s helped with the case before"),
    (How.HELP, Status.RAN_OUT): _("%(name)s was asked to help and never confirmed it"),
}
