"""What docs/threat-model.md admits that somebody who writes to the database can do.

Where one of these fails, something got better: take the line out of the page, and the test with it.
"""

import os
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils import timezone

from clinic.accounts import arrival, invitations, leaving, pins, recovery, roster, teams
from clinic.accounts.models import (
    Organisation,
    PendingGrant,
    Purpose,
    RosterEntry,
    Team,
    TeamEpoch,
    TeamMembership,
    User,
)
from clinic.accounts.roster import Role
from clinic.cases import access, caseload
from clinic.cases.marks import mark_of
from clinic.cases.models import Case, CaseKey, CaseUserAccess, Compartment, Person
from clinic.vault.envelope import Box
from clinic.vault.errors import Tampered
from clinic.vault.keyring import Keyring, TeamKeys, current
from clinic.vault.keys import Identity, PublicIdentity, commitment
from clinic.vault.wraps import wrap_to
from tests.builders import make_clinic
from tests.cases_builders import give, make_case, offer, open_case

pytestmark = pytest.mark.django_db
KNOWN = b"\x07" * 32


def plant(case, user, compartment):
    """A key that the writer knows, wrapped to somebody's true public key, with a mark of their own."""
    committed = commitment(KNOWN)
    key = CaseKey.objects.create(case=case, compartment=compartment, generation=1, commitment=committed)
    user = User.objects.get(pk=user.pk)
    CaseUserAccess.objects.create(
        id=mark_of(KNOWN, access.OPEN[compartment], committed, user.pk, None),
        user=user,
        content_object=case,
        permission=Permission.objects.get(codename=access.OPEN[compartment]),
        wrapped_key=wrap_to(PublicIdentity(bytes(user.public_key)).kem, KNOWN, access.subject_of(key)),
        granted_by=user,
    )


def join(cast, *names):
    """fay, invited by ana to these teams: herself, as her rows stood when she had joined."""
    with cast.acting(cast.ana) as ring:
        _user, code = invitations.invite(
            sign_in_name="fay",
            email="fay@clinic.example",
            role=Role.ATTORNEY,
            teams_to_join=[cast.team(name).id for name in names],
            ring=ring,
            by=cast.ana,
        )
    _user, cast.papers["fay"] = invitations.join(sign_in_name="fay", code=code)
    return User.objects.get(sign_in_name="fay"), PendingGrant.objects.get()


def complete(cast):
    with cast.acting(cast.ana) as ring:
        invitations.complete_pending(ring=ring, by=cast.ana)


def leave(cast, user):
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=User.objects.get(pk=user.pk), ring=ring, by=cast.ana, hostile=True)


class TestRowsPutBack:
    def test_an_older_version_of_a_row(self):
        cast = make_clinic()
        case = make_case(cast, given_names="Ficta")
        person = Person.objects.get(case=case, pk=client_of(cast, case))
        older = bytes(person.sealed)
        with cast.acting(cast.ana):
            open_case(case)
            person.fill(given_names="Nueva").save()
        QuerySet(model=Person).filter(pk=person.pk).update(sealed=older)
        with cast.acting(cast.ana):
            open_case(case)
            assert Person.objects.get(pk=person.pk).given_names == "Ficta"

    def test_access_that_was_taken_away(self):
        cast = make_clinic()
        case = make_case(cast)
        give(cast, case, cast.ben)
        row = CaseUserAccess.objects.get(user=cast.ben, permission__codename="open_case")
        with cast.acting(cast.ana):
            access.revoke(case, cast.ben)
        row.save(force_insert=True)
        with cast.acting(cast.ben):
            assert access.holds(open_case(case), Compartment.CASE)

    def test_a_withdrawn_invitation(self):
        cast = make_clinic()
        fay, grant = join(cast, "coordination")
        with cast.acting(cast.ana) as ring:
            invitations.withdraw(user=User.objects.get(id=fay.id), ring=ring, by=cast.ana)
        fay.save(force_insert=True)
        grant.save(force_insert=True)
        complete(cast)
        assert "coordination" in cast.ring(fay).named

    def test_the_invitation_of_somebody_who_left(self):
        cast = make_clinic()
        fay, grant = join(cast, "coordination")
        complete(cast)
        leave(cast, fay)
        RosterEntry.objects.filter(subject=fay.id).delete()
        fay.save(force_update=True)
        grant.save(force_insert=True)
        complete(cast)
        assert "coordination" in cast.ring(fay).named


