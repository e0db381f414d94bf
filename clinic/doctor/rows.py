"""Rows that should not be there: they give nothing by themselves, and somebody put them there."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import budget, held
from clinic.accounts.models import Organisation, PendingGrant
from clinic.audit.checkup import Finding, fault, fine, warning
from clinic.cases.models import Case, CaseTeamAccess, CaseUserAccess

from .shapes import some


def keyless(organisation: Organisation) -> Iterator[Finding]:
    found = [*_always_empty(), *_expired(), *_unknown_permissions()]
    yield from found
    if not found:
        yield fine(_("No expired row, no unknown permission, no permission without a key."))


def _always_empty() -> Iterator[Finding]:
    tables = budget.tables()
    for model in held.all_models():
        table = tables.get(model._meta.label)
        if table and table.always_empty and model._base_manager.exists():
            yield fault(_("The table %(table)s must be empty, and is not.") % {"table": model._meta.db_table})


def _expired() -> Iterator[Finding]:
    today = timezone.localdate()
    for model in (CaseUserAccess, CaseTeamAccess):
        count = model.objects.filter(expires_on__lt=today).count()
        if count:
            told = {"count": count, "table": model._meta.db_table}
            text = ngettext(
                "%(count)d expired row in %(table)s: the timer does not run.",
                "%(count)d expired rows in %(table)s: the timer does not run.",
                count,
            )
            yield fault(text % told)
    if PendingGrant.objects.filter(expires_on__lt=today).exists():
        yield warning(_("Expired invitations are still there: the timer does not run."))


def _unknown_permissions() -> Iterator[Finding]:
    known = {codename for codename, _label in Case._meta.permissions}
    for model in (CaseUserAccess, CaseTeamAccess):
        rows = model.objects.exclude(
            permission__codename__in=known, permission__content_type__app_label="cases"
        )
        names = set(rows.values_list("permission__codename", flat=True))
        if names:
            told = {"table": model._meta.db_table, "names": some(names)}
            yield fault(_("%(table)s has rows with unknown permissions: %(names)s.") % told)
