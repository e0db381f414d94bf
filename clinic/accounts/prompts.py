"""What a command is told at the terminal, checked as a page would check it."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

Clean = Callable[[str], str]  # of a form's field: raises ValidationError


def asked(question: str, clean: Clean, say: Callable[[str], object]) -> str:
    """Asks until the answer will do, and says why it does not. Raises EOFError where nobody answers."""
    while True:
        try:
            return clean(input(question))
        except ValidationError as error:
            say(" ".join(error.messages))


def checked(given: str, clean: Clean) -> str:
    """What an option says. Raises CommandError."""
    try:
        return clean(given)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