def client_of(cast, case):
    with cast.acting(cast.ana):
        open_case(case)
        return next(one.pk for one in Person.objects.filter(case=case) if one.role == "client")


class TestPlanted:
    def test_a_case_of_the_writers_own(self, monkeypatch):
        cast = make_clinic()
        case = Case(organisation=cast.organisation)
        sealed = Box(KNOWN, 1).seal(case.place(), b'{"v":1,"reference":"ZZ-ZZZZ"}')
        with monkeypatch.context() as patch:
            patch.setattr(Case, "seal", lambda self: sealed)
            case.save(force_insert=True)
        plant(case, cast.ben, Compartment.CASE)
        with cast.acting(cast.ben):
            found = caseload.rows(cast.ben, on=timezone.localdate())
            assert [row.case.reference for row in found] == ["ZZ-ZZZZ"]

    def test_a_true_case_is_spoiled(self):
        cast = make_clinic()
        case = make_case(cast)
        CaseKey.objects.filter(case=case, compartment=Compartment.CASE).delete()
        plant(case, cast.ana, Compartment.CASE)
        with cast.acting(cast.ana):
            opened = open_case(case)
            assert access.holds(opened, Compartment.CASE)
            with pytest.raises(Tampered):
                opened.opened()

    def test_but_no_key_in_a_true_case(self):
        """Without the case's own key nobody can say who holds a compartment."""
        cast = make_clinic()
        case = make_case(cast)
        plant(case, cast.ana, Compartment.ATTORNEY)
        with cast.acting(cast.ana):
            assert not access.holds(open_case(case), Compartment.ATTORNEY)

    def test_and_no_later_day(self):
        cast = make_clinic()
        case = make_case(cast)
        offer(cast, case, cast.ben)
        CaseUserAccess.objects.filter(user=cast.ben).update(expires_on=date(2099, 1, 1))
        with cast.acting(cast.ben), pytest.raises(access.OfferGone):
            access.unlock_offer(case)


class TestSomebodyWhoLeft:
    """fay kept the team secret, and copies of rows."""

    def test_an_older_pin_put_back_makes_a_colleague_believe_it(self):
        cast = make_clinic()
        fay, _grant = join(cast)
        complete(cast)
        everyone = cast.team("everyone")
        with cast.acting(cast.ben) as ring:
            teams.settle(cast.ben, ring)
        older_pin = User.objects.get(id=cast.ben.id).pin
        seeds, entries = seeds_of(cast.ring(fay), everyone), list(roster.entries(cast.ring(fay)))
        leave(cast, fay)
        with cast.acting(cast.ben) as ring:
            teams.settle(cast.ben, ring)
        forged = forge(cast, fay, seeds, entries)
        assert cast.ring(cast.ben).teams == {}  # ben's own pin does not believe it
        User.objects.filter(id=cast.ben.id).update(pin=older_pin)
        believed = cast.ring(cast.ben)
        assert believed.team(everyone.id).secret == forged.secret

    def test_recovery_is_led_astray(self):
        cast = make_clinic()
        fay, _grant = join(cast)
        complete(cast)
        everyone = cast.team("everyone")
        seeds, entries = seeds_of(cast.ring(fay), everyone), list(roster.entries(cast.ring(fay)))
        leave(cast, fay)
        forged = forge(cast, fay, seeds, entries)
        clinic = Organisation.objects.get(id=cast.organisation.id)
        pair = recovery.open_recovery(clinic, *cast.recovery_codes[:2])
        assert recovery._everyone(clinic, pair).secret == forged.secret


