import io
import logging
import os
import re
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from pypdf import PdfReader

from clinic import pdf
from tests.uvisa.packets import make_packet
from uvisa.packet import Cite
from uvisa.rules import Trigger

TITLE = "Certification request"


def print_packet(**differs):
    return pdf.render("uvisa/pdf/packet.html", {"packet": make_packet(**differs)}, title=TITLE, lang="en")


def read(data):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def printed():
    return print_packet()


@pytest.fixture(scope="module")
def text(printed):
    return read(printed)


def test_the_letter(text):
    for words in (
        "Example Legal Clinic",
        "RE: Request for Form I-918 Supplement B",
        "Quintessa Luz Zvezdalia",
        "March 4, 1991",
        "MP-26-000123",
        "Felonious assault",
        "She called 911 & gave a statement.",
        "We ask for expedited processing because the victim is in removal proceedings.",
        "Minneapolis ordinance of December 2017: an answer within 7 days of the request.",
        "Minn. Stat. 611A.95, subd. 2(b): an answer within 14 days of the request.",
        "Minn. Stat. 611A.95, subd. 2(c)",
        "Friday, November 27, 2026",
        "give us your reasons in writing",
        "Enclosures",
        "Notice to appear",
    ):
        assert words in text


def test_the_worksheet(text):
    for number in range(1, 8):
        assert f"Part {number}." in text
    assert "edition 01/20/25" in text
    assert "check uscis.gov/i-918 for the edition" in text
    assert "For the certifying agency to complete." in text
    assert "MP-26-000123" not in text.partition("Supplement B: worksheet")[2]
    assert "struck with a bottle" not in text


def test_a_full_draft():
    text = read(print_packet(full_draft=True))
    assert "Draft by the clinic, for the agency to review." in text
    assert "struck with a bottle" in text
    assert "correct it, fill in what we left open, and complete Parts 5 and 6" in text


def test_what_is_unconfirmed_is_marked(text):
    assert text.count("[verify before sending]") == 1
    assert "Do not send this yet" in text


def test_what_is_hearsay_is_left_out():
    citation = replace(make_packet().citations[0], cite=Cite.WITHHELD)
    text = read(print_packet(citations=(citation,)))
    assert "A rule is left out here" in text
    assert "Minneapolis ordinance" not in text


def test_a_clean_letter():
    text = read(print_packet(citations=make_packet().citations[1:]))
    assert "verify" not in text
    assert "Do not send" not in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Trigger.FAMILY_REMOVAL, "because a family member of the victim is in removal proceedings."),
        (Trigger.DETAINED, "because the victim is detained."),
    ],
)
def test_each_reason_has_its_sentence(reason, words):
    text = read(print_packet(reasons=(reason,)))
    assert words in text
    assert "because the victim is in removal proceedings" not in text


def test_no_expedite_unless_asked_for():
    text = read(print_packet(expedite_asked=False))
    assert "xpedited" not in text
    assert "Minneapolis ordinance" not in text


def test_nothing_typed_becomes_markup():
    text = read(print_packet(how_helped='<b>bold</b> <img src="http://x.example/y.png">'))
    assert '<img src="http://x.example/y.png">' in text


@pytest.mark.parametrize(
    "pasted", ["\uf0b7 item", "a\x0bb", "a\x85b", "a\u2028b", "a\u2029b", "\x01\x7f", "\ufffe"]
)
def test_what_means_nothing_does_not_stop_the_printing(pasted):
    text = read(print_packet(how_helped=f"before {pasted} after"))
    assert "before" in text
    assert "after" in text


@pytest.mark.parametrize("name", ["محمد", "አማርኛ", "ກຣີ", "မြန်မာ", "Żółw"])
def test_many_alphabets_print(name):
    assert pdf.letters_without_font([name]) == ""
    assert print_packet(how_helped=name)


# No font has these two: they are not characters of any alphabet yet.
@pytest.mark.parametrize("letters", ["\u0378", "\u0378\u0380"])
def test_letters_without_a_font_are_named(letters):
    assert pdf.letters_without_font(["Zvezdalia", f"a{letters}b"]) == letters
    with pytest.raises(pdf.MissingLetters) as raised:
        print_packet(how_helped=f"a{letters}b")
    assert raised.value.letters == letters
    assert letters not in str(raised.value)


