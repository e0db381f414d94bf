"""Cases of somebody who leaves, and of somebody who comes back with new keys."""

from typing import Any

import pytest
from django.db import transaction

from clinic.accounts import leaving, recovery
from clinic.accounts.models import Nudge, Purpose, User
from clinic.audit import actions as audit
from clinic.cases import actions, lists
from clinic.cases.models import Case, CaseKey, CaseUserAccess, Compartment, Detention, Note, Person, Stage
from clinic.vault.envelope import generation_of
from clinic.vault.errors import Stale
from referrals.actions import give_case
from referrals.models import Referral
from referrals.rules import Status
from tests.builders import Cast
from tests.cases_builders import give, make_case, offer, open_case

from .asking import ADVOCATE, ATTORNEY, CASE, GENERATION, alter, held, lend, note, soon


def leave(cast: Cast, user, **how: bool) -> int:
    """In how many cases something is damaged."""
    with cast.acting(cast.ana) as ring:
        return leaving.leave_clinic(user=user, ring=ring, by=cast.ana, **how).damaged


def generations(case: Case) -> dict[str, int]:
    return dict(CaseKey.objects.filter(case=case).values_list("compartment", "generation"))


def test_their_case_waits_for_somebody_new(cast, case):
    give(cast, case, cast.ben)
    leave(cast, cast.ben)
    assert not CaseUserAccess.objects.exists()
    with cast.acting(cast.ana):
        row = open_case(case)
        assert (row.stage, row.owner, row.owner_name) == (Stage.WAITING, "", "")
        entry = lists.scan(Purpose.COORDINATION).get(case.pk)
        assert entry is not None
        assert entry.kind == "case.waiting"
    assert generations(case) == {"case": 1, "advocate": 1, "attorney": 1}
    assert held(cast, case, cast.ana, cast.sol) == {"ana": {"case", "advocate"}, "sol": {"case", "attorney"}}


def test_a_case_they_only_helped_with_stays_where_it_is(cast, case):
    give(cast, case, cast.dee)
    lend(cast, case, cast.ben)
    leave(cast, cast.ben)
    with cast.acting(cast.ana):
        assert open_case(case).owner == str(cast.dee.pk)
    assert held(cast, case, cast.dee) == {"dee": {"case", "attorney"}}


def test_an_offer_to_them_ends(cast, case):
    offer(cast, case, cast.ben, until=soon(2))
    leave(cast, cast.ben)
    assert not CaseUserAccess.objects.exists()


def test_an_offer_to_somebody_else_that_ends_with_the_old_keys_reminds_nobody(cast, case):
    lend(cast, case, cast.ben)
    offer(cast, case, cast.dee, until=soon(2))
    leave(cast, cast.ben, hostile=True)
    assert not CaseUserAccess.objects.exists()
    assert not Nudge.objects.exists()


def test_a_case_given_to_them_while_they_leave_waits_again(cast, case, monkeypatch):
    """It is committed after the leaver's rows were looked for, and before the account is closed."""
    give(cast, case, cast.dee)
    whole = leaving._take_key

    def meets(*args):
        monkeypatch.undo()
        with cast.acting(cast.sol):
            give_case(case=open_case(case), to=cast.ben, by=cast.sol, on=soon(0))
        whole(*args)

    monkeypatch.setattr(leaving, "_take_key", meets)
    leave(cast, cast.ben)
    assert not CaseUserAccess.objects.exists()
    assert not Nudge.objects.filter(user=cast.ben).exists()
    with cast.acting(cast.ana):
        row = open_case(case)
        assert (row.stage, row.owner) == (Stage.WAITING, "")


def test_who_works_here_is_as_true_at_the_end_of_a_change_as_at_its_beginning(cast, case):
    """A grant that waited for somebody's leaving comes too late."""
    give(cast, case, cast.dee)
    with cast.acting(cast.sol):
        row = open_case(case)
        leave(cast, cast.ben)
        with pytest.raises(Stale), transaction.atomic():
            audit.record(audit.Event.GIVEN, by=cast.sol, case_id=row.pk)


def test_after_a_hostile_leaver_the_keys_are_new(cast, case):
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, ATTORNEY, "Privileged.")
    leave(cast, cast.ben, hostile=True)
    assert generations(case) == {"case": 2, "advocate": 2, "attorney": 1}  # ana lacks the third
    assert held(cast, case, cast.ana, cast.sol) == {"ana": {"case", "advocate"}, "sol": {"case", "attorney"}}
    with cast.acting(cast.ana):
        assert open_case(case).keys_due == ["attorney"]


def test_what_was_left_is_renewed_before_anything_new_is_written(cast, case):
    give(cast, case, cast.ben)
    old = note(cast, case, cast.ben, ATTORNEY, "Before.")
    leave(cast, cast.ben, hostile=True)
    new = note(cast, case, cast.sol, ATTORNEY, "After.")
    assert generations(case)["attorney"] == 2
    for row in (old, new):
        assert generation_of(bytes(type(row).objects.get(pk=row.pk).sealed)) == 2
    with cast.acting(cast.sol):
        fresh = open_case(case)
        texts = {row.text for row in type(new).objects.filter(case=fresh).select_related("key")}
        assert (texts, fresh.keys_due) == ({"Before.", "After."}, [])


def test_two_who_write_at_once_after_that_both_keep_what_they_wrote(cast, case):
    """The second opened the case before the first renewed its keys."""
    give(cast, case, cast.ben)
    leave(cast, cast.ben, hostile=True)
    with cast.acting(cast.sol):
        row = open_case(case)
        note(cast, case, cast.sol, ATTORNEY, "First.")
        actions.add_note(case=row, compartment=ATTORNEY, text="Second.", by=cast.sol)
    with cast.acting(cast.sol):
        open_case(case)
        assert {one.text for one in Note.objects.select_related("key")} == {"First.", "Second."}


