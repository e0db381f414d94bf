"""Reading A-numbers and phone numbers as people write them."""

import re
import unicodedata

A_NUMBER_DIGITS = 9
I94_DIGITS = 11
RECEIPT = re.compile(r"[A-Z]{3}\d{10}")
BETWEEN = r"[\s().\-‐‑–—/]"
PHONE_PIECE = re.compile(rf"\+?(?:\d|{BETWEEN})*\d")
SHORTEST_PHONE = 7
# Only after a whole number: "A# 012345678" and "cell # 612-555-0101" have none.
EXTENSION = re.compile(
    rf"(\d(?:{BETWEEN}*\d){{{SHORTEST_PHONE - 1},}}+)[^\w#]*(?:extension|ext|x|#)[\s.:]*(\d{{1,8}})(?!-?\d)",
    re.IGNORECASE,
)
US_WITH_COUNTRY = 11


class NotAnANumber(ValueError):
    """`looks_like` says what was typed instead: receipt, i94, short, long or other."""

    def __init__(self, looks_like: str) -> None:
        super().__init__(looks_like)
        self.looks_like = looks_like


def read_a_number(typed: str) -> str:
    """The nine digits of an A-number written in any usual way. Raises NotAnANumber."""
    text = "".join(c for c in plain_digits(typed).upper() if c.isalnum())
    digits = text.removeprefix("A")
    if RECEIPT.fullmatch(text):
        raise NotAnANumber("receipt")
    if not digits.isdecimal():
        raise NotAnANumber("other")
    if len(digits) == I94_DIGITS:
        raise NotAnANumber("i94")
    if len(digits) < 7 or len(digits) > A_NUMBER_DIGITS:
        raise NotAnANumber("short" if len(digits) < 7 else "long")
    return digits.zfill(A_NUMBER_DIGITS)


def show_a_number(digits: str) -> str:
    """A012-345-678. Anything that is not nine digits comes back as it is."""
    if len(digits) != A_NUMBER_DIGITS or not digits.isdecimal():
        return digits
    return f"A{digits[:3]}-{digits[3:6]}-{digits[6:]}"


class Phone(str):
    """A phone number as it was typed; an ordinary string that also knows its digits."""

    __slots__ = ()

    @property
    def digits(self) -> str:
        """What is dialled: no punctuation, no extension, no leading US country code."""
        return next(iter(digits_in(self)), "")

    @property
    def extension(self) -> str:
        found = EXTENSION.search(plain_digits(self))
        return found[2] if found else ""


def digits_in(text: str) -> list[str]:
    """The digits of each number in a text, as dialled. Whatever is stored or looked for is read this way."""
    plain = EXTENSION.sub(r"\1;", plain_digits(text))
    return [digits for piece in PHONE_PIECE.findall(plain) if (digits := _dialled(piece))]


def _dialled(piece: str) -> str:
    digits = re.sub(r"\D", "", piece)
    has_country = piece.startswith("+1") or (len(digits) == US_WITH_COUNTRY and digits[0] == "1")
    return digits[1:] if has_country else digits


def plain_digits(text: str) -> str:
    """The digits of any script as 0-9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
