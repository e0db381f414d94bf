"""Places and the agencies there. Addresses, officials and telephone numbers are not known to us yet."""

from clinic.directory.facts.shapes import AgencyFact, JurisdictionFact

PLAIN = "Name of the place"
STATES = (
    "California",
    "Colorado",
    "Illinois",
    "Maryland",
    "Massachusetts",
    "Nebraska",
    "Nevada",
    "Oregon",
    "Utah",
    "Virginia",
    "Washington",
)
COUNTIES = (
    "Cass",
    "Crow Wing",
    "Freeborn",
    "Hennepin",
    "Itasca",
    "Jackson",
    "Kandiyohi",
    "Mille Lacs",
    "Sherburne",
)


def slug(name: str) -> str:
    return name.lower().replace(" ", "-").replace(".", "")


def _county(name: str) -> JurisdictionFact:
    return JurisdictionFact(
        slug=f"{slug(name)}-county",
        name=f"{name} County",
        kind="county",
        state="minnesota",
        source=PLAIN,
        confidence="S",
    )


def _state(name: str) -> JurisdictionFact:
    return JurisdictionFact(slug=slug(name), name=name, kind="state", source=PLAIN, confidence="S")


def _city(name: str) -> JurisdictionFact:
    return JurisdictionFact(
        slug=slug(name),
        name=name,
        kind="city",
        state="minnesota",
        source=PLAIN,
        confidence="S",
    )


# States first: cities and counties name theirs.
JURISDICTIONS = (
    _state("Minnesota"),
    *map(_state, STATES),
    *map(_county, COUNTIES),
    _city("Minneapolis"),
    _city("St. Paul"),
)

CITY_PAGE = "The city’s U and T visa page (minneapolismn.gov)"
MINNEAPOLIS_ASKS = (
    "E-mail subject: “(Your name) in removal proceedings. Please expedite.” Send proof, such as a "
    "copy of the notice to appear. Fill in Supplement B as far as possible; the agency reviews it "
    "and completes Part 6. Describe how the victim helped. Send a copy of Form I-918 and a "
    "self-addressed, postage-paid envelope."
)
CODE_44 = "St. Paul Admin. Code ch. 44 (stpaul-mn.elaws.us)"


def _minneapolis(name: str, kind: str) -> AgencyFact:
    return AgencyFact(
        slug=slug(name).removesuffix("-department"),
        name=name,
        kind=kind,
        jurisdiction="minneapolis",
        how_to_ask=MINNEAPOLIS_ASKS,
        full_draft=True,
        source=CITY_PAGE,
        confidence="P",
    )


def _st_paul(name: str, kind: str) -> AgencyFact:
    return AgencyFact(
        slug=slug(name).removesuffix("-department"),
        name=name,
        kind=kind,
        jurisdiction="st-paul",
        source=CODE_44,
        confidence="S",
    )


def _sheriff(county: str) -> AgencyFact:
    return AgencyFact(
        slug=f"{slug(county)}-county-sheriff",
        name=f"{county} County Sheriff",
        kind="law_enforcement",
        jurisdiction=f"{slug(county)}-county",
        source="News reports of 2025 and 2026",
        confidence="P",
        note="Has or had an agreement with ICE: talk to the client before you send anything.",
    )


AGENCIES = (
    _minneapolis("Minneapolis Police Department", "law_enforcement"),
    _minneapolis("Minneapolis City Attorney", "prosecutor"),
    _minneapolis("Minneapolis Civil Rights Department", "civil_rights"),
    _st_paul("St. Paul Police Department", "law_enforcement"),
    _st_paul("St. Paul City Attorney", "prosecutor"),
    AgencyFact(
        slug="hennepin-county-attorney",
        name="Hennepin County Attorney",
        kind="prosecutor",
        jurisdiction="hennepin-county",
        how_to_ask="The crime happened in the county, or the applicant lives in the county.",
        source="The office’s policy of March 7, 2024 (hennepinattorney.org/visa)",
        confidence="P",
    ),
    *(_sheriff(county) for county in COUNTIES if county != "Hennepin"),
)
