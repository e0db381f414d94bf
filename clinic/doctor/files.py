"""Every document has its file, and every file its document."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts.models import Organisation
from clinic.audit.checkup import Finding, fault, fine
from clinic.cases.models import Document

from .shapes import some

ARRIVING = 60 * 60  # seconds in which an upload may still be on its way


def keyless(organisation: Organisation) -> Iterator[Finding]:
    stored = {_id_of(path): path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
    known = set(Document.objects.values_list("pk", flat=True))
    foreign = stored.pop(None, None)
    lost, orphans = (
        known - stored.keys(),
        [path for key, path in stored.items() if key not in known and _is_old(path)],
    )
    if foreign:
        yield fault(
            _("Files that are not ours lie among the sealed ones: %(name)s.") % {"name": foreign.name}
        )
    if lost:
        yield fault(_("Files of documents are gone: %(ids)s.") % {"ids": some(lost)})
    if orphans:
        yield fault(
            _("Sealed files belong to no document: %(ids)s.") % {"ids": some([path.name for path in orphans])}
        )
    if not (foreign or lost or orphans):
        yield fine(
            ngettext(
                "%(count)d sealed file, of a document.",
                "%(count)d sealed files, each of a document.",
                len(known),
            )
            % {"count": len(known)}
        )


def _id_of(path: Path) -> UUID | None:
    try:
        found = UUID(hex=path.name)
    except ValueError:
        return None
    return found if path.name == found.hex and path.parent.name == found.hex[:2] else None


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > ARRIVING
