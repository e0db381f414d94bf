"""Somebody who can write to the database, and has no key, gets nothing by it.

What they do get: they can delete, make up a whole case of their own (it says what they wrote, and they read
what is written into it), and put an older ciphertext back into the place that it came from.
An older record of the same row opens: nothing in it is false, it is only old. That it was put back shows in
its `rev` to whoever has the newer page open, and in the record of who did what, whose head is printed: the
last tests here are about that.
"""

import json
import os
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth.models import Permission
from django.db import models, transaction
from django.utils import timezone

from clinic.accounts import arrival, invitations, leaving, roster, rotation, teams
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
from clinic.accounts.roster import Person, Role
from clinic.audit import actions as audit
from clinic.audit import chain, rules
from clinic.audit.models import AuditEvent, AuditHead, AuditKeyWrap
from clinic.cases import access, actions, generations, lists
from clinic.cases.marks import mark_of
from clinic.cases.models import Case, CaseKey, CaseTeamAccess, CaseUserAccess, Compartment, Note
from clinic.vault.encoding import pad
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.index import sealing
from clinic.vault.keyring import Keyring, TeamKeys, using
from clinic.vault.keys import (
    Identity,
    KeyPair,
    PublicIdentity,
    PublicKey,
    commitment,
    sign,
    signing_public,
)
from clinic.vault.models import IndexChange
from clinic.vault.wraps import Subject, unwrap_with, wrap_to
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, open_case

pytestmark = pytest.mark.django_db


class Mallory:
    """Has an account with keys of their own making, and knows all that is public."""

    def __init__(self, cast: Cast) -> None:
        self.identity = Identity.generate()
        self.user = User.objects.create(
            organisation=cast.organisation,
            sign_in_name="mallory",
            email="mallory@clinic.example",
            password=uuid4().hex,
            public_key=self.identity.public.raw,
        )

    def ring(self) -> Keyring:
        return teams.keyring_for(User.objects.get(pk=self.user.pk), self.identity)


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


@pytest.fixture
def mallory(cast) -> Mallory:
    return Mallory(cast)


@pytest.fixture
def case(cast) -> Case:
    made = make_case(cast, story="Sealed before")
    give(cast, made, cast.ben)
    return made


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="cases")


def opens(cast: Cast, user: User, case: Case, compartment: Compartment = Compartment.CASE) -> bool:
    with cast.acting(user):
        access.unlock(Case.objects.get(pk=case.pk))
        return access.holds(case, compartment)


# Teams -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["everyone", "coordination", "supervising"])
def test_a_copied_membership_opens_no_team(cast, mallory, name):
    epoch = TeamEpoch.objects.get(team=cast.team(name))
    theirs = TeamMembership.objects.filter(epoch=epoch)[0]
    TeamMembership.objects.create(epoch=epoch, user=mallory.user, wrapped_secret=theirs.wrapped_secret)
    assert mallory.ring().teams == {}


def forged_epoch(team: Team, *members: User) -> TeamKeys:
    """A secret of mallory's making as the team's next epoch, wrapped to everybody's public keys."""
    keys = TeamKeys(team.pk, team.current_epoch + 1, os.urandom(32))
    epoch = TeamEpoch.objects.create(
        team=team,
        number=keys.epoch,
        commitment=commitment(keys.secret),
        public_key=keys.pair.public.raw,
        earlier_seeds=b"",
        recovery_wrap=b"\x02",
    )
    what = teams.subject_of(keys, team.purpose)
    for user in members:
        public = PublicIdentity(bytes(User.objects.get(pk=user.pk).public_key)).kem
        wrap = wrap_to(public, keys.secret, what)
        TeamMembership.objects.create(epoch=epoch, user=user, wrapped_secret=wrap)
    Team.objects.filter(pk=team.pk).update(current_epoch=keys.epoch)
    return keys


@pytest.mark.parametrize("name", ["everyone", "coordination"])
def test_nobody_believes_a_forged_epoch(cast, mallory, name):
    """They are locked out of that team, which is seen at once; nothing is ever sealed to mallory's secret."""
    team = cast.team(name)
    forged_epoch(team, cast.ana, mallory.user)
    assert team.pk not in cast.ring(cast.ana).teams
    assert mallory.ring().teams == {}


