"""A template becomes a tagged PDF, in memory, from nothing but our own files."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parent / "static"
OURS = "static:"  # in a template: <link rel="stylesheet" href="static:pdf/packet.css">
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


class PdfError(Exception):
    """The page could not be made, or not made right."""


def render(template_name: str, context: Mapping[str, Any], *, title: str, lang: str) -> bytes:
    """The template as a PDF/UA file.

    `title` goes into the file's metadata and window title: no client's name in it. The template
    gets `title` and `lang` and must use both. Any warning of the PDF maker raises PdfError.
    """
    with translation.override(lang):
        html = render_to_string(template_name, {**context, "title": title, "lang": lang})
    with _warnings_refused():
        pdf: bytes = HTML(string=html, url_fetcher=OwnFiles()).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Fetches `static:` files of this project; every other address stops the work."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        path = own_file(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})


def own_file(url: str) -> Path:
    """The file behind a `static:` address. Anything else raises, past WeasyPrint's own catching."""
    if url.startswith(OURS):
        path = (STATIC / unquote(url.removeprefix(OURS))).resolve()
        if path.is_relative_to(STATIC) and path.suffix in TYPES and path.is_file():
            return path
    raise FatalURLFetchingError("refused an address that is not one of our own files")


@contextmanager
def _warnings_refused() -> Iterator[None]:
    listener = _Listener()
    log = logging.getLogger("weasyprint")
    log.addHandler(listener)
    try:
        yield
    except FatalURLFetchingError as refused:  # a BaseException: it must not reach the server
        raise PdfError(str(refused)) from None
    finally:
        log.removeHandler(listener)
    if listener.said:
        raise PdfError("; ".join(listener.said))


class _Listener(logging.Handler):
    """Hears this thread's warnings only: another request may be printing at the same time."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.said.append(str(record.msg))  # without its arguments: they may quote the page
