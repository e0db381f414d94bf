"""The languages people here speak, each named in itself, with the direction it is written in."""

from typing import NamedTuple

from django.utils.translation import gettext as _

UNKNOWN = "und"  # BCP 47: undetermined
NOT_LISTED = "mis"  # BCP 47: a language without a code of its own


class Language(NamedTuple):
    code: str
    own_name: str
    english: str
    rtl: bool = False
    written: bool = True  # False: ask for an interpreter, never for a letter
    tier: int = 3


ALL = (
    Language("en", "English", "English", tier=1),
    Language("es", "Español", "Spanish", tier=1),
    Language("so", "Soomaali", "Somali", tier=1),
    Language("mww", "Hmoob Dawb", "White Hmong", tier=1),
    Language("hnj", "Moob Leeg", "Green Hmong", tier=1),
    Language("ksw", "ကညီကျိာ်", "S’gaw Karen", tier=1),
    Language("om", "Afaan Oromoo", "Oromo", tier=1),
    Language("am", "አማርኛ", "Amharic", tier=1),
    Language("ar", "العربية", "Arabic", rtl=True, tier=1),
    Language("vi", "Tiếng Việt", "Vietnamese", tier=1),
    Language("ru", "Русский", "Russian", tier=2),
    Language("my", "မြန်မာ", "Burmese", tier=2),
    Language("km", "ខ្មែរ", "Khmer", tier=2),
    Language("lo", "ລາວ", "Lao", tier=2),
    Language("zh-Hant", "繁體中文", "Chinese, traditional", tier=2),
    Language("zh-Hans", "简体中文", "Chinese, simplified", tier=2),
    Language("yue", "廣東話", "Cantonese", tier=2),
    Language("fr", "Français", "French", tier=2),
    Language("prs", "دری", "Dari", rtl=True, tier=2),
    Language("ps", "پښتو", "Pashto", rtl=True, tier=2),
    Language("fa", "فارسی", "Farsi", rtl=True, tier=2),
    Language("sw", "Kiswahili", "Swahili", tier=2),
    Language("ti", "ትግርኛ", "Tigrinya", tier=2),
    Language("uk", "Українська", "Ukrainian", tier=2),
    Language("ne", "नेपाली", "Nepali", tier=2),
    Language("pt", "Português", "Portuguese", tier=2),
    Language("ko", "한국어", "Korean"),
    Language("rw", "Ikinyarwanda", "Kinyarwanda"),
    Language("ht", "Kreyòl ayisyen", "Haitian Creole"),
    Language("nus", "Thok Naath", "Nuer"),
    Language("anu", "Dha Anywaa", "Anuak"),
    Language("kyu", "ꤊꤢꤛꤢ꤭", "Karenni"),
    Language("bo", "བོད་སྐད་", "Tibetan"),
    Language("qu", "Runasimi", "Quechua", written=False),
    Language("qug", "Kichwa", "Kichwa", written=False),
    Language("quc", "K’iche’", "K’iche’", written=False),
    Language("mam", "Mam", "Mam", written=False),
    Language("kjb", "Q’anjob’al", "Q’anjob’al", written=False),
)
LANGUAGES = {language.code: language for language in ALL}


def direction(code: str) -> str:
    """The value of a `dir` attribute for text in this language."""
    language = LANGUAGES.get(code)
    return "rtl" if language and language.rtl else "ltr"


def name_of(code: str) -> str:
    """ "Soomaali (Somali)"; just one name where both are the same; "" where nobody knows it."""
    if code == NOT_LISTED:
        return _("Another language")
    language = LANGUAGES.get(code)
    if language:
        return both_names(language)
    return "" if code == UNKNOWN else code


def both_names(language: Language) -> str:
    if language.own_name == language.english:
        return language.own_name
    return f"{language.own_name} ({language.english})"
