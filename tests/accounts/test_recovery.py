import io
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command

from clinic.accounts import identities, pins, recovery, roster, rotation, teams
from clinic.accounts.errors import CodesDoNotFit
from clinic.accounts.models import Organisation, Purpose, RosterEntry, Team, TeamEpoch, TeamMembership, User
from clinic.accounts.recovery import open_recovery, readmit
from clinic.accounts.roster import Role
from clinic.vault.codes import BadCode, to_code
from clinic.vault.errors import Tampered
from clinic.vault.keyring import TeamKeys
from clinic.vault.keys import commitment
from clinic.vault.wraps import wrap_to
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def let_in(cast, name, **more):
    organisation = Organisation.objects.get(id=cast.organisation.id)
    pair = open_recovery(organisation, *cast.recovery_codes[:2])
    done = readmit(organisation=organisation, pair=pair, sign_in_name=name, **more)
    cast.papers[name] = done.enrolment
    return done.user


def test_it_works():
    """ana lost her passphrase and her paper."""
    cast = make_clinic()
    old = cast.papers["ana"]
    ana = let_in(cast, "ana")
    assert set(cast.ring(ana).named) == {"everyone", "coordination", "intake", "supervising"}
    assert cast.ring(ana).role == Role.COORDINATOR
    ana = User.objects.get(id=ana.id)
    assert identities.open_identity(ana, cast.papers["ana"].passphrase)
    with pytest.raises(Tampered):
        identities.open_identity(ana, old.passphrase)


def test_the_colleagues_go_on():
    cast = make_clinic()
    let_in(cast, "ana")
    assert set(cast.ring(cast.chi).named) == {"everyone", "intake"}
    assert cast.team("north").id in cast.ring(cast.ben).teams


def test_an_attorney_comes_back_to_their_own_teams():
    cast = make_clinic()
    ben = let_in(cast, "ben")
    ring = cast.ring(ben)
    assert (ring.role, set(ring.named)) == (Role.ATTORNEY, {"everyone"})
    assert set(ring.teams) == {cast.team("everyone").id, cast.team("north").id}


def test_the_lost_keys_open_nothing_new():
    cast = make_clinic()
    lost = cast.papers["ben"].identity
    before = cast.ring(cast.ben).team(cast.team("north").id)
    let_in(cast, "ben")
    assert teams.keyring_for(User.objects.get(id=cast.ben.id), lost).teams == {}
    assert cast.ring(cast.sol).team(before.id).secret != before.secret


def test_somebody_new_takes_over_when_nobody_is_left():
    cast = make_clinic()
    fay = let_in(cast, "fay", email="fay@clinic.example")
    assert cast.ring(fay).role == Role.COORDINATOR
    assert set(cast.ring(fay).teams) == {team.id for team in Team.objects.all()}


def test_a_role_can_be_given():
    cast = make_clinic()
    sol = let_in(cast, "sol", role=Role.COORDINATOR)
    assert "coordination" in cast.ring(sol).named


def test_it_works_again_after_every_kind_of_change():
    cast = make_clinic()
    let_in(cast, "ana")
    with cast.acting(cast.ana) as ring:
        rotation.renew_everyone(ring)
    let_in(cast, "ana")
    assert "coordination" in cast.ring(cast.ana).named


@pytest.mark.parametrize("pair", list(permutations(range(3), 2)))
def test_any_two_codes_in_any_order(pair):
    cast = make_clinic()
    assert open_recovery(cast.organisation, *(cast.recovery_codes[number] for number in pair))


def test_one_code_alone_does_not():
    cast = make_clinic()
    with pytest.raises(CodesDoNotFit):
        open_recovery(cast.organisation, cast.recovery_codes[0], cast.recovery_codes[0])
    with pytest.raises(CodesDoNotFit):
        open_recovery(cast.organisation, cast.recovery_codes[0], to_code(bytes(16)))
    with pytest.raises(BadCode):
        open_recovery(cast.organisation, cast.recovery_codes[0], "")


def test_the_rooms_above_give_back_what_was_held_by_name():
    cast, told = make_clinic(), []
    recovery.register("test", lambda pair, user, ring: told.append((user, set(ring.named))))
    ben = let_in(cast, "ben")
    assert told == [(ben, {"everyone", "coordination", "intake", "supervising"})]


