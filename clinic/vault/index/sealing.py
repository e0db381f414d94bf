"""How changes are sealed: under the team's index key, or delivered to its public key."""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag

from clinic.vault.encoding import lp, pad, unpad
from clinic.vault.envelope import Place, Scope
from clinic.vault.errors import Tampered, VaultError
from clinic.vault.keyring import TeamKeys
from clinic.vault.keys import Identity, KeyPair, PublicIdentity, PublicKey
from clinic.vault.models import IndexChange

from .columns import Entry
from .state import State

DELIVERED = b"\x02"
ORDER = struct.Struct(">Q")
SIGNATURE = 64
Trust = Callable[[UUID], PublicIdentity]
Seeds = Mapping[int, KeyPair]
Changes = dict[UUID, Entry | None]
NONSENSE = (InvalidTag, VaultError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


@dataclass(frozen=True, slots=True)
class Change:
    """What one change does: puts an entry, or drops the thing with this id."""

    id: UUID
    entry: Entry | None

    def plain(self) -> bytes:
        return b"+" + self.entry.line() if self.entry else b"-" + self.id.bytes

    @classmethod
    def from_plain(cls, plain: bytes) -> "Change":
        if plain[:1] == b"-":
            return cls(UUID(bytes=plain[1:]), None)
        entry = Entry.from_line(plain[1:])
        return cls(entry.id, entry)


def change_place(row: IndexChange) -> Place:
    return Place(row.organisation_id, Scope("index", row.team), "vault.change", row.id, "record")


def seal_change(row: IndexChange, keys: TeamKeys, change: Change) -> None:
    """The order is inside, so that nobody puts an older change behind a newer one."""
    row.sealed = keys.index_box.seal(change_place(row), ORDER.pack(row.order) + change.plain())


def seal_delivery(row: IndexChange, public: PublicKey, by: UUID, identity: Identity, change: Change) -> None:
    """For somebody outside the team: signed, then sealed so that only the team reads it."""
    plain = change.plain()
    letter = by.bytes + identity.sign(_delivery(row, plain)) + plain
    row.sealed = DELIVERED + public.encrypt(pad(letter), _delivery(row, public.fingerprint))


def open_change(row: IndexChange, keys: TeamKeys, trust: Trust, seeds: Seeds) -> Change:
    """Raises Tampered, also where a delivery is not by somebody on the roster."""
    sealed = bytes(row.sealed)
    if sealed[:1] == DELIVERED:
        return _open_delivery(row, keys, trust, seeds)
    content = keys.index_box.open(change_place(row), sealed)
    if content[:8] != ORDER.pack(row.order):
        raise Tampered
    return Change.from_plain(content[8:])


def gather(
    rows: Sequence[IndexChange], state: State | None, keys: TeamKeys, trust: Trust, seeds: Seeds
) -> tuple[Changes, list[IndexChange]]:
    """What is not folded in yet, and the rows of it that could not be read."""
    if state is None:
        return sort_out(rows, keys, trust, seeds)
    late, unread = sort_out([row for row in rows if row.order in state.left], keys, trust, seeds)
    new, also = sort_out([row for row in rows if row.order > state.folded], keys, trust, seeds)
    return {thing: late[thing] for thing in late if thing not in state.since} | new, unread + also


def sort_out(
    rows: Iterable[IndexChange], keys: TeamKeys, trust: Trust, seeds: Seeds
) -> tuple[Changes, list[IndexChange]]:
    """What the changes come to, thing by thing, and the rows that could not be read."""
    changes: Changes = {}
    unread = []
    for row in rows:
        try:
            change = open_change(row, keys, trust, seeds)
        except Tampered:
            unread.append(row)
        else:
            changes[change.id] = change.entry
    return changes, unread


def _open_delivery(row: IndexChange, keys: TeamKeys, trust: Trust, seeds: Seeds) -> Change:
    pair = keys.pair if row.epoch == keys.epoch else seeds.get(row.epoch)
    if pair is None:
        raise Tampered
    try:
        letter = unpad(pair.decrypt(bytes(row.sealed)[1:], _delivery(row, pair.public.fingerprint)))
        return _signed_change(row, letter, trust)
    except NONSENSE as error:
        raise Tampered from error


def _signed_change(row: IndexChange, letter: bytes, trust: Trust) -> Change:
    """A stranger may have written the letter: nothing in it is believed before the signature holds."""
    by, signature, plain = letter[:16], letter[16 : 16 + SIGNATURE], letter[16 + SIGNATURE :]
    trust(UUID(bytes=by)).verify(signature, _delivery(row, plain))
    change = Change.from_plain(plain)
    if change.entry:
        change.entry.check()
    return change


def _delivery(row: IndexChange, part: bytes) -> bytes:
    """Binds a letter, or what is signed in it, to one row of one team."""
    order = ORDER.pack(row.order)
    return lp(b"clinic/1/delivery", row.organisation_id.bytes, row.team.bytes, row.id.bytes, order, part)