def test_nobody_delivers_to_a_forged_team_key(cast, mallory, case):
    """ben is no member of coordination: what he changes goes to the key on the roster."""
    stranger = KeyPair(os.urandom(96))
    TeamEpoch.objects.filter(team=cast.team("coordination")).update(public_key=stranger.public.raw)
    with cast.acting(cast.ben):
        actions.set_next(case=open_case(case), on=timezone.localdate(), what="Call back", by=cast.ben)
    last = IndexChange.objects.filter(team=cast.team("coordination").pk).latest("order")
    with pytest.raises(InvalidTag):
        stranger.decrypt(bytes(last.sealed)[1:], sealing._delivery(last, stranger.public.fingerprint))
    with cast.acting(cast.ana):
        assert [hit.entry.data["next_what"] for hit in lists.search("Ejemplo")] == ["Call back"]


# People ----------------------------------------------------------------------


def test_a_swapped_public_key_gets_no_grant(cast, mallory):
    """ana gives a case to dee, whose key was replaced in her row: it goes to the key on the roster."""
    waiting = make_case(cast)
    User.objects.filter(pk=cast.dee.pk).update(public_key=mallory.identity.public.raw)
    give(cast, waiting, cast.dee)
    key = CaseKey.objects.get(case=waiting, compartment=Compartment.CASE)
    row = CaseUserAccess.objects.get(user=cast.dee, permission=permission("open_case"))
    with pytest.raises(Tampered):
        unwrap_with(mallory.identity.pair, bytes(row.wrapped_key), access.subject_of(key))
    assert opens(cast, cast.dee, waiting)


def test_a_forged_roster_entry_is_not_believed(cast, mallory):
    place = roster._place(mallory.user.pk, cast.ring(cast.ana))
    told = Person(mallory.user.pk, "mallory", Role.COORDINATOR, mallory.identity.public).dump()
    content = json.dumps({"v": 1, "kind": "person", **told}).encode()
    sealed = Box(os.urandom(32), 1).seal(place, content)
    subject = {"subject": mallory.user.pk, "sealed": sealed}
    RosterEntry.objects.create(organisation=cast.organisation, **subject)
    with pytest.raises(Tampered):
        roster.trusted_identity(mallory.user.pk, cast.ring(cast.ana))
    with pytest.raises(Tampered), cast.acting(cast.ana):
        access.grant(open_case(make_case(cast)), mallory.user, Compartment.CASE, by=cast.ana)


def test_a_copied_roster_entry_is_not_believed(cast, mallory):
    anas = RosterEntry.objects.get(subject=cast.ana.pk)
    RosterEntry.objects.create(organisation=cast.organisation, subject=mallory.user.pk, sealed=anas.sealed)
    with pytest.raises(Tampered):
        roster.trusted_identity(mallory.user.pk, cast.ring(cast.ana))


def test_a_forged_invitation_lets_nobody_in(cast, mallory):
    """Signed by mallory in ana's name, answered by mallory, and completed by nobody."""
    everyone = TeamEpoch.objects.get(team=cast.team("everyone"))
    secret = os.urandom(16)
    grant = PendingGrant(
        organisation=cast.organisation,
        user=mallory.user,
        granted_by=cast.ana,
        invite_public_key=signing_public(invitations._seed(secret)),
        introduction=b"",
        expires_on=timezone.localdate(),
    )
    terms = {"name": "mallory", "role": "coordinator", "teams": [str(cast.team("coordination").pk)]}
    public = PublicKey(bytes(everyone.public_key))
    grant.terms = public.encrypt(pad(json.dumps(terms).encode()), invitations._terms_info(mallory.user.pk))
    grant.signature = mallory.identity.sign(invitations._granted(grant))
    joined = invitations._joined(grant, mallory.identity.public.raw)
    grant.newcomer_signature = sign(invitations._seed(secret), joined)
    grant.save()
    with cast.acting(cast.ana) as ring:
        arrival.finish_what_waits(user=cast.ana, ring=ring)
        assert mallory.user.pk not in roster.people(ring)
    assert mallory.ring().teams == {}


