"""What cases refuse, each with a sentence for the person who asked."""

from django.utils.translation import gettext_lazy as _

from clinic.accounts.errors import Refused


class OnlySupervising(Refused):
    message = _("Only a supervising attorney can put a wall around a case.")


class TooFew(Refused):
    message = _(
        "A walled case needs two people who can open it for good: helping until a day does not count. "
        "Name one more."
    )


class NotesWouldBeLost(Refused):
    message = _(
        "Some notes of this case could be opened by nobody any more. "
        "Name somebody who holds them, or have them given to you first."
    )
