"""Every access row was written by somebody with the case's key: clinic/cases/marks.py says how one sees it.

Without keys one sees only what nobody grants.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.accounts.models import Organisation
from clinic.audit.checkup import Finding, fault, fine, not_seen
from clinic.cases import access
from clinic.cases.marks import is_true
from clinic.cases.models import CaseKey, CaseTeamAccess, CaseUserAccess, Compartment
from clinic.vault.keyring import Keyring

from .cases import MOST, Row, compartment_of, mine, opened
from .shapes import some

Keys = dict[tuple[UUID, str], CaseKey]
OF_THE_CASE = {access.OPEN[Compartment.CASE], access.CONSIDER}


def keyless(organisation: Organisation) -> Iterator[Finding]:
    rows = [query.filter(content_object__organisation=organisation) for query in _nobody_grants()]
    odd = {case for query in rows for case in query.values_list("content_object", flat=True)}
    if odd:
        yield fault(_("Access as nobody grants it, in the cases: %(ids)s.") % {"ids": some(odd)})
    else:
        yield fine(_("No access that nobody grants."))


def _nobody_grants() -> Iterator[QuerySet[Any]]:
    """To another clinic or a group that is no team; offers without end, or to a team; a team until a day."""
    own, shared, theirs = CaseUserAccess.objects, CaseTeamAccess.objects, F("content_object__organisation")
    yield own.exclude(user__organisation=theirs)
    yield own.filter(permission__codename=access.CONSIDER, expires_on=None)
    yield shared.filter(group__team=None)
    yield shared.exclude(group__team=None).exclude(group__team__organisation=theirs)
    yield shared.filter(permission__codename=access.CONSIDER)
    yield shared.exclude(expires_on=None)


def keyed(ring: Keyring) -> Iterator[Finding]:
    keys = {(key.case_id, key.compartment): key for key in CaseKey.objects.all()}
    case_keys = _case_keys(ring, keys)
    rows = list(islice(_rows(case_keys), MOST))
    forged = [row for row in rows if not _is_true(row, keys, case_keys)]
    if forged:
        told = _("Nobody with the case’s key let these open it, and they cannot: %(rows)s.")
        yield fault(told % {"rows": some([_words(row) for row in forged])})
    count = len(rows) - len(forged)
    told = ngettext(
        "Access that somebody with the case’s key gave: %(count)d row.",
        "Access that somebody with the case’s key gave: %(count)d rows.",
        count,
    )
    yield fine(told % {"count": count})
    others = _count(ring) - len(rows)
    if others > 0:
        told = ngettext(
            "%(count)d row of access to cases that you do not hold.",
            "%(count)d rows of access to cases that you do not hold.",
            others,
        )
        yield not_seen(told % {"count": others})


def _case_keys(ring: Keyring, keys: Keys) -> dict[UUID, bytes]:
    """The key of each case that this person's rows open, be their own marks true or not."""
    found: dict[UUID, bytes] = {}
    rows = (row for row in mine(ring) if row[1] in OF_THE_CASE)
    for row in islice(rows, MOST):
        found |= _opened(ring, keys, row)
    return found


def _opened(ring: Keyring, keys: Keys, row: Row) -> dict[UUID, bytes]:
    content = opened(ring, keys.get((row[0], Compartment.CASE)), row)
    return {row[0]: content} if content else {}


def _rows(cases: dict[UUID, bytes]) -> Iterator[Any]:
    own = CaseUserAccess.objects.select_related("permission", "user")
    shared = CaseTeamAccess.objects.select_related("permission", "group__team")
    return chain(*(query.filter(content_object__in=list(cases)) for query in (own, shared)))


def _is_true(row: Any, keys: Keys, case_keys: dict[UUID, bytes]) -> bool:
    case = row.content_object_id
    key = keys.get((case, compartment_of(row.permission.codename)))
    if key is None or not _has_holder(row):
        return False
    return is_true(row, case_keys[case], bytes(key.commitment))


def _has_holder(row: Any) -> bool:
    return isinstance(row, CaseUserAccess) or hasattr(row.group, "team")


def _words(row: Any) -> str:
    holder = row.user if isinstance(row, CaseUserAccess) else getattr(row.group, "team", row.group)
    return _("%(holder)s in the case %(case)s") % {"holder": holder, "case": row.content_object_id}


def _count(ring: Keyring) -> int:
    ours = {"content_object__organisation": ring.organisation}
    return sum(model.objects.filter(**ours).count() for model in (CaseUserAccess, CaseTeamAccess))
