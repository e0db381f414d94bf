"""What is planted in a sound clinic, and what `doctor` must say of it: all of it is seen without a key."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from guardian.models import UserObjectPermission

from clinic.accounts.models import (
    Organisation,
    RosterEntry,
    SealedTotp,
    Team,
    TeamEpoch,
    TeamMembership,
    User,
)
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.cases import access, actions
from clinic.cases.models import (
    Case,
    CaseKey,
    CaseTeamAccess,
    CaseUserAccess,
    Compartment,
    Document,
)
from clinic.vault.files import SealedWriter, file_path
from tests.builders import Cast

YESTERDAY = timedelta(days=1)


def attorney_note(cast: Cast) -> None:
    with cast.acting(cast.sol):
        case = Case.objects.get()
        access.unlock(case)
        actions.add_note(case=case, compartment=Compartment.ATTORNEY, text="Fictional.", by=cast.sol)


def no_identity(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(identity_sealed=b"")


def too_cheap_a_cost(cast: Cast) -> None:
    """Format, KiB and passes stand before the sealed keys."""
    sealed = bytes(cast.ben.identity_sealed)
    User.objects.filter(pk=cast.ben.pk).update(identity_sealed=sealed[:1] + bytes(8) + sealed[9:])


def no_printed_code(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(identity_by_code=b"")


def no_one_time_codes(cast: Cast) -> None:
    SealedTotp.objects.filter(user=cast.ben).delete()


def off_the_roster(cast: Cast) -> None:
    RosterEntry.objects.filter(subject=cast.ben.pk).delete()


def not_in_everyone(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.ben, epoch__team=cast.team("everyone")).delete()


def keys_after_leaving(cast: Cast) -> None:
    User.objects.filter(pk=cast.eve.pk).update(identity_sealed=b"still here")


def no_recovery(cast: Cast) -> None:
    type(cast.organisation).objects.update(recovery_sealed=b"")


def a_team_off_the_roster(cast: Cast) -> None:
    RosterEntry.objects.filter(subject=cast.team("intake").pk).delete()


def another_epoch(cast: Cast) -> None:
    Team.objects.filter(pk=cast.team("south").pk).update(current_epoch=7)


def an_epoch_left_over(cast: Cast) -> None:
    row = TeamEpoch.objects.get(team=cast.team("south"))
    row.pk, row.number = uuid4(), row.number + 1
    row.save(force_insert=True)


def an_epoch_not_recovered(cast: Cast) -> None:
    TeamEpoch.objects.filter(team=cast.team("south")).update(recovery_wrap=b"short")


def a_damaged_epoch(cast: Cast) -> None:
    TeamEpoch.objects.filter(team=cast.team("south")).update(commitment=b"short")


def a_team_of_nobody(cast: Cast) -> None:
    TeamMembership.objects.filter(epoch__team=cast.team("south")).delete()


def a_team_wrap_of_wrong_form(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.dee, epoch__team=cast.team("south")).update(
        wrapped_secret=b"\x01short"
    )


def a_purpose_missing(cast: Cast) -> None:
    Team.objects.filter(pk=cast.team("intake").pk).update(purpose="other")


def a_generic_permission(cast: Cast) -> None:
    UserObjectPermission.objects.create(
        user=cast.dee,
        permission=Permission.objects.get(codename="open_case"),
        content_type=ContentType.objects.get_for_model(Case),
        object_pk=str(Case.objects.get().pk),
    )


def a_group_of_django(cast: Cast) -> None:
    cast.dee.groups.add(cast.team("south").group)


def an_expired_row(cast: Cast) -> None:
    CaseUserAccess.objects.filter(user=cast.ben, permission__codename="open_attorney").update(
        expires_on=timezone.localdate() - YESTERDAY
    )


def an_unknown_permission(cast: Cast) -> None:
    odd = Permission.objects.create(
        codename="open_all", name="x", content_type=ContentType.objects.get_for_model(Case)
    )
    CaseUserAccess.objects.filter(user=cast.ben, permission__codename="open_attorney").update(permission=odd)


def a_case_without_key(cast: Cast) -> None:
    CaseKey.objects.filter(compartment=Compartment.CASE).update(compartment="attic")


def a_damaged_commitment(cast: Cast) -> None:
    CaseKey.objects.filter(compartment=Compartment.CASE).update(commitment=b"short")


def a_compartment_that_is_not_there(cast: Cast) -> None:
    CaseKey.objects.filter(compartment=Compartment.ATTORNEY).delete()


def a_case_wrap_of_wrong_form(cast: Cast) -> None:
    CaseUserAccess.objects.filter(user=cast.ben).update(wrapped_key=b"\x02short")


def a_row_of_another_team(cast: Cast) -> None:
    other = TeamEpoch.objects.get(team=cast.team("south"))
    CaseTeamAccess.objects.filter(group=cast.team("coordination").group).update(epoch=other)


def an_offer_without_end(cast: Cast) -> None:
    consider = Permission.objects.get(codename="consider_case")
    CaseUserAccess.objects.filter(permission__codename="open_attorney").update(permission=consider)


def access_for_another_clinic(cast: Cast) -> None:
    User.objects.filter(pk=cast.ben.pk).update(organisation=Organisation.objects.create())


def access_for_a_team_of_another_clinic(cast: Cast) -> None:
    Team.objects.filter(pk=cast.team("intake").pk).update(organisation=Organisation.objects.create())


def access_for_a_group_that_is_no_team(cast: Cast) -> None:
    CaseTeamAccess.objects.filter(group=cast.team("intake").group).update(
        group=Group.objects.create(name="odd")
    )


def a_team_asked_as_one_is(cast: Cast) -> None:
    consider = Permission.objects.get(codename="consider_case")
    CaseTeamAccess.objects.filter(permission__codename="open_advocate").update(permission=consider)


def a_team_until_a_day(cast: Cast) -> None:
    CaseTeamAccess.objects.update(expires_on=timezone.localdate())


def one_person_left(cast: Cast) -> None:
    CaseTeamAccess.objects.all().delete()
    CaseKey.objects.update(recovery_wrap=b"\x02" + bytes(1168))


def only_somebody_who_left(cast: Cast) -> None:
    CaseTeamAccess.objects.exclude(group=cast.team("coordination").group).delete()
    CaseUserAccess.objects.update(user=cast.eve)


def nobody_left_inside_a_wall(cast: Cast) -> None:
    one_person_left(cast)
    CaseUserAccess.objects.all().delete()


def notes_that_nobody_opens(cast: Cast) -> None:
    attorney_note(cast)
    supervising = cast.team("supervising").group
    CaseTeamAccess.objects.filter(group=supervising, permission__codename="open_attorney").delete()
    CaseUserAccess.objects.filter(permission__codename="open_attorney").delete()


def notes_that_nothing_recovers(cast: Cast) -> None:
    attorney_note(cast)
    CaseTeamAccess.objects.filter(permission__codename="open_attorney").delete()


def nothing_to_recover_with(cast: Cast) -> None:
    CaseTeamAccess.objects.all().delete()


def an_edited_event(cast: Cast) -> None:
    AuditEvent.objects.filter(sequence=2).update(sealed=b"other")


def an_event_without_keys(cast: Cast) -> None:
    AuditKeyWrap.objects.filter(event=AuditEvent.objects.latest("sequence")).delete()


def an_event_left_behind(cast: Cast) -> None:
    AuditKeyWrap.objects.filter(kind="team", delivered=False).update(generation=9)


def an_event_wrap_of_wrong_form(cast: Cast) -> None:
    AuditKeyWrap.objects.filter(event=AuditEvent.objects.latest("sequence")).update(wrap=b"\x01short")


def an_orphan(cast: Cast) -> None:
    writer = SealedWriter()
    writer.write(b"fictional")
    writer.finish()
    old = time.time() - 2 * 60 * 60
    os.utime(file_path(writer.id), (old, old))


def a_lost_file(cast: Cast) -> None:
    with cast.acting(cast.ana):
        case = Case.objects.get()
        access.unlock(case)
        key = case.keys.get(compartment=Compartment.CASE)
        Document(organisation=cast.organisation, case=case, key=key).save()


def a_strange_file(cast: Cast) -> None:
    path = file_path(uuid4()).with_name("notes.txt")
    path.parent.mkdir(parents=True)
    path.write_text("fictional")


PLANTED: dict[Callable[[Cast], None], str] = {
    no_identity: "ben has no keys",
    too_cheap_a_cost: "The cost of a try at ben’s passphrase is out of bounds",
    no_printed_code: "ben has no printed recovery code",
    no_one_time_codes: "ben has no one-time codes",
    off_the_roster: "ben is not on the roster",
    not_in_everyone: "ben has no key of the team “everyone”",
    keys_after_leaving: "Accounts that ended still have keys: eve",
    no_recovery: "The recovery key is missing",
    a_team_off_the_roster: "Teams are not on the roster: Intake",
    another_epoch: "has no keys",
    an_epoch_left_over: "Earlier keys were left over",
    an_epoch_not_recovered: "cannot be recovered with the printed codes",
    a_damaged_epoch: "are damaged",
    a_team_of_nobody: "Nobody can open the team",
    a_team_wrap_of_wrong_form: "Team keys have the wrong form for: dee",
    a_purpose_missing: "Teams are missing: Intake",
    a_generic_permission: "guardian_userobjectpermission must be empty",
    a_group_of_django: "accounts_user_groups must be empty",
    an_expired_row: "1 expired row in cases_caseuseraccess",
    an_unknown_permission: "unknown permissions: open_all",
    a_case_without_key: "Cases have no key",
    a_damaged_commitment: "Cases have a damaged key",
    a_compartment_that_is_not_there: "a compartment that is not there",
    a_case_wrap_of_wrong_form: "Wrapped keys have the wrong form",
    a_row_of_another_team: "another epoch or team",
    an_offer_without_end: "Access as nobody grants it",
    access_for_another_clinic: "Access as nobody grants it",
    access_for_a_team_of_another_clinic: "Access as nobody grants it",
    access_for_a_group_that_is_no_team: "Access as nobody grants it",
    a_team_asked_as_one_is: "Access as nobody grants it",
    a_team_until_a_day: "Access as nobody grants it",
    one_person_left: "Fewer than two people can open the cases",
    only_somebody_who_left: "Fewer than two people can open the cases",
    nobody_left_inside_a_wall: "supervising attorney who is let in with two printed codes gets them",
    notes_that_nobody_opens: "Attorney notes that nobody can open",
    notes_that_nothing_recovers: "Attorney notes that the printed codes would not recover",
    nothing_to_recover_with: "would not recover the cases",
    an_edited_event: "Event 2 is not what was written",
    an_event_without_keys: "Keys of events are missing",
    an_event_left_behind: "Keys of events were left behind",
    an_event_wrap_of_wrong_form: "Keys of events have the wrong form",
    an_orphan: "Sealed files belong to no document",
    a_lost_file: "Files of documents are gone",
    a_strange_file: "Files that are not ours",
}
