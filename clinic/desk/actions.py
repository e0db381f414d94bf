"""The one thing that the home page changes."""

from datetime import date

from django.db import transaction

from clinic.accounts.models import User

from .needs import idle_reminders, needs_of


@transaction.atomic
def stop_reminders(*, by: User, on: date) -> int:
    """Ends reminders of what is over, such as an offer that ran out. 0 where something is still due."""
    if not needs_of(by, on=on).idle_reminders:
        return 0
    return idle_reminders(by, on=on).delete()[0]
