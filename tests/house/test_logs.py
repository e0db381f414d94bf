import io
import logging
import re
import sys

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.views.debug import technical_500_response
from gunicorn.config import Config

from clinic import logs

CANARY = re.compile(r"CANARY-\w+")


def canary(name: str) -> str:
    """Put together at run time, so that a source line in a traceback does not hold it."""
    return f"CANARY-{name}"


def breaks(request: HttpRequest, word: str) -> HttpResponse:
    client_name = canary("local")
    try:
        raise KeyError(canary("cause"))
    except KeyError as cause:
        error = ValueError(canary("message"), client_name)
        error.add_note(canary("note"))
        raise error from cause


urlpatterns = [path("case/<word>/", breaks, name="breaks")]


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def listen(written, monkeypatch):
    """Sends what Django and our code log to `written` through a formatter."""

    def start(formatter: logging.Formatter) -> None:
        handler = logging.StreamHandler(written)
        handler.setFormatter(formatter)
        for name in ("django", "clinic"):
            logger = logging.getLogger(name)
            monkeypatch.setattr(logger, "handlers", [handler])
            monkeypatch.setattr(logger, "propagate", False)
            monkeypatch.setattr(logger, "level", logging.DEBUG)

    return start


def ask_for_a_page_that_breaks(settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    client = Client(raise_request_exception=False)
    client.cookies["__Host-unlock"] = canary("cookie")
    form = {"passphrase": canary("passphrase"), "name": canary("form")}
    client.post(f"/case/{canary('url')}/?q={canary('query')}", form)
    client.get(f"/{canary('missing')}/")


def test_it_works(listen, written, settings):
    listen(logs.QuietFormatter())
    ask_for_a_page_that_breaks(settings)
    line = next(line for line in written.getvalue().splitlines() if " ERROR " in line)
    assert "500 breaks ValueError at house/test_logs.py:" not in line  # places follow the class
    assert re.search(
        r"ERROR django\.request \S+:\d+ 500 breaks ValueError < house/test_logs\.py:\d+ breaks", line
    )
    assert "KeyError < house/test_logs.py" in line


def test_no_log_line_says_what(listen, written, settings):
    listen(logs.QuietFormatter())
    ask_for_a_page_that_breaks(settings)
    logging.getLogger("clinic.intake").error("lost %s", canary("argument"))
    logging.getLogger("clinic.intake").error(canary("text"), extra={"who": canary("extra")}, stack_info=True)
    assert written.getvalue()
    assert CANARY.findall(written.getvalue()) == []


def test_an_ordinary_formatter_would_have_said_it(listen, written, settings):
    listen(logging.Formatter())
    ask_for_a_page_that_breaks(settings)
    assert {"CANARY-message", "CANARY-url"} <= set(CANARY.findall(written.getvalue()))


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_no_error_page_says_what_even_in_debug(rf, settings, accept):
    settings.DEBUG = True
    request = rf.post("/", {"passphrase": canary("form")}, headers={"accept": accept})
    try:
        breaks(request, "word")
    except ValueError:
        page = technical_500_response(request, *sys.exc_info())
    assert b"ValueError" in page.content
    assert CANARY.findall(page.content.decode()) == []


def test_django_s_own_report_would_have_said_it(rf, settings):
    settings.DEFAULT_EXCEPTION_REPORTER = "django.views.debug.ExceptionReporter"
    request = rf.post("/", {"passphrase": canary("form")})
    try:
        breaks(request, "word")
    except ValueError:
        page = technical_500_response(request, *sys.exc_info())
    assert "CANARY-local" in CANARY.findall(page.content.decode())


def test_gunicorn_is_quiet_about_a_download_that_breaks(capfd):
    logger = logs.QuietGunicornLogger(Config())
    try:
        list(StreamingHttpResponse(1 / 0 for _ in canary("body")))
    except ZeroDivisionError:
        logger.exception("Error handling request %s", f"/cases/{canary('url')}")
    written = capfd.readouterr().err
    assert "ZeroDivisionError" in written
    assert CANARY.findall(written) == []


def test_a_command_that_breaks_is_quiet(capsys):
    try:
        breaks(HttpRequest(), "word")
    except ValueError as error:
        logs.quiet_excepthook(ValueError, error, error.__traceback__)
    written = capsys.readouterr().err
    assert written.startswith("ValueError < house/test_logs.py:")
    assert CANARY.findall(written) == []
