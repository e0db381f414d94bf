"""What a fact looks like. Other facts are named by their slug; the field names are those of the models."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`confidence`: S law read, P page read, G second-hand, M from memory, demand: not law."""

    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class JurisdictionFact(Fact):
    slug: str
    name: str
    kind: str
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class AgencyFact(Fact):
    slug: str
    name: str
    kind: str
    jurisdiction: str
    how_to_ask: str = ""
    full_draft: bool = False


@dataclass(frozen=True, kw_only=True)
class ClockFact(Fact):
    slug: str
    name: str
    jurisdiction: str
    citation: str
    ordinary_days: int | None
    expedited_days: int | None
    agency: str = ""
    agency_kind: str = ""
    unit: str = "calendar"
    starts: str = "request"
    soft: bool = False
    target: bool = False
    must_request_expedite: bool = True
    expedite_trigger: str = "removal"
    url_hint: str = ""
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class AgreementFact(Fact):
    agency: str
    kind: str
    board: str = "unknown"
    starts_on: date | None = None
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class FacilityFact(Fact):
    slug: str
    name: str
    code: str = ""
    address: str = ""
    state: str = "MN"
    in_use: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CourtFact(Fact):
    slug: str
    name: str
    address: str = ""
