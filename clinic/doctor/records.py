"""What stands in the cases whose keys are at hand: every sealed row of theirs opens."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext as _

from clinic.audit.checkup import Finding, fault, fine, not_seen
from clinic.cases import access
from clinic.cases.models import Case, CaseRow, CompartmentRow
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring
from clinic.vault.sealed import SealedModel

from .cases import MOST
from .shapes import some


def keyed(ring: Keyring) -> Iterator[Finding]:
    cases = list(Case.objects.filter(organisation_id=ring.organisation)[: MOST + 1])
    access.unlock(*cases)
    rows = list(islice(_rows(ring, cases), MOST + 1))
    damaged = {case for case, row in rows[:MOST] if _is_damaged(row)}
    if damaged:
        yield fault(_("Something that stands in these cases is damaged: %(ids)s.") % {"ids": some(damaged)})
    else:
        yield fine(_("What stands in the cases that you hold was looked at, and none of it is damaged."))
    if len(rows) > MOST:
        yield not_seen(_("More than %(count)d rows: the rest was left out.") % {"count": MOST})


def _rows(ring: Keyring, cases: list[Case]) -> Iterator[tuple[UUID, SealedModel]]:
    """Every row, of any room, with the id of its case."""
    yield from ((case.pk, case) for case in cases)
    for model in apps.get_models():
        if issubclass(model, CaseRow):
            rows = model._default_manager.filter(organisation_id=ring.organisation)
            named = rows.select_related("key") if issubclass(model, CompartmentRow) else rows
            yield from ((row.case_id, row) for row in named.iterator())


def _is_damaged(row: SealedModel) -> bool:
    try:
        row.opened()
    except (Locked, Stale):
        return False
    except Tampered:
        return True
    return False
