"""What a request packet says: typed, pure, and ready for templates/uvisa/pdf/packet.html."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from clinic.directory.facts.minnesota_clocks import STANDARD, STATE_STATUTE
from uvisa.crimes import BY_KEY, SIMILAR_ACTIVITY, names_no_crime
from uvisa.rules import Clock, Level, Rule, Start, Trigger, Unit
from uvisa.supplement_b import CURRENT_EDITION, Edition, Filler, Item, Part

# Text that was read may be quoted with a mark until a lawyer has confirmed it; hearsay may not.
QUOTABLE_UNVERIFIED = frozenset({"S", "P"})
LANGUAGE = "en"  # what an agency reads, whoever prints it
REASONS = (Trigger.REMOVAL, Trigger.FAMILY_REMOVAL, Trigger.DETAINED)
PROCEEDINGS = frozenset({Trigger.REMOVAL, Trigger.FAMILY_REMOVAL})
NOT_KNOWN, LEFT_OPEN = "Not known to us", "Left open"


class Cite(StrEnum):
    """`CHECKED`: not confirmed for every letter, but whoever approved this one looked it up."""

    CONFIRMED = "confirmed"
    CHECKED = "checked"
    VERIFY = "verify"
    WITHHELD = "withheld"


OPEN = frozenset({Cite.VERIFY, Cite.WITHHELD})
Stamps = frozenset[str]
NONE: Stamps = frozenset()


@dataclass(frozen=True, kw_only=True)
class Citation:
    """One sentence of law in the letter. `WITHHELD`: the letter leaves it out and says so."""

    text: str
    days: int
    business_days: bool
    from_receipt: bool
    cite: Cite


def citations(running: Iterable[Clock], checked: Stamps = NONE) -> tuple[Citation, ...]:
    """The expedited rules a letter may name: never the clinic's own target, nor an ordinary clock.

    `checked` holds the stamps of rules that the approving attorney looked up for this letter.
    """
    return tuple(
        Citation(
            text=clock.citation,
            days=clock.days,
            business_days=clock.rule.unit is Unit.BUSINESS,
            from_receipt=clock.rule.starts is Start.RECEIPT,
            cite=cite,
        )
        for clock in running
        if _names_time(clock) and (cite := _cite(clock, checked))
    )


def legal_standard(running: Iterable[Clock], checked: Stamps = NONE) -> Cite | None:
    """How the letter may name the state's standard; None where the statute does not reach the agency."""
    return next((_cite_standard(clock, checked) for clock in running if _is_statute(clock)), None)


def standard_of(rule: Rule) -> Rule:
    """The state's standard, which its statute's clock brings along: confirmed with it, cited by itself."""
    return replace(rule, slug=f"{rule.slug}-standard", citation=STANDARD)


def open_rules(running: Iterable[Clock], checked: Stamps = NONE) -> list[Rule]:
    """What the letter cites or would cite, and nobody has confirmed or looked up yet."""
    running = list(running)
    times = [one.rule for one in running if _names_time(one) and _cite(one, checked) in OPEN]
    statutes = [one for one in running if _is_statute(one) and _cite_standard(one, checked) in OPEN]
    return [*times, *(standard_of(one.rule) for one in statutes)]


def _is_statute(clock: Clock) -> bool:
    return clock.citation.startswith(STATE_STATUTE)


def _cite_standard(clock: Clock, checked: Stamps) -> Cite | None:
    """Who looked up the clock of the statute for a letter that asks to expedite looked this up with it."""
    rule = clock.rule if clock.rule.stamp in checked else standard_of(clock.rule)
    return _cite(replace(clock, rule=rule), checked)


def reasons(running: Iterable[Clock], facts: frozenset[Trigger]) -> tuple[Trigger, ...]:
    """Why the letter asks for the shorter time: no more of people's lives than the clocks need.

    Detention alone may be one where no rule knows it: an attorney decides, and the letter cites no rule.
    """
    used = {_reason(clock, facts) for clock in running if clock.expedited}
    found = tuple(one for one in REASONS if one in used or one in facts & {Trigger.REMOVAL})
    return found or tuple(facts & {Trigger.DETAINED})


def is_unruled(running: Iterable[Clock], facts: frozenset[Trigger]) -> bool:
    """Detention is the reason, and no rule gives less time for it."""
    return reasons(running, facts) == (Trigger.DETAINED,) and not any(one.expedited for one in running)


def _reason(clock: Clock, facts: frozenset[Trigger]) -> Trigger | None:
    return next((one for one in REASONS if one in facts & clock.rule.triggers), None)


def _names_time(clock: Clock) -> bool:
    return clock.expedited and clock.rule.level is not Level.TARGET


