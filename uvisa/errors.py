"""What a request refuses, each with a sentence for the person who asked."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """`str()` is the sentence to show."""

    message: str | Promise = _("That is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class NotReady(Refused):
    message = _("Something is still missing. The page names it.")


class NotASupervisor(Refused):
    message = _("Only a supervising attorney decides what goes to an agency.")


class NotChecked(Refused):
    message = _(
        "The letter names law that nobody has confirmed. "
        "A supervising attorney must check it and approve again."
    )


class ChangedSince(Refused):
    message = _(
        "What the packet says changed after the approval. "
        "A supervising attorney must send it back and approve it again."
    )


class LookAgain(Refused):
    message = _("The law, the agency or the case changed while you read. Look again, then decide.")


class NotWeighed(Refused):
    message = _("The agency works with immigration enforcement. Say that you weighed it with the client.")
