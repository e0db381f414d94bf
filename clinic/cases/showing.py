"""What the case page shows, as plain rows for the templates."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import languages, numbers
from clinic.accounts.models import Purpose
from clinic.audit import folding, reading
from clinic.audit.events import Event
from clinic.vault.errors import Tampered
from clinic.vault.keyring import current
from clinic.vault.sealed import SealedModel

from . import holding, lists
from .forms import PAPERS, SAFE_WAYS, WRITING
from .models import AskLater, Case, Compartment, Detention, Document, Note, PartyRole, Person

Row = dict[str, Any]
MOST_EVENTS = 500
READING = {Event.CASE_OPENED, Event.DOCUMENT_READ, Event.OFFER_OPENED}
EVENTS = 50


def editable_rows(case: Case) -> dict[str, SealedModel]:
    """The rows behind the edit form, by prefix; missing ones are new."""
    people = list(Person.objects.filter(case=case))
    client = lists.client_of(people) or _new_person(case, PartyRole.CLIENT)
    detention = Detention.objects.filter(case=case).first()
    return {
        "case": case,
        "client": client,
        "caller": lists.caller_of(people) or _new_person(case, PartyRole.CALLER),
        "detention": detention or Detention(case=case, organisation_id=case.organisation_id),
    }


def page_of(case: Case) -> dict[str, Any]:
    people = list(Person.objects.filter(case=case))
    notes, damaged_notes = _papers(Note, case, "written_at")
    documents, damaged_documents = _papers(Document, case, "added_at")
    return {
        "client": lists.client_of(people),
        "client_rows": [row for one in people if one.role == PartyRole.CLIENT for row in client_rows(one)],
        "callers": [
            (one, caller_rows(one))
            for one in people
            if one.role not in (PartyRole.CLIENT, PartyRole.PERPETRATOR)
        ],
        "detention_rows": [row for one in Detention.objects.filter(case=case) for row in detention_rows(one)],
        "notes": [note_row(note) for note in notes],
        "documents": [document_row(document) for document in documents],
        "damaged": damaged_notes + damaged_documents,
        "holders": holding.named_holders(case),
        "teams": sorted(team.label for team in holding.teams_holding(case)),
        "can_wall": Purpose.SUPERVISING in current().named,
        "events": folding.lines(reading.readable(current(), case_id=case.pk)[:EVENTS]),
    }


def readers_of(case: Case) -> list[str]:
    """Names of those who opened the case so far, as far as the record can be read."""
    events = reading.readable(current(), case_id=case.pk)[:MOST_EVENTS]
    return sorted({event.who for event in events if event.event in READING})


def client_rows(person: Person) -> list[Row]:
    return [
        {"label": _("Name"), "value": person.full_name},
        {"label": _("Other spellings"), "value": "\n".join(person.other_names)},
        {"label": _("A-number"), "value": "\n".join(map(numbers.show_a_number, person.a_numbers))},
        {"label": _("Date of birth"), "value": _day(person.born_on)},
        {"label": _("Country of birth"), "value": person.country_of_birth},
        {"label": _("Language"), "value": _language(person)},
    ]


def caller_rows(person: Person) -> list[Row]:
    ways = [str(label) for way, label in SAFE_WAYS if way in person.safe_ways]
    number = [] if person.no_way_back else [{"label": _("Safe number"), "value": person.phone}]
    return [
        {"label": _("Name"), "value": person.full_name},
        {"label": _("What they are to the client"), "value": person.relation},
        *number,
        {"label": _("Safe ways"), "value": ", ".join(ways)},
        {"label": _("When"), "value": person.safe_when},
        {"label": _("Code word"), "value": person.code_word},
        {"label": _("Language"), "value": _language(person)},
        *_reading(person),
    ]


def detention_rows(detention: Detention) -> list[Row]:
    papers = {paper.value: str(label) for paper, label in PAPERS}
    return [
        {"label": _("Held at"), "value": detention.held_at},
        {"label": _("Arrested by"), "value": detention.arrested_by},
        {"label": _("Arrested on"), "value": _day(detention.arrested_on)},
        {"label": _("Arrested where"), "value": detention.arrested_where},
        {"label": _("Paper shown"), "value": papers.get(detention.paper, "")},
        {"label": _("In removal proceedings"), "value": _answer(detention.in_removal_proceedings)},
        {"label": _("Notice to appear"), "value": _day(detention.notice_to_appear_on)},
        {"label": _("Next hearing"), "value": _day(detention.hearing_on)},
        {"label": _("Signed"), "value": detention.signed_anything},
    ]


def note_row(note: Note) -> Row:
    return {
        "id": note.pk,
        "text": note.text,
        "who": note.written_by_name,
        "at": note.written_at,
        "compartment": _compartment(note),
    }


def document_row(document: Document) -> Row:
    return {
        "title": document.title,
        "kind": _compartment(document),
        "size": document.size,
        "who": document.added_by_name,
        "at": document.added_at,
        "url": reverse("cases:document", args=[document.case_id, document.pk]),
    }


def _papers(model: type[Any], case: Case, moment: str) -> tuple[list[Any], int]:
    """Those that open, newest first, and how many were altered where they are stored.

    How many more there are in other compartments is nobody's business.
    """
    found, damaged = [], 0
    for row in model.objects.filter(case=case).select_related("key"):
        try:
            found += [] if row.is_locked else [row]
        except Tampered:
            damaged += 1
    return sorted(found, key=lambda row: getattr(row, moment), reverse=True), damaged


def _compartment(row: Note | Document) -> str:
    return str(Compartment(row.key.compartment).label)


def _new_person(case: Case, role: PartyRole) -> Person:
    return Person(case=case, organisation_id=case.organisation_id).fill(role=role)


def _day(day: Any) -> str:
    return date_format(day, "F j, Y") if day else ""


def _answer(answer: AskLater) -> str:
    return "" if answer == AskLater.LATER else answer.label


def written_in(person: Person | None) -> str:
    """The language of a text or a letter to somebody whom it is safe to write to, as far as it is known."""
    if not person or person.no_way_back or not WRITING & set(person.safe_ways):
        return ""
    return languages.name_of(person.written)


def _reading(person: Person) -> list[Row]:
    if not person.written and not WRITING & set(person.safe_ways):
        return []
    return [{"label": _("Language for writing"), "value": languages.name_of(person.written)}]


def _language(person: Person) -> str:
    name = languages.name_of(person.language)
    if person.interpreter != AskLater.YES:
        return name
    if not name:
        return _("Not known yet, interpreter needed")
    return _("%(language)s, interpreter needed") % {"language": name}
