"""A measured line, its goal, and how it is timed."""

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter, process_time
from typing import Any

Thunk = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Scale:
    """How many rows, and how many rounds."""

    opens: int = 4000
    pages: int = 80
    cases: tuple[int, int] = (10, 50)
    people: tuple[int, ...] = (20_000, 100_000)
    searches: int = 15
    dues: int = 5000
    rewrapped: int = 10_000
    entrances: int = 21
    real_cost: bool = True


FULL = Scale()
SMALL = Scale(
    opens=20,
    pages=2,
    cases=(2, 4),
    people=(60, 90),
    searches=2,
    dues=40,
    rewrapped=6,
    entrances=1,
    real_cost=False,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure beside its goal. `value` is None where it could not be measured: a miss."""

    name: str
    what: str
    value: float | None
    unit: str
    goal: float
    at_least: bool = False
    note: str = ""
    working: float | None = None  # the processor's time in it: what is left where nothing else runs

    @property
    def met(self) -> bool:
        if self.value is None:
            return False
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}

    def __str__(self) -> str:
        value = "–" if self.value is None else f"{self.value:,.2f} {self.unit}"
        sign, word = "≥" if self.at_least else "≤", "pass" if self.met else "MISS"
        working = "" if self.working is None else f"{self.working:.2f} {self.unit} of processor time"
        notes = ", ".join(note for note in (working, self.note) if note)
        told = f"{word}  {value:>13}  goal {sign} {self.goal:g} {self.unit}  {self.what}"
        return f"{told} ({notes})" if notes else told


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one round after another: by the clock, and of the processor."""

    wall: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)

    def add(self, thing: Thunk) -> None:
        began, worked = perf_counter(), process_time()
        thing()
        self.working.append(process_time() - worked)
        self.wall.append(perf_counter() - began)

    def middle(self, scale: float = 1.0) -> tuple[float, float]:
        """Medians by the clock and of the processor, in units of 1/`scale` seconds."""
        return median(self.wall) * scale, median(self.working) * scale

    def ratio(self, other: "Took") -> tuple[float, float]:
        """The middle one of the ratios within each round: noise hits both alike."""
        pairs = ((self.wall, other.wall), (self.working, other.working))
        wall, working = (median(a / b for a, b in zip(*pair, strict=True)) for pair in pairs)
        return wall, working

    def more(self, other: "Took", scale: float) -> tuple[float, float]:
        pairs = ((self.wall, other.wall), (self.working, other.working))
        wall, working = (median(a - b for a, b in zip(*pair, strict=True)) * scale for pair in pairs)
        return wall, working


def interleaved(rounds: int, **things: Thunk) -> dict[str, Took]:
    """Each thing takes part in every round, in turn the first."""
    for thing in things.values():
        thing()
    took = {name: Took() for name in things}
    names = list(things)
    gc.collect()
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            took[name].add(things[name])
    return took
