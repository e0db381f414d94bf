"""Made-up words that stand nowhere but where we put them."""

import secrets
from dataclasses import dataclass, field
from datetime import date

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SYLLABLES = 7


def new_word(*, plain: bool = False) -> str:
    """Like a name, about 43 bits: "Bolumézatirukova". One letter needs more than ASCII, unless `plain`."""
    told = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES)]
    middle = "" if plain else secrets.choice(CONSONANTS) + "é"
    return ("".join(told[:3]) + middle + "".join(told[3:])).capitalize()


def new_a_number() -> str:
    """Nine digits that USCIS gives to nobody."""
    return f"000{secrets.randbelow(900_000) + 100_000}"


def new_past_day() -> date:
    return date(1900 + secrets.randbelow(30), secrets.randbelow(12) + 1, secrets.randbelow(28) + 1)


@dataclass
class Canaries:
    """What was typed or shown, and where."""

    known: dict[str, str] = field(default_factory=dict)

    def word(self, where: str, *, plain: bool = False) -> str:
        return self.note(new_word(plain=plain), where)

    def a_number(self, where: str) -> str:
        return self.note(new_a_number(), where)

    def day(self, where: str) -> date:
        made = new_past_day()
        self.note(made.isoformat(), where)
        return made

    def note(self, text: str, where: str) -> str:
        self.known[text] = where
        return text
