"""What happened to a request, in sentences."""

from typing import Any

from django.utils.translation import gettext as _

from clinic.audit.events import Event
from uvisa import history
from uvisa.rules import Status
from uvisa.words import CORRECTED, STATUS, in_full


def event_of(line: str) -> dict[str, Any]:
    said = history.read(line)
    return {"what": _told(said), "who": said.who, "on": said.on}


def _told(said: history.Line) -> str:
    if said.event == Event.REQUEST_EDITED and said.day:
        return CORRECTED[said.which] % {"day": in_full(said.day), "why": said.why}
    if said.event == Event.ANSWER_TAKEN_BACK and said.day:
        return _("Took back the answer of %(day)s: %(why)s. It stood as: %(stood)s") % {
            "day": in_full(said.day),
            "why": said.why.rstrip("."),
            "stood": _stood(said),
        }
    if said.which:
        told = {"what": _dated(said), "stood": _stood(said)}
        return _("%(what)s. Until then it stood as: %(stood)s") % told
    return _dated(said)


def _stood(said: history.Line) -> str:
    """An answer with its words."""
    status = str(STATUS[Status(said.which)])
    return _("%(status)s, “%(words)s”") % {"status": status, "words": said.said} if said.said else status


def _dated(said: history.Line) -> str:
    """With the true day where it was written down later."""
    if said.day and said.day != said.on:
        return _("%(what)s (it happened on %(day)s)") % {
            "what": said.event.label,
            "day": in_full(said.day),
        }
    return str(said.event.label)
