"""Logs and error reports that say where something went wrong, and never with what.

Messages, source lines, local variables, URLs, form fields and SQL parameters can all hold a client's name.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter
from gunicorn.glogging import Logger as GunicornLogger

FRAMES, CAUSES = 8, 4
LIFECYCLE = "gunicorn.error"


def place(file: str, line: int | None) -> str:
    return f"{'/'.join(Path(file).parts[-2:])}:{line}"


def fault(error: BaseException | None) -> str:
    """Class and places of an error, innermost call first, then of what caused it."""
    told: list[str] = []
    while error is not None and len(told) < CAUSES:
        told.append(_one(error))
        error = error.__cause__ or error.__context__
    return ", while handling ".join(told)


def _one(error: BaseException) -> str:
    calls = traceback.extract_tb(error.__traceback__)
    frames = [call for call in calls if not call.filename.startswith("<")]
    places = [f"{place(frame.filename, frame.lineno)} {frame.name}" for frame in reversed(frames[-FRAMES:])]
    return " < ".join([type(error).__name__, *places])


class QuietFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        parts = [moment, record.levelname, record.name, place(record.pathname, record.lineno)]
        if record.name == LIFECYCLE and record.levelno == logging.INFO:
            parts.append(record.getMessage())  # starting, listening, stopping: gunicorn's own words
        parts += self._request(record)
        if record.exc_info:
            parts.append(fault(record.exc_info[1]))
        return " ".join(parts)

    def _request(self, record: logging.LogRecord) -> list[str]:
        status = getattr(record, "status_code", None)
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        return [str(part) for part in (status, getattr(match, "view_name", None)) if part]


class QuietExceptionReporter(ExceptionReporter):
    """Stands in for Django's report, which shows locals, settings, cookies and form fields."""

    def get_traceback_data(self) -> dict[str, Any]:
        return {"fault": fault(self.exc_value)}

    def get_traceback_text(self) -> SafeString:
        return SafeString(fault(self.exc_value))

    def get_traceback_html(self) -> SafeString:
        return escape(fault(self.exc_value))


class QuietGunicornLogger(GunicornLogger):  # type: ignore[misc]  # gunicorn has no types
    """A fault outside Django (a response that breaks while it streams) is logged by gunicorn, URL and all."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(QuietFormatter())


def quiet_excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For commands: an uncaught error's message may quote a row."""
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(fault(error.with_traceback(trace)) + "\n")