def _cite(clock: Clock, checked: Stamps) -> Cite | None:
    """None: hearsay that was looked at and stays out of the letter."""
    quotable, looked_up = clock.confidence in QUOTABLE_UNVERIFIED, clock.rule.stamp in checked
    if clock.verified:
        return Cite.CONFIRMED
    if quotable:
        return Cite.CHECKED if looked_up else Cite.VERIFY
    return None if looked_up else Cite.WITHHELD


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The clinic's letterhead and who signs."""

    name: str
    address: tuple[str, ...]
    telephone: str
    email: str
    signer: str
    signer_title: str


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """`category` and `level` are box labels of Part 2; "" leaves every box empty."""

    name: str
    official: str = ""
    address: tuple[str, ...] = ()
    category: str = ""
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Victim:
    family_name: str
    given_name: str
    middle_name: str = ""
    other_names: str = ""
    born_on: date | None = None
    a_number: str = ""
    more_a_numbers: tuple[str, ...] = ()
    sex: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))


@dataclass(frozen=True, kw_only=True)
class Crime:
    """`keys` are those of uvisa.crimes; `similar` names similar activity in words."""

    keys: frozenset[str]
    similar: str = ""
    dates: str
    place: str
    case_number: str
    account: str = ""
    injury: str = ""
    statutes: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        named = tuple(crime.label for key, crime in BY_KEY.items() if key in self.keys)
        if SIMILAR_ACTIVITY in self.keys and self.similar:
            return (*named, self.similar)
        return named


@dataclass(frozen=True, kw_only=True)
class Packet:
    """One request, as printed. `citations`, `standard` and `reasons` come from the functions of these names;
    `answer_by` is the first clock's due day; `full_draft` fills Parts 2 to 4 for an agency that asks for it.
    Until it is `approved`, each page says that it is a draft."""

    reference: str
    written_on: date
    sender: Sender
    agency: Addressee
    victim: Victim
    crime: Crime
    how_helped: str
    reasons: tuple[Trigger, ...]
    expedite_asked: bool
    answer_by: date | None
    citations: tuple[Citation, ...] = ()
    standard: Cite | None = None
    enclosures: tuple[str, ...] = ()
    full_draft: bool = False
    approved: bool = True
    edition: Edition = CURRENT_EDITION

    @property
    def expedites(self) -> bool:
        return self.expedite_asked and bool(self.reasons)

    @property
    def needs_notice(self) -> bool:
        """Agencies want proof of removal proceedings, whoever is in them."""
        return self.expedites and bool(PROCEEDINGS.intersection(self.reasons))

    @property
    def has_open_marks(self) -> bool:
        """Something in the letter still waits for an attorney."""
        cites = [citation.cite for citation in self.citations if self.expedites]
        return any(cite in OPEN for cite in (*cites, self.standard))

    def answers(self) -> Mapping[str, str | tuple[str, ...]]:
        """Answers by the key of a Supplement B item. A tuple names ticked boxes."""
        victim, crime, agency = self.victim, self.crime, self.agency
        return {
            "a_number": victim.a_number or NOT_KNOWN,
            "more_a_numbers": _more(victim.more_a_numbers),
            "victim_family": victim.family_name or NOT_KNOWN,
            "victim_given": victim.given_name or NOT_KNOWN,
            "victim_middle": victim.middle_name or LEFT_OPEN,
            "victim_name": victim.name,
            "other_names": victim.other_names or NOT_KNOWN,
            "born_on": victim.born_on.strftime("%m/%d/%Y") if victim.born_on else NOT_KNOWN,
            "sex": _ticked(victim.sex or LEFT_OPEN),
            "agency": agency.name,
            "agency_address": ", ".join(agency.address),
            "agency_level": _ticked(agency.level),
            "agency_category": _ticked(agency.category),
            "case_number": crime.case_number,
            "crimes": crime.labels,
            "crime_dates": crime.dates,
            "statutes": crime.statutes,
            "in_us": (),
            "place": crime.place,
            "account": crime.account,
            "injury": crime.injury,
            "how_helped": self.how_helped,
        }

    def worksheet(self) -> tuple["FilledPart", ...]:
        """Every part of the form in order, with what the agency completes left empty."""
        answers = self.answers()
        return tuple(self._fill(part, answers) for part in self.edition.parts)

    def _fill(self, part: Part, answers: Mapping[str, str | tuple[str, ...]]) -> "FilledPart":
        draft = part.filler is Filler.EITHER and self.full_draft
        ours = part.filler is Filler.CLINIC or draft
        return FilledPart(
            number=part.number,
            title=part.title,
            ours=ours,
            draft=draft,
            items=tuple(_fill_item(item, answers.get(item.key, "") if ours else "") for item in part.items),
        )


