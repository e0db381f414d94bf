"""A walled case is held by few people: what happens when they go, and how it is found again."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from clinic.accounts import roster, teams
from clinic.accounts.errors import CasesLeftAlone
from clinic.accounts.models import TeamEpoch, User
from clinic.accounts.roster import Role
from clinic.audit import actions as audit
from clinic.audit import reading
from clinic.cases import access, actions
from clinic.cases.models import Case, CaseKey, CaseUserAccess, Note, Stage
from clinic.vault.envelope import Box
from clinic.vault.wraps import wrap_to
from referrals.actions import give_case, let_help
from tests.accounts.doorway import signed_in
from tests.builders import Cast
from tests.cases_builders import give, open_case

from .asking import ADVOCATE, ATTORNEY, CASE, alter, held, note, soon
from .test_leavers import come_back, generations, leave
from .test_planted import plant


def wall(cast: Cast, case: Case, *people: User) -> None:
    with cast.acting(cast.sol):
        actions.wall_case(case=open_case(case), people=people, why="Both called.", by=cast.sol)


def in_every_team(cast: Cast, user: User) -> None:
    """So that nobody who goes is the last one in a team."""
    holders = {"intake": cast.chi, "north": cast.sol, "south": cast.dee, "supervising": cast.sol}
    for name, holder in holders.items():
        with cast.acting(holder) as ring:
            teams.admit(user.pk, cast.team(name).pk, ring)


@pytest.fixture
def walled(cast: Cast, case: Case) -> Case:
    """ben's and sol's alone."""
    give(cast, case, cast.ben)
    note(cast, case, cast.ben, ATTORNEY)
    wall(cast, case, cast.ben, cast.sol)
    return case


def test_a_walled_case_is_not_left_to_one_person(cast, walled):
    before = [list(model.objects.order_by("pk").values()) for model in (CaseUserAccess, TeamEpoch)]
    with pytest.raises(CasesLeftAlone, match=r"1 walled case .*fewer than two people"):
        leave(cast, cast.ben)
    assert User.objects.get(pk=cast.ben.pk).is_active
    assert before == [list(model.objects.order_by("pk").values()) for model in (CaseUserAccess, TeamEpoch)]


def test_it_is_not_left_to_nobody_either(cast, walled):
    leave(cast, cast.ben, anyway=True)
    in_every_team(cast, cast.ana)
    with pytest.raises(CasesLeftAlone, match="1 walled case "):
        leave(cast, cast.sol)


def test_three_inside_are_enough_for_one_to_go(cast, case):
    give(cast, case, cast.ben)
    wall(cast, case, cast.ben, cast.dee, cast.sol)
    leave(cast, cast.ben)
    assert held(cast, case, cast.dee, cast.sol)["dee"] == {CASE, ATTORNEY}


def test_who_may_help_until_a_day_is_neither_missed_nor_counted(cast, walled):
    with cast.acting(cast.sol):
        let_help(case=open_case(walled), to=cast.chi, until=soon(9), by=cast.sol, on=soon(0))
    with pytest.raises(CasesLeftAlone):
        leave(cast, cast.ben)
    in_every_team(cast, cast.ana)
    leave(cast, cast.chi)
    assert held(cast, walled, cast.ben) == {"ben": {CASE, ATTORNEY}}


@pytest.mark.parametrize("how", ["hostile", "anyway"])
def test_an_account_that_must_be_closed_is_closed(cast, walled, how):
    assert leave(cast, cast.ben, **{how: True}) == 0
    assert not User.objects.get(pk=cast.ben.pk).is_active
    assert held(cast, walled, cast.sol) == {"sol": {CASE, ATTORNEY}}


def test_rows_somebody_planted_hold_up_a_leaver_at_most(cast, walled):
    """An account that is closed counts for nobody, whatever rows say."""
    CaseUserAccess.objects.filter(user=cast.sol).update(user=cast.eve)
    User.objects.filter(pk=cast.eve.pk).update(is_active=True)
    with pytest.raises(CasesLeftAlone):
        leave(cast, cast.ben)


def test_the_page_says_how_many_and_asks_once_more(cast, walled):
    ana, where = signed_in(cast, "ana"), reverse("accounts:leave_clinic", args=[cast.ben.pk])
    assert "1 walled case " in ana.get(where).content.decode()
    refused = ana.post(where, {})
    assert "Close it all the same" in refused.content.decode()
    assert User.objects.get(pk=cast.ben.pk).is_active
    told = ana.post(where, {"anyway": "on"}, follow=True).content.decode()
    assert "fewer than two people" in told
    assert not User.objects.get(pk=cast.ben.pk).is_active


def test_where_nothing_is_left_alone_the_page_asks_nothing_more(cast, case):
    give(cast, case, cast.ben)
    page = signed_in(cast, "ana").get(reverse("accounts:leave_clinic", args=[cast.ben.pk]))
    assert "Close it all the same" not in page.content.decode()


# Coming back


def lose(cast: Cast, case: Case) -> None:
    """ben and sol both go."""
    in_every_team(cast, cast.ana)
    for user in (cast.ben, cast.sol):
        leave(cast, user, hostile=True)
    assert not CaseUserAccess.objects.filter(content_object=case).exists()


@pytest.mark.parametrize(("name", "role"), [("sol", None), ("dee", Role.SUPERVISOR)])
def test_a_walled_case_that_nobody_can_open_comes_back_with_two_codes(cast, walled, name, role):
    lose(cast, walled)
    assert come_back(cast, name, role=role) == 1
    user = User.objects.get(sign_in_name=name)
    assert held(cast, walled, user) == {name: {CASE, ATTORNEY}}
    with cast.acting(user) as ring:
        row = open_case(walled)
        assert (row.walled, row.owner, row.stage) == (True, "", Stage.WAITING)
        newest = reading.readable(ring, case_id=row.pk)[0]
    assert newest.event == audit.Event.RECOVERED
    others = [one for one in (cast.ana, cast.chi, cast.dee) if one.sign_in_name != name]
    assert not any(held(cast, walled, *others).values())


def test_it_has_new_keys_and_can_be_written_in_again(cast, walled):
    before = generations(walled)
    lose(cast, walled)
    come_back(cast, "sol")
    assert all(generations(walled)[one] > before[one] for one in (CASE, ATTORNEY))
    sol = User.objects.get(sign_in_name="sol")
    note(cast, walled, sol, ATTORNEY, "Found again.")
    with cast.acting(cast.ana) as ring:
        teams.admit(sol.pk, cast.team("supervising").pk, ring)
    with cast.acting(sol):
        give_case(case=open_case(walled), to=cast.dee, by=sol, on=soon(0))
    assert held(cast, walled, cast.dee) == {"dee": {CASE, ATTORNEY}}
    leave(cast, cast.dee, hostile=True)
    leave(cast, sol, anyway=True)
    assert come_back(cast, "sol") == 1


def test_whoever_decides_no_walls_does_not_find_one_in_their_hands(cast, walled):
    """The wall may stand because of them."""
    lose(cast, walled)
    assert [come_back(cast, name) for name in ("ana", "chi", "dee")] == [0, 0, 0]
    assert not any(held(cast, walled, cast.ana, cast.chi, cast.dee).values())


def test_a_walled_case_that_somebody_can_open_stays_theirs_alone(cast, walled):
    leave(cast, cast.ben, anyway=True)
    assert come_back(cast, "dee", role=Role.SUPERVISOR) == 0
    assert held(cast, walled, cast.dee, cast.sol) == {"dee": set(), "sol": {CASE, ATTORNEY}}


def test_rows_that_somebody_planted_hide_no_lost_case(cast, walled):
    lose(cast, walled)
    plant(walled, cast.dee, cast.ana)
    assert come_back(cast, "sol") == 1
    assert held(cast, walled, cast.dee) == {"dee": set()}


def test_a_key_that_somebody_planted_in_a_lost_case_is_written_with_by_nobody(cast, walled):
    """Whoever writes to the database made it, and recovery can open it."""
    lose(cast, walled)
    thief = Box(bytes(range(32)), 1)
    key = CaseKey.objects.get(case=walled, compartment=ADVOCATE)
    CaseKey.objects.filter(pk=key.pk).update(commitment=thief.commitment, generation=1)
    key.refresh_from_db()
    with cast.acting(cast.ana):
        wrap = wrap_to(roster.trusted_recovery(), thief.key, access.subject_of(key))
    CaseKey.objects.filter(pk=key.pk).update(recovery_wrap=wrap)
    assert come_back(cast, "sol") == 1
    key.refresh_from_db()
    assert bytes(key.commitment) != thief.commitment


def test_a_damaged_note_keeps_no_case_lost(cast, walled):
    lose(cast, walled)
    alter(Note.objects.get(case=walled))
    assert come_back(cast, "sol") == 1
    with cast.acting(User.objects.get(sign_in_name="sol")):
        assert open_case(walled).reference


def test_a_case_that_is_damaged_itself_keeps_nobody_out(cast, walled):
    lose(cast, walled)
    alter(walled)
    assert come_back(cast, "sol") == 0


def test_the_command_says_so(cast, walled, monkeypatch, capsys):
    lose(cast, walled)
    codes = iter(cast.recovery_codes[:2])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(codes))
    call_command("recover", sign_in_name="sol")
    assert "Walled cases that nobody could open, theirs now: 1" in capsys.readouterr().out
