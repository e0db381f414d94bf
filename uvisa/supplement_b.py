"""The layout of Form I-918 Supplement B, by edition: its parts, its item numbers, and who fills them."""

from dataclasses import dataclass
from enum import StrEnum

from uvisa.crimes import QUALIFYING_CRIMES


class Filler(StrEnum):
    CLINIC = "clinic"
    EITHER = "either"  # the clinic drafts it where the agency asks for a full draft
    AGENCY = "agency"


@dataclass(frozen=True, kw_only=True)
class Item:
    """`key` names the answer in Packet.answers(); without one the item is always left empty."""

    number: str
    label: str
    key: str = ""
    boxes: tuple[str, ...] = ()
    lines: int = 1


@dataclass(frozen=True, kw_only=True)
class Part:
    number: int
    title: str
    filler: Filler
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Edition:
    date: str
    parts: tuple[Part, ...]


YES_NO = ("Yes", "No")
SEXES = {"male": "Male", "female": "Female"}  # the boxes of Part 1, item 5, as the form has them


def _name(number: str, whose: str, key: str = "") -> tuple[Item, ...]:
    ending = f" {whose}" if whose else ""
    return (
        Item(number=f"{number}.a", label=f"Family name{ending}", key=key and f"{key}_family"),
        Item(number=f"{number}.b", label=f"Given name{ending}", key=key and f"{key}_given"),
        Item(number=f"{number}.c", label=f"Middle name{ending}", key=key and f"{key}_middle"),
    )


VICTIM = Part(
    number=1,
    title="Victim Information",
    filler=Filler.CLINIC,
    items=(
        Item(number="1", label="A-Number (if any)", key="a_number"),
        *_name("2", "", "victim"),
        Item(number="3.a–c", label="Other names used", key="other_names"),
        Item(number="4", label="Date of birth (mm/dd/yyyy)", key="born_on"),
        Item(number="5", label="Sex", key="sex", boxes=tuple(SEXES.values())),
    ),
)
AGENCY = Part(
    number=2,
    title="Agency Information",
    filler=Filler.EITHER,
    items=(
        Item(number="1", label="Name of certifying agency", key="agency"),
        *_name("2", "of certifying official"),
        Item(number="3", label="Title and division or office of certifying official"),
        *_name("4", "of head of certifying agency"),
        Item(number="5.a–h", label="Agency address", key="agency_address", lines=2),
        Item(
            number="6",
            label="Agency type",
            key="agency_level",
            boxes=("Federal", "State", "Local"),
        ),
        Item(number="7", label="Case status", boxes=("On-going", "Completed", "Other")),
        Item(
            number="8",
            label="Certifying agency category",
            key="agency_category",
            boxes=("Judge", "Law enforcement", "Prosecutor", "Other"),
        ),
        Item(number="9", label="Case number", key="case_number"),
        Item(number="10", label="FBI number or SID number (if applicable)"),
    ),
)
CRIMES = Part(
    number=3,
    title="Criminal Acts",
    filler=Filler.EITHER,
    items=(
        Item(
            number="1",
            label="The petitioner is a victim of one or more of these offenses, or of similar activity",
            key="crimes",
            boxes=tuple(crime.label for crime in QUALIFYING_CRIMES),
        ),
        Item(number="2.a–d", label="Dates on which it occurred", key="crime_dates"),
        Item(number="3", label="Statutory citations for the criminal activity", key="statutes"),
        Item(
            number="4.a",
            label="Did it occur in the United States or its territories?",
            key="in_us",
            boxes=YES_NO,
        ),
        Item(number="4.b", label="If yes, where", key="place"),
        Item(
            number="5.a",
            label="Did it violate a federal extraterritorial jurisdiction statute?",
            boxes=YES_NO,
        ),
        Item(number="5.b", label="If yes, citation"),
        Item(
            number="6",
            label="Describe the criminal activity and the involvement of the petitioner",
            key="account",
            lines=6,
        ),
        Item(number="7", label="Known or documented injury to the victim", key="injury", lines=4),
    ),
)
HELPFULNESS = Part(
    number=4,
    title="Helpfulness of the Victim",
    filler=Filler.EITHER,
    items=(
        Item(number="1", label="Does the victim possess information?", boxes=YES_NO),
        Item(
            number="2",
            label="Has the victim been, is the victim being, or is the victim likely to be helpful?",
            boxes=YES_NO,
        ),
        Item(
            number="3",
            label="Has the victim refused or failed to give reasonably requested assistance?",
            boxes=YES_NO,
        ),
        Item(number="4", label="Explanation of items 1–3", key="how_helped", lines=4),
        Item(number="5", label="Other information", lines=3),
    ),
)
FAMILY = Part(
    number=5,
    title="Family Members Culpable in Criminal Activity",
    filler=Filler.AGENCY,
    items=(
        Item(
            number="1",
            label="Are any of the victim’s family members culpable or believed culpable?",
            boxes=YES_NO,
        ),
        *(
            Item(number=f"{row}.a–e", label="Name, relationship and involvement", lines=2)
            for row in (2, 3, 4)
        ),
    ),
)
CERTIFICATION = Part(
    number=6,
    title="Certification",
    filler=Filler.AGENCY,
    items=(
        Item(number="1", label="Signature of certifying official (in ink)", lines=2),
        Item(number="2", label="Date of signature (mm/dd/yyyy)"),
        Item(number="3", label="Daytime telephone number"),
        Item(number="4", label="Fax number"),
    ),
)
ADDITIONAL = Part(
    number=7,
    title="Additional Information",
    filler=Filler.CLINIC,
    items=(
        Item(number="1.a–c", label="Petitioner’s name", key="victim_name"),
        Item(number="2", label="A-Number (if any)", key="a_number"),
        Item(number="3", label="Name of certifying agency", key="agency"),
        *(
            Item(number=f"{block}.a–d", label="Page, part and item number, and text", key=key, lines=3)
            for block, key in ((4, "more_a_numbers"), (5, ""), (6, ""))
        ),
    ),
)

EDITION_2025 = Edition(
    date="01/20/25",
    parts=(VICTIM, AGENCY, CRIMES, HELPFULNESS, FAMILY, CERTIFICATION, ADDITIONAL),
)
EDITIONS = {EDITION_2025.date: EDITION_2025}
CURRENT_EDITION = EDITION_2025
