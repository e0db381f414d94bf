"""What only keys show: the coordinators’ page of checks finds what is planted."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse

from clinic.accounts.models import RosterEntry, TeamEpoch, TeamMembership, User
from clinic.audit import actions as audit
from clinic.audit.checkup import Kind
from clinic.audit.models import AuditKeyWrap
from clinic.cases.models import CaseTeamAccess, CaseUserAccess, Person
from clinic.vault.keys import Identity
from clinic.vault.models import IndexChange
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases.asking import GENERATION, alter
from tests.house.patient import make_patient, seen_by


@pytest.fixture
def cast(db) -> Cast:
    return make_patient()


def swapped_public_key(cast: Cast) -> None:
    other = User.objects.get(pk=cast.dee.pk).public_key
    User.objects.filter(pk=cast.ben.pk).update(public_key=other)


def damaged_roster(cast: Cast) -> None:
    RosterEntry.objects.filter(subject=cast.dee.pk).update(sealed=b"\x01\x01" + bytes(60))


def somebody_without_an_account(cast: Cast) -> None:
    User.objects.get(pk=cast.dee.pk).delete()


def swapped_team_key(cast: Cast) -> None:
    other = TeamEpoch.objects.get(team=cast.team("north")).public_key
    TeamEpoch.objects.filter(team=cast.team("south")).update(public_key=other)


def a_member_nobody_named(cast: Cast) -> None:
    row = TeamMembership.objects.get(user=cast.dee, epoch__team=cast.team("south"))
    row.pk, row.user = uuid4(), cast.ben
    row.save(force_insert=True)


def my_team_does_not_open(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.ana, epoch__team=cast.team("coordination")).update(
        wrapped_secret=b"\x01" + bytes(60)
    )


def my_case_does_not_open(cast: Cast) -> None:
    rows = CaseTeamAccess.objects.filter(group=cast.team("coordination").group)
    rows.update(wrapped_key=b"\x01" + bytes(60))


def my_event_does_not_open(cast: Cast) -> None:
    AuditKeyWrap.objects.filter(holder=cast.team("coordination").pk).update(wrap=b"\x01" + bytes(60))


def my_lists_do_not_open(cast: Cast) -> None:
    IndexChange.objects.filter(team=cast.team("coordination").pk).update(sealed=b"\x01\x01" + bytes(60))


def another_generation_in_a_person_of_a_case(cast: Cast) -> None:
    alter(Person.objects.get(), at=GENERATION)


def a_damaged_person_of_a_case(cast: Cast) -> None:
    alter(Person.objects.get())


def a_later_last_day(cast: Cast) -> None:
    """Of a row that opens as well as before."""
    CaseUserAccess.objects.filter(user=cast.ben).update(expires_on=date(2099, 12, 31))


def a_row_nobody_gave(cast: Cast) -> None:
    """ben's own key, copied into a row of dee's."""
    row = CaseUserAccess.objects.get(user=cast.ben, permission__codename="open_attorney")
    row.pk, row.user = uuid4(), cast.dee
    row.save(force_insert=True)


def a_mark_of_another_row(cast: Cast) -> None:
    """ben's row in a compartment that he was not given, under the mark of the one that he was."""
    CaseUserAccess.objects.filter(permission__codename="open_attorney").update(
        permission=Permission.objects.get(codename="open_advocate")
    )


def a_team_row_of_another_mark(cast: Cast) -> None:
    """That by which the reader herself holds the case."""
    rows = CaseTeamAccess.objects.filter(group=cast.team("coordination").group)
    rows.filter(permission__codename="open_case").update(id=uuid4())


def access_for_no_team(cast: Cast) -> None:
    rows = CaseTeamAccess.objects.filter(group=cast.team("intake").group)
    rows.update(group=Group.objects.create(name="odd"))


PLANTED_BEHIND_KEYS: dict[Callable[[Cast], None], str] = {
    swapped_public_key: "disagree on: ben",
    damaged_roster: "Roster entries do not open",
    somebody_without_an_account: "without an account: dee",
    swapped_team_key: "does not vouch for the keys of the team “south”",
    a_member_nobody_named: "disagree on who is in the team “south”",
    my_team_does_not_open: "Your key of the team",
    my_case_does_not_open: "A key that you hold does not open",
    another_generation_in_a_person_of_a_case: "stands in these cases is damaged",
    a_damaged_person_of_a_case: "stands in these cases is damaged",
    a_later_last_day: "let these open it, and they cannot: ben in the case",
    a_row_nobody_gave: "let these open it, and they cannot: dee in the case",
    a_mark_of_another_row: "let these open it, and they cannot: ben in the case",
    a_team_row_of_another_mark: "let these open it, and they cannot: Coordination in the case",
    access_for_no_team: "let these open it, and they cannot: odd in the case",
    my_event_does_not_open: "Events do not open",
    my_lists_do_not_open: "cannot be believed",
}


@pytest.mark.parametrize("plant", PLANTED_BEHIND_KEYS, ids=lambda plant: plant.__name__)
def test_what_only_keys_show_is_found(cast, plant):
    plant(cast)
    told = seen_by(cast, cast.ana)
    assert any(PLANTED_BEHIND_KEYS[plant] in fault for fault in told), told


def test_an_event_nobody_signed_is_found(cast, monkeypatch):
    with monkeypatch.context() as patch, cast.acting(cast.ben), transaction.atomic():
        patch.setattr(Identity, "sign", lambda self, message: bytes(64))
        audit.record(audit.Event.SEARCHED, by=cast.ben)
    assert any("not signed by their writer" in fault for fault in seen_by(cast, cast.ana))


def test_names_that_were_swapped_are_told(cast):
    for user, name in ((cast.chi, "somebody"), (cast.ben, "chi"), (cast.chi, "ben")):
        User.objects.filter(pk=user.pk).update(sign_in_name=name)
    told = seen_by(cast, cast.ana, Kind.WARNING)
    assert any("ben (on the roster: chi), chi (on the roster: ben)" in one for one in told), told


def test_what_is_locked_is_not_called_damaged(cast):
    alter(Person.objects.get())
    assert not seen_by(cast, cast.dee)


def test_marks_are_told_as_far_as_keys_reach(cast):
    """ben and three teams have two compartments each; dee has none."""
    assert "Access that somebody with the case’s key gave: 8 rows." in seen_by(cast, cast.ana, Kind.FINE)
    assert "8 rows of access to cases that you do not hold." in seen_by(cast, cast.dee, Kind.NOT_CHECKED)


def test_the_page_shows_a_row_that_nobody_gave(cast):
    a_row_nobody_gave(cast)
    shown = signed_in(cast, "ana").get(reverse("audit:checks"), secure=True).content.decode()
    assert "Nobody with the case’s key let these open it, and they cannot: dee in the case" in shown
