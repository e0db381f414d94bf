"""Fictional calls. Every name means "example" in its language, every A-number starts with 000."""

from dataclasses import dataclass
from datetime import date

from clinic.cases import steps
from clinic.cases.models import AskLater, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class FictionalCall:
    """`days_ago`: when it was logged. `promise`: in how many days, and what."""

    given_names: str
    family_names: str
    other_names: tuple[str, ...] = ()
    country: str
    born_on: date | None = None
    language: str
    a_number: str = ""
    interpreter: AskLater = AskLater.LATER
    caller: str
    relation: str
    phone: str
    safe: tuple[str, ...] = ("call",)
    safe_when: str = ""
    code_word: str = ""
    held_at: str = ""
    arrested_by: str = ""
    arrested_days_ago: int | None = None
    paper: Paper = Paper.UNKNOWN
    in_removal_proceedings: AskLater = AskLater.LATER
    story: str = ""
    urgent_why: str = ""
    days_ago: int = 0
    promise: tuple[int, str] | None = None
    goes_to: str = ""
    note: str = ""


ICE = "ICE ERO (Enforcement and Removal Operations)"
YES, NO, UNKNOWN = AskLater.YES, AskLater.NO, AskLater.UNKNOWN

CALLS = (
    FictionalCall(
        given_names="Ficta María",
        family_names="Ejemplo Prueba",
        other_names=("Maria Egemplo",),
        country="Ecuador",
        born_on=date(1990, 4, 1),
        language="es",
        a_number="000111222",
        interpreter=YES,
        caller="Calla Ejemplo",
        relation="sister",
        phone="612-555-0101",
        safe=("call", "text"),
        safe_when="after 6 pm",
        code_word="paraguas",
        held_at="Sherburne County Jail",
        arrested_by=ICE,
        arrested_days_ago=6,
        paper=Paper.ADMINISTRATIVE,
        in_removal_proceedings=YES,
        story="Arrested on the way to work. In March a neighbor beat her; she reported it to the police in "
        "Minneapolis and spoke with the detective twice.",
        days_ago=5,
        promise=(1, "Hearing about the bond"),
        goes_to="ben",
        note="Her sister has the report number of the police and a copy of the notice to appear.",
    ),
    FictionalCall(
        given_names="Muuqaal",
        family_names="Tusaale",
        other_names=("Mukhal Tusale",),
        country="Somalia",
        language="so",
        a_number="000222333",
        interpreter=NO,
        caller="Tusaale Cabdi",
        relation="brother",
        phone="651-555-0102",
        held_at="Freeborn County Adult Detention Center",
        arrested_by=ICE,
        arrested_days_ago=12,
        in_removal_proceedings=YES,
        story="Checked in with ICE as every year and was kept there.",
        days_ago=11,
        promise=(-2, "Ask the court for the hearing date"),
        goes_to="ben",
    ),
    FictionalCall(
        given_names="Piv",
        family_names="Txwv",
        country="Laos",
        language="mww",
        interpreter=UNKNOWN,
        caller="Maiv Piv",
        relation="daughter",
        phone="651-555-0103",
        held_at="Kandiyohi County Jail",
        in_removal_proceedings=UNKNOWN,
        story="An order of 2004; the daughter does not know what it says.",
        days_ago=9,
        promise=(6, "Get the old order from the court"),
        goes_to="ben",
    ),
    FictionalCall(
        given_names="ምሳሌ",
        family_names="ናሙና",
        other_names=("Misale Namuna",),
        country="Ethiopia",
        language="am",
        a_number="000333444",
        caller="Namuna Misale",
        relation="wife",
        phone="612-555-0104",
        safe=("text",),
        held_at="Sherburne County Jail",
        in_removal_proceedings=YES,
        story="He says that he cannot go back and told the officer so.",
        days_ago=15,
        promise=(0, "Call the wife back"),
        goes_to="ben",
    ),
    FictionalCall(
        given_names="مثال",
        family_names="نموذج",
        other_names=("Mithal Namudhaj",),
        country="Iraq",
        language="ar",
        interpreter=YES,
        caller="Nadia Mithal",
        relation="wife",
        phone="612-555-0105",
        safe=("call", "voicemail"),
        held_at="Nobles County Jail",
        arrested_by=ICE,
        arrested_days_ago=1,
        story="Needs insulin; the jail did not let the family bring it.",
        urgent_why="insulin, last dose yesterday",
        days_ago=0,
        promise=(0, steps.CALL_BACK),
    ),
    FictionalCall(
        given_names="Ví Dụ",
        family_names="Mẫu",
        other_names=("Vi Du Mau",),
        country="Vietnam",
        language="vi",
        a_number="000444555",
        caller="Mẫu Thử",
        relation="mother",
        phone="612-555-0106",
        held_at="Crow Wing County Jail",
        arrested_by="Crow Wing County Sheriff",
        arrested_days_ago=2,
        story="Stopped in traffic; the jail says that ICE may take him tomorrow.",
        urgent_why="transfer likely tomorrow",
        days_ago=1,
    ),
    FictionalCall(
        given_names="Пример",
        family_names="Образцов",
        other_names=("Primer Obraztsov",),
        country="Russia",
        language="ru",
        caller="Образцова",
        relation="wife",
        phone="612-555-0107",
        story="She does not know where he is. He texted: they took me at the airport.",
        days_ago=3,
    ),
    FictionalCall(
        given_names="Fakkeenya",
        family_names="Moodela",
        country="Ethiopia",
        language="om",
        caller="Fakkeenya Tokko",
        relation="cousin",
        phone="651-555-0108",
        held_at="Carver County Jail",
        in_removal_proceedings=NO,
        days_ago=4,
    ),
    FictionalCall(
        given_names="Muestra",
        family_names="K’amb’al",
        country="Guatemala",
        language="quc",
        interpreter=YES,
        caller="Pastora Ficticia",
        relation="community worker",
        phone="612-555-0109",
        held_at="Sherburne County Jail",
        in_removal_proceedings=YES,
        story="Speaks K’iche’ and little Spanish. Was told to sign a paper that nobody read to him.",
        days_ago=6,
    ),
    FictionalCall(
        given_names="Exemple",
        family_names="Modèle",
        country="Togo",
        language="fr",
        a_number="000555666",
        caller="Ami Modèle",
        relation="friend",
        phone="612-555-0110",
        held_at="Sherburne County Jail",
        in_removal_proceedings=YES,
        days_ago=7,
        goes_to="offer to dee",
    ),
    FictionalCall(
        given_names="Exemplo",
        family_names="Amostra",
        country="Brazil",
        language="pt",
        caller="Amostra Grátis",
        relation="partner",
        phone="612-555-0111",
        held_at="Freeborn County Adult Detention Center",
        in_removal_proceedings=YES,
        days_ago=2,
        goes_to="offer to ben",
    ),
    FictionalCall(
        given_names="Ficta",
        family_names="Muestra",
        country="Mexico",
        born_on=date(1988, 9, 2),
        language="es",
        a_number="000666777",
        caller="Ficto Muestra",
        relation="son",
        phone="612-555-0112",
        safe=(),
        held_at="Kandiyohi County Jail",
        in_removal_proceedings=YES,
        story="Came to work on a farm and was paid half of what the contract said. She told the sheriff.",
        days_ago=8,
        goes_to="dee",
    ),
)

DRAFTS = (
    {
        "client_given_names": "Nombre",
        "client_family_names": "Inventado Falso",
        "client_language": "es",
        "caller_given_names": "Vecina",
        "caller_phone": "612-555-0113",
        "case_story": "The line dropped. She calls again tonight.",
    },
    {"caller_given_names": "Somebody at a church", "caller_phone": "651-555-0114"},
)
