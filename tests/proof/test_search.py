"""A canary is found however it is written, and wherever it begins."""

import gzip
import hashlib
import html
import json
import os
import zlib
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from clinic.cases import names
from clinic.proof.canaries import Canaries, new_a_number, new_past_day, new_word
from clinic.proof.encodings import ENCODINGS, SHORTEST, patterns
from clinic.proof.search import Search

WORD = "Bolumézatirukova"
TEXT = f"She said {WORD}, twice."
# Written here with other means than those of the search.
WRITTEN = {
    "UTF-8": TEXT.encode(),
    "UTF-16 LE": TEXT.encode("utf-16"),
    "UTF-16 BE": TEXT.encode("utf-16-be"),
    "Latin-1": TEXT.encode("latin-1"),
    "Base64, in step": b64encode(WORD.encode() + b"..."),
    "Base64, one byte in": b64encode(b"x" + TEXT[9:].encode()),
    "Base64, two bytes in": b64encode(b"xy" + TEXT[9:].encode()),
    "Base64 for URLs": urlsafe_b64encode(TEXT.encode()),
    "hexadecimal": TEXT.encode().hex().encode(),
    "hexadecimal capitals": TEXT.encode().hex().upper().encode(),
    "URL": quote(TEXT).encode(),
    "JSON": json.dumps({"said": TEXT}).encode(),
    "JSON, every letter": "".join(f"\\u{ord(letter):04x}" for letter in TEXT).encode(),
    "HTML": html.escape(TEXT).encode("ascii", "xmlcharrefreplace"),
    "Python text": repr({"said": ascii(TEXT)}).replace("\\\\", "\\").encode(),
    "Python bytes": str(TEXT.encode()).encode(),
    "mail header": b"=?utf-8?b?" + b64encode(TEXT.encode()) + b"?=",
    "gzip": b"junk" + gzip.compress(TEXT.encode()) + b"junk",
    "zlib": b"junk" + zlib.compress(TEXT.encode(), 9) + b"junk",
    "gzip in gzip": gzip.compress(b"x" + gzip.compress(TEXT.encode())),
    "reversed": TEXT[::-1].encode(),
    "capitals": TEXT.upper().encode(),
    "folded for search": " ".join(names.fold(TEXT)).encode(),
    "SHA-256": hashlib.sha256(WORD.encode()).digest(),
    "SHA-256 in hexadecimal": hashlib.sha256(WORD.encode()).hexdigest().encode(),
    "SHA-256 of small letters": hashlib.sha256(WORD.lower().encode()).digest(),
    "SHA-1": hashlib.sha1(WORD.encode()).digest(),
    "MD5": hashlib.md5(WORD.encode()).hexdigest().encode(),
    "Base64 of SHA-256": b64encode(hashlib.sha256(WORD.encode()).digest()),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("before", [0, 1, 2, 5])
def test_it_is_found(written, before):
    search = Search([WORD, *(new_word() for _ in range(20))])
    data = os.urandom(1000 + before) + WRITTEN[written] + os.urandom(500)
    assert {find.canary for find in search.in_bytes(data, "here")} == {WORD}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_is_named(encoding):
    found = [content for name, content in patterns(WORD) if name == encoding]
    assert found
    for content in found:
        finds = list(Search([WORD]).in_bytes(os.urandom(99) + content, "here"))
        assert encoding in {find.encoding for find in finds}


def test_numbers_and_days_are_found():
    for text in (new_a_number(), new_past_day().isoformat()):
        for content in (
            text.encode(),
            text.encode().hex().encode(),
            b64encode(b"a" + text.encode() + b"..."),
        ):
            assert list(Search([text]).in_bytes(b"..." + content, "here"))


def test_nothing_is_found_by_chance():
    canaries = Canaries()
    for number in range(150):
        canaries.word(f"field {number}")
        canaries.a_number(f"number {number}")
        canaries.day(f"day {number}")
    search = Search(canaries.known)
    assert search.patterns > 150 * 20
    assert list(search.in_bytes(os.urandom(2_000_000), "noise")) == []
    assert list(search.in_bytes(os.urandom(1_000_000).hex().encode(), "noise")) == []


def test_no_pattern_is_short_enough_to_be_found_by_chance():
    for text in (WORD, new_a_number(), new_past_day().isoformat()):
        assert all(len(content) >= SHORTEST for _name, content in patterns(text))


def test_a_word_of_a_passphrase_alone_is_no_find():
    passphrase = "discount shakiness cricket promenade humorist rust"
    search = Search([passphrase])
    assert list(search.in_bytes(b"A discount, shakiness, cricket or a promenade", "here")) == []
    assert list(search.in_bytes(f"The words {passphrase}".encode(), "here"))
