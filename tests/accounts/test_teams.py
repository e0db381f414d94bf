from uuid import uuid4

import pytest

from clinic.accounts import errors, pins, roster, teams
from clinic.accounts.models import Purpose, RosterEntry, TeamEpoch, TeamMembership, User
from clinic.accounts.record import NotRecorded
from clinic.accounts.roster import Role
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring, TeamKeys
from clinic.vault.keys import Identity, PublicIdentity, commitment
from clinic.vault.wraps import is_public
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def purposes(ring):
    return set(ring.named)


def test_it_works():
    cast = make_clinic()
    assert purposes(cast.ring(cast.ana)) == {"everyone", "coordination"}
    assert purposes(cast.ring(cast.ben)) == {"everyone"}
    assert purposes(cast.ring(cast.chi)) == {"everyone", "intake"}
    assert purposes(cast.ring(cast.sol)) == {"everyone", "supervising"}
    assert set(cast.ring(cast.ben).teams) == {cast.team("everyone").id, cast.team("north").id}
    assert cast.ring(cast.eve).teams == {}


def test_members_of_one_team_hold_the_same_secret():
    cast = make_clinic()
    north = cast.team("north").id
    assert cast.ring(cast.ben).team(north).secret == cast.ring(cast.sol).team(north).secret


def test_the_role_comes_from_the_roster():
    cast = make_clinic()
    assert cast.ring(cast.sol).role == Role.SUPERVISOR
    assert teams.is_member(cast.ring(cast.sol), Purpose.SUPERVISING)
    assert not teams.is_member(cast.ring(cast.ben), Purpose.SUPERVISING)


def test_members_are_named_by_the_roster():
    cast = make_clinic()
    names = {person.name for person in teams.members(cast.team("north"), cast.ring(cast.chi))}
    assert names == {"ben", "sol"}


def test_opening_takes_the_same_queries_for_many_teams(django_assert_num_queries):
    cast = make_clinic()
    cast.ring(cast.sol)
    with cast.acting(cast.sol) as ring:
        teams.settle(cast.sol, ring)
    for who in (cast.ana, cast.sol):
        user = User.objects.get(id=who.id)
        with django_assert_num_queries(2):
            teams.keyring_for(user, cast.papers[user.sign_in_name].identity)


def test_add_member():
    cast = make_clinic()
    with cast.acting(cast.ana) as ring:
        assert teams.add_member(team=cast.team("coordination"), user=cast.ben, ring=ring, by=cast.ana)
    assert "coordination" in cast.ring(cast.ben).named


def test_a_team_that_the_coordinator_lacks_waits_for_its_holder():
    cast = make_clinic()
    with cast.acting(cast.ana) as ring:
        assert not teams.add_member(team=cast.team("north"), user=cast.dee, ring=ring, by=cast.ana)
    assert cast.team("north").id not in cast.ring(cast.dee).teams
    assert roster.person(cast.dee.id, cast.ring(cast.ana)).pending == {cast.team("north").id}


@pytest.mark.parametrize("who", ["ben", "chi", "sol"])
def test_only_a_coordinator_changes_teams(who):
    cast = make_clinic()
    user = getattr(cast, who)
    with cast.acting(user) as ring:
        with pytest.raises(errors.NotAllowed):
            teams.add_member(team=cast.team("north"), user=cast.dee, ring=ring, by=user)
        with pytest.raises(errors.NotAllowed):
            teams.create_team(purpose=Purpose.OTHER, members=[user.id], ring=ring, by=user)


def test_nobody_who_left_is_added():
    cast = make_clinic()
    with cast.acting(cast.ana) as ring, pytest.raises(Tampered):
        teams.add_member(team=cast.team("coordination"), user=cast.eve, ring=ring, by=cast.ana)


def test_nothing_is_saved_when_the_audit_fails(no_audit):
    cast = make_clinic()
    no_audit()
    before = TeamMembership.objects.count()
    with cast.acting(cast.ana) as ring, pytest.raises(NotRecorded):
        teams.add_member(team=cast.team("coordination"), user=cast.ben, ring=ring, by=cast.ana)
    assert TeamMembership.objects.count() == before
    assert "coordination" not in cast.ring(cast.ben).named


def test_a_grant_to_an_old_epoch_is_refused():
    cast = make_clinic()
    with cast.acting(cast.ana) as ring:
        team = cast.team("coordination")
        ring.teams[team.id] = TeamKeys(team.id, 7, bytes(32))
        with pytest.raises(Stale):
            teams.add_member(team=team, user=cast.ben, ring=ring, by=cast.ana)


def test_without_everyone_there_is_no_roster():
    cast = make_clinic()
    TeamMembership.objects.filter(user=cast.ben).delete()
    with pytest.raises(Locked):
        roster.people(cast.ring(cast.ben))


def delivered(user):
    """Of each of their secrets: is it still wrapped to the public key?"""
    return [is_public(bytes(row.wrapped_secret)) for row in TeamMembership.objects.filter(user=user)]


