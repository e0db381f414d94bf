"""What happened to a request, one line each: the day it was recorded, what, by whom, and the true day.

A correction names what was wrong, as it stood. So does what takes the place of an answer, or takes it back.
"""

from dataclasses import dataclass
from datetime import date

from clinic.audit.events import Event

GAP = "\t"
TAKEN_BACK, ADDED = "not received", "received"


@dataclass(frozen=True, slots=True)
class Line:
    """`which`: the day that was wrong, or the status of the answer that stood, with its words in `said`."""

    on: date
    event: Event
    who: str
    day: date | None = None
    why: str = ""
    which: str = ""
    said: str = ""

    def __str__(self) -> str:
        day = self.day.isoformat() if self.day else ""
        parts = (self.on.isoformat(), self.event.value, self.who, day, self.why, self.which, self.said)
        return GAP.join(part.replace(GAP, " ") for part in parts)


def read(line: str) -> Line:
    """The oldest lines do not say which day was wrong, nor what stood."""
    on, event, who, day, why, *stood = line.split(GAP)
    true_day = date.fromisoformat(day) if day else None
    return Line(date.fromisoformat(on), Event(event), who, true_day, why, *stood)
