import pytest
from django.db import IntegrityError, connection

from clinic.accounts import errors, roster, rotation, teams
from clinic.accounts.models import RosterEntry, Team, TeamEpoch, TeamMembership
from clinic.vault.errors import Stale, Tampered
from clinic.vault.wraps import unwrap_with
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def rotate(cast, name, keep, by=None):
    by = by or cast.sol
    with cast.acting(by) as ring:
        return rotation.rotate(team=cast.team(name), keep=[user.id for user in keep], ring=ring)


def test_it_works():
    cast = make_clinic()
    old = cast.ring(cast.ben).team(cast.team("north").id)
    new = rotate(cast, "north", [cast.ben, cast.sol])
    assert new.epoch == old.epoch + 1
    assert new.secret != old.secret
    for user in (cast.ben, cast.sol):
        assert cast.ring(user).team(new.id).secret == new.secret


def test_who_is_not_kept_opens_nothing_new():
    cast = make_clinic()
    new = rotate(cast, "north", [cast.sol])
    assert new.id not in cast.ring(cast.ben).teams
    assert cast.ring(cast.sol).team(new.id).secret == new.secret


def test_the_old_epoch_and_its_rows_are_gone():
    cast = make_clinic()
    new = rotate(cast, "north", [cast.sol])
    assert TeamEpoch.objects.get(team=new.id).number == new.epoch
    assert TeamMembership.objects.filter(epoch__team=new.id).count() == 1


def test_old_deliveries_stay_readable():
    cast = make_clinic()
    north = cast.team("north")
    old = cast.ring(cast.sol).team(north.id)
    rotate(cast, "north", [cast.ben, cast.sol])
    rotate(cast, "north", [cast.ben, cast.sol])
    pairs = teams.seeds(cast.ring(cast.ben).team(north.id))
    sealed = old.pair.public.encrypt(b"for you", b"info")
    assert sorted(pairs) == [1, 2, 3]
    assert pairs[old.epoch].decrypt(sealed, b"info") == b"for you"


def test_the_roster_knows_the_new_key():
    cast = make_clinic()
    new = rotate(cast, "north", [cast.sol])
    entry = roster.trusted_team(new.id, cast.ring(cast.chi))
    assert entry.epoch == 2
    assert entry.members == {cast.sol.id}
    assert entry.public.raw == new.pair.public.raw
    assert entry.name == "north"


def test_recovery_opens_the_new_secret():
    from clinic.accounts.recovery import open_recovery

    cast = make_clinic()
    new = rotate(cast, "north", [cast.sol])
    pair = open_recovery(cast.organisation, *cast.recovery_codes[1:])
    wrap = bytes(TeamEpoch.objects.get(team=new.id).recovery_wrap)
    assert unwrap_with(pair, wrap, teams.subject_of(new, "other")) == new.secret


def test_the_keyring_goes_on_with_the_new_secret():
    cast = make_clinic()
    with cast.acting(cast.sol) as ring:
        new = rotation.rotate(team=cast.team("north"), keep=[cast.sol.id], ring=ring)
        assert ring.team(new.id) is new


def test_who_leaves_by_their_own_hand_keeps_nothing():
    cast = make_clinic()
    with cast.acting(cast.sol) as ring:
        rotation.rotate(team=cast.team("north"), keep=[cast.ben.id], ring=ring)
        assert cast.team("north").id not in ring.teams
    assert cast.team("north").id in cast.ring(cast.ben).teams


def test_nobody_is_kept_because_of_a_row():
    """A planted membership row does not get its owner the next secret."""
    cast = make_clinic()
    epoch = TeamEpoch.objects.get(team=cast.team("north"))
    TeamMembership.objects.create(epoch=epoch, user=cast.chi, wrapped_secret=b"x")
    new = rotate(cast, "north", [cast.ben, cast.sol, cast.chi])
    assert new.id not in cast.ring(cast.chi).teams


def test_a_damaged_colleague_does_not_stop_the_others():
    cast = make_clinic()
    RosterEntry.objects.filter(subject=cast.ben.id).update(sealed=b"damaged")
    new = rotate(cast, "north", [cast.ben, cast.sol])
    assert roster.trusted_team(new.id, cast.ring(cast.sol)).members == {cast.sol.id}


def test_a_swapped_recovery_entry_stops_it():
    cast = make_clinic()
    RosterEntry.objects.filter(subject=cast.organisation.id).delete()
    with pytest.raises(Tampered):
        rotate(cast, "north", [cast.sol])


def test_somebody_stays():
    cast = make_clinic()
    with pytest.raises(errors.LastHolder):
        rotate(cast, "north", [])


def test_two_at_once_the_second_is_told():
    cast = make_clinic()
    with cast.acting(cast.ben) as slower:
        rotate(cast, "north", [cast.ben, cast.sol])
        with pytest.raises(Stale):
            rotation.rotate(team=cast.team("north"), keep=[cast.ben.id], ring=slower)


