import io
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as current_settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.vault import files
from clinic.vault.errors import Tampered
from clinic.vault.files import SealedWriter, destroy, file_path, open_checked, strays

CANARY = b"quetzal of the cloud forest "
BOUNDARY = "a-boundary"


def write_file(content: bytes) -> SealedWriter:
    writer = SealedWriter()
    writer.write(content)
    writer.finish()
    return writer


def read(writer: SealedWriter) -> bytes:
    return b"".join(open_checked(writer.id, writer.key, writer.size))


def on_disk() -> list[Path]:
    return [path for path in Path(current_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def post(content: bytes, *, asked: bool = True) -> Any:
    upload = SimpleUploadedFile("story.txt", content, "text/plain")
    request: Any = RequestFactory().post("/", {"name": "Ana", "file": upload})
    request.accepts_uploads = asked
    return request


def multipart(*parts: bytes, end: bool = True) -> bytes:
    body = b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY.encode(), part) for part in parts)
    return body + b"--%s--\r\n" % BOUNDARY.encode() if end else body


def file_part(content: bytes, *, name: str = "file", encoding: str = "binary") -> bytes:
    head = (
        f'Content-Disposition: form-data; name="{name}"; filename="story.txt"\r\n'
        f"Content-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + content


def raw_post(body: bytes, stream: io.RawIOBase | None = None) -> Any:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    request: Any = RequestFactory().generic("POST", "/", body, content_type=kind)
    if stream:
        request._stream = stream
    request.accepts_uploads = True
    return request


def finish(request: Any) -> None:
    """What Django does when the response is closed."""
    request.close()


# Through Django's own parser.


def test_it_works():
    request = post(CANARY)
    upload = request.FILES["file"]
    assert (upload.name, upload.content_type, upload.size) == ("story.txt", "text/plain", len(CANARY))
    assert upload.head == CANARY
    assert b"".join(open_checked(upload.id, upload.key, upload.size)) == CANARY
    assert request.POST["name"] == "Ana"


def test_it_is_the_only_handler():
    assert current_settings.FILE_UPLOAD_HANDLERS == ["clinic.vault.files.SealingUploadHandler"]


def test_a_file_that_nobody_asked_for_is_not_written():
    request = post(CANARY, asked=False)
    assert not request.FILES
    assert request.POST["name"] == "Ana"
    assert request.upload_refused == "unasked"
    assert not on_disk()


def test_a_file_that_is_too_large_leaves_nothing(settings):
    settings.UPLOAD_LIMIT = 100_000
    request = post(bytes(100_001))
    assert not request.FILES
    assert request.upload_refused == "too large"
    assert not on_disk()


def test_a_file_of_just_the_limit_is_taken(settings):
    settings.UPLOAD_LIMIT = 100_000
    request = post(bytes(100_000))
    assert request.FILES["file"].size == 100_000
    assert not hasattr(request, "upload_refused")


def test_an_empty_file_is_taken():
    assert post(b"").FILES["file"].size == 0


@pytest.mark.parametrize("size", [100, 300_000])
def test_a_file_cut_short_leaves_nothing(size):
    body = multipart(b'Content-Disposition: form-data; name="name"\r\n\r\nAna', file_part(bytes(size)))
    for cut in (40, size // 2 + 60):
        request = raw_post(body[:-cut])
        assert not request.FILES
        assert request.POST["name"] == "Ana"
        assert request.upload_refused == "cut short"
        finish(request)
        assert not on_disk()


class Broken(io.RawIOBase):
    """A connection that ends in the middle."""

    def __init__(self, start: bytes) -> None:
        self._start = io.BytesIO(start)

    def read(self, size: int = -1) -> bytes:
        part = self._start.read(size)
        if not part:
            raise OSError("connection lost")
        return part


def test_a_connection_lost_leaves_nothing():
    body = multipart(file_part(CANARY, name="first"), file_part(bytes(300_000)))
    request = raw_post(body, Broken(body[:200_000]))
    with pytest.raises(OSError, match="lost"):
        assert request.FILES
    finish(request)
    assert not on_disk()


def test_a_form_that_is_refused_leaves_no_file(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    field = b'Content-Disposition: form-data; name="name"\r\n\r\n' + bytes(200)
    for second in (field, file_part(b"not base64!", encoding="base64")):
        request = raw_post(multipart(file_part(CANARY), second))
        with pytest.raises((MultiPartParserError, RequestDataTooBig)):
            assert request.FILES
        finish(request)
        assert not on_disk()


def test_what_is_not_kept_goes_with_the_request():
    request = post(CANARY)
    assert request.FILES
    assert len(on_disk()) == 1
    finish(request)
    assert not on_disk()


def test_what_is_kept_stays():
    request = post(CANARY)
    upload = request.FILES["file"]
    upload.kept = True
    finish(request)
    del request
    assert b"".join(open_checked(upload.id, upload.key, upload.size)) == CANARY


def test_a_name_with_a_path_is_only_a_name():
    part = file_part(CANARY).replace(b"story.txt", b"../../etc/story.txt")
    upload = raw_post(multipart(part)).FILES["file"]
    assert upload.name == "story.txt"
    assert "story" not in repr(upload)


def test_a_big_file_never_lies_on_disk_in_plain(own_folders, monkeypatch):
    """Looked for while it arrives, where it is kept and where Django would spool it."""
    spool = own_folders / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    seen, receive = [], files.SealingUploadHandler.receive_data_chunk

    def receive_and_look(handler, raw_data, start):
        taken = receive(handler, raw_data, start)
        seen.append([path for path in own_folders.rglob("*") if path.is_file()])
        assert not any(CANARY in path.read_bytes() for path in seen[-1])
        return taken

    monkeypatch.setattr(files.SealingUploadHandler, "receive_data_chunk", receive_and_look)
    content = CANARY * 200_000
    upload = post(content).FILES["file"]
    assert len(seen) > 50
    assert all(len(found) == 1 for found in seen)
    assert not list(spool.iterdir())
    assert b"".join(open_checked(upload.id, upload.key, upload.size)) == content


def test_only_the_owner_reads_what_is_on_disk():
    path = file_path(write_file(CANARY).id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


# What is on disk.


@settings(max_examples=30)
@given(st.binary(max_size=1000), st.integers(0, 70_000))
def test_what_is_sealed_comes_back(content, zeros):
    writer = write_file(content + bytes(zeros))
    assert read(writer) == content + bytes(zeros)
    destroy(writer.id)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_any_size_comes_back(size):
    assert read(write_file(os.urandom(size) if size else b""))[:size] is not None
    content = os.urandom(size)
    assert read(write_file(content)) == content


def test_the_length_is_hidden_to_64_kib():
    sizes = {file_path(write_file(bytes(size)).id).stat().st_size for size in (1, 100, 40_000, 65_536)}
    assert len(sizes) == 1
    assert file_path(write_file(bytes(65_537)).id).stat().st_size > sizes.pop()


@pytest.mark.parametrize("size", [10, 200_000])
def test_an_altered_file_is_refused_before_the_first_byte(size):
    writer = write_file(os.urandom(size))
    path = file_path(writer.id)
    sealed = path.read_bytes()
    for at in (0, 20, len(sealed) // 2, len(sealed) - 1):
        path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(Tampered):
            open_checked(writer.id, writer.key, writer.size)


def test_a_truncated_file_is_refused_before_the_first_byte():
    writer = write_file(os.urandom(200_000))
    path = file_path(writer.id)
    sealed = path.read_bytes()
    for length in (0, 1, 16, 100, 65_536, len(sealed) - 65_536, len(sealed) - 1):
        path.write_bytes(sealed[:length])
        with pytest.raises(Tampered):
            open_checked(writer.id, writer.key, writer.size)
    path.write_bytes(sealed + b"\0")
    with pytest.raises(Tampered):
        open_checked(writer.id, writer.key, writer.size)


def test_another_file_in_its_place_is_refused():
    one, other = write_file(b"one"), write_file(b"other")
    file_path(one.id).write_bytes(file_path(other.id).read_bytes())
    for key in (one.key, other.key):
        with pytest.raises(Tampered):
            open_checked(one.id, key, one.size)


def test_a_missing_file_is_refused():
    with pytest.raises(Tampered):
        open_checked(uuid4(), bytes(32), 1)


def test_a_crash_leaves_only_what_is_swept_up():
    kept, left = write_file(b"kept"), write_file(b"left by a crash")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert list(strays({kept.id}, before=soon)) == [left.id]
    assert not list(strays(set(), before=soon - timedelta(days=1)))


def test_a_file_that_nobody_finishes_goes():
    writer = SealedWriter()
    writer.write(CANARY)
    assert on_disk()
    del writer
    assert not on_disk()


def test_discarding_twice_does_no_harm():
    writer = write_file(CANARY)
    writer.discard()
    writer.discard()
    assert not on_disk()
