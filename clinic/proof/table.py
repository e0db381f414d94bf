"""What was looked at and what was found, to read."""

from collections.abc import Iterable, Sequence

from .stores import Searched
from .thief.robbery import Attempt

SHOWN = 20


def searched(results: Sequence[Searched]) -> Iterable[str]:
    yield f"{'store':<26}{'bytes searched':>16}{'canaries found':>16}"
    for one in results:
        yield f"{one.store:<26}{one.bytes:>16,}{len({find.canary for find in one.finds}):>16}"


def finds(results: Sequence[Searched], canaries: dict[str, str]) -> Iterable[str]:
    """Which canary it was, never the canary: this may be printed into a log."""
    told = {
        f"{one.store}: {canaries[find.canary]} ({find.encoding}) in {find.where}"
        for one in results
        for find in one.finds
    }
    yield from sorted(told)[:SHOWN]


def thief(nothing: Attempt, one: Attempt) -> Iterable[str]:
    yield f"{'sealed':<40}{'there':>8}{'without a':>14}{'with one':>14}"
    yield f"{'':<40}{'':>8}{'passphrase':>14}{'passphrase':>14}"
    for column, (there, opened) in sorted(nothing.columns.items()):
        yield f"{column:<40}{there:>8}{opened:>14}{one.columns[column][1]:>14}"
    yield f"{'in all':<40}{nothing.there:>8}{nothing.opened:>14}{one.opened:>14}"
