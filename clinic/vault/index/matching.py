"""How well an entry answers what was typed."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from .columns import Entry, Names

FLOOR = 50.0
# (a typed word, known words) -> (place of a similar word among them, 0..100)
Similar = Callable[[str, Sequence[str]], Iterable[tuple[int, float]]]


def score_segment(names: Names, words: Sequence[str], similar: Similar, digits: str) -> dict[int, float]:
    """Scores of the entries, by place, that are worth showing."""
    scores = _score(words, names.words, names.having, similar) if words else {}
    if digits:
        scores |= dict.fromkeys(names.with_digits(digits), 100.0)
    return scores


def score_entries(
    entries: Sequence[Entry], words: Sequence[str], similar: Similar, digits: str
) -> Iterator[tuple[float, Entry]]:
    """The same for entries that are in no segment yet."""
    having: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        for term in entry.terms:
            having.setdefault(term, []).append(place)
    holders = list(having.values())
    scores = _score(words, list(having), holders.__getitem__, similar) if words else {}
    if digits:
        numbered = (n for n, entry in enumerate(entries) if any(digits in number for number in entry.digits))
        scores |= dict.fromkeys(numbered, 100.0)
    return ((score, entries[place]) for place, score in scores.items())


def _score(
    words: Sequence[str], known: Sequence[str], having: Callable[[int], Sequence[int]], similar: Similar
) -> dict[int, float]:
    """Mean over the typed words of the best similar word that an entry has."""
    totals: dict[int, float] = {}
    for word in words:
        for place, score in _best(similar(word, known), having).items():
            totals[place] = totals.get(place, 0.0) + score
    floor = FLOOR * len(words)
    return {place: total / len(words) for place, total in totals.items() if total >= floor}


def _best(found: Iterable[tuple[int, float]], having: Callable[[int], Sequence[int]]) -> dict[int, float]:
    """Similar words, worst first, so that a better one of the same entry comes on top."""
    best: dict[int, float] = {}
    for word, score in sorted(found, key=lambda pair: pair[1]):
        best |= dict.fromkeys(having(word), score)
    return best
