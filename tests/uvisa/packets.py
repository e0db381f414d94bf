"""Builders that show only what a test is about."""

from datetime import date

from uvisa.packet import Addressee, Citation, Cite, Crime, Packet, Sender, Victim
from uvisa.rules import Clock, Level, Rule, Trigger


def make_clock(*, days=14, expedited=True, **rule):
    given = {
        "name": "State",
        "level": Level.STATE,
        "ordinary_days": 90,
        "expedited_days": days,
        "citation": "Minn. Stat. 611A.95, subd. 2(b)",
        "confidence": "S",
    }
    return Clock(
        rule=Rule(**{**given, **rule}),
        started_on=date(2026, 11, 20),
        days=days,
        raw=date(2026, 12, 4),
        due=date(2026, 12, 4),
        chase_on=date(2026, 12, 4),
        expedited=expedited,
    )


def make_packet(**differs):
    given = {
        "reference": "K7-4F2Q",
        "written_on": date(2026, 11, 20),
        "sender": Sender(
            name="Example Legal Clinic",
            address=("1 Example Street", "Minneapolis, MN 55400"),
            telephone="612-555-0100",
            email="clinic@law.example",
            signer="Sol Example",
            signer_title="Supervising Attorney",
        ),
        "agency": Addressee(name="Minneapolis Police Department", category="Law enforcement", level="Local"),
        "victim": Victim(
            family_name="Zvezdalia",
            given_name="Quintessa",
            middle_name="Luz",
            born_on=date(1991, 3, 4),
            a_number="A000-123-456",
        ),
        "crime": Crime(
            keys=frozenset({"felonious_assault"}),
            dates="July 9, 2026",
            place="Example Street, Minneapolis",
            case_number="MP-26-000123",
            account="She was struck with a bottle.",
            injury="Six stitches.",
        ),
        "how_helped": "She called 911 & gave a statement.",
        "reasons": (Trigger.REMOVAL,),
        "expedite_asked": True,
        "answer_by": date(2026, 11, 27),
        "citations": (
            Citation(
                text="Minneapolis ordinance of December 2017",
                days=7,
                business_days=False,
                from_receipt=False,
                cite=Cite.VERIFY,
            ),
            Citation(
                text="Minn. Stat. 611A.95, subd. 2(b)",
                days=14,
                business_days=False,
                from_receipt=False,
                cite=Cite.CONFIRMED,
            ),
        ),
        "standard": Cite.CONFIRMED,
        "enclosures": ("Supplement B worksheet", "Notice to appear"),
    }
    return Packet(**{**given, **differs})
