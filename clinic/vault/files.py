"""Sealed files: sealed as they arrive, verified before the first byte leaves."""

import os
import weakref
from collections.abc import Container, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from .encoding import lp
from .errors import Tampered

CHUNK = 64 * 1024
HEAD = 4096
PAD_TO = 64 * 1024


def file_path(file_id: UUID) -> Path:
    """Where a sealed file lies: its random id, in one of 256 folders."""
    return Path(settings.MEDIA_ROOT) / file_id.hex[:2] / file_id.hex


def _context(file_id: UUID) -> bytes:
    return lp(b"clinic/1/file", file_id.bytes)


class SealedWriter:
    """Writes one new sealed file; `key` is 32 random bytes that nothing else knows."""

    def __init__(self) -> None:
        self.id, self.key, self.size = uuid4(), Cobblestone256Encryptor.generate_key(), 0
        self._cipher = Cobblestone256Encryptor(self.key, _context(self.id))
        path = file_path(self.id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.kept = False
        self._unfinished = weakref.finalize(self, _abandon, self._file, path)

    def write(self, content: bytes) -> None:
        self.size += len(content)
        self._file.write(self._cipher.update(content))

    def finish(self) -> None:
        """Pads, so that the length on disk tells little, and reaches the disk before returning."""
        self._file.write(self._cipher.update(bytes(-self.size % PAD_TO)))
        self._file.write(self._cipher.finalize())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        _sync(file_path(self.id).parent)
        self._unfinished.detach()

    def discard(self) -> None:
        """Unless it is kept. Happens by itself to a file that nobody finishes."""
        self._unfinished()
        if not self.kept:
            destroy(self.id)


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # not generic when it runs
    """An upload that lies on disk sealed. Unless kept, it goes when the request ends."""

    def __init__(self, writer: SealedWriter, head: bytes, name: str, content_type: str) -> None:
        super().__init__(file=None, name=name, content_type=content_type, size=writer.size)
        self.id, self.key, self.head, self._writer = writer.id, writer.key, head, writer

    @property
    def kept(self) -> bool:
        return self._writer.kept

    @kept.setter
    def kept(self, kept: bool) -> None:
        self._writer.kept = kept

    def __repr__(self) -> str:
        return "<SealedUpload>"

    def __reduce__(self) -> str:
        raise TypeError("a sealed upload is never pickled")

    def close(self) -> None:
        self._writer.discard()


class SealingUploadHandler(FileUploadHandler):
    """The only upload handler. Refuses files where the view did not say that it takes any.

    What was refused stands in `request.upload_refused`: "unasked", "too large" or "cut short".
    """

    chunk_size = CHUNK
    writer: SealedWriter

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not getattr(self.request, "accepts_uploads", False):
            self._refuse("unasked")
            raise SkipFile
        self.writer, self.head = SealedWriter(), b""
        self._discard_with_request(self.writer)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) > settings.UPLOAD_LIMIT:
            self._refuse("too large")
            self.writer.discard()
            raise StopUpload(connection_reset=False)
        if len(self.head) < HEAD:
            self.head += raw_data[: HEAD - len(self.head)]
        self.writer.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> SealedUpload:
        self.writer.finish()
        return SealedUpload(self.writer, self.head, self.file_name or "", self.content_type or "")

    def upload_interrupted(self) -> None:
        if not hasattr(self, "writer"):  # Django says this of a skipped file too
            return
        self._refuse("cut short")
        self.writer.discard()

    def _discard_with_request(self, writer: SealedWriter) -> None:
        """Also where the request fails halfway, of which Django tells no handler."""
        request = self.request
        if request is None:
            return
        close = request.close

        def close_both() -> None:
            writer.discard()
            close()

        request.close = close_both  # type: ignore[method-assign]

    def _refuse(self, reason: str) -> None:
        if self.request is not None:
            self.request.upload_refused = reason  # type: ignore[attr-defined]


def open_checked(file_id: UUID, key: bytes, size: int) -> Iterator[bytes]:
    """The content in chunks, after the whole file was verified. Raises Tampered before the first byte."""
    path = file_path(file_id)
    if not path.exists():
        raise Tampered
    for _ in _decrypt(path, file_id, key):
        pass
    return _first(size, _decrypt(path, file_id, key))


def _decrypt(path: Path, file_id: UUID, key: bytes) -> Iterator[bytes]:
    cipher = Cobblestone256Decryptor(key, _context(file_id))
    try:
        with path.open("rb") as file:
            while sealed := file.read(CHUNK):
                yield cipher.update(sealed)
        yield cipher.finalize()
    except (InvalidTag, ValueError) as error:
        raise Tampered from error


def _first(size: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk[:size])
        if size <= 0:
            break
    for _ in chunks:
        pass


def destroy(file_id: UUID) -> None:
    file_path(file_id).unlink(missing_ok=True)


def strays(known: Container[UUID], before: datetime) -> Iterator[UUID]:
    """Files older than `before` that no row knows: left by a crash, and sealed under a key that is gone."""
    for path in Path(settings.MEDIA_ROOT).glob("??/" + "[0-9a-f]" * 32):
        if path.stat().st_mtime < before.timestamp() and UUID(path.name) not in known:
            yield UUID(path.name)


def _abandon(file: IO[bytes], path: Path) -> None:
    file.close()
    path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