@pytest.mark.parametrize("name", ["north", "everyone"])
@pytest.mark.parametrize("public", [False, True])
def test_new_keys_between_two_queries_are_found(monkeypatch, name, public):
    """ben's rows are read, then the team gets new keys, then the roster is read."""
    cast, rows = make_clinic(), teams._rows
    if public:
        rotate(cast, "everyone", [cast.ana, cast.ben, cast.chi, cast.dee, cast.sol])

    def read_too_early(user):
        found = rows(user)
        monkeypatch.setattr(teams, "_rows", rows)
        rotate(cast, name, [cast.ana, cast.ben, cast.chi, cast.dee, cast.sol])
        return found

    monkeypatch.setattr(teams, "_rows", read_too_early)
    assert set(cast.ring(cast.ben).teams) == {cast.team("everyone").id, cast.team("north").id}


class Crash(Exception):
    pass


class CrashAfter:
    """The power fails after the nth statement."""

    def __init__(self, statements):
        self.left = statements

    def __call__(self, execute, sql, *more):
        result = execute(sql, *more)
        self.left -= not sql.startswith("RELEASE")
        if self.left == 0:
            raise Crash
        return result


def everything():
    """Every row that a new epoch touches."""
    models = (Team, TeamEpoch, TeamMembership, RosterEntry)
    return [list(model.objects.order_by("id").values_list()) for model in models]


@pytest.mark.parametrize("name", ["north", "everyone"])
def test_a_crash_after_any_statement_changes_nothing(name):
    cast = make_clinic()
    before, statements = everything(), 0
    while True:
        statements += 1
        crash = CrashAfter(statements)
        with cast.acting(cast.sol) as ring:
            keep = roster.trusted_team(cast.team(name).id, ring).members
            epochs = {team: keys.epoch for team, keys in ring.teams.items()}
            try:
                with connection.execute_wrapper(crash):
                    rotation.rotate(team=cast.team(name), keep=keep, ring=ring)
            except Crash:
                assert everything() == before
                assert {team: keys.epoch for team, keys in ring.teams.items()} == epochs
                continue
        break
    assert statements > 10
    assert everything() != before
    assert set(cast.ring(cast.ben).teams) == {cast.team("everyone").id, cast.team("north").id}


class TestEveryone:
    def test_it_works(self):
        cast = make_clinic()
        staff = [cast.ana, cast.ben, cast.chi, cast.dee, cast.sol]
        old = cast.ring(cast.ana).team(cast.team("everyone").id)
        new = rotate(cast, "everyone", staff, by=cast.ana)
        assert new.secret != old.secret
        for user in staff:
            ring = cast.ring(user)
            assert ring.team(new.id).secret == new.secret
            assert roster.trusted_identity(cast.ben.id, ring).name == "ben"

    def test_the_other_teams_stay_open(self):
        cast = make_clinic()
        before = set(cast.ring(cast.sol).teams)
        rotate(cast, "everyone", [cast.ana, cast.sol], by=cast.ana)
        assert set(cast.ring(cast.sol).teams) == before

    def test_many_epochs_later_a_sleeper_is_still_let_in(self):
        cast = make_clinic()
        for _ in range(3):
            with cast.acting(cast.ana) as ring:
                rotation.renew_everyone(ring)
        assert "everyone" in cast.ring(cast.chi).named

    def test_the_old_secret_opens_no_roster(self):
        cast = make_clinic()
        old = cast.ring(cast.ben).team(cast.team("everyone").id)
        rotate(cast, "everyone", [cast.ana, cast.sol], by=cast.ana)
        with cast.acting(cast.sol) as ring:
            ring.teams[old.id] = old
            assert roster.people(ring) == {}


class TestWhatIsWrappedToTheTeam:
    def test_it_is_moved_in_the_same_transaction(self):
        cast, seen = make_clinic(), []
        rotation.register("test", lambda old, new, epoch: seen.append((old.epoch, new.epoch, epoch.number)))
        rotate(cast, "north", [cast.sol])
        assert seen == [(1, 2, 2)]

    def test_where_it_fails_nothing_has_happened(self):
        cast = make_clinic()

        def fail(old, new, epoch):
            raise RuntimeError

        rotation.register("test", fail)
        with cast.acting(cast.sol) as ring:
            with pytest.raises(RuntimeError):
                rotation.rotate(team=cast.team("north"), keep=[cast.sol.id], ring=ring)
            assert ring.team(cast.team("north").id).epoch == 1
        assert cast.team("north").id in cast.ring(cast.ben).teams

    def test_a_race_with_a_grant_is_tried_again(self):
        cast, tries = make_clinic(), []

        def raced(old, new, epoch):
            tries.append(1)
            if len(tries) == 1:
                raise IntegrityError

        rotation.register("test", raced)
        new = rotate(cast, "north", [cast.sol])
        assert (len(tries), new.epoch) == (2, 2)
        assert cast.ring(cast.sol).team(new.id).secret == new.secret

    def test_but_not_for_ever(self):
        cast = make_clinic()

        def always(old, new, epoch):
            raise IntegrityError

        rotation.register("test", always)
        with pytest.raises(IntegrityError):
            rotate(cast, "north", [cast.sol])
