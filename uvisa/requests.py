"""What a certification request comes to on a day: its clocks, its packet, what it still lacks."""

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256

from django.utils import translation
from django.utils.translation import gettext as _

from clinic import numbers
from clinic.cases import lists
from clinic.cases.models import AskLater, Detention, Person
from clinic.directory.calendar import Holidays
from clinic.directory.models import Agency, Agreement, Jurisdiction, Letterhead

from . import clock, packet, packet_letters, rules, started
from .models import CertificationRequest
from .packet import Missing
from .rules import Clock, Rule, Trigger
from .supplement_b import SEXES

NOTICE = re.compile(r"notice to appear|\bNTA\b", re.IGNORECASE)
FACTS = {
    "removal_proceedings": Trigger.REMOVAL,
    "family_removal": Trigger.FAMILY_REMOVAL,
    "detained": Trigger.DETAINED,
}
IN_THE_CASE = {AskLater.YES: True, AskLater.NO: False}
CATEGORY = {Agency.Kind.LAW_ENFORCEMENT: "Law enforcement", Agency.Kind.PROSECUTOR: "Prosecutor"} | {
    Agency.Kind.JUDGE: "Judge",
}


def agency_of(request: CertificationRequest) -> Agency:
    return Agency.objects.select_related("jurisdiction").get(pk=request.agency)


def agreements_of(request: CertificationRequest, *, on: date) -> list[Agreement]:
    """What ties the agency to immigration enforcement on that day: the client should know first."""
    return list(Agreement.objects.live(on).filter(agency__pk=request.agency))


def clocks_of(
    request: CertificationRequest, *, sending_on: date | None = None, marks: frozenset[str] | None = None
) -> list[Clock]:
    """The clocks that run: none before it is sent, unless one asks what `sending_on` a day would start.

    Once sent, the rules are those it started under; which of them are confirmed is asked anew, or known
    from `marks`.
    """
    requested_on = request.sent_on or sending_on
    if requested_on is None:
        return []
    if not request.sent_on:
        return letter_clocks(request, on=requested_on)
    known = started.rules_in(request.rules, clock.confirmed() if marks is None else marks)
    holidays = started.holidays_in(request.holidays)
    return _run(request, known, holidays, requested_on, request.received_on)


def letter_clocks(request: CertificationRequest, *, on: date) -> list[Clock]:
    """What the letter reckons with: that the agency has it on the day it is sent, whatever came later."""
    if request.sent_on:
        known, holidays = started.as_kept(request.rules), started.holidays_in(request.holidays)
    else:
        agency = agency_of(request)
        known, holidays = clock.rules_for(agency), clock.holidays_of(agency)
    return _run(request, known, holidays, request.sent_on or on, request.sent_on or on)


def _run(
    request: CertificationRequest,
    known: list[Rule],
    holidays: Holidays,
    requested_on: date,
    received_on: date | None,
) -> list[Clock]:
    asked, facts = bool(request.expedite_asked), facts_of(request)
    removal = Trigger.REMOVAL in facts
    return rules.clocks(known, requested_on, received_on, asked, removal, holidays, also=facts)


def facts_of(request: CertificationRequest) -> frozenset[Trigger]:
    """What may let the victim ask for the shorter time."""
    return frozenset(trigger for name, trigger in FACTS.items() if getattr(request, name))


def removal_in_case(request: CertificationRequest) -> bool | None:
    """Whether the case says that the victim is in removal proceedings; None where nobody knows."""
    detention = Detention.objects.filter(case=request.case_id).first()
    return IN_THE_CASE.get(detention.in_removal_proceedings) if detention else None


def lacks_a_number(request: CertificationRequest) -> bool:
    """Nobody is in removal proceedings without an A-Number, and the form asks for it."""
    return bool(request.removal_proceedings) and not _client(request).a_numbers


def keep_rules(request: CertificationRequest, *, on: date) -> None:
    """The rules of that day stay with the request from now on."""
    agency = agency_of(request)
    request.rules = started.kept(clock.rules_for(agency), on)
    request.holidays = started.kept_holidays(clock.holidays_of(agency))


def asks_expedite(request: CertificationRequest, *, on: date) -> bool:
    """Whether the letter asks, which takes a reason: packet_of says the same, and costs more."""
    if not request.expedite_asked:
        return False
    return bool(packet.reasons(letter_clocks(request, on=on), facts_of(request)))


def is_unruled(request: CertificationRequest, *, on: date) -> bool:
    """Whether the letter asks because of detention, for which no rule gives this agency less time."""
    return bool(request.expedite_asked) and packet.is_unruled(
        letter_clocks(request, on=on), facts_of(request)
    )