def test_a_note_by_somebody_without_that_key_leaves_it_due(cast, case):
    give(cast, case, cast.ben)
    leave(cast, cast.ben, hostile=True)
    note(cast, case, cast.ana, CASE)
    with cast.acting(cast.ana):
        assert open_case(case).keys_due == ["attorney"]


def test_other_peoples_cases_keep_their_keys(cast, case):
    other = make_case(cast, given_names="Otra")
    give(cast, case, cast.ben)
    give(cast, other, cast.dee)
    leave(cast, cast.ben, hostile=True)
    assert generations(other) == {"case": 1, "advocate": 1, "attorney": 1}
    assert held(cast, other, cast.dee) == {"dee": {"case", "attorney"}}


def test_a_case_that_only_they_could_open_is_left_to_recovery(cast, case):
    """Nobody at hand can seal it anew; doctor tells of it, and the codes open it."""
    give(cast, case, cast.ben)
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=[cast.ben, cast.dee], why="Both called.", by=cast.sol)
    leave(cast, cast.ben, hostile=True)
    assert held(cast, case, cast.dee, cast.ana) == {"dee": {"case", "attorney"}, "ana": set()}
    assert bytes(CaseKey.objects.get(case=case, compartment=Compartment.CASE).recovery_wrap)


def test_behind_a_wall_the_others_hear_of_a_leavers_days(cast, case):
    """Only they can open it: a coordinator would be reminded of what they cannot see."""
    give(cast, case, cast.ben)
    with cast.acting(cast.ben):
        actions.set_next(case=open_case(case), on=soon(2), what="Bond hearing", by=cast.ben)
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=[cast.ben, cast.dee], why="Both called.", by=cast.sol)
    promised = set(Nudge.objects.filter(user=cast.ben).values_list("day", flat=True))
    assert soon(2) in promised
    leave(cast, cast.ben, anyway=True)
    assert set(Nudge.objects.filter(user=cast.dee).values_list("day", flat=True)) == promised
    assert not Nudge.objects.filter(user__in=[cast.chi, cast.sol]).exists()


def test_where_a_team_holds_the_case_nobody_else_hears_of_it(cast, case):
    give(cast, case, cast.ben)
    lend(cast, case, cast.dee)
    with cast.acting(cast.ben):
        actions.set_next(case=open_case(case), on=soon(2), what="Bond hearing", by=cast.ben)
    leave(cast, cast.ben)
    assert [nudge.user for nudge in Nudge.objects.all()] == [cast.ana]


# Something damaged


DAMAGED = [Case, Person, Detention, Note, Referral]


@pytest.mark.parametrize("model", DAMAGED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("at", [-1, GENERATION], ids=["content", "generation"])
def test_a_damaged_row_keeps_no_account_open(cast, case, model, hostile, at):
    whole = make_case(cast, given_names="Otra")
    for row in (case, whole):
        give_away(cast, row)
    note(cast, case, cast.ben, CASE)
    alter(model.objects.filter(**{"pk" if model is Case else "case": case.pk}).first(), at=at)
    assert leave(cast, cast.ben, hostile=hostile) == int(hostile or model is not Note)
    assert not User.objects.get(pk=cast.ben.pk).is_active
    assert not CaseUserAccess.objects.filter(user=cast.ben).exists()
    assert held(cast, whole, cast.ana) == {"ana": {"case", "advocate"}}
    with cast.acting(cast.ana):
        assert open_case(whole).stage == Stage.WAITING


def give_away(cast: Cast, case: Case) -> None:
    with cast.acting(cast.ana):
        give_case(case=open_case(case), to=cast.ben, by=cast.ana, on=soon(0))


def test_what_could_not_be_renewed_is_written_under_the_keys_that_stand(cast, case):
    """One compartment had new keys in the keyring before a damaged note of another undid them."""
    give_away(cast, case)
    alter(note(cast, case, cast.ana, ADVOCATE))
    assert leave(cast, cast.ben, hostile=True) == 1
    assert generations(case) == {"case": 1, "advocate": 1, "attorney": 1}
    with cast.acting(cast.ana):
        assert open_case(case).stage == Stage.WAITING
        assert {row.status for row in Referral.objects.all()} == {Status.WITHDRAWN}


# Coming back


def come_back(cast: Cast, name: str, **more: Any) -> int:
    """How many lost cases came with them."""
    pair = recovery.open_recovery(cast.organisation, *cast.recovery_codes[:2])
    back = recovery.readmit(organisation=cast.organisation, pair=pair, sign_in_name=name, **more)
    cast.papers[name] = back.enrolment
    return back.recovered


@pytest.mark.parametrize("walled", [False, True])
def test_what_they_held_by_name_is_theirs_again(cast, case, walled):
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, ATTORNEY)
    if walled:
        with cast.acting(cast.sol):
            actions.wall_case(case=open_case(case), people=[cast.ben, cast.sol], why="Both.", by=cast.sol)
    old = cast.papers["ben"]
    come_back(cast, "ben")
    assert held(cast, case, cast.ben) == {"ben": {"case", "attorney"}}
    cast.papers["ben"] = old
    assert held(cast, case, cast.ben) == {"ben": set()}


def test_others_keep_what_they_had(cast, case):
    give(cast, case, cast.ben)
    before = held(cast, case, cast.ana, cast.dee, cast.sol)
    come_back(cast, "ben")
    assert held(cast, case, cast.ana, cast.dee, cast.sol) == before


def test_an_offer_is_not_taken_along(cast, case):
    offer(cast, case, cast.ben, until=soon(2))
    come_back(cast, "ben")
    assert not CaseUserAccess.objects.exists()