def seeds_of(ring, team):
    kept = ring.team(team.id)
    epoch = TeamEpoch.objects.select_related("team").get(team=team, number=kept.epoch)
    return pins.open_earlier(kept, epoch) | {kept.epoch: kept.seed}


def forge(cast, fay, seeds, entries):
    """A later secret of "everyone", for ben and for recovery, and a roster under it."""
    team = cast.team("everyone")
    keys = TeamKeys(team.id, team.current_epoch + 1, os.urandom(32))
    ben, clinic = User.objects.get(id=cast.ben.id), Organisation.objects.get(id=cast.organisation.id)
    what = teams.subject_of(keys, Purpose.EVERYONE)
    known = next(one.public for one in entries if isinstance(one, roster.Recovery))
    epoch = TeamEpoch.objects.create(
        team=team,
        number=keys.epoch,
        commitment=commitment(keys.secret),
        public_key=keys.pair.public.raw,
        earlier_seeds=pins.seal_earlier(keys, team, seeds),
        recovery_wrap=wrap_to(known, keys.secret, what),
    )
    wrapped = wrap_to(PublicIdentity(bytes(ben.public_key)).kem, keys.secret, what)
    TeamMembership.objects.create(epoch=epoch, user=ben, wrapped_secret=wrapped)
    Team.objects.filter(id=team.id).update(current_epoch=keys.epoch)
    ring = Keyring(organisation=clinic.id, user=fay.id, identity=Identity.generate())
    teams.hold(keys, Purpose.EVERYONE, ring)
    for entry in entries:
        roster.write(entry if entry.id != team.id else of(keys, entry), ring)
    return keys


def of(keys, entry):
    return teams.entry_for(keys, name="", purpose=Purpose.EVERYONE, members=entry.members)


class TestPeopleWithKeys:
    def test_two_printed_codes_need_no_pepper(self, settings):
        cast = make_clinic()
        settings.PEPPER = b"another pepper, which nobody used"
        clinic = Organisation.objects.get(id=cast.organisation.id)
        assert recovery.open_recovery(clinic, *cast.recovery_codes[1:])

    def test_a_coordinator_joins_the_supervising_attorneys_and_nobody_is_asked(self):
        cast = make_clinic()
        team = cast.team("supervising")
        with cast.acting(cast.ana) as ring:
            teams.add_member(team=team, user=cast.ana, ring=ring, by=cast.ana)
        with cast.acting(cast.sol) as ring:
            arrival.finish_what_waits(user=cast.sol, ring=ring)
        assert "supervising" in cast.ring(cast.ana).named

    def test_an_offer_carries_the_key(self):
        cast = make_clinic()
        case = make_case(cast, story="all of it")
        offer(cast, case, cast.ben)
        with cast.acting(cast.ben):
            offered = open_case(case)
            assert not access.holds(offered, Compartment.CASE)
            access.unlock_offer(offered)
            assert offered.story == "all of it"

    def test_a_hostile_leavers_attorney_notes_keep_their_key(self):
        cast = make_clinic()
        case = make_case(cast)
        give(cast, case, cast.ben)
        leave(cast, cast.ben)
        generations = dict(CaseKey.objects.filter(case=case).values_list("compartment", "generation"))
        assert generations == {"case": 2, "advocate": 2, "attorney": 1}

    def test_a_case_keeps_its_key_when_a_team_gets_a_new_one(self):
        cast = make_clinic()
        case = make_case(cast)
        fay, _grant = join(cast, "coordination")
        complete(cast)
        with cast.acting(fay):
            opened = open_case(case)
            kept = current().newest(opened.scope()).key
        leave(cast, fay)
        with cast.acting(cast.ana):
            opened = open_case(case)
            assert current().newest(opened.scope()).key == kept
