"""Who and what is believed. Sealed under the roster key of the team "everyone": no plain row is trusted."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.vault import keyring
from clinic.vault.envelope import Box, Place, Scope
from clinic.vault.errors import Locked, Stale, Tampered
from clinic.vault.keyring import Keyring
from clinic.vault.keys import PublicIdentity, PublicKey

from .models import Purpose, RosterEntry, Team, User

TABLE = "accounts.roster"
SLOT = "record"
VERSION = 1


class Role(models.TextChoices):
    INTAKE = "intake", _("Intake volunteer")
    ATTORNEY = "attorney", _("Attorney")
    COORDINATOR = "coordinator", _("Coordinator")
    SUPERVISOR = "supervisor", _("Supervising attorney")
    HELPER = "helper", _("Interpreter, translator or paralegal")


LAWYERS = (Role.ATTORNEY, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works or worked here. `pending` names teams whose key nobody could give yet."""

    kind: ClassVar[str] = "person"
    id: UUID
    name: str
    role: Role
    public: PublicIdentity
    active: bool = True
    pending: frozenset[UUID] = frozenset()

    def dump(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "role": self.role.value,
            "public": _text(self.public.raw),
            "active": self.active,
            "pending": _ids(self.pending),
        }

    @classmethod
    def load(cls, subject: UUID, data: dict[str, Any]) -> Self:
        public = PublicIdentity(b64decode(data["public"]))
        return cls(subject, data["name"], Role(data["role"]), public, data["active"], _set(data["pending"]))


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """A team at its current epoch. `due`: somebody left, and no holder has made a new epoch yet."""

    kind: ClassVar[str] = "team"
    id: UUID
    name: str
    purpose: Purpose
    epoch: int
    public: PublicKey
    commitment: bytes
    members: frozenset[UUID]
    due: bool = False

    @property
    def label(self) -> str:
        return self.name or str(self.purpose.label)

    def dump(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "purpose": self.purpose.value,
            "epoch": self.epoch,
            "public": _text(self.public.raw),
            "commitment": _text(self.commitment),
            "members": _ids(self.members),
            "due": self.due,
        }

    @classmethod
    def load(cls, subject: UUID, data: dict[str, Any]) -> Self:
        return cls(
            subject,
            data["name"],
            Purpose(data["purpose"]),
            data["epoch"],
            PublicKey(b64decode(data["public"])),
            b64decode(data["commitment"]),
            _set(data["members"]),
            data["due"],
        )


@dataclass(frozen=True, slots=True)
class Recovery:
    """The clinic's recovery key, to which every team's secret is wrapped."""

    kind: ClassVar[str] = "recovery"
    id: UUID
    public: PublicKey

    def dump(self) -> dict[str, Any]:
        return {"public": _text(self.public.raw)}

    @classmethod
    def load(cls, subject: UUID, data: dict[str, Any]) -> Self:
        return cls(subject, PublicKey(b64decode(data["public"])))


Entry = Person | TeamEntry | Recovery
One = TypeVar("One", Person, TeamEntry, Recovery)
KINDS: dict[str, type[Entry]] = {kind.kind: kind for kind in (Person, TeamEntry, Recovery)}


def trusted_identity(user: UUID, ring: Keyring | None = None) -> Person:
    """The keys and role of somebody who works here now. Raises Tampered if missing, altered or gone."""
    person = _one(user, Person, ring)
    if not person.active:
        raise Tampered
    return person


def trusted_team(team: UUID, ring: Keyring | None = None) -> TeamEntry:
    """A team's public key, epoch and members. Raises Tampered if missing or altered."""
    return _one(team, TeamEntry, ring)


def trusted_recovery(ring: Keyring | None = None) -> PublicKey:
    """Raises Tampered if missing or altered."""
    ring = ring or keyring.current()
    return _one(ring.organisation, Recovery, ring).public


def person(user: UUID, ring: Keyring | None = None) -> Person:
    """Somebody who works or worked here. Raises Tampered."""
    return _one(user, Person, ring)


