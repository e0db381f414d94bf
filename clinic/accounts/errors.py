"""What accounts refuse, each with a sentence for the person who asked."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Refused(Exception):
    """Something a person may not do. `str()` is the sentence to show."""

    message: str | Promise = _("That is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refused):
    message = _("Only a coordinator can do this.")


class PassphraseTooShort(Refused):
    message = _("Choose a passphrase of at least 20 characters, or take the six words we made.")


class NotInvited(Refused):
    message = _("This invitation does not fit. Check the sign-in name and the code, or ask for a new one.")


class NotVouchedFor(Refused):
    message = _(
        "No coordinator who works here vouches for this invitation. Take it back and invite this person anew."
    )


class NameTaken(Refused):
    message = _("Somebody already uses this sign-in name. Choose another one.")


class LastHolder(Refused):
    message = _("This person is the only one in a team. Add somebody else to that team first.")


class LastCoordinator(Refused):
    message = _("The clinic needs a coordinator. Make somebody else a coordinator first.")


class EveryoneStays(Refused):
    message = _("Everybody who works here is in this team. To remove a person, end their account.")


class NotYourself(Refused):
    message = _("Ask another coordinator to do this for you.")


class AskOnceMore(Refused):
    """What would be lost. Refused until somebody says: all the same."""


class CasesLeftAlone(AskOnceMore):
    def __init__(self, count: int) -> None:
        super().__init__(count)
        told = ngettext(
            "%(count)d walled case would be left with fewer than two people who can open it. "
            "A supervising attorney inside that wall can bring somebody in first.",
            "%(count)d walled cases would be left with fewer than two people who can open them. "
            "A supervising attorney inside those walls can bring somebody in first.",
            count,
        )
        self.message = told % {"count": count}


class CallsUnfinished(AskOnceMore):
    def __init__(self, count: int) -> None:
        super().__init__(count)
        told = ngettext(
            "%(count)d call that only this person can open was never logged. They should log it first.",
            "%(count)d calls that only this person can open were never logged. They should log them first.",
            count,
        )
        self.message = told % {"count": count}


class CodesDoNotFit(Refused):
    message = _(
        "These two codes do not open this clinic. Check that they are two different codes of this clinic."
    )
