"""Notes and documents on a case, in every compartment that somebody may write in."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from .canaries import Canaries
from .people import People


class Papers:
    def __init__(self, people: People, canaries: Canaries) -> None:
        self.people, self.canaries = people, canaries

    def write_and_upload(self, case: str, name: str) -> None:
        browser = self.people[name]
        browser.get(f"/cases/{case}/")
        for path in (f"/cases/{case}/notes/", f"/cases/{case}/documents/"):
            for compartment in browser.get(path).form().fields["compartment"].options:
                more: dict[str, Any] = {"file": self.file()} if path.endswith("documents/") else {}
                browser.fill(path, compartment=compartment, **more)
        self.read_documents(case, name)
        browser.fill(f"/cases/{case}/next/")

    def file(self, start: bytes = b"") -> SimpleUploadedFile:
        """Its name and every page of it are canaries."""
        word = self.canaries.word
        inside = "\n".join(word("inside a document") for _ in range(4)) * 500
        return SimpleUploadedFile(f"{word('the name of a file')}.txt", start + inside.encode(), "text/plain")

    def read_documents(self, case: str, name: str) -> None:
        browser = self.people[name]
        for part in browser.get(f"/cases/{case}/").text.split(f'href="/cases/{case}/documents/')[1:]:
            document = part.split('"')[0]
            if document:
                browser.get(f"/cases/{case}/documents/{document}")
