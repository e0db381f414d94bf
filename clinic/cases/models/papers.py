"""Notes and documents: each under the key of one compartment."""

from django.db import models

from clinic.vault import sealed
from clinic.vault.envelope import Scope

from .case import CaseKey, CaseRow


class CompartmentRow(CaseRow):
    """A row of one compartment; `key` says which. Query with select_related("key")."""

    key = models.ForeignKey(CaseKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def scope(self) -> Scope:
        return Scope(self.key.compartment, self.case_id)


class Note(CompartmentRow):
    TABLE = "cases.note"

    text = sealed.Text()
    written_at = sealed.Moment()
    written_by = sealed.Text()
    written_by_name = sealed.Text()


class Document(CompartmentRow):
    """A sealed file. Its id is the file's id; its name, type and key are in the sealed record."""

    TABLE = "cases.document"

    title = sealed.Text()
    content_type = sealed.Text()
    size = sealed.Number()
    file_key = sealed.Text()
    added_at = sealed.Moment()
    added_by = sealed.Text()
    added_by_name = sealed.Text()
