"""Adding notes and documents, and getting a document."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from clinic.audit import actions as audit
from clinic.cases.models import Document, Note
from clinic.vault.files import file_path
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases_builders import give, make_case, open_case

from .pages import file, get, post, text, url

PDF, JPEG, PNG = b"%PDF-1.7\nfiction", b"\xff\xd8\xff\xe0fiction", b"\x89PNG\r\n\x1a\nfiction"


@pytest.fixture
def ana(cast: Cast) -> Client:
    return signed_in(cast, "ana")


def send(browser: Client, case, **changed) -> Any:
    sent = {"title": "Notice to appear", "compartment": "case", "file": file(), "whole": "1"} | changed
    return post(
        browser, "add_document", case, {name: value for name, value in sent.items() if value is not None}
    )


def on_disk() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# Notes


def test_a_note(cast, case, ana):
    assert "Who may read it" in text(get(ana, "add_note", case))
    answer = post(ana, "add_note", case, {"text": "A fictional note.", "compartment": "advocate"})
    assert answer["Location"] == url("case", case)
    page = text(get(ana, "case", case))
    assert "A fictional note." in page
    assert "Advocate notes" in page


def test_only_what_one_holds_is_offered(cast, case, ana):
    give(cast, case, cast.ben)
    ben = signed_in(cast, "ben")
    assert "Attorney notes" in text(get(ben, "add_note", case))
    assert "Advocate notes" not in text(get(ben, "add_note", case))
    page = post(ana, "add_note", case, {"text": "Not hers.", "compartment": "attorney"})
    assert (page.status_code, "valid choice" in text(page), "Not hers." in text(page)) == (200, True, True)
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Please fill this in."),
        ({"text": "   ", "compartment": "case"}, "Please fill this in."),
        ({"text": "Kept.", "compartment": ""}, "Choose an answer."),
        ({"text": "Kept.", "compartment": "everybody"}, "valid choice"),
        ({"text": "Kept." + "x" * 10_000, "compartment": "case"}, "10000"),
        ({"text": "Kept.\0", "compartment": "case"}, "Null characters"),
    ],
)
def test_a_bad_note(cast, case, ana, typed, said):
    page = post(ana, "add_note", case, typed)
    assert (page.status_code, said in text(page)) == (200, True)
    assert ("Kept." in page.content.decode()) == ("Kept." in typed.get("text", ""))
    assert not Note.objects.exists()


# Sending a document


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (JPEG, "image/jpeg", "jpg"),
        (PNG, "image/png", "png"),
        ("Señal\n".encode(), "text/plain", "txt"),
    ],
)
def test_a_document_goes_in_and_comes_out(cast, case, ana, content, kind, ending):
    assert send(ana, case, file=file(content, "Ficta Ejemplo.exe"))["Location"] == url("case", case)
    document = Document.objects.get()
    answer = get(ana, "document", case, document.pk)
    assert b"".join(answer.streaming_content) == content
    with cast.acting(cast.ana):
        reference = open_case(case).reference
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'attachment; filename="document-{reference}.{ending}"'
    assert answer["Content-Length"] == str(len(content))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert str(audit.Event.DOCUMENT_READ.label) in text(get(ana, "case", case))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"file": None}, "Choose a file that is not empty."),
        ({"file": "only words"}, "Choose a file that is not empty."),
        ({"file": file(b"")}, "Choose a file that is not empty."),
        ({"file": file(b"MZ\x90\0executable")}, "This kind of file cannot be kept here."),
        ({"file": file(b"PK\x03\x04zip\0")}, "This kind of file cannot be kept here."),
        ({"file": file(b"\x00\x00\x00\x18ftypmp42")}, "This kind of file cannot be kept here."),
        ({"whole": None}, "The file was cut off on its way."),
        ({"title": ""}, "Please fill this in."),
        ({"compartment": "attorney"}, "valid choice"),
        ({"title": "x" * 201}, "200"),
    ],
)
def test_a_document_that_is_refused(cast, case, ana, changed, said):
    page = send(ana, case, **{"title": "Kept title", **changed})
    assert page.status_code == 200
    assert said in text(page)
    if "title" not in changed:
        assert "Kept title" in page.content.decode()
    assert not Document.objects.exists()
    assert not on_disk()


def test_too_large(cast, case, ana, settings):
    settings.UPLOAD_LIMIT = 2048
    assert "up to 2.0 KB." in text(get(ana, "add_document", case))
    page = send(ana, case, file=file(b"x" * 2049))
    told = "This file is too large. The most is 2.0 KB: send it in parts."
    assert (page.status_code, told in text(page)) == (200, True)
    assert not Document.objects.exists()
    assert not on_disk()


def test_a_request_that_breaks_off(cast, case, ana):
    """Half of what a browser sends: the boundary never closes and `whole` never comes."""
    head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    start = head.format("title", "Notice") + head.format("compartment", "case")
    start += '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of'
    for body in (start, start + "\r\n--x--\r\n", "", "--x"):
        page = ana.post(
            url("add_document", case),
            body.encode(),
            content_type="multipart/form-data; boundary=x",
            secure=True,
        )
        assert page.status_code in (200, 400)
        assert not Document.objects.exists()
    assert not on_disk()


def test_a_file_sent_where_none_is_taken(cast, case, ana):
    page = post(ana, "add_note", case, {"text": "Note.", "compartment": "case", "file": file()})
    assert page.status_code == 302
    assert not on_disk()


def test_nobody_uploads_into_a_case_they_do_not_hold(cast, case):
    for browser, status in ((signed_in(cast, "dee"), 404), (Client(), 401)):
        assert send(browser, case).status_code == status
    assert not Document.objects.exists()
    assert not on_disk()


# Getting one


def test_who_gets_a_document(cast, case, ana):
    give(cast, case, cast.ben)
    ben = signed_in(cast, "ben")
    send(ben, case, compartment="attorney")
    document = Document.objects.get()
    seen = {
        name: get(signed_in(cast, name), "document", case, document.pk).status_code
        for name in ("ana", "dee", "sol")
    }
    assert seen == {"ana": 404, "dee": 404, "sol": 200}
    assert get(Client(), "document", case, document.pk).status_code == 302


def test_a_document_of_another_case_or_none(cast, case, ana):
    send(ana, case)
    document = Document.objects.get()
    other = make_case(cast, given_names="Otra")
    assert get(ana, "document", other, document.pk).status_code == 404
    assert get(ana, "document", case, uuid4()).status_code == 404


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_gives_a_calm_page(cast, case, ana, damage):
    send(ana, case)
    path = file_path(Document.objects.get().pk)
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    page = get(ana, "document", case, Document.objects.get().pk)
    assert page.status_code == 409
    assert "This cannot be read" in text(page)
    assert "Content-Disposition" not in page


def test_the_case_page_lists_it(cast, case, ana):
    send(ana, case)
    page = text(get(ana, "case", case))
    assert "Notice to appear" in page
    assert "20 bytes" in page