# What the packet says on every day


def digest(packet: Packet) -> str:
    """Differs with all that the case, the agency, the law and the request put into print.

    Not with the days, nor with who signs: these come after what was read. Empty answers are left out, so
    that a question the program learns later does not make another letter of this one.
    """
    unsigned = replace(packet.sender, signer="", signer_title="")
    said = asdict(replace(packet, sender=unsigned, answer_by=None, approved=False))
    said |= {"written_on": None, "edition": packet.edition.date}
    said |= {"citations": sorted(map(_told, packet.citations)), "standard": _as_printed(packet.standard)}
    return sha256(json.dumps(_filled(said), default=_plain, sort_keys=True).encode()).hexdigest()


def _told(citation: Citation) -> list[Any]:
    kind = _as_printed(citation.cite)
    return [citation.text, citation.days, citation.business_days, citation.from_receipt, kind]


def _as_printed(cite: Cite | None) -> str:
    """Confirmed for every letter or looked up for this one: it prints the same."""
    return str(Cite.CONFIRMED if cite is Cite.CHECKED else cite or "")


def _filled(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _filled(one) if isinstance(one, dict) else one for name, one in said.items() if one}


def _plain(value: date | frozenset[str]) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()


def _ticked(label: str) -> tuple[str, ...]:
    return (label,) if label else ()


def _more(a_numbers: tuple[str, ...]) -> str:
    """Part 7 says first which item it goes on with."""
    return f"Page 1, Part 1, item 1: also {', '.join(a_numbers)}" if a_numbers else ""


@dataclass(frozen=True, kw_only=True)
class Box:
    label: str
    ticked: bool


@dataclass(frozen=True, kw_only=True)
class FilledItem:
    number: str
    label: str
    text: str
    boxes: tuple[Box, ...]
    lines: int


@dataclass(frozen=True, kw_only=True)
class FilledPart:
    """`ours`: the clinic filled it; `draft`: for the agency to check; neither: left empty."""

    number: int
    title: str
    ours: bool
    draft: bool
    items: tuple[FilledItem, ...]


def _fill_item(item: Item, answer: str | tuple[str, ...]) -> FilledItem:
    ticked = answer if isinstance(answer, tuple) else ()
    extra = tuple(label for label in ticked if label not in item.boxes)
    text = "; ".join(extra) if item.boxes else str(answer)
    return FilledItem(
        number=item.number,
        label=item.label,
        text=text,
        boxes=tuple(Box(label=label, ticked=label in ticked) for label in item.boxes),
        lines=item.lines,
    )


class Missing(StrEnum):
    """What a request still needs before it is ready."""

    VICTIM_NAME = "victim name"
    BIRTH_DATE = "birth date"
    CASE_NUMBER = "case number"
    CRIME = "crime"
    UNDERLYING_CRIME = "underlying crime"
    CRIME_DATE = "crime date"
    CRIME_PLACE = "crime place"
    HOW_HELPED = "how helped"
    ACCOUNT = "account"
    LETTERHEAD = "letterhead"
    SIGNER = "signer"
    REASON = "reason for the expedite"
    PROOF_OF_PROCEEDINGS = "proof of proceedings"
    LETTERS = "letters"  # found by uvisa.packet_letters, which asks the machine


def missing(packet: Packet, *, proof_of_proceedings: bool) -> tuple[Missing, ...]:
    """Everything that keeps the packet from being ready, in the order of the letter."""
    crime, victim = packet.crime, packet.victim
    wanting = {
        Missing.LETTERHEAD: not (packet.sender.name and packet.sender.address),
        Missing.VICTIM_NAME: not (victim.family_name or victim.given_name),
        Missing.BIRTH_DATE: victim.born_on is None,
        Missing.CASE_NUMBER: not crime.case_number,
        Missing.CRIME: not crime.labels,
        Missing.UNDERLYING_CRIME: names_no_crime(crime.keys),
        Missing.CRIME_DATE: not crime.dates,
        Missing.CRIME_PLACE: not crime.place,
        Missing.HOW_HELPED: not packet.how_helped.strip(),
        Missing.ACCOUNT: packet.full_draft and not crime.account.strip(),
        Missing.REASON: packet.expedite_asked and not packet.reasons,
        Missing.PROOF_OF_PROCEEDINGS: packet.needs_notice and not proof_of_proceedings,
        Missing.SIGNER: not packet.sender.signer,
    }
    return tuple(what for what, lacks in wanting.items() if lacks)
