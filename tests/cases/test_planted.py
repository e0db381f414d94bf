"""Whoever writes to the database without a key gets nothing: not now, and not when keys are made anew."""

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from clinic.accounts import leaving, recovery, roster, rotation
from clinic.accounts.models import RosterEntry, TeamEpoch
from clinic.cases import access, actions, generations, holding, lists, marks
from clinic.cases.errors import NotesWouldBeLost
from clinic.cases.models import CaseKey, CaseTeamAccess, CaseUserAccess
from clinic.vault import index
from clinic.vault.envelope import Box
from clinic.vault.errors import Tampered
from clinic.vault.keys import commitment
from clinic.vault.wraps import Subject, wrap_to
from tests.cases_builders import give as give_case
from tests.cases_builders import make_case, open_case

from .asking import ATTORNEY, CASE, changing, give, held, lend, nobody_new, note, own_row, soon

GARBAGE = b"\x01" + bytes(60)
DELIVERED = b"\x02" + bytes(1168)


def permission(codename: str = "open_case") -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="cases")


def plant(case, user, by, *, wrap: bytes = GARBAGE, codename: str = "open_case") -> CaseUserAccess:
    row: CaseUserAccess = CaseUserAccess.objects.create(
        content_object=case, user=user, permission=permission(codename), wrapped_key=wrap, granted_by=by
    )
    return row


def plant_team(case, team, by, *, wrap: bytes = GARBAGE, codename: str = "open_case") -> CaseTeamAccess:
    epoch = TeamEpoch.objects.get(team=team)
    row: CaseTeamAccess = CaseTeamAccess.objects.create(
        content_object=case,
        group=team.group,
        epoch=epoch,
        permission=permission(codename),
        wrapped_key=wrap,
        granted_by=by,
    )
    return row


@pytest.mark.parametrize("wrap", [GARBAGE, DELIVERED, b"\x01", b"\x02", b"\x07rubbish", bytes(2000)])
@pytest.mark.parametrize("codename", ["open_case", "open_attorney", "consider_case"])
def test_a_planted_row_gives_nothing(cast, case, wrap, codename):
    plant(case, cast.dee, cast.ana, wrap=wrap, codename=codename)
    plant_team(case, cast.team("south"), cast.ana, wrap=wrap, codename=codename)
    assert held(cast, case, cast.dee) == {"dee": set()}
    with cast.acting(cast.dee), pytest.raises(access.OfferGone):
        access.unlock_offer(case)


def test_a_copied_wrap_gives_nothing(cast, case):
    """ben's wrap in dee's row, and the intake team's in dee's team's."""
    give(cast, case, cast.ben)
    plant(case, cast.dee, cast.ana, wrap=bytes(own_row(case, cast.ben).wrapped_key))
    intake = CaseTeamAccess.objects.get(
        content_object=case, group__team__purpose="intake", permission__codename="open_case"
    )
    plant_team(case, cast.team("south"), cast.ana, wrap=bytes(intake.wrapped_key))
    assert held(cast, case, cast.dee) == {"dee": set()}


def test_a_wrap_moved_to_another_case_or_compartment_gives_nothing(cast, case):
    other = make_case(cast, given_names="Otra")
    give(cast, case, cast.ben)
    wrap = bytes(own_row(case, cast.ben).wrapped_key)
    plant(other, cast.ben, cast.ana, wrap=wrap)
    plant(case, cast.ben, cast.ana, wrap=wrap, codename="open_advocate")
    assert held(cast, other, cast.ben) == {"ben": set()}
    assert held(cast, case, cast.ben) == {"ben": {"case", "attorney"}}


@pytest.mark.parametrize("renewed", ["renew", "wall", "hostile leaver"])
def test_new_keys_go_only_to_whom_somebody_granted_them(cast, case, renewed):
    """The planted row's own wrap opens nothing. It must not be taken for a holder either."""
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, ATTORNEY)
    for codename in ("open_case", "open_attorney"):
        plant(case, cast.dee, cast.ana, codename=codename)
        plant_team(case, cast.team("south"), cast.ana, codename=codename)
    if renewed == "renew":
        with changing(cast, case, cast.sol) as row:
            generations.renew(row)
    elif renewed == "wall":
        with changing(cast, case, cast.sol) as row:
            generations.wall(row, [cast.ben, cast.sol], by=cast.sol)
    else:
        with cast.acting(cast.ana) as ring:
            leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana, hostile=True)
    assert held(cast, case, cast.dee) == {"dee": set()}
    assert "case" in held(cast, case, cast.sol)["sol"]
    assert not CaseUserAccess.objects.filter(user=cast.dee).exclude(permission__codename="open_attorney")


def test_a_planted_row_is_caught_when_marks_are_not_asked(cast, case, monkeypatch):
    """The guard of the test above: without marks dee would have the case."""
    give(cast, case, cast.ben)
    plant(case, cast.dee, cast.ana)
    monkeypatch.setattr("clinic.cases.moving.is_true", lambda *_: True)
    with changing(cast, case, cast.sol) as row:
        generations.renew(row)
    assert held(cast, case, cast.dee) == {"dee": {"case"}}