def open_rules(request: CertificationRequest, *, on: date) -> list[Rule]:
    """What the letter cites and nobody has confirmed, nor looked up for this letter."""
    return packet.open_rules(clocks_of(request, sending_on=on), frozenset(request.checked))


def packet_of(request: CertificationRequest, *, on: date) -> packet.Packet:
    """The request as it is printed on a day: approved only as far as it says what was approved."""
    with translation.override(packet.LANGUAGE):
        printed = _packet_of(request, on)
    return replace(printed, approved=request.approved_digest == packet.digest(printed))


def has_changed(request: CertificationRequest, *, on: date) -> bool:
    """Whether the case, the agency, the letterhead or the law says something else than was approved."""
    return request.approved_on is not None and not packet_of(request, on=on).approved


def _packet_of(request: CertificationRequest, on: date) -> packet.Packet:
    running, checked = letter_clocks(request, on=on), frozenset(request.checked)
    agency, first = agency_of(request), rules.first_clock(running)
    return packet.Packet(
        reference=request.case.reference,
        written_on=request.sent_on or on,
        sender=_sender(request),
        agency=_addressee(agency),
        victim=_victim(request),
        crime=_crime(request),
        how_helped=request.how_helped,
        reasons=packet.reasons(running, facts_of(request)),
        expedite_asked=bool(request.expedite_asked),
        answer_by=first.due if first else None,
        citations=packet.citations(running, checked),
        standard=packet.legal_standard(running, checked),
        enclosures=_enclosures(request),
        full_draft=agency.full_draft if request.full_draft is None else request.full_draft,
        approved=False,
    )


def shown_of(request: CertificationRequest, *, on: date) -> str:
    """Differs with anything that whoever approves has before them: packet, law, ties, case."""
    stamps = sorted({rule.stamp for rule in open_rules(request, on=on)})
    ties = sorted(str(tie.pk) for tie in agreements_of(request, on=on))
    case = str(removal_in_case(request))
    told = "|".join((packet.digest(packet_of(request, on=on)), case, *stamps, *ties))
    return sha256(told.encode()).hexdigest()


def missing_of(request: CertificationRequest, *, on: date) -> tuple[Missing, ...]:
    """What keeps it from being ready, apart from the signer, who comes with the approval."""
    proof = bool(request.proof_of_proceedings)
    printed = packet_of(request, on=on)
    lacking = packet.missing(printed, proof_of_proceedings=proof)
    letters = (Missing.LETTERS,) if packet_letters.missing(printed) else ()
    return (*(what for what in lacking if what is not Missing.SIGNER), *letters)


def _sender(request: CertificationRequest) -> packet.Sender:
    head = Letterhead.of(request.organisation_id)
    return packet.Sender(
        name=head.name,
        address=head.address_lines,
        telephone=head.telephone,
        email=head.email,
        signer=request.signer,
        signer_title=_("Supervising attorney") if request.signer else "",
    )


def _addressee(agency: Agency) -> packet.Addressee:
    is_state = agency.jurisdiction.kind == Jurisdiction.Kind.STATE
    return packet.Addressee(
        name=agency.name,
        official=agency.official,
        address=agency.address_lines,
        category=CATEGORY.get(Agency.Kind(agency.kind), "Other"),
        level="State" if is_state else "Local",
    )


def _enclosures(request: CertificationRequest) -> tuple[str, ...]:
    """As they were written down, and the notice to appear where it was only said that it is enclosed."""
    listed = tuple(request.enclosures)
    if not request.proof_of_proceedings or any(NOTICE.search(line) for line in listed):
        return listed
    return (*listed, _("Copy of the notice to appear"))


def _victim(request: CertificationRequest) -> packet.Victim:
    client = _client(request)
    first, *more = map(numbers.show_a_number, client.a_numbers or [""])
    return packet.Victim(
        family_name=client.family_names,
        given_name=client.given_names,
        other_names="; ".join(client.other_names),
        born_on=client.born_on,
        a_number=first,
        more_a_numbers=tuple(more),
        sex=SEXES.get(request.sex, ""),
    )


def _client(request: CertificationRequest) -> Person:
    return lists.client_of(Person.objects.filter(case=request.case_id)) or Person()


def _crime(request: CertificationRequest) -> packet.Crime:
    return packet.Crime(
        keys=frozenset(request.crimes),
        similar=request.similar,
        dates=request.crime_dates,
        place=request.crime_place,
        case_number=request.case_number,
        account=request.account,
        injury=request.injury,
        statutes=request.statutes,
    )
