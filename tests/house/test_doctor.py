"""A sound clinic has no fault; each planted one is found and named."""

import pytest
from django.core.management import CommandError
from django.utils import timezone

from clinic.accounts import invitations
from clinic.accounts.models import (
    PendingGrant,
    RosterEntry,
)
from clinic.accounts.roster import Role
from clinic.audit import chain
from clinic.audit.checkup import Kind
from clinic.cases import actions
from clinic.cases.models import (
    Case,
    CaseTeamAccess,
    CaseUserAccess,
)
from clinic.vault.files import SealedWriter
from tests.builders import Cast
from tests.cases_builders import open_case
from tests.house.patient import doctor, faults, make_patient, seen_by
from tests.house.planted import PLANTED, YESTERDAY, attorney_note


@pytest.fixture
def cast(db) -> Cast:
    return make_patient()


def test_it_works(cast):
    assert faults(cast) == []
    told = doctor()
    assert "No fault was found" in told
    assert "1 case, opened by two people or more and by recovery." in told


def test_what_needs_a_key_is_printed_as_not_checked(cast):
    lines = [line for line in doctor().splitlines() if "not checked" in line]
    assert len(lines) == 8
    assert any("whether each wrapped case key opens" in line.lower() for line in lines)


def test_one_fault_is_enough_to_fail(cast):
    RosterEntry.objects.filter(subject=cast.ben.pk).delete()
    with pytest.raises(CommandError, match=r"Faults: 1\."):
        doctor()


def test_it_says_where_there_is_no_clinic(db):
    with pytest.raises(CommandError, match="no clinic"):
        doctor()


def test_the_whole_page_is_sound(cast):
    for user in (cast.ana, cast.sol, cast.ben, cast.chi):
        assert seen_by(cast, user) == []
    assert any("opens" in one for one in seen_by(cast, cast.ana, Kind.FINE))
    assert any("you are not in it" in one for one in seen_by(cast, cast.ana, Kind.NOT_CHECKED))


def test_the_printed_line(cast):
    line = chain.head_text(cast.organisation)
    assert "The printed line fits" in doctor("--head", line)
    with pytest.raises(CommandError, match="Faults"):
        doctor("--head", "7 · " + "0" * 64)
    with pytest.raises(CommandError, match="not a line"):
        doctor("--head", "hello")
    with pytest.raises(CommandError, match="not a line"):
        doctor("--head", "")


def test_a_case_behind_a_wall_is_sound(cast):
    """Its keys stand under the printed codes themselves: no team holds them."""
    with cast.acting(cast.sol):
        actions.wall_case(
            case=open_case(Case.objects.get()), people=[cast.sol, cast.ben], why="Both called.", by=cast.sol
        )
    assert faults(cast) == []


def test_attorney_notes_that_one_person_can_open_are_a_warning(cast):
    attorney_note(cast)
    assert "Attorney notes" not in doctor()
    CaseUserAccess.objects.filter(permission__codename="open_attorney").delete()
    told = doctor()
    assert "Attorney notes that only one person can open" in told
    assert "No fault was found" in told


def test_nobody_needs_to_open_what_was_never_written(cast):
    CaseTeamAccess.objects.filter(permission__codename="open_advocate").delete()
    assert "dvocate notes" not in doctor()


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found(cast, plant):
    plant(cast)
    cast.organisation.refresh_from_db()
    assert any(PLANTED[plant] in fault for fault in faults(cast)), faults(cast)


def test_an_upload_on_its_way_is_no_orphan(cast):
    writer = SealedWriter()
    writer.write(b"fictional")
    writer.finish()
    assert faults(cast) == []


def test_who_has_not_signed_in_since_the_cost_was_raised_is_named(cast, settings):
    assert "since the cost" not in doctor()
    settings.ARGON2_PASSES += 1
    assert "Not signed in since the cost of a try was changed: ana, ben, chi, dee, sol." in doctor()


def test_what_only_warns_does_not_fail(cast):
    with cast.acting(cast.ana) as ring:
        invitations.invite(
            sign_in_name="new",
            email="new@clinic.example",
            role=Role.INTAKE,
            teams_to_join=[],
            ring=ring,
            by=cast.ana,
        )
    PendingGrant.objects.update(expires_on=timezone.localdate() - YESTERDAY)
    told = doctor()
    assert "Expired invitations" in told
    assert "Only one person can open the team" in told
