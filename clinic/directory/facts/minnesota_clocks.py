"""By when agencies in Minnesota answer. Each number stands here once, with its source."""

from datetime import date

from clinic.directory.facts.shapes import ClockFact

STATE_STATUTE = "Minn. Stat. 611A.95"
STANDARD = f"{STATE_STATUTE}, subd. 2(c)"  # no active investigation, charge or conviction is needed

MINNESOTA_CLOCKS = (
    ClockFact(
        slug="minnesota-statute",
        name="Minnesota statute",
        jurisdiction="minnesota",
        agency_kind="law_enforcement",  # "a state or local law enforcement agency": subd. 1(1)
        ordinary_days=90,
        expedited_days=14,
        citation=f"{STATE_STATUTE}, subd. 2(b)",
        source="Text of the statute (2021)",
        url_hint="lawserver.com, instalawyer.io",
        confidence="S",
        note=(
            "The shorter time must be asked for in the request itself. The agency must have "
            "opened an investigation in which the victim cooperated (subd. 2(c)). Open: whether "
            "a prosecutor is a law enforcement agency here."
        ),
    ),
    ClockFact(
        slug="minneapolis-ordinance",
        name="Minneapolis ordinance",
        jurisdiction="minneapolis",
        ordinary_days=30,
        expedited_days=7,
        soft=True,
        expedite_trigger="removal_family",
        citation="Minneapolis ordinance of December 2017",
        source="Asian American Press, 2017-12-15; the city’s U and T visa page",
        url_hint="aapress.com, minneapolismn.gov",
        confidence="P",
        note=(
            "“Or as soon as reasonably possible” where records are off-site or for other good "
            "cause. The code section was not found, nor the day on which the clock starts."
        ),
    ),
    ClockFact(
        slug="st-paul-ordinance",
        name="St. Paul ordinance",
        jurisdiction="st-paul",
        ordinary_days=30,
        expedited_days=7,
        starts="receipt",
        soft=True,
        expedite_trigger="removal_family",
        citation="St. Paul Admin. Code 44.06(b)",
        source="Text of the code; Ordinance 18-21; police department policy 482",
        url_hint="stpaul-mn.elaws.us, stpaul.legistar.com, stpaul.gov/books/48200-u-visa",
        confidence="S",
        effective_from=date(2018, 6, 13),
        note=(
            "“Or as soon as reasonably possible” for good cause. June 13, 2018 is the day of final adoption."
        ),
    ),
    ClockFact(
        slug="hennepin-county-attorney-policy",
        name="Hennepin County Attorney policy",
        jurisdiction="hennepin-county",
        agency="hennepin-county-attorney",
        ordinary_days=30,
        expedited_days=None,
        soft=True,
        citation="HCAO U/T Visa Certification Policy, March 7, 2024",
        source="The office’s policy of March 7, 2024",
        url_hint="mnlegalservices.org, hennepinattorney.org/visa",
        confidence="P",
        effective_from=date(2024, 3, 7),
        note="The office’s own policy, not law. A shorter time was not found.",
    ),
    ClockFact(
        slug="clinic-target",
        name="Clinic’s own target",
        jurisdiction="minnesota",
        ordinary_days=None,
        expedited_days=7,
        soft=True,
        target=True,
        expedite_trigger="removal_detained",
        citation="MIRAC sanctuary platform (2017), item 6",
        source="MIRAC sanctuary platform, 2017",
        confidence="demand",
        note="Seven days at most: demanded, not law. Used for chasing where nothing binds the agency.",
    ),
)
