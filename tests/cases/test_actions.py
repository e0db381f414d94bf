"""Everything that changes a case: what is saved, what is refused, and nothing when the audit fails."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest
from django.utils import timezone

from clinic.accounts.models import Nudge
from clinic.audit import actions as audit
from clinic.audit import reading
from clinic.cases import actions
from clinic.cases.models import (
    Case,
    CaseKey,
    CaseTeamAccess,
    Detention,
    Document,
    Note,
    PartyRole,
    Person,
)
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.files import SealedUpload, SealingUploadHandler, file_path
from clinic.vault.models import IndexChange
from tests.audit.failing import audit_fails
from tests.builders import Cast
from tests.cases_builders import give, make_case, open_case

from .asking import ADVOCATE, ATTORNEY, CASE, note, soon

PLAIN = b"A fictional notice to appear.\n"


def upload(content: bytes = PLAIN) -> SealedUpload:
    request = HttpRequest()
    request.accepts_uploads = True  # type: ignore[attr-defined]
    handler = SealingUploadHandler(request)
    handler.new_file("file", "notice.txt", "text/plain", len(content))
    handler.receive_data_chunk(content, 0)
    return handler.file_complete(len(content))


def add_document(cast: Cast, case: Case, file: SealedUpload, by=None, compartment=CASE) -> Document:
    who = by or cast.ana
    with cast.acting(who):
        return actions.add_document(
            case=open_case(case),
            compartment=compartment,
            title="Notice",
            upload=file,
            content_type="text/plain",
            by=who,
        )


def event(cast: Cast, case: Case, by) -> str:
    with cast.acting(by) as ring:
        open_case(case)
        return reading.readable(ring, case_id=case.pk)[0].event


def rows_of(cast: Cast, case: Case, by) -> tuple[Case, Person, Detention]:
    row = open_case(case)
    client = next(one for one in Person.objects.filter(case=row) if one.role == PartyRole.CLIENT)
    return row, client, Detention.objects.get(case=row)


# A new case


def test_a_new_case(cast):
    with cast.acting(cast.chi):
        case = actions.create_case(
            people=[{"role": PartyRole.CLIENT, "given_names": "Ficta"}],
            detention={"held_at": "Fictional County Jail"},
            by=cast.chi,
            on=soon(0),
            story="Made up.",
        )
    with cast.acting(cast.ana):
        row = open_case(case)
        assert (row.story, row.opened_on, row.taken_by) == ("Made up.", soon(0), str(cast.chi.pk))
        assert len(row.reference) == 7
        assert len(bytes(row.public_key)) == 1216
        assert Person.objects.get(case=row).full_name == "Ficta"
        assert Detention.objects.get(case=row).held_at == "Fictional County Jail"
    assert event(cast, case, cast.ana) == audit.Event.CASE_CREATED


def test_references_differ(cast):
    with cast.acting(cast.chi):
        made = [actions.create_case(people=[], detention={}, by=cast.chi, on=soon(0)) for _ in range(5)]
        assert len({case.reference for case in made}) == 5


def test_a_new_case_is_not_half_made(cast):
    with audit_fails(Case, CaseKey, CaseTeamAccess, Person, Detention, IndexChange), cast.acting(cast.chi):
        actions.create_case(people=[{"given_names": "Ficta"}], detention={}, by=cast.chi, on=soon(0))


def test_an_unknown_fact_is_refused(cast):
    with cast.acting(cast.chi), pytest.raises(TypeError):
        actions.create_case(people=[{"shoe_size": "9"}], detention={}, by=cast.chi, on=soon(0))
    assert not Case.objects.exists()


# Editing


def test_editing(cast, case):
    with cast.acting(cast.ana):
        row, client, detention = rows_of(cast, case, cast.ana)
        row.story, client.given_names, detention.held_at = "New.", "Nueva", "Elsewhere"
        actions.edit_case(case=row, rows=[row, client, detention], by=cast.ana)
    with cast.acting(cast.chi):
        row, client, detention = rows_of(cast, case, cast.chi)
        assert (row.story, client.given_names, detention.held_at) == ("New.", "Nueva", "Elsewhere")
    assert event(cast, case, cast.ana) == audit.Event.CASE_EDITED


def test_editing_somebody_elses_case(cast, case):
    with cast.acting(cast.dee):
        row = open_case(case)
        with pytest.raises(Locked):
            row.story = "Mine."
        with pytest.raises(Locked):
            actions.edit_case(case=row, rows=[], by=cast.dee)


def test_the_second_editor_changes_nothing(cast, case):
    with cast.acting(cast.ana):
        first, second = open_case(case), open_case(case)
        first.story = "First."
        actions.edit_case(case=first, rows=[first], by=cast.ana)
        client = rows_of(cast, case, cast.ana)[1]
        client.given_names, second.story = "Lost?", "Second."
        with pytest.raises(Stale):
            actions.edit_case(case=second, rows=[client, second], by=cast.ana)
        row, client, _ = rows_of(cast, case, cast.ana)
        assert (row.story, client.given_names) == ("First.", "Ficta")


def test_rows_nobody_wrote_yet(cast, case):
    Person.objects.filter(case=case).delete()
    Detention.objects.filter(case=case).delete()

    def blank() -> tuple[Person, Detention]:
        person = Person(case=case, organisation_id=case.organisation_id).fill(role=PartyRole.CALLER)
        return person, Detention(case=case, organisation_id=case.organisation_id)

    with cast.acting(cast.ana):
        row = open_case(case)
        actions.edit_case(case=row, rows=blank(), by=cast.ana)
        assert not Person.objects.exists()
        assert not Detention.objects.exists()
        person, detention = blank()
        person.phone, detention.held_at = "612-555-0199", "Fictional County Jail"
        actions.edit_case(case=row, rows=[person, detention], by=cast.ana)
        again, _ = blank()
        again.phone = "612-555-0100"
        with pytest.raises(Stale):  # somebody added the caller meanwhile
            actions.edit_case(case=row, rows=[again], by=cast.ana)
        assert [one.phone for one in Person.objects.filter(case=row)] == ["612-555-0199"]


def test_an_edit_is_not_half_saved(cast, case):
    with audit_fails(Case, Person, Detention, IndexChange), cast.acting(cast.ana):
        row, client, _ = rows_of(cast, case, cast.ana)
        row.story, client.given_names = "New.", "Nueva"
        actions.edit_case(case=row, rows=[row, client], by=cast.ana)


# Notes


def test_a_note(cast, case):
    written = note(cast, case, cast.chi, ADVOCATE, "Sister calls on Sundays.")
    with cast.acting(cast.ana):
        open_case(case)
        row = Note.objects.select_related("key").get(pk=written.pk)
        assert (row.text, row.written_by_name) == ("Sister calls on Sundays.", "chi")
        assert abs((timezone.now() - row.written_at).total_seconds()) < 600
    assert event(cast, case, cast.ana) == audit.Event.NOTE_ADDED


def test_a_note_in_a_compartment_one_does_not_hold(cast, case):
    give(cast, case, cast.ben)
    with pytest.raises(Locked):
        note(cast, case, cast.ana, ATTORNEY)
    with pytest.raises(Locked):
        note(cast, case, cast.dee, CASE)
    assert not Note.objects.exists()


def test_a_note_is_not_half_saved(cast, case):
    with audit_fails(Note):
        note(cast, case, cast.ana, CASE)


# Documents


def test_a_document(cast, case):
    file = upload()
    document = add_document(cast, case, file)
    file.close()
    assert file_path(file.id).exists()
    with cast.acting(cast.chi):
        open_case(case)
        row = Document.objects.select_related("key").get(pk=document.pk)
        assert b"".join(actions.read_document(document=row, by=cast.chi)) == PLAIN
        assert (row.title, row.size, row.added_by_name) == ("Notice", len(PLAIN), "ana")
    assert event(cast, case, cast.ana) == audit.Event.DOCUMENT_READ


def test_the_file_is_gone_when_the_record_of_it_fails(cast, case):
    file = upload()
    assert file_path(file.id).exists()
    with audit_fails(Document):
        add_document(cast, case, file)
    file.close()  # as Django does when the request ends
    assert not file_path(file.id).exists()


def test_a_document_in_a_compartment_one_does_not_hold(cast, case):
    file = upload()
    with pytest.raises(Locked):
        add_document(cast, case, file, by=cast.dee)
    assert not file.kept
    assert not Document.objects.exists()


@pytest.mark.parametrize("damage", ["altered", "cut", "gone", "empty", "swapped"])
def test_a_damaged_file_gives_not_one_byte(cast, case, damage):
    file, other = upload(b"x" * 200_000), upload(b"y" * 200_000)
    document = add_document(cast, case, file)
    path = file_path(file.id)
    content = path.read_bytes()
    changed = {
        "altered": content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
        "cut": content[: len(content) // 2],
        "empty": b"",
        "swapped": file_path(other.id).read_bytes(),
    }
    path.unlink()
    if damage != "gone":
        path.write_bytes(changed[damage])
    with cast.acting(cast.ana):
        open_case(case)
        row = Document.objects.select_related("key").get(pk=document.pk)
        with pytest.raises(Tampered):
            actions.read_document(document=row, by=cast.ana)
    assert event(cast, case, cast.ana) == audit.Event.DOCUMENT_ADDED


def test_reading_is_on_record_before_the_first_byte(cast, case):
    document = add_document(cast, case, upload())
    with cast.acting(cast.ana):
        open_case(case)
        row = Document.objects.select_related("key").get(pk=document.pk)
        with audit_fails(Document):
            actions.read_document(document=row, by=cast.ana)


def test_too_large_leaves_nothing_on_disk(cast, settings):
    settings.UPLOAD_LIMIT = 10
    with pytest.raises(StopUpload):
        upload()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_media_never_holds_plain_text(cast, case):
    add_document(cast, case, upload(b"CANARY" * 1000))
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        assert path.is_dir() or b"CANARY" not in path.read_bytes()


# The next promise


def test_the_next_step(cast, case):
    give(cast, case, cast.ben)
    Nudge.objects.all().delete()
    with cast.acting(cast.ana):
        actions.set_next(case=open_case(case), on=soon(4), what="Call the court", by=cast.ana)
    nudge = Nudge.objects.get()
    assert (nudge.day, nudge.user, nudge.urgent) == (soon(4), cast.ben, False)
    with cast.acting(cast.ben):
        row = open_case(case)
        assert (row.next_on, row.next_what, row.nudge) == (soon(4), "Call the court", str(nudge.pk))


def test_the_next_step_of_an_urgent_case_is_urgent(cast):
    case = make_case(cast, urgent=True, urgent_why="Transfer")
    with cast.acting(cast.ana):
        actions.set_next(case=open_case(case), on=soon(1), what="Call back", by=cast.ana)
        actions.set_next(case=open_case(case), on=soon(3), what="Call back", by=cast.ana)
    assert list(Nudge.objects.values_list("day", "urgent")) == [(soon(3), True)]


def test_a_new_step_takes_the_place_of_the_old_and_done_ends_it(cast, case):
    with cast.acting(cast.ana):
        actions.set_next(case=open_case(case), on=soon(4), what="One", by=cast.ana)
        actions.set_next(case=open_case(case), on=soon(5), what="Two", by=cast.ana)
        assert Nudge.objects.get().day == soon(5)
        actions.set_next(case=open_case(case), on=None, what="", by=cast.ana)
        assert not Nudge.objects.exists()
        assert open_case(case).next_on is None


def test_the_second_to_set_a_step_changes_nothing(cast, case):
    with cast.acting(cast.ana):
        first, second = open_case(case), open_case(case)
        actions.set_next(case=first, on=soon(1), what="First", by=cast.ana)
        with pytest.raises(Stale):
            actions.set_next(case=second, on=soon(2), what="Second", by=cast.ana)
        assert open_case(case).next_what == "First"
    assert Nudge.objects.get().day == soon(1)


def test_a_step_is_not_half_set(cast, case):
    with audit_fails(Case, Nudge, IndexChange), cast.acting(cast.ana):
        actions.set_next(case=open_case(case), on=soon(4), what="Call", by=cast.ana)


def test_an_action_that_is_not_atomic_is_caught(cast, case, monkeypatch):
    """The guard of every "not half saved" above."""
    half = actions.set_next.__wrapped__  # type: ignore[attr-defined]
    with pytest.raises(AssertionError), audit_fails(Nudge), cast.acting(cast.ana):
        half(case=open_case(case), on=soon(4), what="Call", by=cast.ana)
