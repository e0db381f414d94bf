from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from clinic.accounts import errors, identities, invitations, leaving, pins, roster, rotation, teams
from clinic.accounts.arrival import arrive, finish_what_waits
from clinic.accounts.models import PendingGrant, RosterEntry, User
from clinic.accounts.record import NotRecorded
from clinic.accounts.roster import Role
from clinic.vault.codes import BadCode
from clinic.vault.keyring import using
from clinic.vault.keys import Identity, sign, signing_public
from tests.builders import make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded")]


def invite(cast, *names, by=None, role=Role.ATTORNEY, **more):
    """fay is invited to the teams of these names: herself, and her code."""
    by = by or cast.ana
    with cast.acting(by) as ring:
        return invitations.invite(
            sign_in_name="fay",
            email="fay@clinic.example",
            name="Fay Example",
            role=role,
            teams_to_join=[cast.team(name).id for name in names],
            ring=ring,
            by=by,
            **more,
        )


def join(cast, code):
    user, papers = invitations.join(sign_in_name="fay", code=code)
    cast.papers["fay"] = papers
    return user


def complete(cast, by):
    with cast.acting(by) as ring:
        return invitations.complete_pending(ring=ring, by=by)


def test_it_works():
    cast = make_clinic()
    fay, code = invite(cast, "coordination", role=Role.COORDINATOR)
    assert not User.objects.get(id=fay.id).is_active
    join(cast, code)
    assert cast.ring(fay).teams == {}
    assert complete(cast, cast.ana) == 1
    ring = cast.ring(fay)
    assert set(ring.named) == {"everyone", "coordination"}
    assert ring.role == Role.COORDINATOR
    assert roster.trusted_identity(fay.id, ring).name == "Fay Example"
    assert not PendingGrant.objects.exists()


def test_any_colleague_completes_it_by_signing_in():
    cast = make_clinic()
    fay, code = invite(cast)
    join(cast, code)
    with using(arrive(user=cast.chi, identity=cast.papers["chi"].identity)) as ring:
        finish_what_waits(user=cast.chi, ring=ring)
    assert set(cast.ring(fay).named) == {"everyone"}


def test_each_holder_gives_their_own_teams():
    cast = make_clinic()
    fay, code = invite(cast, "north", "intake")
    join(cast, code)
    complete(cast, cast.ben)
    assert cast.team("north").id in cast.ring(fay).teams
    assert "intake" not in cast.ring(fay).named
    complete(cast, cast.dee)
    assert "intake" not in cast.ring(fay).named
    complete(cast, cast.chi)
    assert "intake" in cast.ring(fay).named
    assert roster.person(fay.id, cast.ring(fay)).pending == frozenset()


def test_waiting_newcomers_are_counted():
    cast = make_clinic()
    _fay, code = invite(cast)
    ring = cast.ring(cast.ana)
    assert invitations.waiting(ring) == 0
    join(cast, code)
    assert invitations.waiting(ring) == 1


def test_the_team_everyone_may_change_in_between():
    cast = make_clinic()
    fay, code = invite(cast, "coordination")
    join(cast, code)
    for _ in range(2):
        with cast.acting(cast.ana) as ring:
            rotation.renew_everyone(ring)
    complete(cast, cast.ana)
    assert set(cast.ring(fay).named) == {"everyone", "coordination"}


