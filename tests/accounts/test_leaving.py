from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.accounts import errors, invitations, leaving, nudges, roster, rotation, teams
from clinic.accounts.arrival import arrive, finish_what_waits
from clinic.accounts.models import Nudge, RosterEntry, SealedTotp, Session, TeamMembership, User
from clinic.accounts.record import NotRecorded
from clinic.accounts.roster import Role
from clinic.vault.errors import Tampered
from clinic.vault.keyring import using
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def leave_clinic(cast, user, by=None, **more):
    by = by or cast.ana
    with cast.acting(by) as ring:
        leaving.leave_clinic(user=user, ring=ring, by=by, **more)


def leave_team(cast, user, name, by=None):
    by = by or cast.ana
    with cast.acting(by) as ring:
        leaving.leave_team(user=user, team=cast.team(name), ring=ring, by=by)


def sign_in(cast, user):
    with using(arrive(user=user, identity=cast.papers[user.sign_in_name].identity)) as ring:
        finish_what_waits(user=user, ring=ring)


def make_coordinator(cast, user):
    with cast.acting(cast.ana) as ring:
        leaving.change_role(user=user, role=Role.COORDINATOR, ring=ring, by=cast.ana)
        teams.add_member(team=cast.team("coordination"), user=user, ring=ring, by=cast.ana)


def invite(cast, name, by):
    with cast.acting(by) as ring:
        _user, code = invitations.invite(
            sign_in_name=name,
            email=f"{name}@clinic.example",
            role=Role.HELPER,
            teams_to_join=[],
            ring=ring,
            by=by,
        )
    return code


