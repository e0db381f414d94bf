"""The clocks of one agency: the directory's rules, put before the pure ones in uvisa.rules."""

from datetime import date

from clinic.directory.calendar import Holidays
from clinic.directory.models import Agency, ClockRule, Jurisdiction
from uvisa.rules import Clock, Level, Rule, Start, Trigger, Unit, clocks

TRIGGERS = {
    ClockRule.Trigger.REMOVAL: frozenset({Trigger.REMOVAL}),
    ClockRule.Trigger.REMOVAL_OR_FAMILY: frozenset({Trigger.REMOVAL, Trigger.FAMILY_REMOVAL}),
    ClockRule.Trigger.REMOVAL_OR_DETAINED: frozenset({Trigger.REMOVAL, Trigger.DETAINED}),
}
LEVELS = {
    Jurisdiction.Kind.CITY: Level.CITY,
    Jurisdiction.Kind.COUNTY: Level.COUNTY,
    Jurisdiction.Kind.STATE: Level.STATE,
}


def holidays_of(agency: Agency) -> Holidays:
    return Holidays(
        friday_after_thanksgiving=agency.keeps_friday_after_thanksgiving,
        october=agency.keeps_october_holiday,
    )


def rules_for(agency: Agency) -> list[Rule]:
    """Every rule for this agency, of any period."""
    rows = ClockRule.objects.select_related("jurisdiction")
    return [_rule(row) for row in rows if row.applies_to(agency)]


def confirmed() -> frozenset[str]:
    """Stamps of the rules that a supervising attorney has confirmed."""
    rows = ClockRule.objects.filter(verified_on__isnull=False).select_related("jurisdiction")
    return frozenset(_rule(row).stamp for row in rows)


def clocks_for(
    agency: Agency,
    *,
    requested_on: date,
    received_on: date | None,
    expedite_asked: bool,
    removal_proceedings: bool,
) -> list[Clock]:
    """Every clock that runs against this agency, the earliest first."""
    return clocks(
        rules_for(agency),
        requested_on,
        received_on,
        expedite_asked,
        removal_proceedings,
        holidays_of(agency),
    )


def _rule(row: ClockRule) -> Rule:
    return Rule(
        slug=row.slug,
        name=row.name,
        level=_level(row),
        ordinary_days=row.ordinary_days,
        expedited_days=row.expedited_days,
        citation=row.citation,
        confidence=row.confidence,
        unit=Unit(row.unit),
        starts=Start(row.starts),
        soft=row.soft,
        must_request_expedite=row.must_request_expedite,
        triggers=TRIGGERS[ClockRule.Trigger(row.expedite_trigger)],
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        verified=row.verified_on is not None,
    )


def _level(row: ClockRule) -> Level:
    if row.target:
        return Level.TARGET
    if row.agency_id:
        return Level.AGENCY
    return LEVELS[Jurisdiction.Kind(row.jurisdiction.kind)]