def people(ring: Keyring | None = None) -> dict[UUID, Person]:
    """Everybody who works or worked here, by user id; one query."""
    return {entry.id: entry for entry in entries(ring) if isinstance(entry, Person)}


def teams(ring: Keyring | None = None) -> dict[UUID, TeamEntry]:
    """Every team, by id; one query."""
    return {entry.id: entry for entry in entries(ring) if isinstance(entry, TeamEntry)}


def coordinators(ring: Keyring | None = None) -> list[Person]:
    return with_account([one for one in people(ring).values() if one.active and one.role == Role.COORDINATOR])


def with_account(known: Collection[Person]) -> list[Person]:
    """Nobody signs in as the others and no row can name them: they must hold up nobody."""
    if not known:
        return []
    accounts = set(User.objects.filter(id__in=[one.id for one in known]).values_list("id", flat=True))
    return [one for one in known if one.id in accounts]


def lawyers(ring: Keyring | None = None) -> set[UUID]:
    """Who may read attorney notes by their role."""
    return {one.id for one in people(ring).values() if one.role in LAWYERS}


def needs_second_coordinator(ring: Keyring | None = None) -> bool:
    """True while one lost passphrase could lock the clinic out."""
    return len(coordinators(ring)) < 2


def entries(ring: Keyring | None = None, subjects: Collection[UUID] | None = None) -> Iterator[Entry]:
    """Whatever opens; what does not is not believed, and left out."""
    ring = ring or keyring.current()
    rows = RosterEntry.objects.filter(organisation=ring.organisation)
    if subjects is not None:
        rows = rows.filter(subject__in=subjects)
    for subject, sealed in rows.values_list("subject", "sealed"):
        try:
            yield _opened(subject, bytes(sealed), ring)
        except Tampered:
            continue


def hold(ring: Keyring) -> None:
    """Nobody else changes the roster until this transaction ends. Raises Locked, Stale (it has a new key)."""
    _box(ring)
    everyone = ring.team(ring.named[Purpose.EVERYONE])
    if Team.objects.select_for_update().get(id=everyone.id).current_epoch != everyone.epoch:
        raise Stale


def write(entry: Entry, ring: Keyring) -> None:
    sealed = _box(ring).seal(_place(entry.id, ring), _json(entry))
    known = {"organisation_id": ring.organisation, "sealed": sealed}
    RosterEntry.objects.update_or_create(subject=entry.id, defaults=known)


def update_person(user: UUID, ring: Keyring, **changes: Any) -> Person:
    changed = replace(person(user, ring), **changes)
    write(changed, ring)
    return changed


def update_team(team: UUID, ring: Keyring, **changes: Any) -> TeamEntry:
    changed = replace(trusted_team(team, ring), **changes)
    write(changed, ring)
    return changed


def _one(subject: UUID, kind: type[One], ring: Keyring | None) -> One:
    entry = next(entries(ring, [subject]), None)
    if not isinstance(entry, kind):
        raise Tampered
    return entry


def _opened(subject: UUID, sealed: bytes, ring: Keyring) -> Entry:
    data = json.loads(_box(ring).open(_place(subject, ring), sealed))
    return KINDS[data["kind"]].load(subject, data)


def _box(ring: Keyring) -> Box:
    """The roster key. Raises Locked for somebody who is not, or not yet, in the team "everyone"."""
    if Purpose.EVERYONE not in ring.named:
        raise Locked
    return ring.team(ring.named[Purpose.EVERYONE]).roster_box


def _place(subject: UUID, ring: Keyring) -> Place:
    return Place(ring.organisation, Scope("roster", ring.named[Purpose.EVERYONE]), TABLE, subject, SLOT)


def _json(entry: Entry) -> bytes:
    return json.dumps({"v": VERSION, "kind": entry.kind, **entry.dump()}).encode()


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _ids(ids: Collection[UUID]) -> list[str]:
    return sorted(str(one) for one in ids)


def _set(ids: list[str]) -> frozenset[UUID]:
    return frozenset(UUID(one) for one in ids)
