"""A template becomes a tagged PDF, in memory, from nothing but our own files."""

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html_join
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parent / "static"
OURS = "static:"  # in a template: <link rel="stylesheet" href="static:pdf/packet.css">
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
NO_FONT = ".notdef glyph"  # how WeasyPrint begins its warning about a character without a font
# Control characters, line separators, private use (a word processor’s bullets), and what is no character.
MUTE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
RARE = re.compile("[^\t\n\r -~\xa0-\u024f\u2010-\u2026]")  # not Latin: worth a look at the fonts


class PdfError(Exception):
    """The page could not be made, or not made right."""


class MissingLetters(PdfError):
    """No font of this machine draws `letters`."""

    def __init__(self, letters: str) -> None:
        super().__init__("no font for some characters")
        self.letters = letters


def render(template_name: str, context: Mapping[str, Any], *, title: str, lang: str) -> bytes:
    """The template as a PDF/UA file.

    `title` goes into the file's metadata and window title: no client's name in it. The template
    gets `title` and `lang` and must use both. Any warning of the PDF maker raises PdfError, and
    MissingLetters where it is nothing worse than a character without a font.
    """
    with translation.override(lang):
        html = render_to_string(template_name, {**context, "title": title, "lang": lang})
    return _write(html, pdf_variant="pdf/ua-1")


def printable(text: str) -> str:
    """A space for each character that means nothing on paper, as pasted text is full of them."""
    return MUTE.sub(" ", text)


def letters_without_font(texts: Iterable[str]) -> str:
    """The characters that would raise MissingLetters. Latin text is not even tried."""
    rare = [(text,) for text in texts if RARE.search(printable(text))]
    try:
        if rare:
            _write(format_html_join("", "<p>{}</p>", rare))
    except MissingLetters as missing:
        return missing.letters
    return ""


def _write(html: str, **options: Any) -> bytes:
    with _warnings_refused():
        pdf: bytes = HTML(string=printable(html), url_fetcher=OwnFiles()).write_pdf(**options)
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
    if listener.letters:
        raise MissingLetters("".join(listener.letters))


class _Listener(logging.Handler):
    """Hears this thread's warnings only: another request may be printing at the same time."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.said: list[str] = []
        self.letters: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self.thread:
            return
        said = str(record.msg)  # without its arguments: they may quote the page
        if said.startswith(NO_FONT) and isinstance(record.args, tuple):
            self.letters[str(record.args[0])] = None
        else:
            self.said.append(said)
