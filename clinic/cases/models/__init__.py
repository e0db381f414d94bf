from .access import AccessQuerySet, CaseTeamAccess, CaseUserAccess, live_on
from .case import Case, CaseKey, CaseQuerySet, CaseRow, Compartment, Stage
from .papers import CompartmentRow, Document, Note
from .people import AskLater, Detention, Paper, PartyRole, Person

__all__ = [
    "AccessQuerySet",
    "AskLater",
    "Case",
    "CaseKey",
    "CaseQuerySet",
    "CaseRow",
    "CaseTeamAccess",
    "CaseUserAccess",
    "Compartment",
    "CompartmentRow",
    "Detention",
    "Document",
    "Note",
    "Paper",
    "PartyRole",
    "Person",
    "Stage",
    "live_on",
]
