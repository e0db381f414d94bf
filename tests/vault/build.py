"""What the vault's tests are made of. Fixed seeds give fixed keys."""

import hashlib
from uuid import UUID

from clinic.vault.envelope import Box, Place, Scope
from clinic.vault.keyring import Keyring, TeamKeys
from clinic.vault.keys import Identity

ORGANISATION = UUID("11111111-1111-4111-8111-111111111111")
ANA = UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
BEN = UUID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
CASE = UUID("cccccccc-cccc-4ccc-8ccc-cccccccccccc")
TEAM = UUID("dddddddd-dddd-4ddd-8ddd-dddddddddddd")
ROW = UUID("eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee")


def some_bytes(label: str, length: int = 32) -> bytes:
    return hashlib.shake_256(label.encode()).digest(length)


def make_identity(name: str) -> Identity:
    return Identity(some_bytes(name, 128))


def make_team(name: str = "coordination", *, team: UUID = TEAM, epoch: int = 1) -> TeamKeys:
    return TeamKeys(team, epoch, some_bytes(f"{name} {epoch}"))


def make_box(name: str = "case", generation: int = 1) -> Box:
    return Box(some_bytes(f"{name} {generation}"), generation)


def make_ring(user: UUID = ANA, *, case: UUID | None = CASE) -> Keyring:
    ring = Keyring(organisation=ORGANISATION, user=user, identity=make_identity(str(user)))
    if case:
        ring.add(Scope("case", case), make_box())
    return ring


def make_place(
    *,
    organisation: UUID = ORGANISATION,
    kind: str = "case",
    scope: UUID = CASE,
    table: str = "cases.person",
    row: UUID = ROW,
    slot: str = "record",
) -> Place:
    return Place(organisation, Scope(kind, scope), table, row, slot)