def test_a_swapped_recovery_key_gets_no_secret(cast):
    stranger = KeyPair(os.urandom(96))
    Organisation.objects.update(recovery_public_key=stranger.public.raw)
    with cast.acting(cast.ana) as ring, transaction.atomic():
        rotation.renew_everyone(ring)
        keys = teams.everyone(ring)
    epoch = TeamEpoch.objects.get(team=keys.id, number=keys.epoch)
    with pytest.raises(Tampered):
        unwrap_with(stranger, bytes(epoch.recovery_wrap), teams.subject_of(keys, Purpose.EVERYONE))


# Cases -----------------------------------------------------------------------


def test_a_copied_access_row_opens_nothing(cast, mallory, case):
    theirs = CaseUserAccess.objects.get(user=cast.ben, permission=permission("open_case"))
    for user in (cast.dee, mallory.user):
        CaseUserAccess.objects.create(
            user=user,
            content_object=case,
            permission=theirs.permission,
            wrapped_key=theirs.wrapped_key,
            granted_by=cast.ana,
        )
    assert not opens(cast, cast.dee, case)
    with using(mallory.ring()):
        access.unlock(case)
        assert not access.holds(case, Compartment.CASE)


def test_a_copied_team_row_opens_nothing(cast, case):
    """dee's team is given coordination's wrap."""
    theirs = CaseTeamAccess.objects.filter(epoch__team=cast.team("coordination"))[0]
    south = cast.team("south")
    CaseTeamAccess.objects.create(
        group=south.group,
        content_object=case,
        permission=permission("open_case"),
        epoch=TeamEpoch.objects.get(team=south),
        wrapped_key=theirs.wrapped_key,
        granted_by=cast.ana,
    )
    assert not opens(cast, cast.dee, case)


@pytest.mark.parametrize("codename", ["consider_case", "open_advocate"])
def test_a_row_of_another_kind_opens_nothing_more(cast, case, codename):
    """ben holds the case; the same wrap as an offer or as another compartment gives nothing."""
    theirs = CaseUserAccess.objects.get(user=cast.ben, permission=permission("open_case"))
    CaseUserAccess.objects.filter(pk=theirs.pk).update(permission=permission(codename))
    assert not opens(cast, cast.ben, case, Compartment.ADVOCATE)
    with pytest.raises((access.OfferGone, Tampered)), cast.acting(cast.ben):
        access.unlock_offer(Case.objects.get(pk=case.pk))


def mallorys_key(case: Case, compartment: Compartment, to: User, case_key: bytes) -> Box:
    """A key of mallory's making as this compartment's newest, wrapped to the public key of `to`."""
    box = Box(case_key if compartment == Compartment.CASE else os.urandom(32), 2)
    CaseKey.objects.filter(case=case, compartment=compartment).update(generation=2, commitment=box.commitment)
    public = PublicIdentity(bytes(User.objects.get(pk=to.pk).public_key)).kem
    subject, codename = Subject(compartment, case.pk, 2, box.commitment), access.OPEN[compartment]
    CaseUserAccess.objects.filter(user=to, content_object=case, permission=permission(codename)).delete()
    CaseUserAccess.objects.create(
        id=mark_of(case_key, codename, box.commitment, to.pk, None),
        user=to,
        content_object=case,
        permission=permission(codename),
        wrapped_key=wrap_to(public, box.key, subject),
        granted_by=to,
    )
    return box


def test_nothing_is_sealed_under_a_compartment_key_of_mallorys(cast, case):
    """Else the next attorney note would be mallory's to read."""
    box = mallorys_key(case, Compartment.ATTORNEY, cast.ben, os.urandom(32))
    with cast.acting(cast.ben) as ring:
        access.unlock(Case.objects.get(pk=case.pk))
        assert not ring.has(Scope(Compartment.ATTORNEY, case.pk), box.generation)


