"""Fictional names, the same at every run: some common, most rare, as in a real index."""

from random import Random

START = ("Ma", "Jo", "Lu", "Ro", "Fa", "Ha", "Ni", "Ay", "Xo", "Ye", "Gu", "Pe", "Za", "Shi", "Qui", "Tre")
MIDDLE = (
    "ri",
    "se",
    "nal",
    "do",
    "ti",
    "li",
    "fa",
    "sha",
    "ber",
    "gon",
    "ca",
    "mi",
    "vel",
    "dra",
    "xi",
    "no",
)
END = ("a", "o", "ez", "in", "ul", "ar", "ita", "an", "iz", "oba", "ena", "ed", "om", "al", "ur", "ano")


class Names:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  # nothing secret
        self._given = self._words(3000, 2)
        self._family = self._words(8000, 3)

    def one(self) -> tuple[str, str]:
        """Given names and family names."""
        return self._pick(self._given), f"{self._pick(self._family)} {self._pick(self._family)}"

    def a_number(self) -> str:
        return f"000{self._random.randrange(10**6):06d}"

    def _words(self, number: int, syllables: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < number:
            middle = "".join(self._random.choices(MIDDLE, k=self._random.randint(1, syllables)))
            found[self._random.choice(START) + middle + self._random.choice(END)] = None
        return list(found)

    def _pick(self, words: list[str]) -> str:
        place = int(self._random.expovariate(5 / len(words)))
        return words[min(place, len(words) - 1)]


def misspelt(name: str) -> str:
    """With one letter missing and two swapped, as somebody hears it on the telephone."""
    first, *others = name.split()
    middle = len(first) // 2
    heard = [first[:middle] + first[middle + 1 :]]
    heard += [word[:2] + word[3:4] + word[2:3] + word[4:] for word in others]
    return " ".join(heard)
