"""Letters of a packet that no font of this machine draws, found before anybody waits for the packet."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic import pdf

from .packet import Crime, Packet


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where some of the letters stand."""

    label: str | Promise
    letters: str


def missing(packet: Packet) -> str:
    """What will not print, each character once."""
    return pdf.letters_without_font(text for _label, text in _texts(packet))


def places(packet: Packet, letters: str) -> list[Place]:
    """Where these letters stand, in the order of the packet."""
    found = [(label, [one for one in letters if one in text]) for label, text in _texts(packet)]
    return [Place(label=label, letters=" ".join(held)) for label, held in found if held]


def _texts(packet: Packet) -> list[tuple[str | Promise, str]]:
    """All that people wrote and that gets printed."""
    sender, agency, victim = packet.sender, packet.agency, packet.victim
    return [
        (_("The clinic’s letterhead"), " ".join((sender.name, *sender.address, sender.email))),
        (_("The agency’s name and address"), " ".join((agency.official, agency.name, *agency.address))),
        (_("The victim’s name"), victim.name),
        (_("The victim’s other names"), victim.other_names),
        *_crime(packet.crime, full_draft=packet.full_draft),
        (_("How the victim helped"), packet.how_helped),
        (_("Enclosures"), " ".join(packet.enclosures)),
        (_("The name under the letter"), sender.signer),
    ]


def _crime(crime: Crime, *, full_draft: bool) -> list[tuple[str | Promise, str]]:
    in_both: list[tuple[str | Promise, str]] = [
        (_("The agency’s case number"), crime.case_number),
        (_("Crimes"), " ".join(crime.labels)),
        (_("When it happened"), crime.dates),
        (_("Where it happened"), crime.place),
    ]
    in_the_draft: list[tuple[str | Promise, str]] = [
        (_("What happened, for the full draft"), crime.account),
        (_("Known injuries"), crime.injury),
        (_("Statutes"), crime.statutes),
    ]
    return [*in_both, *(in_the_draft if full_draft else ())]