class TestInviting:
    @pytest.mark.parametrize("who", ["ben", "chi", "sol"])
    def test_only_a_coordinator(self, who):
        cast = make_clinic()
        with pytest.raises(errors.NotAllowed):
            invite(cast, by=getattr(cast, who))
        assert not PendingGrant.objects.exists()

    def test_a_name_is_taken_once(self):
        cast = make_clinic()
        with cast.acting(cast.ana) as ring, pytest.raises(errors.NameTaken):
            invitations.invite(
                sign_in_name="BEN",
                email="b@x.example",
                role=Role.INTAKE,
                teams_to_join=[],
                ring=ring,
                by=cast.ana,
            )

    def test_nothing_is_saved_when_the_audit_fails(self, no_audit):
        cast = make_clinic()
        no_audit()
        with pytest.raises(NotRecorded):
            invite(cast)
        assert not PendingGrant.objects.exists()
        assert not User.objects.filter(sign_in_name="fay").exists()

    def test_the_terms_are_not_readable_in_the_table(self):
        cast = make_clinic()
        invite(cast, role=Role.SUPERVISOR)
        terms = bytes(PendingGrant.objects.get().terms)
        assert b"supervisor" not in terms
        assert b"Fay" not in terms

    def test_a_second_code_ends_the_first(self):
        cast = make_clinic()
        fay, first = invite(cast, "coordination")
        with cast.acting(cast.ana) as ring:
            second = invitations.invite_again(user=fay, ring=ring, by=cast.ana)
        with pytest.raises(errors.NotInvited):
            join(cast, first)
        join(cast, second)
        complete(cast, cast.ana)
        assert "coordination" in cast.ring(fay).named

    def test_a_second_code_from_another_coordinator(self):
        cast = make_clinic()
        fay, _first = invite(cast, "north")
        with cast.acting(cast.ana) as ring:
            leaving.change_role(user=cast.sol, role=Role.COORDINATOR, ring=ring, by=cast.ana)
        with cast.acting(cast.sol) as ring:
            second = invitations.invite_again(user=fay, ring=ring, by=cast.sol)
        join(cast, second)
        complete(cast, cast.ben)
        assert cast.team("north").id in cast.ring(fay).teams

    def test_taking_it_back(self):
        cast = make_clinic()
        fay, code = invite(cast)
        with cast.acting(cast.ana) as ring:
            invitations.withdraw(user=fay, ring=ring, by=cast.ana)
        with pytest.raises(errors.NotInvited):
            join(cast, code)
        with cast.acting(cast.ana) as ring, pytest.raises(errors.NotInvited):
            invitations.withdraw(user=cast.ben, ring=ring, by=cast.ana)
        assert User.objects.filter(sign_in_name="ben").exists()

    def test_taking_it_back_while_a_colleague_completes_it(self, monkeypatch):
        """Who comes second waits for the roster, and finds somebody who works here."""
        cast = make_clinic()
        fay, code = invite(cast, "coordination", role=Role.COORDINATOR)
        join(cast, code)
        whole = roster.hold

        def waits(ring):
            monkeypatch.setattr(roster, "hold", whole)
            complete(cast, cast.chi)
            whole(ring)

        monkeypatch.setattr(roster, "hold", waits)
        with cast.acting(cast.ana) as ring, pytest.raises(errors.NotInvited):
            invitations.withdraw(user=fay, ring=ring, by=cast.ana)
        assert User.objects.filter(sign_in_name="fay").exists()

    def test_somebody_who_works_here_is_not_taken_back(self):
        """Whoever writes rows puts an invitation beside a colleague's account."""
        cast = make_clinic()
        invite(cast)
        PendingGrant.objects.update(user=cast.ben)
        with cast.acting(cast.ana) as ring, pytest.raises(errors.NotInvited):
            invitations.withdraw(user=cast.ben, ring=ring, by=cast.ana)
        assert User.objects.filter(sign_in_name="ben").exists()


class TestJoining:
    def test_once(self):
        cast = make_clinic()
        _fay, code = invite(cast)
        join(cast, code)
        with pytest.raises(errors.NotInvited):
            join(cast, code)

    def test_a_mistyped_code(self):
        cast = make_clinic()
        _fay, code = invite(cast)
        with pytest.raises(BadCode):
            join(cast, code[:-2])

    def test_a_short_passphrase_saves_nothing(self):
        cast = make_clinic()
        fay, code = invite(cast)
        with pytest.raises(errors.PassphraseTooShort):
            invitations.join(sign_in_name="fay", code=code, passphrase="too short")
        assert not User.objects.get(id=fay.id).public_key
        join(cast, code)

    @pytest.mark.parametrize("name", ["", "ben", "nobody"])
    def test_a_wrong_name(self, name):
        cast = make_clinic()
        _fay, code = invite(cast)
        with pytest.raises(errors.NotInvited):
            invitations.join(sign_in_name=name, code=code)

    def test_too_late(self):
        cast = make_clinic()
        _fay, code = invite(cast)
        with time_machine.travel(timezone.now() + timedelta(days=15)), pytest.raises(errors.NotInvited):
            join(cast, code)