def test_coming_back_gives_nothing_that_was_planted(cast, case):
    other = make_case(cast, given_names="Otra")
    lend(cast, case, cast.ben)
    plant(other, cast.ben, cast.ana)
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[:2])
    back = recovery.readmit(organisation=cast.organisation, pair=pair, sign_in_name="ben")
    cast.papers["ben"] = back.enrolment
    assert held(cast, case, cast.ben) == {"ben": {"case"}}
    assert held(cast, other, cast.ben) == {"ben": set()}
    assert not CaseUserAccess.objects.filter(content_object=other).exists()


def test_a_later_last_day_gives_nothing(cast, case):
    lend(cast, case, cast.ben, days=1)
    CaseUserAccess.objects.update(expires_on=soon(300))
    assert held(cast, case, cast.ben) == {"ben": set()}
    CaseUserAccess.objects.update(expires_on=None)
    assert held(cast, case, cast.ben) == {"ben": set()}
    CaseUserAccess.objects.update(expires_on=soon(1))
    assert held(cast, case, cast.ben) == {"ben": {"case"}}


def test_a_later_last_day_of_an_offer_gives_nothing(cast, case):
    with changing(cast, case, cast.ana) as row:
        access.offer(row, cast.ben, by=cast.ana, until=soon(0))
    CaseUserAccess.objects.update(expires_on=soon(300))
    with cast.acting(cast.ben), pytest.raises(access.OfferGone):
        access.unlock_offer(case)


def test_a_compartment_key_that_a_thief_made_is_not_written_with(cast, case):
    """They know this key, and deliver it to everybody who would write attorney notes."""
    lend(cast, case, cast.ben)
    thief = bytes(range(32))
    CaseKey.objects.create(case=case, compartment=ATTORNEY, generation=1, commitment=commitment(thief))
    subject = Subject("attorney", case.pk, 1, commitment(thief))
    with cast.acting(cast.ana):
        to_ben = wrap_to(roster.trusted_identity(cast.ben.pk).public.kem, thief, subject)
        to_sol = wrap_to(roster.trusted_team(cast.team("supervising").pk).public, thief, subject)
    plant(case, cast.ben, cast.ana, wrap=to_ben, codename="open_attorney")
    plant_team(case, cast.team("supervising"), cast.ana, wrap=to_sol, codename="open_attorney")
    assert nobody_new(cast, case)["ben"] == {"case"}
    assert give(cast, case, cast.ben) is False
    assert held(cast, case, cast.ben, cast.sol) == {"ben": {"case"}, "sol": set()}


def test_a_case_key_that_a_thief_made_opens_nothing(cast, case):
    thief = Box(bytes(range(32)), 1)
    CaseKey.objects.filter(case=case, compartment="case").update(commitment=thief.commitment)
    with cast.acting(cast.ana):
        public = roster.trusted_identity(cast.ben.pk).public.kem
    wrap = wrap_to(public, thief.key, Subject("case", case.pk, 1, thief.commitment))
    row = plant(case, cast.ben, cast.ana, wrap=wrap)
    true = marks.mark_of(thief.key, "open_case", thief.commitment, cast.ben.pk, None)
    CaseUserAccess.objects.filter(pk=row.pk).update(id=true)
    with cast.acting(cast.ben), pytest.raises(Tampered):
        _ = open_case(case).reference


@pytest.mark.parametrize("codename", ["open_case", "open_advocate", "open_attorney", "consider_case"])
@pytest.mark.parametrize("wrap", [GARBAGE, DELIVERED, b"\x09"])
def test_planted_rows_do_not_block_a_rotation(cast, case, codename, wrap):
    other = make_case(cast, given_names="Otra")
    team = cast.team("north")
    plant_team(case, team, cast.ana, codename=codename, wrap=wrap)
    with changing(cast, other, cast.ana) as row:
        access.grant_team(row, team, CASE, by=cast.ana)
    with cast.acting(cast.sol) as ring, transaction.atomic():
        rotation.rotate(team=team, keep=[cast.sol.pk], ring=ring)
    assert not CaseTeamAccess.objects.filter(content_object=case, group=team.group).exists()
    assert held(cast, other, cast.sol, cast.ben) == {"sol": {"case"}, "ben": set()}


def test_rows_of_a_group_that_is_no_team_block_nothing(cast, case):
    group = Group.objects.create(name=str(uuid4()))
    epoch = TeamEpoch.objects.get(team=cast.team("south"))
    CaseTeamAccess.objects.create(
        content_object=case,
        group=group,
        epoch=epoch,
        permission=permission(),
        wrapped_key=GARBAGE,
        granted_by=cast.ana,
    )
    with changing(cast, case, cast.ana) as row:
        assert generations.renew(row) == []
    assert held(cast, case, cast.ana, cast.dee) == {"ana": {"case", "advocate"}, "dee": set()}