def test_something_worse_is_told_first(tmp_path):
    with pytest.raises(pdf.PdfError) as raised:
        render_page(tmp_path, "<style>p { colour: red }</style><p>\u0378</p>")
    assert not isinstance(raised.value, pdf.MissingLetters)


# A file that a screen reader can read and that says nothing on its cover


def test_it_is_tagged(printed):
    catalog = catalog_of(printed)
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = set(tags_in(catalog["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/P"} <= kinds
    assert b"pdfuaid:part" in catalog["/Metadata"].get_object().get_data()


def catalog_of(data):
    catalog: Any = PdfReader(io.BytesIO(data)).trailer["/Root"]
    return catalog


def tags_in(node):
    node = node.get_object()
    if not isinstance(node, dict):
        return
    if "/S" in node:
        yield node["/S"]
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from tags_in(kid)


def test_every_font_is_embedded(printed):
    for page in PdfReader(io.BytesIO(printed)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & set(inner.get_object()["/FontDescriptor"])


def test_its_cover_names_nobody(printed):
    metadata: Any = PdfReader(io.BytesIO(printed)).metadata
    assert metadata.title == TITLE
    cover = str(metadata) + catalog_of(printed)["/Metadata"].get_object().get_data().decode()
    for name in ("Zvezdalia", "Quintessa", "000-123-456", "K7-4F2Q"):
        assert name not in cover
        assert name.encode() not in printed


# Nothing but our own files


def render_page(tmp_path, body):
    (tmp_path / "page.html").write_text(
        f'<html lang="{{{{ lang }}}}"><title>{{{{ title }}}}</title>{body}</html>'
    )
    backend = "django.template.backends.django.DjangoTemplates"
    with override_settings(TEMPLATES=[{"BACKEND": backend, "DIRS": [tmp_path]}]):
        return pdf.render("page.html", {}, title="Page", lang="en")


def test_our_own_style_sheet(tmp_path):
    assert render_page(tmp_path, '<link rel="stylesheet" href="static:pdf/packet.css"><p>Hello</p>')


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "https://x.example/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "static:../settings.py",
        "static:../../manage.py",
        "static:%2e%2e/settings.py",
        "static:/etc/passwd",
        "static:pdf/none.css",
        "static:",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="{}">',
        '<link rel="stylesheet" href="{}">',
        '<link rel="attachment" href="{}">',
        '<style>p {{ background: url("{}") }}</style><p>x</p>',
        '<style>@import url("{}");</style><p>x</p>',
        '<style>@font-face {{ font-family: x; src: url("{}") }} p {{ font-family: x }}</style><p>x</p>',
        '<object data="{}"></object>',
    ],
)
def test_any_other_address_is_refused(tmp_path, address, body):
    with pytest.raises(pdf.PdfError):
        render_page(tmp_path, body.format(address))


def test_a_warning_is_an_error(tmp_path):
    with pytest.raises(pdf.PdfError):
        render_page(tmp_path, "<style>p { colour: red }</style><p>x</p>")


def test_a_warning_in_another_thread_is_not_ours():
    warn = logging.getLogger("weasyprint").warning
    thread = threading.Thread(target=warn, args=["somebody else's"])
    with pdf._warnings_refused():
        thread.start()
        thread.join()
    with pytest.raises(pdf.PdfError), pdf._warnings_refused():
        warn("ours")


def test_nothing_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened: list[str | None] = []
    watch(opened)
    print_packet()
    opened.append(None)
    written = [path for path in opened[: opened.index(None)] if path]
    assert written == []
    assert list(tmp_path.iterdir()) == []


def test_the_watch_sees_a_temporary_file(tmp_path):
    opened: list[str | None] = []
    watch(opened)
    Path(tmp_path, "planted").write_text("x")
    opened.append(None)
    assert any("planted" in str(path) for path in opened if path)


def watch(opened):
    """Note every file opened for writing by Python code until a None is appended."""

    def hook(event, args):
        if event == "open" and None not in opened:
            path, _mode, flags = args
            if flags is not None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                opened.append(path)

    sys.addaudithook(hook)
