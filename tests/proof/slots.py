"""Every sealed value of a clinic, with the way in which the program opens what lies in its place."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models, transaction

from clinic.accounts import identities, invitations, otp, pins, roster, teams
from clinic.accounts.models import (
    Organisation,
    PendingGrant,
    RosterEntry,
    SealedTotp,
    TeamEpoch,
    TeamMembership,
    User,
)
from clinic.audit import actions as audit
from clinic.audit.models import AuditEvent, AuditKeyWrap
from clinic.audit.wraps import event_key
from clinic.cases import access, lists
from clinic.cases.models import Case, CaseKey, CaseTeamAccess, CaseUserAccess, Compartment, Document
from clinic.vault import files, recovery, unlock
from clinic.vault.codes import from_code
from clinic.vault.envelope import Box, Scope
from clinic.vault.errors import VaultError
from clinic.vault.index import segments, state
from clinic.vault.index.sealing import open_change
from clinic.vault.keyring import Keyring, TeamKeys, using
from clinic.vault.keys import Identity
from clinic.vault.models import IndexChange, IndexLines, IndexSegment, IndexState
from clinic.vault.sealed import SealedModel
from clinic.vault.wraps import Subject, unwrap_with

from .build import FullCast

Open = Callable[[bytes], object]


class Slot(NamedTuple):
    """`group`: values that are most alike, of one case or person."""

    column: str
    organisation: UUID
    group: object
    value: bytes
    open: Open

    def accepts(self, value: bytes) -> bool:
        """Anything but the one error is a defect, and so is getting something."""
        try:
            return bool(self.open(value))
        except (VaultError, access.OfferGone):
            return False


def slots_of(cast: FullCast) -> list[Slot]:
    clinic = Clinic(cast)
    parts = (clinic.records, clinic.people, clinic.teams, clinic.index, clinic.events, clinic.cases)
    return [slot for part in (*parts, clinic.browsers) for slot in part()]


class Clinic:
    """Every key of a clinic in one keyring: a value is refused for its place, not for want of a key."""

    def __init__(self, cast: FullCast) -> None:
        self.cast, self.organisation = cast, cast.organisation
        self.users = {name: getattr(cast, name) for name in ("ana", "ben", "chi", "dee", "sol")}
        self.ring = self._master_ring()
        one, other = (from_code(code) for code in cast.recovery_codes[:2])
        self.pair = recovery.recover(
            bytes(self.organisation.recovery_sealed), one, other, self.organisation.pk
        )

    def slot(self, row: models.Model, name: str, group: object, opens: Open) -> Slot:
        return Slot(
            f"{row._meta.label}.{name}", self.organisation.pk, group, bytes(getattr(row, name)), opens
        )

    def _master_ring(self) -> Keyring:
        whole = self.cast.ring(self.cast.ana)
        for user in self.users.values():
            with using(self.cast.ring(user)) as ring:
                access.unlock(*Case.objects.filter(organisation=self.organisation))
                for (kind, scope, _generation), box in ring._boxes.items():
                    whole.add(Scope(kind, scope), box)
                whole.teams |= ring.teams
                whole.named |= ring.named
        return whole

    # Records

    def records(self) -> Iterator[Slot]:
        for model in apps.get_models():
            if issubclass(model, SealedModel):
                rows: models.QuerySet[Any] = model._default_manager.all()
                for row in rows.filter(organisation=self.organisation):
                    yield self.slot(row, "sealed", row.scope().id, self._record(row))

    def _record(self, row: SealedModel) -> Open:
        def opens(value: bytes) -> object:
            again = type(row)._default_manager.model()
            for column in row._meta.concrete_fields:
                setattr(again, column.attname, row.__dict__[column.attname])
            again._state.adding, again.sealed = False, value
            with Holding(self.ring):
                return again.opened()

        return opens

    # People

    def people(self) -> Iterator[Slot]:
        for name, user in self.users.items():
            fresh, papers = User.objects.get(pk=user.pk), self.cast.papers[name]
            yield self.slot(fresh, "identity_sealed", user.pk, _by_passphrase(fresh, papers.passphrase))
            yield self.slot(fresh, "identity_by_code", user.pk, _by_code(fresh, papers.recovery_code))
            yield self.slot(fresh, "pin", user.pk, _pin(fresh, papers.identity))
            device = SealedTotp.objects.get(user=user)
            yield self.slot(device, "sealed_seed", user.pk, _seed(user, papers.identity))
        for row in RosterEntry.objects.filter(organisation=self.organisation):
            yield self.slot(row, "sealed", None, partial(self._entry, row.subject))
        for grant in PendingGrant.objects.filter(organisation=self.organisation):
            yield self.slot(grant, "terms", None, self._terms(grant))
            yield self.slot(grant, "introduction", None, self._introduction(grant))

    def _entry(self, subject: UUID, value: bytes) -> object:
        return roster._opened(subject, value, self.ring)

    def _recovered(self, what: Subject, value: bytes) -> object:
        return unwrap_with(self.pair, value, what)

    def _terms(self, grant: PendingGrant) -> Open:
        def opens(value: bytes) -> object:
            grant.terms = value
            return invitations._open_terms(grant, self.ring)

        return opens

    def _introduction(self, grant: PendingGrant) -> Open:
        secret = from_code(self.cast.invite_code)
        return lambda value: pins.open_introduction(secret, grant.user, value)

    # Teams and the clinic

    def teams(self) -> Iterator[Slot]:
        yield from self._recovery()
        for epoch in TeamEpoch.objects.filter(team__organisation=self.organisation).select_related("team"):
            if keys := self.ring.teams.get(epoch.team_id):
                what = teams.subject_of(keys, epoch.team.purpose)
                yield self.slot(epoch, "earlier_seeds", epoch.team_id, self._earlier(epoch, keys))
                yield self.slot(
                    epoch,
                    "recovery_wrap",
                    epoch.team_id,
                    partial(self._recovered, what),
                )
        for name, user in self.users.items():
            for row in TeamMembership.objects.filter(user=user).select_related("epoch"):
                yield self.slot(row, "wrapped_secret", user.pk, self._membership(name, row))

    def _earlier(self, epoch: TeamEpoch, keys: TeamKeys) -> Open:
        def opens(value: bytes) -> object:
            epoch.earlier_seeds = value
            return pins.open_earlier(keys, epoch) is not None

        return opens

    def _membership(self, name: str, row: TeamMembership) -> Open:
        def opens(value: bytes) -> object:
            with Undone():
                TeamMembership.objects.filter(pk=row.pk).update(wrapped_secret=value)
                return row.epoch.team_id in self.cast.ring(self.users[name]).teams

        return opens

    def _recovery(self) -> Iterator[Slot]:
        one, other = (from_code(code) for code in self.cast.recovery_codes[:2])
        clinic = Organisation.objects.get(pk=self.organisation.pk)
        yield self.slot(
            clinic, "recovery_sealed", None, lambda value: recovery.recover(value, one, other, clinic.pk)
        )

        def pin(value: bytes) -> object:
            clinic.recovery_pin = value
            return pins.open_recovery_pin(self.pair, clinic)

        yield self.slot(clinic, "recovery_pin", None, pin)

    # The sealed index

    def index(self) -> Iterator[Slot]:
        for keys in self.ring.teams.values():
            for row in IndexState.objects.filter(team=keys.id):
                place = state._place(row)
                yield self.slot(row, "sealed", keys.id, partial(keys.index_box.open, place))
            for segment in IndexSegment.objects.filter(team=keys.id):
                for column in ("head", "names"):
                    yield self.slot(segment, column, keys.id, self._column(keys, segment, column))
            for lines in IndexLines.objects.filter(segment__team=keys.id):
                whole = segments.Segment(keys, self.organisation.pk, lines.segment_id, set())
                yield self.slot(lines, "sealed", keys.id, partial(whole.lines, lines.pk))
            for change in IndexChange.objects.filter(team=keys.id):
                yield self.slot(change, "sealed", keys.id, self._change(keys, change))

    def _column(self, keys: TeamKeys, row: IndexSegment, column: str) -> Open:
        def opens(value: bytes) -> object:
            found = segments.Segment(keys, self.organisation.pk, row.pk, set())
            found.blobs[column] = value
            return getattr(found, column) is not None

        return opens

    def _change(self, keys: TeamKeys, row: IndexChange) -> Open:
        seeds = teams.seeds(keys)

        def opens(value: bytes) -> object:
            row.sealed = value
            with Holding(self.ring):
                return open_change(row, keys, lists.trust, seeds)

        return opens

    # The record

    def events(self) -> Iterator[Slot]:
        for row in AuditKeyWrap.objects.filter(event__organisation=self.organisation).select_related("event"):
            yield self.slot(row, "wrap", row.holder, self._wrap(row))
        for event in AuditEvent.objects.filter(organisation=self.organisation):
            box = Box(event_key(event.wraps.all()[0], self.ring), 0)
            place = audit.place_of(event)
            yield self.slot(event, "sealed", None, partial(box.open, place))

    def _wrap(self, row: AuditKeyWrap) -> Open:
        def opens(value: bytes) -> object:
            row.wrap = value
            return event_key(row, self.ring)

        return opens

    # Access, and files

    def cases(self) -> Iterator[Slot]:
        for user in self.users.values():
            for row in CaseUserAccess.objects.filter(user=user).select_related("permission"):
                yield self.slot(row, "wrapped_key", user.pk, self._access(row, user))
        for row in CaseTeamAccess.objects.filter(
            content_object__organisation=self.organisation
        ).select_related("permission", "epoch"):
            member = next(
                user for user in self.users.values() if user.memberships.filter(epoch=row.epoch).exists()
            )
            yield self.slot(row, "wrapped_key", row.epoch.team_id, self._access(row, member))
        for key in CaseKey.objects.filter(case__organisation=self.organisation).exclude(recovery_wrap=b""):
            what = access.subject_of(key)
            yield self.slot(
                key,
                "recovery_wrap",
                key.case_id,
                partial(self._recovered, what),
            )
        for document in Document.objects.filter(organisation=self.organisation).select_related("key"):
            yield self._file(document)

    def _access(self, row: CaseUserAccess | CaseTeamAccess, user: User) -> Open:
        """With this row alone, and the one of the case that a compartment's row needs beside it."""
        codename = row.permission.codename
        scope = Scope(access.COMPARTMENT.get(codename, Compartment.CASE), row.content_object_id)

        def opens(value: bytes) -> object:
            with Undone():
                type(row).objects.filter(pk=row.pk).update(wrapped_key=value)
                alone = type(row).objects.filter(content_object=row.content_object_id)
                other = CaseTeamAccess if isinstance(row, CaseUserAccess) else CaseUserAccess
                other.objects.filter(
                    content_object=row.content_object_id, permission__codename=codename
                ).delete()
                alone.filter(permission__codename=codename).exclude(pk=row.pk).delete()
                with self.cast.acting(user) as ring:
                    case = Case.objects.get(pk=row.content_object_id)
                    _unlock(case, codename)
                    return any(ring.has(scope, n) for n in range(1, 5))

        return opens

    def _file(self, document: Document) -> Slot:
        with Holding(self.ring):
            key, size = bytes.fromhex(document.file_key), document.size or 0
        path = files.file_path(document.pk)
        content = path.read_bytes()

        def opens(value: bytes) -> object:
            path.write_bytes(value)
            try:
                return list(files.open_checked(document.pk, key, size))
            finally:
                path.write_bytes(content)

        return Slot("sealed file", self.organisation.pk, document.case_id, content, opens)

    # What travels in the browser

    def browsers(self) -> Iterator[Slot]:
        for name, user in self.users.items():
            identity, session = self.cast.papers[name].identity, f"session-of-{name}"
            cookie = unlock.seal_unlock(identity, session, user.pk).encode()
            kept = unlock.seal_kept(b"Typed", user.pk).encode()
            opens: list[tuple[str, bytes, Open]] = [
                (
                    "unlock cookie",
                    cookie,
                    partial(_cookie, session, user),
                ),
                ("kept text", kept, partial(_kept, user)),
            ]
            for column, value, open_it in opens:
                yield Slot(column, self.organisation.pk, user.pk, value, open_it)