@pytest.mark.parametrize("compartment", Compartment)
def test_nothing_typed_is_sealed_under_keys_of_mallorys(cast, case, compartment):
    """All keys of the case replaced, each with a mark that fits: nothing opens, and the page says damaged."""
    browser = signed_in(cast, "ben")
    boxes = {Compartment.CASE: mallorys_key(case, Compartment.CASE, cast.ben, os.urandom(32))}
    for other in (Compartment.ADVOCATE, Compartment.ATTORNEY):
        boxes[other] = mallorys_key(case, other, cast.ben, boxes[Compartment.CASE].key)
    told = {"text": "For nobody but us", "compartment": compartment.value}
    answer = browser.post(f"/cases/{case.pk}/notes/", told, secure=True)
    assert answer.status_code == 409
    assert "damaged" in answer.content.decode()
    assert not Note.objects.filter(case=case).exists()


# Older ciphertext ------------------------------------------------------------


def test_an_older_record_in_its_own_place_opens_and_the_next_save_is_refused(cast, case):
    """A rollback of one row: what it says was true once. Whoever had the newer row on the screen is told."""
    old = Case.objects.get(pk=case.pk)
    with cast.acting(cast.ben):
        newer = open_case(case)
        newer.story = "Sealed after"
        newer.save()
    seen = Case.objects.get(pk=case.pk)
    models.QuerySet.update(Case.objects.filter(pk=case.pk), sealed=old.sealed, rev=old.rev)
    with cast.acting(cast.ben):
        assert open_case(case).story == "Sealed before"
        access.unlock(seen)
        seen.story = "Written on top"
        with pytest.raises(Stale):
            seen.save()


def test_an_older_key_generation_put_back_opens_nothing(cast, case):
    """After a new generation, the old wrap and the old commitment do not bring the old key back into use."""
    row = CaseUserAccess.objects.get(user=cast.ben, permission=permission("open_case"))
    key = CaseKey.objects.get(case=case, compartment=Compartment.CASE)
    with cast.acting(cast.ana), transaction.atomic():
        generations.renew(open_case(case))
    CaseUserAccess.objects.filter(user=cast.ben, permission=row.permission).delete()
    row.save(force_insert=True)
    assert not opens(cast, cast.ben, case)
    CaseKey.objects.filter(pk=key.pk).update(generation=key.generation, commitment=key.commitment)
    with cast.acting(cast.ben):
        again = Case.objects.get(pk=case.pk)
        access.unlock(again)
        with pytest.raises((Locked, Tampered)):
            again.opened()


def test_an_older_roster_does_not_come_back_after_a_leaver(cast):
    """Leaving makes a new roster key: the entry that said "works here" does not open under it."""
    old = RosterEntry.objects.get(subject=cast.ben.pk)
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana)
    RosterEntry.objects.filter(subject=cast.ben.pk).update(sealed=old.sealed)
    with pytest.raises(Tampered):
        roster.trusted_identity(cast.ben.pk, cast.ring(cast.ana))


def test_a_whole_older_database_shows_only_against_a_printed_head(cast, case):
    printed = rules.read_head(chain.head_text(cast.organisation))
    head = AuditHead.objects.get(organisation=cast.organisation)
    last = AuditEvent.objects.get(organisation=cast.organisation, sequence=head.sequence)
    before = AuditEvent.objects.get(organisation=cast.organisation, sequence=head.sequence - 1)
    AuditKeyWrap.objects.filter(event=last).delete()
    last.delete()
    AuditHead.objects.filter(pk=head.pk).update(sequence=before.sequence, hash=before.hash)
    assert chain.verify(cast.organisation) == []
    assert chain.verify(cast.organisation, printed=printed)


def test_a_forged_event_is_told_from_a_true_one(cast, mallory):
    """Chained as it should be, and sealed to coordination; the signature is not ana's."""
    with cast.acting(cast.ana), transaction.atomic():
        event = audit.record(audit.Event.LIST_VIEWED, by=cast.ana)
    assert chain.verify(cast.organisation) == []
    models.QuerySet.update(AuditEvent.objects.filter(pk=event.pk), sealed=os.urandom(200))
    assert chain.verify(cast.organisation)
