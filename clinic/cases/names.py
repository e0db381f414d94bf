"""One matcher for search, duplicate warning and conflict check."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from clinic import numbers

from . import rules

SIMILAR = 0.82
LONGEST = 40
WORD = re.compile(r"[^\W\d_]+")
FEWEST_DIGITS = 4
# Sounds that one name is written with in several ways, longest first.
SOUNDS = (
    ("sch", "sh"),
    ("ou", "u"),
    ("aa", "a"),
    ("ee", "i"),
    ("ii", "i"),
    ("oo", "u"),
    ("uu", "u"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("dh", "d"),
    ("x", "h"),
    ("z", "s"),
    ("ck", "k"),
    ("q", "k"),
    ("y", "i"),
)
# Letters that are no accented ones, and signs that only divide.
LETTERS = str.maketrans(
    {"đ": "d", "ł": "l", "ø": "o", "ı": "i", "'": "", "’": "", "ʿ": "", "ʼ": "", "-": " "}
)
# Hmong clans, as Hmong writes them and as papers in the United States do.
CLANS = {
    "faj": "fang",
    "ham": "hang",
    "hawj": "her",
    "khab": "khang",
    "koo": "kong",
    "kwm": "kue",
    "lauj": "lor",
    "lis": "lee",
    "ly": "lee",
    "muas": "moua",
    "thoj": "thao",
    "tsab": "chang",
    "cha": "chang",
    "tsheej": "cheng",
    "tswb": "chue",
    "vaj": "vang",
    "vwj": "vue",
    "xyooj": "xiong",
    "yaj": "yang",
}
AYN = re.compile(r"^c(?=[ui])")  # Somali: Cumar is Omar


def fold(name: str) -> list[str]:
    """A name as lower-case words without accents, spelt as it sounds: ["gonsales", "maria"]."""
    flat = unicodedata.normalize("NFKD", name.casefold())
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter))
    return [_sound(CLANS.get(word, word))[:LONGEST] for word in WORD.findall(flat.translate(LETTERS))]


def terms(names: Iterable[str]) -> list[str]:
    """The words that an index keeps for all names of a person, each once."""
    return list(dict.fromkeys(word for name in names for word in fold(name)))


def digits_of(text: str) -> str:
    """The digits of the longest number typed, or "" where too few to look for."""
    digits = max(numbers.digits_in(text), key=len, default="")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def reference_of(text: str) -> str:
    """A case reference ("K7-4F2Q"), however it was typed, as the index keeps it; or ""."""
    found = "".join(text.upper().replace("-", " ").split())
    is_one = len(found) == rules.REFERENCE and set(found) <= set(rules.ALPHABET)
    return found if is_one else ""


def says_something(typed: str) -> bool:
    """Whether there is a word, a reference or enough digits in it to look for."""
    return bool(fold(typed) or digits_of(typed) or reference_of(typed))


def similar(word: str, known: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Places in `known` of words like this one, with 0..100."""
    found = process.extract(
        word, known, scorer=JaroWinkler.normalized_similarity, score_cutoff=SIMILAR, limit=None
    )
    for _, score, place in found:
        yield place, score * 100


def _sound(word: str) -> str:
    word = AYN.sub("", word)
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    return "".join(letter for n, letter in enumerate(word) if n == 0 or letter != word[n - 1])
