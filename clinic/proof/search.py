"""Looks for thousands of byte strings at once, also inside compressed streams."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .encodings import COMPRESSED, patterns
from .inflate import streams

GRAM = 6
DEPTH = 2


class Find(NamedTuple):
    """A canary where none may be. `where` is the place inside the store."""

    canary: str
    encoding: str
    where: str


class Pattern(NamedTuple):
    canary: str
    encoding: str
    content: bytes


class Search:
    """Looks at every n-th place only: of each pattern so many pieces are known that one must lie there."""

    def __init__(self, canaries: Iterable[str]) -> None:
        known = [Pattern(text, name, content) for text in canaries for name, content in patterns(text)]
        shortest = min((len(one.content) for one in known), default=GRAM)
        self.patterns, self._step = len(known), shortest - GRAM + 1
        self._pieces: dict[bytes, list[tuple[int, Pattern]]] = defaultdict(list)
        for one in known:
            for at in range(self._step):
                self._pieces[one.content[at : at + GRAM]].append((at, one))

    def in_bytes(self, data: bytes, where: str, *, depth: int = 0) -> Iterator[Find]:
        yield from self._plain(data, where)
        if depth < DEPTH:
            for at, unpacked in streams(data):
                inside = f"{where}, unpacked at {at}"
                for found in self.in_bytes(unpacked, inside, depth=depth + 1):
                    yield found._replace(encoding=f"{COMPRESSED}, {found.encoding}")

    def _plain(self, data: bytes, where: str) -> Iterator[Find]:
        pieces, places = self._pieces, range(0, len(data) - GRAM + 1, self._step)
        for at in [at for at in places if data[at : at + GRAM] in pieces]:
            yield from self._confirmed(data, at, where)

    def _confirmed(self, data: bytes, at: int, where: str) -> Iterator[Find]:
        for offset, pattern in self._pieces[data[at : at + GRAM]]:
            if offset <= at and data.startswith(pattern.content, at - offset):
                yield Find(pattern.canary, pattern.encoding, where)
