"""What happened to a request, one line each: the day it was recorded, what, by whom, and the true day."""

from dataclasses import dataclass
from datetime import date

from clinic.audit.events import Event

GAP = "\t"


@dataclass(frozen=True, slots=True)
class Line:
    on: date
    event: Event
    who: str
    day: date | None = None
    why: str = ""

    def __str__(self) -> str:
        day = self.day.isoformat() if self.day else ""
        parts = (self.on.isoformat(), self.event.value, self.who, day, self.why)
        return GAP.join(part.replace(GAP, " ") for part in parts)


def read(line: str) -> Line:
    on, event, who, day, why = line.split(GAP)
    return Line(date.fromisoformat(on), Event(event), who, date.fromisoformat(day) if day else None, why)