class TestSomebodyWhoWritesRows:
    """They answer a grant, or make one, with keys of their own."""

    def refused(self, cast, user, identity=None):
        identity = identity or cast.papers["fay"].identity
        for colleague in (cast.ana, cast.sol, cast.chi):
            complete(cast, colleague)
        assert teams.keyring_for(User.objects.get(id=user.id), identity).teams == {}
        assert user.id not in roster.people(cast.ring(cast.ana))
        return True

    def test_another_key_in_the_newcomers_row(self):
        cast = make_clinic()
        fay, code = invite(cast, "coordination")
        join(cast, code)
        thief = Identity.generate()
        User.objects.filter(id=fay.id).update(public_key=thief.public.raw)
        assert self.refused(cast, fay, thief)

    @pytest.mark.parametrize("field", ["terms", "signature", "newcomer_signature", "invite_public_key"])
    def test_an_altered_grant(self, field):
        cast = make_clinic()
        fay, code = invite(cast, "coordination")
        join(cast, code)
        grant = PendingGrant.objects.get()
        value = bytearray(getattr(grant, field))
        value[7] ^= 1
        PendingGrant.objects.update(**{field: bytes(value)})
        assert self.refused(cast, fay)

    def test_a_later_day(self):
        cast = make_clinic()
        fay, code = invite(cast, "coordination", expires_on=timezone.localdate())
        join(cast, code)
        PendingGrant.objects.update(expires_on=date(2099, 1, 1))
        assert self.refused(cast, fay)

    def test_past_its_day(self):
        cast = make_clinic()
        fay, code = invite(cast, "coordination")
        join(cast, code)
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            assert self.refused(cast, fay)

    def test_a_grant_for_another_user(self):
        cast = make_clinic()
        _fay, code = invite(cast, "coordination")
        join(cast, code)
        gus = User.objects.create(organisation=cast.organisation, sign_in_name="gus", email="g@x.example")
        User.objects.filter(id=gus.id).update(public_key=User.objects.get(sign_in_name="fay").public_key)
        PendingGrant.objects.update(user=gus)
        assert self.refused(cast, gus)

    @pytest.mark.parametrize("granter", ["ben", "eve", "nobody"])
    def test_a_grant_that_no_coordinator_signed(self, granter):
        """Even somebody on the roster, or once on it, cannot invite unless they coordinate."""
        cast = make_clinic()
        identity = cast.papers[granter].identity if granter in cast.papers else Identity.generate()
        user, papers = self.plant(cast, signer=identity, granted_by=cast.__dict__.get(granter, cast.ana))
        assert self.refused(cast, user, papers.identity)

    def test_the_same_grant_signed_by_ana_would_do(self):
        """The planted grants above fail for their signature and for nothing else."""
        cast = make_clinic()
        user, _papers = self.plant(cast, signer=cast.papers["ana"].identity, granted_by=cast.ana)
        assert complete(cast, cast.ana) == 1
        assert user.id in roster.people(cast.ring(cast.ana))

    @pytest.mark.parametrize("field", ["terms", "signature"])
    def test_what_no_coordinator_signed_is_not_signed_again(self, field):
        cast = make_clinic()
        fay, _first = invite(cast, role=Role.HELPER)
        wanted = invitations.Terms("fay", Role.COORDINATOR, frozenset([cast.team("coordination").id]))
        planted = {"terms": invitations._seal_terms(wanted, fay, cast.ring(cast.ana)), "signature": bytes(64)}
        PendingGrant.objects.update(**{field: planted[field]})
        with cast.acting(cast.ana) as ring, pytest.raises(errors.NotVouchedFor):
            invitations.invite_again(user=fay, ring=ring, by=cast.ana)
        with cast.acting(cast.ana) as ring:
            invitations.withdraw(user=fay, ring=ring, by=cast.ana)
        invite(cast)

    def plant(self, cast, *, signer, granted_by):
        """A whole grant of the writer's own making; the team's public key is no secret."""
        user = User.objects.create(organisation=cast.organisation, sign_in_name="gus", email="g@x.example")
        papers = identities.enrol(user)
        seed = b"\x05" * 16
        ring = cast.ring(cast.ana)
        grant = PendingGrant(
            organisation=cast.organisation,
            user=user,
            granted_by=granted_by,
            invite_public_key=signing_public(invitations._seed(seed)),
            introduction=b"",
            expires_on=timezone.localdate(),
        )
        wanted = invitations.Terms("gus", Role.COORDINATOR, frozenset([cast.team("coordination").id]))
        grant.terms = invitations._seal_terms(wanted, user, ring)
        grant.signature = signer.sign(invitations._granted(grant))
        joined = invitations._joined(grant, papers.identity.public.raw)
        grant.newcomer_signature = sign(invitations._seed(seed), joined)
        grant.save()
        return user, papers

    def test_a_spent_grant_put_back(self):
        """After fay left a team, her old grant does not bring her back."""
        cast = make_clinic()
        fay, code = invite(cast, "coordination")
        join(cast, code)
        grant = PendingGrant.objects.get()
        complete(cast, cast.ana)
        with cast.acting(cast.ana) as ring:
            leaving.leave_team(user=fay, team=cast.team("coordination"), ring=ring, by=cast.ana)
        grant.id = uuid4()
        grant.save(force_insert=True)
        complete(cast, cast.ana)
        assert set(cast.ring(fay).named) == {"everyone"}
        assert not PendingGrant.objects.exists()

    def test_a_broken_grant_does_not_hold_up_another(self):
        cast = make_clinic()
        self.plant(cast, signer=Identity.generate(), granted_by=cast.ana)
        fay, code = invite(cast)
        join(cast, code)
        assert complete(cast, cast.ana) == 1
        assert "everyone" in cast.ring(fay).named

    def test_the_newcomer_is_not_led_into_a_false_clinic(self):
        """The introduction is sealed under the printed code: nobody else can say which "everyone" is true."""
        cast = make_clinic()
        _fay, code = invite(cast)
        PendingGrant.objects.update(introduction=bytes(100))
        with pytest.raises(errors.NotInvited):
            join(cast, code)

    def test_the_pin_is_the_newcomers_own(self):
        cast = make_clinic()
        fay, code = invite(cast)
        join(cast, code)
        fay = User.objects.get(id=fay.id)
        assert pins.pin_of(fay, cast.papers["fay"].identity)
        assert pins.pin_of(fay, Identity.generate()) == b""


class TestExpiry:
    def test_a_name_is_never_left_without_its_invitation(self, monkeypatch):
        """Else nobody could be invited under it again."""
        cast = make_clinic()
        invite(cast)

        def fails(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(RosterEntry.objects, "filter", fails)
        with pytest.raises(RuntimeError):
            invitations.expire(timezone.localdate() + timedelta(days=15))
        assert PendingGrant.objects.filter(user__sign_in_name="fay").exists()

    def test_a_place_that_nobody_took_is_given_up(self):
        cast = make_clinic()
        invite(cast)
        today = timezone.localdate()
        assert invitations.expire(today + timedelta(days=14)) == 0
        assert invitations.expire(today + timedelta(days=15)) == 1
        assert not User.objects.filter(sign_in_name="fay").exists()
        assert User.objects.filter(sign_in_name="ben").exists()