class TestSomebodyWhoWritesRows:
    def test_a_planted_team_everyone_is_noticed(self):
        """All of a clinic but its past: a secret of their own, wrapped to the true recovery key."""
        cast = make_clinic()
        everyone = cast.team("everyone")
        keys = TeamKeys(everyone.id, 1, b"\x07" * 32)
        true = roster.trusted_recovery(cast.ring(cast.ana))
        TeamEpoch.objects.filter(team=everyone).update(
            commitment=commitment(keys.secret),
            earlier_seeds=pins.seal_earlier(keys, everyone, {}),
            recovery_wrap=wrap_to(true, keys.secret, teams.subject_of(keys, Purpose.EVERYONE)),
        )
        with pytest.raises(Tampered):
            let_in(cast, "ana")
        assert User.objects.get(id=cast.ana.id).public_key == cast.ana.public_key

    def test_a_swapped_recovery_key_is_noticed(self):
        cast = make_clinic()
        other = make_other_recovery(cast.organisation)
        RosterEntry.objects.filter(subject=cast.organisation.id).delete()
        Organisation.objects.update(recovery_public_key=other)
        with pytest.raises(Tampered):
            let_in(cast, "ana")

    def test_a_planted_team_is_left_out(self):
        cast = make_clinic()
        north = cast.team("north")
        keys = TeamKeys(north.id, 1, b"\x07" * 32)
        true = roster.trusted_recovery(cast.ring(cast.ana))
        TeamEpoch.objects.filter(team=north).update(
            commitment=commitment(keys.secret),
            recovery_wrap=wrap_to(true, keys.secret, teams.subject_of(keys, north.purpose)),
        )
        ana = let_in(cast, "ana")
        assert north.id not in cast.ring(ana).teams


def make_other_recovery(organisation):
    from clinic.vault import recovery as vault_recovery

    return vault_recovery.create(organisation.id)[0].raw


class TestTheCommand:
    def run(self, monkeypatch, answers, *options):
        lines = iter(answers)
        monkeypatch.setattr("builtins.input", lambda prompt="": _next(lines))
        out = io.StringIO()
        call_command("recover", *options, stdout=out)
        return out.getvalue()

    def test_it_works(self, monkeypatch):
        cast = make_clinic()
        out = self.run(monkeypatch, [*cast.recovery_codes[1:], "ben"])
        passphrase = next(line for line in out.splitlines() if "Passphrase" in line).split(":")[1].strip()
        assert identities.open_identity(User.objects.get(sign_in_name="ben"), passphrase)
        assert "otpauth://" in out

    def test_it_asks_again_for_mistyped_codes(self, monkeypatch):
        cast = make_clinic()
        answers = ["nonsense", "x", cast.recovery_codes[0], cast.recovery_codes[0], *cast.recovery_codes[:2]]
        out = self.run(monkeypatch, answers, "--check")
        assert "A letter is wrong" in out
        assert "do not open this clinic" in out
        assert "These two codes open this clinic." in out

    def test_check_changes_nothing(self, monkeypatch):
        cast = make_clinic()
        before = list(TeamMembership.objects.values_list("id", flat=True))
        self.run(monkeypatch, cast.recovery_codes[:2], "--check", "--sign-in-name", "ana")
        assert list(TeamMembership.objects.values_list("id", flat=True)) == before

    def test_somebody_new_is_asked_for_an_address(self, monkeypatch):
        cast = make_clinic()
        self.run(monkeypatch, [*cast.recovery_codes[:2], "fay", "fay@clinic.example"])
        assert User.objects.get(sign_in_name="fay").email == "fay@clinic.example"

    def test_capitals_do_not_make_it_somebody_else(self, monkeypatch):
        cast = make_clinic()
        before = User.objects.count()
        assert "For sol alone" in self.run(monkeypatch, [*cast.recovery_codes[:2], " Sol "])
        assert "For sol alone" in self.run(monkeypatch, cast.recovery_codes[:2], "--sign-in-name", "SOL")
        assert User.objects.count() == before

    def test_whoever_has_a_name_that_is_taken_no_more_comes_back(self, monkeypatch):
        cast = make_clinic()
        User.objects.filter(pk=cast.ben.pk).update(sign_in_name="ben b")
        assert "For ben b alone" in self.run(monkeypatch, [*cast.recovery_codes[:2], "ben b"])

    def test_what_will_not_do_is_asked_for_again(self, monkeypatch):
        cast = make_clinic()
        answers = ["", "fay f", "fay", "nonsense", "", "fay@clinic.example"]
        out = self.run(monkeypatch, [*cast.recovery_codes[:2], *answers])
        assert "Write a sign-in name." in out
        assert "without spaces" in out
        assert "Write an address like name@example.org." in out
        assert User.objects.get(sign_in_name="fay").email == "fay@clinic.example"

    @pytest.mark.parametrize(
        "options", [("--sign-in-name", ""), ("--sign-in-name", "fay f"), ("--email", "nonsense")]
    )
    def test_an_option_that_will_not_do_changes_nothing(self, monkeypatch, options):
        cast = make_clinic()
        before = User.objects.count()
        with pytest.raises(CommandError):
            self.run(monkeypatch, [*cast.recovery_codes[:2], "fay"], *options)
        assert User.objects.count() == before

    def test_no_answer(self, monkeypatch):
        make_clinic()
        with pytest.raises(CommandError, match="Nothing was changed"):
            self.run(monkeypatch, [])

    def test_no_clinic(self, monkeypatch):
        with pytest.raises(CommandError, match="no such clinic"):
            self.run(monkeypatch, [])

    def test_a_false_clinic_is_told_without_a_traceback(self, monkeypatch):
        cast = make_clinic()
        Organisation.objects.update(recovery_pin=bytes(80))
        with pytest.raises(CommandError, match="Somebody may have written to the database"):
            self.run(monkeypatch, [*cast.recovery_codes[:2], "ana"])


def _next(lines):
    try:
        return next(lines)
    except StopIteration:
        raise EOFError from None
