"""People of a case, and the detention of the one it is about."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from clinic.vault import sealed

from .case import CaseRow


class PartyRole(StrEnum):
    """What a person is to the case."""

    CLIENT = "client"
    CALLER = "caller"
    SPOUSE = "spouse"
    CHILD = "child"
    RELATIVE = "relative"
    PERPETRATOR = "perpetrator"
    EMPLOYER = "employer"
    LANDLORD = "landlord"
    WITNESS = "witness"


class AskLater(StrEnum):
    """Answers to a question, where not knowing is an answer too."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    LATER = "later"

    @property
    def label(self) -> str:
        return str(
            {"yes": _("Yes"), "no": _("No"), "unknown": _("Don’t know"), "later": _("Ask later")}[self]
        )


class Paper(StrEnum):
    """The paper somebody was arrested on."""

    ADMINISTRATIVE = "administrative"
    JUDICIAL = "judicial"
    NONE = "none"
    UNKNOWN = "unknown"


class Person(CaseRow):
    TABLE = "cases.person"

    role = sealed.Choice(PartyRole, PartyRole.CLIENT)
    relation = sealed.Text()
    given_names = sealed.Text()
    family_names = sealed.Text()
    other_names = sealed.List()
    born_on = sealed.Date()
    country_of_birth = sealed.Text()
    a_numbers = sealed.List()
    phone = sealed.Text()
    no_way_back = sealed.Flag()
    email = sealed.Text()
    address = sealed.Text()
    safe_ways = sealed.List()
    safe_when = sealed.Text()
    code_word = sealed.Text()
    language = sealed.Text()
    written = sealed.Text()
    interpreter = sealed.Choice(AskLater, AskLater.LATER)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.given_names, self.family_names) if part)


class Detention(CaseRow):
    """Arrest, where held, and the proceedings, as far as they are known."""

    TABLE = "cases.detention"

    arrested_on = sealed.Date()
    arrested_by = sealed.Text()
    arrested_where = sealed.Text()
    paper = sealed.Choice(Paper, Paper.UNKNOWN)
    held_at = sealed.Text()
    held_since = sealed.Date()
    in_removal_proceedings = sealed.Choice(AskLater, AskLater.LATER)
    notice_to_appear_on = sealed.Date()
    hearing_on = sealed.Date()
    nudge = sealed.Text()
    signed_anything = sealed.Text()
