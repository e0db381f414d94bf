from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from clinic.accounts import record, teams
from clinic.accounts.models import Organisation, User
from clinic.directory import facts
from clinic.directory.facts.shapes import Fact
from clinic.directory.models import (
    Agency,
    Agreement,
    ClockRule,
    Court,
    Facility,
    Jurisdiction,
    Letterhead,
)
from clinic.directory.stamps import stamp_of
from clinic.vault.errors import Stale
from clinic.vault.keyring import current

# A rule whose facts change after somebody confirmed it must be confirmed again.
LEGAL_FIELDS = (
    "jurisdiction",
    "agency",
    "agency_kind",
    "ordinary_days",
    "expedited_days",
    "unit",
    "starts",
    "soft",
    "target",
    "must_request_expedite",
    "expedite_trigger",
    "citation",
    "effective_from",
    "effective_to",
)

# What a coordinator writes of an agency (AgencyForm): once the row is there, our facts leave it alone.
WRITTEN_HERE = (
    "official",
    "address",
    "how_to_ask",
    "full_draft",
    "keeps_friday_after_thanksgiving",
    "keeps_october_holiday",
)


class CannotConfirm(Exception):
    """The rule is confirmed already, or is a demand and no law, or they are no supervising attorney."""


@transaction.atomic
def confirm_rule(*, rule: ClockRule, on: date, by: User) -> None:
    """A supervising attorney has read the law: from now on letters may cite the rule.

    Raises CannotConfirm, and Stale where the law says something else than `rule`, which they read.
    """
    locked = ClockRule.objects.select_for_update().get(pk=rule.pk)
    if not (locked.can_be_confirmed and teams.is_supervising_attorney(current())):
        raise CannotConfirm
    _check_unchanged(rule, locked, LEGAL_FIELDS)
    locked.verified_on, locked.verified_by = on, by
    locked.save(update_fields=["verified_on", "verified_by"])
    record.record("rule_confirmed", by=by, details={"rule": rule.slug, "name": rule.name})


@transaction.atomic
def take_back_confirmation(*, rule: ClockRule, by: User) -> None:
    """It was a mistake, or the law changed: letters mark the rule again until somebody confirms it anew.

    What was approved with it and is not sent is approved again. Raises CannotConfirm where there is none.
    """
    locked = ClockRule.objects.select_for_update().get(pk=rule.pk)
    if locked.verified_on is None or not teams.is_supervising_attorney(current()):
        raise CannotConfirm
    locked.verified_on = locked.verified_by = None
    locked.save(update_fields=["verified_on", "verified_by"])
    record.record("confirmation_taken_back", by=by, details={"rule": rule.slug, "name": rule.name})


@transaction.atomic
def write_letterhead(*, letterhead: Letterhead, answers: Mapping[str, str], by: User) -> None:
    """What stands on top of the clinic's letters from now on. Raises Stale where somebody was faster."""
    # The organisation's row is there to be locked, where nobody wrote a letterhead yet.
    Organisation.objects.select_for_update().get(pk=by.organisation_id)
    _check_unchanged(letterhead, Letterhead.of(by.organisation_id), answers)
    Letterhead.objects.update_or_create(organisation_id=by.organisation_id, defaults=dict(answers))
    record.record("fact_changed", by=by, details={"fact": "letterhead", "name": _("the clinic’s letterhead")})


@transaction.atomic
def edit_agency(*, agency: Agency, answers: Mapping[str, Any], by: User) -> None:
    """What a coordinator found out about an agency: where it is, who signs there, what it wants.

    Raises Stale where somebody was faster.
    """
    locked = Agency.objects.select_for_update().get(pk=agency.pk)
    _check_unchanged(agency, locked, answers)
    for name, answer in answers.items():
        setattr(agency, name, answer)
    agency.save(update_fields=list(answers))
    record.record("fact_changed", by=by, details={"fact": agency.slug, "name": agency.name})


def _check_unchanged(seen: models.Model, saved: models.Model, names: Iterable[str]) -> None:
    names = list(names)
    if stamp_of(seen, names) != stamp_of(saved, names):
        raise Stale


@transaction.atomic
def load_facts() -> dict[str, int]:
    """Bring the directory up to the facts shipped with the program; safe to repeat.

    What the clinic added where our facts say nothing stays, and all that coordinators write of an agency.
    Answers how many rows changed, by kind.
    """
    places = _load(Jurisdiction, facts.JURISDICTIONS, {"state": Jurisdiction})
    agencies = _load(Agency, facts.AGENCIES, {"jurisdiction": Jurisdiction}, stays=WRITTEN_HERE)
    return {
        "jurisdictions": places,
        "agencies": agencies,
        "clock rules": _load_clock_rules(),
        "agreements": _load(Agreement, facts.AGREEMENTS, {"agency": Agency}, ("agency", "kind")),
        "facilities": _load(Facility, facts.FACILITIES),
        "courts": _load(Court, facts.COURTS),
    }


def written_otherwise() -> list[tuple[Agency, str]]:
    """Agencies, and the attribute of each where our facts say something else than the clinic wrote."""
    known = {fact.slug: asdict(fact) for fact in facts.AGENCIES}
    return [
        (agency, name)
        for agency in Agency.objects.filter(slug__in=known)
        for name in WRITTEN_HERE
        if (said := known[agency.slug].get(name)) and said != getattr(agency, name)
    ]


def _load(
    model: type[models.Model],
    known: Iterable[Fact],
    keys: Mapping[str, type[models.Model]] | None = None,
    identity: tuple[str, ...] = ("slug",),
    stays: tuple[str, ...] = (),
) -> int:
    changed = 0
    for fact in known:
        values = _values(fact, keys or {})
        found = model._default_manager.filter(**{name: values[name] for name in identity}).first()
        changed += _bring_up(found, values, stays) if found else _add(model, values)
    return changed


def _values(fact: Fact, keys: Mapping[str, type[models.Model]]) -> dict[str, Any]:
    """The fact with slugs replaced by rows."""
    values = asdict(fact)
    for name, model in keys.items():
        slug = values[name]
        values[name] = model._default_manager.get(slug=slug) if slug else None
    return values


def _add(model: type[models.Model], values: Mapping[str, Any]) -> bool:
    row = model(**values)
    row.full_clean()
    row.save(force_insert=True)
    return True


def _bring_up(row: models.Model, values: Mapping[str, Any], stays: tuple[str, ...] = ()) -> bool:
    stale = {
        name: value
        for name, value in values.items()
        if name not in stays and value not in ("", None) and getattr(row, name) != value
    }
    for name, value in stale.items():
        setattr(row, name, value)
    if stale:
        row.save(update_fields=list(stale))
    return bool(stale)


def _load_clock_rules() -> int:
    keys: dict[str, type[models.Model]] = {"jurisdiction": Jurisdiction, "agency": Agency}
    changed = 0
    for fact in facts.CLOCKS:
        values = _values(fact, keys)
        legal = {name: values[name] for name in LEGAL_FIELDS}
        rule = ClockRule.objects.filter(slug=fact.slug).first()
        if rule and any(getattr(rule, name) != value for name, value in legal.items()):
            _replace_rule(rule, legal)
            changed += 1
        changed += _bring_up(rule, values) if rule else _add(ClockRule, values)
    return changed


def _replace_rule(rule: ClockRule, legal: Mapping[str, Any]) -> None:
    for name, value in legal.items():
        setattr(rule, name, value)
    rule.verified_on = rule.verified_by = None
    rule.save(update_fields=[*legal, "verified_on", "verified_by"])
