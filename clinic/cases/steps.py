"""Next steps that the program names itself: stored as codes, which are in no language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CALL_BACK = "call_back"
NAMED = {CALL_BACK: _("Call the family back")}
EARLIER = {"Call the family back": CALL_BACK}  # how it was stored before


def code_of(what: str) -> str:
    """As it is stored: what reads like a step of ours is that step; else what somebody wrote."""
    read = {str(words): code for code, words in NAMED.items()}
    return (EARLIER | read).get(what, what)


def in_words(what: Any) -> str:
    """For the reader; the word "locked" or "damaged" stays as it is."""
    return str(NAMED.get(code_of(str(what)), what))