def test_somebody_whom_the_roster_lost_does_not_block_new_keys(cast, case):
    lend(cast, case, cast.dee)
    lend(cast, case, cast.ben)
    RosterEntry.objects.filter(subject=cast.dee.pk).delete()
    with changing(cast, case, cast.ana) as row:
        generations.renew(row)
    assert held(cast, case, cast.ben) == {"ben": {"case"}}
    assert not CaseUserAccess.objects.filter(user=cast.dee).exists()


def test_a_planted_holder_is_not_shown_as_one(cast, case):
    lend(cast, case, cast.ben)
    plant(case, cast.dee, cast.ana)
    with cast.acting(cast.ana):
        assert [row.user for row in access.holders(open_case(case))] == [cast.ben]


def test_an_older_row_put_back_after_new_keys_gives_nothing(cast, case):
    lend(cast, case, cast.ben)
    old = own_row(case, cast.ben)
    with changing(cast, case, cast.ana) as row:
        access.revoke(row, cast.ben)
        generations.renew(row)
    CaseUserAccess.objects.bulk_create([old])
    assert held(cast, case, cast.ben) == {"ben": set()}
    with changing(cast, case, cast.ana) as row:
        generations.renew(row)
    assert held(cast, case, cast.ben) == {"ben": set()}


def walled(cast, case) -> None:
    give(cast, case, cast.ben)
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=[cast.ben, cast.sol], why="Both.", by=cast.sol)


def save_as(cast, case, user) -> None:
    with cast.acting(user):
        actions.set_next(case=open_case(case), on=soon(3), what="Hearing", by=user)


def listed(cast, case, user, team: str):
    with cast.acting(user) as ring:
        entry = index.scan(ring.team(cast.team(team).pk), trust=lists.trusting()).get(case.pk)
        return entry and entry.kind


@pytest.mark.parametrize("behind_a_wall", [True, False])
@pytest.mark.parametrize("team", ["intake", "south"])
def test_a_planted_row_puts_no_case_into_a_list(cast, case, team, behind_a_wall):
    walled(cast, case) if behind_a_wall else give_case(cast, case, cast.ben)
    plant_team(case, cast.team(team), cast.ana)
    save_as(cast, case, cast.ben)
    reader = cast.chi if team == "intake" else cast.dee
    seen = lists.STUB if team == "intake" and not behind_a_wall else None
    assert listed(cast, case, reader, team) == seen


def test_a_row_that_was_true_once_puts_no_walled_case_into_a_list(cast, case, monkeypatch):
    """Should a mark ever be believed in error: behind a wall there is no team to write to."""
    walled(cast, case)
    plant_team(case, cast.team("intake"), cast.ana)
    monkeypatch.setattr("clinic.cases.holding.is_true", lambda *_: True)
    save_as(cast, case, cast.ben)
    assert listed(cast, case, cast.chi, "intake") is None


def test_a_team_whose_row_was_given_a_last_day_gets_no_more_of_the_case(cast, case):
    give(cast, case, cast.ben)
    CaseTeamAccess.objects.filter(group__team__purpose="intake").update(expires_on=soon(-1))
    save_as(cast, case, cast.ben)
    assert listed(cast, case, cast.chi, "intake") == lists.STUB


def test_a_planted_team_does_not_answer_for_the_notes(cast, case):
    """Taking the case from the only one who reads its notes is refused, whatever rows say."""
    walled(cast, case)
    note(cast, case, cast.ben, ATTORNEY)
    plant_team(case, cast.team("supervising"), cast.ana, codename="open_attorney")
    with changing(cast, case, cast.ben) as row:
        row_of_sol = own_row(case, cast.sol, "open_attorney")
        row_of_sol.delete()
        with pytest.raises(NotesWouldBeLost):
            generations.check_notes_stay(row, str(cast.ben.pk))


def test_a_row_of_a_group_that_is_no_team_breaks_no_page(cast, case):
    plant_team(case, cast.team("south"), cast.ana)
    CaseTeamAccess.objects.filter(group=cast.team("south").group).update(
        group=Group.objects.create(name=str(uuid4()))
    )
    with cast.acting(cast.ana):
        assert {team.purpose for team in holding.teams_holding(open_case(case))} == {"intake", "coordination"}


def test_a_mark_says_whom_what_and_until_when():
    key, holder, other = bytes(32), uuid4(), uuid4()
    facts = [
        (key, "open_case", b"c" * 16, holder, None),
        (bytes(31) + b"1", "open_case", b"c" * 16, holder, None),
        (key, "open_attorney", b"c" * 16, holder, None),
        (key, "open_case", b"d" * 16, holder, None),
        (key, "open_case", b"c" * 16, other, None),
        (key, "open_case", b"c" * 16, holder, date(2026, 11, 23)),
        (key, "open_case", b"c" * 16, holder, date(2026, 11, 24)),
    ]
    found = {marks.mark_of(*one) for one in facts}
    assert len(found) == len(facts)
    assert all(mark.version == 4 for mark in found)
    assert marks.mark_of(*facts[0]) == marks.mark_of(*facts[0])