class TestLeavingTheClinic:
    def test_it_works(self, recorded):
        cast = make_clinic()
        before = cast.ring(cast.ben).team(cast.team("everyone").id)
        leave_clinic(cast, cast.ben)
        ben = User.objects.get(id=cast.ben.id)
        assert not ben.is_active
        assert not ben.identity_sealed
        assert cast.ring(cast.ben).teams == {}
        assert cast.ring(cast.ana).team(before.id).secret != before.secret
        assert not roster.person(ben.id, cast.ring(cast.ana)).active
        assert not SealedTotp.objects.filter(user=ben).exists()
        assert recorded[-1][0] == "person_left"

    def test_the_others_go_on(self):
        cast = make_clinic()
        leave_clinic(cast, cast.ben)
        assert cast.team("north").id in cast.ring(cast.sol).teams
        assert set(cast.ring(cast.chi).named) == {"everyone", "intake"}

    def test_sessions_end_at_once(self):
        cast = make_clinic()
        later = timezone.now() + timedelta(hours=1)
        Session.objects.create(session_key="k", session_data="", expire_date=later, user=cast.ben)
        leave_clinic(cast, cast.ben)
        assert not Session.objects.filter(user=cast.ben, expire_date__gt=timezone.now()).exists()

    def test_a_team_whose_key_is_not_at_hand_gets_a_new_epoch_at_the_next_sign_in(self):
        cast = make_clinic()
        north = cast.team("north").id
        old = cast.ring(cast.sol).team(north)
        leave_clinic(cast, cast.ben)
        assert roster.trusted_team(north, cast.ring(cast.ana)).due
        assert not TeamMembership.objects.filter(user=cast.ben).exists()
        sign_in(cast, cast.dee)
        assert roster.trusted_team(north, cast.ring(cast.ana)).due
        sign_in(cast, cast.sol)
        assert not roster.trusted_team(north, cast.ring(cast.ana)).due
        assert cast.ring(cast.sol).team(north).secret != old.secret

    def test_their_promises_go_to_the_coordinators(self):
        cast = make_clinic()
        nudge = nudges.promise(day=date(2026, 3, 2), user=cast.ben)
        leave_clinic(cast, cast.ben)
        assert Nudge.objects.get(id=nudge).user == cast.ana

    def test_what_they_held_by_name_is_ended_by_the_rooms_above(self):
        cast, said = make_clinic(), []

        def goodbye(user, by, hostile, ring):
            said.append((user, by, hostile))
            return []

        leaving.register("test", goodbye)
        leave_clinic(cast, cast.ben, hostile=True)
        assert said == [(cast.ben, cast.ana, True)] * 2  # once more when nobody can give them anything

    def test_whom_they_invited_can_be_invited_anew(self):
        """fay has joined and waits, gus has not: nobody vouches for them any more."""
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        codes = {name: invite(cast, name, cast.ben) for name in ("fay", "gus")}
        invitations.join(sign_in_name="fay", code=codes["fay"])
        invite(cast, "hal", cast.ana)
        leave_clinic(cast, cast.ben)
        assert not User.objects.filter(sign_in_name__in=codes).exists()
        assert User.objects.filter(sign_in_name="hal").exists()
        for name in codes:
            invite(cast, name, cast.ana)

    def test_whoever_got_their_keys_stays(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        invitations.join(sign_in_name="fay", code=invite(cast, "fay", cast.ben))
        sign_in(cast, cast.chi)
        leave_clinic(cast, cast.ben)
        assert User.objects.get(sign_in_name="fay").is_active

    @pytest.mark.parametrize("who", ["ben", "chi", "sol"])
    def test_only_a_coordinator(self, who):
        cast = make_clinic()
        with pytest.raises(errors.NotAllowed):
            leave_clinic(cast, cast.chi, by=getattr(cast, who))

    def test_not_by_oneself(self):
        cast = make_clinic()
        with pytest.raises(errors.NotYourself):
            leave_clinic(cast, cast.ana)

    def test_not_the_only_one_of_a_team(self):
        cast = make_clinic()
        with pytest.raises(errors.LastHolder):
            leave_clinic(cast, cast.chi)
        assert "intake" in cast.ring(cast.chi).named
        assert User.objects.get(id=cast.chi.id).is_active

    def test_a_second_coordinator_may_end_the_first(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        leave_clinic(cast, cast.ana, by=cast.ben)
        assert cast.ring(cast.ana).teams == {}
        assert set(cast.ring(cast.ben).named) == {"everyone", "coordination"}

    def test_nothing_happens_when_the_audit_fails(self, no_audit):
        cast = make_clinic()
        no_audit()
        with pytest.raises(NotRecorded):
            leave_clinic(cast, cast.ben)
        assert User.objects.get(id=cast.ben.id).is_active
        assert set(cast.ring(cast.ben).named) == {"everyone"}

    def test_twice(self):
        cast = make_clinic()
        leave_clinic(cast, cast.ben)
        with pytest.raises(Tampered):
            leave_clinic(cast, cast.ben)


class TestLeavingATeam:
    def test_it_works(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        leave_team(cast, cast.ben, "coordination")
        assert set(cast.ring(cast.ben).named) == {"everyone"}
        assert set(cast.ring(cast.ana).named) == {"everyone", "coordination"}

    def test_the_team_is_reminded_of_what_was_promised_in_it(self):
        """Whoever left may not open it any more; no row says which promise was about what."""
        cast, day = make_clinic(), date(2026, 3, 2)
        nudges.promise(day=day, user=cast.ben, urgent=True)
        leave_team(cast, cast.ben, "north")
        told = Nudge.objects.filter(day=day).values_list("user", "urgent")
        assert set(told) == {(cast.ben.pk, True), (cast.sol.pk, False)}

    def test_nobody_is_reminded_of_what_they_cannot_do(self):
        """ben only waited for the key; somebody whose account is gone hears of nothing."""
        cast, day = make_clinic(), date(2026, 3, 2)
        nudges.promise(day=day, user=cast.ben)
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=cast.team("south"), user=cast.ben, ring=ring, by=cast.ana)
        leave_team(cast, cast.ben, "south")
        User.objects.filter(pk=cast.sol.pk).update(is_active=False)
        leave_team(cast, cast.ben, "north")
        assert set(Nudge.objects.values_list("user", flat=True)) == {cast.ben.pk}

    def test_the_last_one_stays(self):
        cast = make_clinic()
        with pytest.raises(errors.LastHolder):
            leave_team(cast, cast.chi, "intake")

    def test_everyone_is_not_left(self):
        cast = make_clinic()
        with pytest.raises(errors.EveryoneStays):
            leave_team(cast, cast.ben, "everyone")

    def test_somebody_who_still_waits_for_the_key_waits_no_more(self):
        cast = make_clinic()
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=cast.team("intake"), user=cast.ben, ring=ring, by=cast.ana)
        leave_team(cast, cast.ben, "intake")
        sign_in(cast, cast.chi)
        assert "intake" not in cast.ring(cast.ben).named

    def test_the_old_membership_cannot_be_put_back(self):
        """Rows of the team, its epoch and the roster, all as they were the day before."""
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        team = cast.team("coordination")
        epoch = team.epochs.get()
        row = TeamMembership.objects.get(user=cast.ben, epoch=epoch)
        entries = list(RosterEntry.objects.all())
        leave_team(cast, cast.ben, "coordination")
        team.epochs.all().delete()
        epoch.save(force_insert=True)
        row.save(force_insert=True)
        team.current_epoch = epoch.number
        team.save()
        for entry in entries:
            entry.save()
        assert "coordination" not in cast.ring(cast.ben).named


class TestRoles:
    def test_it_works(self):
        cast = make_clinic()
        with cast.acting(cast.ana) as ring:
            leaving.change_role(user=cast.ben, role=Role.SUPERVISOR, ring=ring, by=cast.ana)
        assert cast.ring(cast.ben).role == Role.SUPERVISOR

    def test_the_last_coordinator_stays_one(self):
        cast = make_clinic()
        with cast.acting(cast.ana) as ring, pytest.raises(errors.LastCoordinator):
            leaving.change_role(user=cast.ana, role=Role.ATTORNEY, ring=ring, by=cast.ana)

    def test_only_a_coordinator(self):
        cast = make_clinic()
        with cast.acting(cast.chi) as ring, pytest.raises(errors.NotAllowed):
            leaving.change_role(user=cast.chi, role=Role.COORDINATOR, ring=ring, by=cast.chi)

    def test_the_old_role_cannot_be_put_back(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        old = RosterEntry.objects.get(subject=cast.ben.id)
        with cast.acting(cast.ana) as ring:
            leaving.change_role(user=cast.ben, role=Role.ATTORNEY, ring=ring, by=cast.ana)
        old.save()
        assert cast.ring(cast.ben).role != Role.COORDINATOR


def test_catching_up_is_recorded(recorded):
    cast = make_clinic()
    leave_clinic(cast, cast.ben)
    with cast.acting(cast.sol) as ring:
        assert rotation.catch_up(ring=ring, by=cast.sol) == 1
    assert recorded[-1][0] == "team_rekeyed"


class TestSomebodyWhoseRowIsGone:
    """On the roster, and without an account: whoever writes rows deleted it."""

    def ghost(self, cast, user):
        User.objects.get(id=user.id).delete()

    def test_the_others_can_still_leave(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        nudges.promise(day=date(2026, 3, 2), user=cast.dee)
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=cast.team("south"), user=cast.chi, ring=ring, by=cast.ana)
        sign_in(cast, cast.dee)
        self.ghost(cast, cast.ben)
        leave_clinic(cast, cast.dee)
        assert not User.objects.get(id=cast.dee.id).is_active
        assert cast.team("coordination").id in cast.ring(cast.ana).teams

    def test_they_are_no_second_coordinator(self):
        cast = make_clinic()
        make_coordinator(cast, cast.ben)
        assert not roster.needs_second_coordinator(cast.ring(cast.ana))
        self.ghost(cast, cast.ben)
        assert roster.needs_second_coordinator(cast.ring(cast.ana))
        with cast.acting(cast.ana) as ring, pytest.raises(errors.LastCoordinator):
            leaving.change_role(user=cast.ana, role=Role.ATTORNEY, ring=ring, by=cast.ana)

    def test_they_are_no_second_holder(self):
        cast = make_clinic()
        self.ghost(cast, cast.sol)
        with pytest.raises(errors.LastHolder):
            leave_clinic(cast, cast.ben)

    def test_what_they_waited_for_is_given_to_nobody(self):
        cast = make_clinic()
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=cast.team("intake"), user=cast.dee, ring=ring, by=cast.ana)
        self.ghost(cast, cast.dee)
        sign_in(cast, cast.chi)
        assert TeamMembership.objects.filter(epoch__team=cast.team("intake")).count() == 1