def _unlock(case: Case, codename: str) -> None:
    if codename == access.CONSIDER:
        access.unlock_offer(case)
    else:
        access.unlock(case)


def _cookie(session: str, user: User, value: bytes) -> object:
    return unlock.open_unlock(value.decode("latin-1"), session, user.pk)


def _kept(user: User, value: bytes) -> object:
    return unlock.open_kept(value.decode("latin-1"), user.pk)


def _by_passphrase(user: User, passphrase: str) -> Open:
    def opens(value: bytes) -> object:
        user.identity_sealed = value
        return identities.open_identity(user, passphrase)

    return opens


def _by_code(user: User, code: str) -> Open:
    def opens(value: bytes) -> object:
        user.identity_by_code = value
        return identities.open_by_code(user, code)

    return opens


def _pin(user: User, identity: Identity) -> Open:
    def opens(value: bytes) -> object:
        user.pin = value
        return pins.pin_of(user, identity)

    return opens


def _seed(user: User, identity: Identity) -> Open:
    return lambda value: otp.open_seed(value, user.pk, identity.otp_key)


class Holding:
    """Makes the ring current and keeps its keys afterwards."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def __enter__(self) -> None:
        from clinic.vault.keyring import _current

        self._token = _current.set(self._ring)

    def __exit__(self, *_: object) -> None:
        from clinic.vault.keyring import _current

        _current.reset(self._token)


class Undone:
    """What is written inside is taken back."""

    def __enter__(self) -> None:
        self._block = transaction.atomic()
        self._block.__enter__()

    def __exit__(self, *_: object) -> None:
        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)
