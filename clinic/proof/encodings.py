"""The ways in which a text may lie about."""

import hashlib
import html
import json
import quopri
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from urllib.parse import quote

from clinic.cases.names import fold

SHORTEST = 8  # bytes: a shorter pattern would be found by chance

Encoding = Callable[[str], Iterator[bytes]]


def utf_8(text: str) -> Iterator[bytes]:
    yield text.encode()


def utf_16_le(text: str) -> Iterator[bytes]:
    yield text.encode("utf-16-le")


def utf_16_be(text: str) -> Iterator[bytes]:
    yield text.encode("utf-16-be")


def latin_1(text: str) -> Iterator[bytes]:
    yield text.encode("latin-1", "replace")


def base64(text: str) -> Iterator[bytes]:
    """Wherever the text begins within three bytes: the letters that depend on nothing before or after it."""
    for before in range(3):
        content = bytes(before) + text.encode()
        whole = len(content) // 3 * 4
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(content)[(0, 2, 3)[before] : whole]


def hexadecimal(text: str) -> Iterator[bytes]:
    yield text.encode().hex().encode()
    yield text.encode().hex().upper().encode()


def url(text: str) -> Iterator[bytes]:
    yield quote(text, safe="").encode()
    yield quote(text, safe="").lower().encode()


def json_escapes(text: str) -> Iterator[bytes]:
    yield json.dumps(text)[1:-1].encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in text).encode()


def html_entities(text: str) -> Iterator[bytes]:
    yield html.escape(text).encode("ascii", "xmlcharrefreplace")
    yield "".join(f"&#x{ord(letter):x};" if ord(letter) > 127 else letter for letter in text).encode()


def python_source(text: str) -> Iterator[bytes]:
    yield ascii(text)[1:-1].encode()
    yield repr(text.encode())[2:-1].encode()


def quoted_printable(text: str) -> Iterator[bytes]:
    yield quopri.encodestring(text.encode())


def folded(text: str) -> Iterator[bytes]:
    """As search compares names: without accents and capitals, or spelt as it sounds."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    yield "".join(letter for letter in flat if not unicodedata.combining(letter)).encode()
    yield text.upper().encode()
    yield unicodedata.normalize("NFD", text).encode()
    yield " ".join(fold(text)).encode()  # whole: one word of a passphrase stands in many a dictionary


def reversed_letters(text: str) -> Iterator[bytes]:
    yield text[::-1].encode()


def _digests(text: str, name: str) -> Iterator[bytes]:
    for form in (text, text.casefold()):
        digest = hashlib.new(name, form.encode(), usedforsecurity=False)
        yield digest.digest()
        yield digest.hexdigest().encode()
        yield digest.hexdigest().upper().encode()
        yield b64encode(digest.digest()).rstrip(b"=")


def sha_256(text: str) -> Iterator[bytes]:
    return _digests(text, "sha256")


def sha_1(text: str) -> Iterator[bytes]:
    return _digests(text, "sha1")


def md_5(text: str) -> Iterator[bytes]:
    return _digests(text, "md5")


ENCODINGS: dict[str, Encoding] = {
    "UTF-8": utf_8,
    "UTF-16 LE": utf_16_le,
    "UTF-16 BE": utf_16_be,
    "Latin-1": latin_1,
    "Base64": base64,
    "hexadecimal": hexadecimal,
    "URL": url,
    "JSON escapes": json_escapes,
    "HTML entities": html_entities,
    "Python source": python_source,
    "quoted-printable": quoted_printable,
    "folded": folded,
    "reversed": reversed_letters,
    "SHA-256": sha_256,
    "SHA-1": sha_1,
    "MD5": md_5,
}
COMPRESSED = "compressed"  # gzip and zlib streams are unpacked and searched: search.py


def patterns(text: str) -> Iterator[tuple[str, bytes]]:
    """Each byte string that would give the text away, with the name of its encoding; each once."""
    seen: set[bytes] = set()
    for name, encode in ENCODINGS.items():
        for pattern in encode(text):
            if len(pattern) >= SHORTEST and pattern not in seen:
                seen.add(pattern)
                yield name, pattern
