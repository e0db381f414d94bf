"""By when agencies in other states answer: a client may have been a victim elsewhere.

Left out, for want of a number: Connecticut, Delaware, New Jersey, New Mexico, New York,
Pennsylvania and Rhode Island.
"""

from datetime import date

from clinic.directory.facts.shapes import ClockFact

NIWAP = "niwaplibrary.wcl.american.edu"

OTHER_STATES_CLOCKS = (
    ClockFact(
        slug="california-statute",
        name="California statute",
        jurisdiction="california",
        ordinary_days=30,
        expedited_days=7,
        citation="Cal. Penal Code 679.10",
        source="AB 917 (2020), AB 1261 (2023)",
        confidence="P",
        note=(
            "AB 1261 adds a seven-day case: a family member who will lose eligibility within "
            "60 days. From which day the seven count is from memory only."
        ),
    ),
    ClockFact(
        slug="illinois-voices-act",
        name="Illinois VOICES Act",
        jurisdiction="illinois",
        ordinary_days=90,
        expedited_days=21,
        unit="business",
        citation="5 ILCS 825/10, 825/11",
        source="P.A. 100-1115, P.A. 102-0401",
        confidence="P",
        note=(
            "Business days: from memory, another source says days. Five days in certain cases of "
            "a child or sibling aging out. Courts are not covered."
        ),
    ),
    ClockFact(
        slug="washington-statute",
        name="Washington statute",
        jurisdiction="washington",
        ordinary_days=90,
        expedited_days=14,
        citation="RCW 7.98.020",
        source="The state’s commerce department; NIWAP",
        url_hint=f"commerce.wa.gov, {NIWAP}",
        confidence="P",
        note="Also no later than 14 days before a child turns 21.",
    ),
    ClockFact(
        slug="maryland-statute",
        name="Maryland statute",
        jurisdiction="maryland",
        ordinary_days=45,
        expedited_days=7,
        citation="Md. Crim. Proc. 11-930 to 11-932",
        source="SB 608/HB 579 (2025)",
        url_hint=NIWAP,
        confidence="P",
        effective_from=date(2025, 10, 1),
        note="Before October 1, 2025: 90 and 14 days.",
    ),
    ClockFact(
        slug="colorado-statute",
        name="Colorado statute",
        jurisdiction="colorado",
        ordinary_days=90,
        expedited_days=30,
        citation="C.R.S. 24-4.1-401 to -406",
        source="HB21-1060",
        confidence="P",
        effective_from=date(2021, 9, 1),
    ),
    ClockFact(
        slug="nevada-statute",
        name="Nevada statute",
        jurisdiction="nevada",
        ordinary_days=90,
        expedited_days=14,
        citation="NRS 217.580 to 217.590",
        source="Days from memory",
        confidence="M",
    ),
    ClockFact(
        slug="oregon-statute",
        name="Oregon statute",
        jurisdiction="oregon",
        ordinary_days=90,
        expedited_days=14,
        citation="ORS 147.620",
        source="SB 962 (2019); days from memory",
        confidence="M",
    ),
    ClockFact(
        slug="virginia-statute",
        name="Virginia statute",
        jurisdiction="virginia",
        ordinary_days=120,
        expedited_days=None,
        citation="Va. Code 9.1-1500 to 9.1-1502",
        source="2021 Sp. Sess. I c. 468",
        confidence="P",
        note="A shorter time is to be verified. A denial is in writing; a circuit court reviews it.",
    ),
    ClockFact(
        slug="utah-statute",
        name="Utah statute",
        jurisdiction="utah",
        ordinary_days=90,
        expedited_days=14,
        citation="Utah Code 77-38-503",
        source="HB 298 (2020)",
        url_hint="casetext.com",
        confidence="S",
        note="The section was superseded on July 1, 2026: find its new number before citing it.",
    ),
    ClockFact(
        slug="massachusetts-statute",
        name="Massachusetts statute",
        jurisdiction="massachusetts",
        ordinary_days=90,
        expedited_days=None,
        starts="receipt",
        citation="G.L. c. 258F s. 3",
        source="Text of the statute (2021)",
        confidence="S",
        note="The answer may also be a written denial, or a reason for the delay with a date.",
    ),
    ClockFact(
        slug="nebraska-statute",
        name="Nebraska statute",
        jurisdiction="nebraska",
        ordinary_days=90,
        expedited_days=None,
        citation="Neb. Rev. Stat. 29-217",
        source="Statute of 2020",
        confidence="P",
        note="A shorter time was not found.",
    ),
)
