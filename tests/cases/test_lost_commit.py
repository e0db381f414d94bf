"""The database has committed, and its answer is lost on the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.cases.models import Document
from clinic.vault import files
from tests.accounts.doorway import signed_in
from tests.builders import make_clinic
from tests.cases_builders import make_case


@pytest.mark.django_db(transaction=True)
def test_a_document_that_stands_keeps_its_file(monkeypatch):
    cast = make_clinic()
    case, ana = make_case(cast), signed_in(cast, "ana")
    ana.raise_request_exception = False
    really_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def commit(connection) -> None:
        really_commit(connection)
        if Document.objects.exists():
            monkeypatch.undo()
            raise OperationalError("the server closed the connection")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit)
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4 fictional", "application/pdf")
    typed = {"title": "Notice", "compartment": "case", "file": upload, "whole": "1"}
    assert ana.post(f"/cases/{case.pk}/documents/", typed, secure=True).status_code == 500
    assert files.file_path(Document.objects.get().pk).exists()