class TestSettling:
    def test_a_sign_in_keeps_every_secret_under_ones_own_key(self):
        cast = make_clinic()
        assert any(
            is_public(bytes(row.wrapped_secret)) for row in TeamMembership.objects.filter(user=cast.ben)
        )
        with cast.acting(cast.ben) as ring:
            teams.settle(cast.ben, ring)
        assert not any(
            is_public(bytes(row.wrapped_secret)) for row in TeamMembership.objects.filter(user=cast.ben)
        )
        assert "everyone" in cast.ring(cast.ben).named


class TestSomebodyWhoWritesRows:
    """They know every public key, and can put into the tables whatever they like."""

    def plant(self, team, user, secret=b"\x07" * 32, epoch=None):
        """A secret of their own, wrapped to somebody's true public key, in place of the true one."""
        keys = TeamKeys(team.id, epoch or team.current_epoch, secret)
        row = TeamEpoch.objects.get(team=team, number=keys.epoch)
        row.commitment, row.public_key = commitment(secret), keys.pair.public.raw
        row.earlier_seeds = pins.seal_earlier(keys, team, {})
        row.save()
        person = roster.Person(user.id, "x", Role.INTAKE, PublicIdentity(bytes(user.public_key)))
        wrapped = teams.wrap_for(person, keys, team.purpose, _stranger())
        rows = TeamMembership.objects.update_or_create(
            epoch=row, user=user, defaults={"wrapped_secret": wrapped}
        )
        assert rows
        return keys

    def test_a_planted_secret_of_a_team_is_not_believed(self):
        cast = make_clinic()
        self.plant(cast.team("north"), cast.ben)
        assert cast.team("north").id not in cast.ring(cast.ben).teams

    def test_a_planted_team_everyone_is_not_believed(self):
        cast = make_clinic()
        entries = list(roster.entries(cast.ring(cast.ana)))
        _roster_of(self.plant(cast.team("everyone"), cast.ben), cast, entries)
        assert cast.ring(cast.ben).teams == {}

    def test_the_planted_team_everyone_would_be_believed_without_the_pin(self, monkeypatch):
        cast = make_clinic()
        entries = list(roster.entries(cast.ring(cast.ana)))
        _roster_of(self.plant(cast.team("everyone"), cast.ben), cast, entries)
        monkeypatch.setattr(pins, "descends", lambda *args: True)
        assert cast.ring(cast.ben).teams != {}

    def test_another_team_cannot_be_passed_off_as_everyone(self):
        cast = make_clinic()
        everyone, north = cast.team("everyone"), cast.team("north")
        with cast.acting(cast.ben) as ring:
            teams.settle(cast.ben, ring)
        everyone.purpose = Purpose.OTHER
        everyone.save()
        north.purpose = Purpose.EVERYONE
        north.save()
        assert cast.ring(cast.ben).teams == {}

    def test_a_purpose_changed_in_the_row_gives_no_door(self):
        cast = make_clinic()
        cast.team("supervising").delete()
        north = cast.team("north")
        north.purpose = Purpose.SUPERVISING
        north.save()
        assert not teams.is_member(cast.ring(cast.ben), Purpose.SUPERVISING)

    def test_somebody_elses_wrap_does_not_open(self):
        cast = make_clinic()
        row = TeamMembership.objects.get(user=cast.sol, epoch__team=cast.team("supervising"))
        TeamMembership.objects.create(epoch=row.epoch, user=cast.ben, wrapped_secret=row.wrapped_secret)
        assert "supervising" not in cast.ring(cast.ben).named

    def test_a_swapped_public_key_gets_no_grant(self):
        cast = make_clinic()
        stranger = _stranger()
        User.objects.filter(id=cast.ben.id).update(public_key=stranger.identity.public.raw)
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=cast.team("coordination"), user=cast.ben, ring=ring, by=cast.ana)
        user = User.objects.get(id=cast.ben.id)
        assert teams.keyring_for(user, stranger.identity).teams == {}

    def test_switching_an_account_on_again_gives_nothing(self):
        cast = make_clinic()
        User.objects.filter(id=cast.eve.id).update(is_active=True)
        assert cast.ring(cast.eve).teams == {}

    def test_a_deleted_row_revokes_at_the_next_request(self):
        cast = make_clinic()
        TeamMembership.objects.filter(user=cast.sol, epoch__team=cast.team("supervising")).delete()
        assert "supervising" not in cast.ring(cast.sol).named


def _stranger():
    return Keyring(organisation=uuid4(), user=uuid4(), identity=Identity.generate())


def _roster_of(keys, cast, entries):
    """A whole roster of the stranger's making, under their own secret."""
    ring = _stranger()
    ring.organisation = cast.organisation.id
    teams.hold(keys, Purpose.EVERYONE, ring)
    RosterEntry.objects.all().delete()
    for entry in entries:
        if entry.id != keys.id:
            roster.write(entry, ring)
    members = [cast.ben.id]
    roster.write(teams.entry_for(keys, name="", purpose=Purpose.EVERYONE, members=members), ring)
