"""Agreements with ICE, places where ICE holds people, and the immigration court."""

from datetime import date

from clinic.directory.facts.shapes import AgreementFact, CourtFact, FacilityFact

DECEMBER_REPORTS = "kaxe and kfgo, December 2025; CBS/WCCO, January 2026"
APRIL_REPORT = "MPR News, 2025-04-08"
ICE_LIST = "ICE’s list of agencies, December 2025, as reported"
OLD_ICE_DATA = "Public ICE data of 2017 to 2021; CBS/WCCO for use in 2025 and 2026"
ADDRESS_IS_OLD = "The address is from 2017 to 2021: verify it."
MIXED_UP = "News reports mix up 287(g) agreements and detention contracts here: verify both."

AGREEMENTS = (
    AgreementFact(
        agency="cass-county-sheriff",
        kind="287g_tfm",
        board="no",
        source="kaxe, 2025-12-15",
        confidence="P",
    ),
    AgreementFact(
        agency="crow-wing-county-sheriff",
        kind="287g_tfm",
        board="no",
        starts_on=date(2025, 3, 25),
        source=DECEMBER_REPORTS,
        confidence="P",
    ),
    AgreementFact(
        agency="crow-wing-county-sheriff",
        kind="287g_wso",
        board="no",
        starts_on=date(2025, 3, 26),
        source=DECEMBER_REPORTS,
        confidence="P",
    ),
    AgreementFact(
        agency="crow-wing-county-sheriff",
        kind="detention_igsa",
        source=DECEMBER_REPORTS,
        confidence="P",
        note="Houses people for ICE since November 2025.",
    ),
    AgreementFact(
        agency="freeborn-county-sheriff",
        kind="287g_jail",
        board="yes",
        status="Preliminary injunction of January 16, 2026 (one source only: verify)",
        source=f"{ICE_LIST}; detention-pipeline.transparencycascade.org",
        confidence="P",
        note="JEM or WSO: verify. Signed in March 2025 and ratified by the board later.",
    ),
    AgreementFact(
        agency="freeborn-county-sheriff",
        kind="detention_igsa",
        source=APRIL_REPORT,
        confidence="P",
        note=MIXED_UP,
    ),
    AgreementFact(
        agency="itasca-county-sheriff",
        kind="287g_tfm",
        source=DECEMBER_REPORTS,
        confidence="P",
        note="Perhaps also a Warrant Service Officer agreement: verify.",
    ),
    AgreementFact(agency="jackson-county-sheriff", kind="287g_jail", source=ICE_LIST, confidence="P"),
    AgreementFact(
        agency="kandiyohi-county-sheriff",
        kind="287g_jail",
        source=ICE_LIST,
        confidence="P",
        note=MIXED_UP,
    ),
    AgreementFact(
        agency="kandiyohi-county-sheriff",
        kind="detention_igsa",
        source=APRIL_REPORT,
        confidence="P",
        note=MIXED_UP,
    ),
    AgreementFact(
        agency="mille-lacs-county-sheriff",
        kind="287g_tfm",
        source=DECEMBER_REPORTS,
        confidence="P",
        note="The sheriff says it was never used.",
    ),
    AgreementFact(
        agency="sherburne-county-sheriff",
        kind="287g_jail",
        source=ICE_LIST,
        confidence="P",
        note=MIXED_UP,
    ),
    AgreementFact(
        agency="sherburne-county-sheriff",
        kind="usms_rider",
        source=APRIL_REPORT,
        confidence="P",
        note=MIXED_UP,
    ),
)


def _jail(
    slug: str, code: str, name: str, address: str, *, in_use: bool | None, note: str = ""
) -> FacilityFact:
    return FacilityFact(
        slug=slug,
        code=code,
        name=name,
        address=address,
        in_use=in_use,
        source=OLD_ICE_DATA,
        confidence="P",
        note=" ".join(filter(None, (note, ADDRESS_IS_OLD))),
    )


def _prison(slug: str, code: str, name: str) -> FacilityFact:
    return FacilityFact(
        slug=slug, code=code, name=name, source=OLD_ICE_DATA, confidence="P", note="Federal prison."
    )


FACILITIES = (
    _jail(
        "sherburne-county-jail",
        "SHERBMN",
        "Sherburne County Jail",
        "13880 US Hwy 10\nElk River, MN 55330",
        in_use=True,
        note="Under a U.S. Marshals agreement.",
    ),
    _jail(
        "kandiyohi-county-jail",
        "KANDIMN",
        "Kandiyohi County Jail",
        "2201 23rd St NE\nWillmar, MN 56201",
        in_use=True,
    ),
    _jail(
        "freeborn-county-detention",
        "FREEBMN",
        "Freeborn County Adult Detention Center",
        "411 S Broadway Ave\nAlbert Lea, MN 56007",
        in_use=True,
    ),
    _jail(
        "crow-wing-county-jail",
        "CROWGMN",
        "Crow Wing County Jail",
        "313 Laurel St\nBrainerd, MN 56401",
        in_use=True,
    ),
    _jail(
        "nobles-county-jail",
        "NOBLEMN",
        "Nobles County Jail",
        "1530 Airport Rd\nWorthington, MN 56187",
        in_use=False,
    ),
    _jail(
        "carver-county-jail",
        "CARJAMN",
        "Carver County Jail",
        "600 E 4th St\nChaska, MN 55318",
        in_use=False,
    ),
    _jail(
        "ramsey-county-detention",
        "RAADCMN",
        "Ramsey County Adult Detention Center",
        "425 Grove St\nSt. Paul, MN 55101",
        in_use=False,
    ),
    _jail(
        "hennepin-county-detention",
        "HEADCMN",
        "Hennepin County Adult Detention Center",
        "525 Portland Ave S\nMinneapolis, MN 55415",
        in_use=None,
    ),
    FacilityFact(
        slug="whipple-federal-building",
        name="Whipple Federal Building, Fort Snelling",
        in_use=True,
        source="CBS/WCCO, January 2026",
        confidence="P",
        note="The first stop after an arrest; ICE’s St. Paul office.",
    ),
    FacilityFact(
        slug="st-paul-hold-room",
        code="SPMHOLD",
        name="ICE hold room, St. Paul office",
        source=OLD_ICE_DATA,
        confidence="P",
        note="Listed under an old address in Bloomington.",
    ),
    _prison("fmc-rochester", "BOPRCH", "FMC Rochester"),
    _prison("fci-sandstone", "BOPSST", "FCI Sandstone"),
    _prison("fci-waseca", "BOPWAS", "FCI Waseca"),
)

COURTS = (
    CourtFact(
        slug="fort-snelling-immigration-court",
        name="Fort Snelling Immigration Court",
        address="1 Federal Dr\nFort Snelling, MN",
        source="From memory",
        confidence="M",
    ),
)
