"""Moving the keys of events to new keys of a team or a case. The chain does not notice."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from clinic.accounts import teams
from clinic.accounts.models import Purpose, Team, TeamEpoch
from clinic.vault.envelope import Box
from clinic.vault.errors import VaultError
from clinic.vault.keyring import Keyring, TeamKeys
from clinic.vault.keys import KeyPair
from clinic.vault.many import update_many
from clinic.vault.wraps import Kek, Subject, is_public, unwrap_with

from .chain import lock_head
from .models import AuditKeyWrap
from .wraps import case_kek, event_subject

BATCH = 2000
READERS = (Purpose.COORDINATION, Purpose.SUPERVISING)
Seeds = Mapping[int, KeyPair]


class _Wrap(NamedTuple):
    """One row: models would cost a rotation more than the keys."""

    pk: UUID
    holder: UUID
    generation: int
    wrap: bytes
    event: UUID
    commitment: bytes

    @property
    def subject(self) -> Subject:
        return event_subject(self.event, self.commitment)


_COLUMNS = ("pk", "holder", "generation", "wrap", "event_id", "event__commitment")


def rotate(old: TeamKeys, new: TeamKeys, epoch: TeamEpoch) -> None:
    """What clinic.accounts.rotation calls."""
    move_team(old, new, teams.seeds(new))


def move_team(old: TeamKeys, new: TeamKeys, seeds: Seeds) -> int:
    """Every event key that `old` opens, under `new`: part of the rotation's transaction. How many.

    `seeds` are the key pairs of the team by epoch, for what was delivered to it.
    """
    rows = AuditKeyWrap.objects.filter(holder=old.id)
    lock_head(Team.objects.get(pk=old.id).organisation_id)
    return _move(rows, _Opener(old.kek, old.epoch, {**seeds, old.epoch: old.pair}), new.kek, new.epoch)


def move_case(case_id: UUID, old: Box, new: Box) -> int:
    """Every event of a case, under the case's new generation: part of the transaction that re-seals it."""
    rows = AuditKeyWrap.objects.filter(holder=case_id)
    opener = _Opener(case_kek(old, case_id), old.generation, {})
    return _move(rows, opener, case_kek(new, case_id), new.generation)


def fold(ring: Keyring, *, most: int) -> int:
    """Puts up to `most` keys that were delivered to this person's teams under the teams' own keys."""
    mine = [ring.named[purpose] for purpose in READERS if purpose in ring.named]
    if not mine:
        return 0
    rows = list(_light(AuditKeyWrap.objects.filter(delivered=True, holder__in=mine)[:most]))
    for holder in {row.holder for row in rows}:
        _fold_team(ring.teams[holder], [row for row in rows if row.holder == holder])
    return len(rows)


def _fold_team(keys: TeamKeys, rows: list[_Wrap]) -> None:
    seeds = {keys.epoch: keys.pair}
    if any(row.generation != keys.epoch for row in rows):
        seeds = teams.seeds(keys)
    _store(_moved(rows, _Opener(keys.kek, keys.epoch, seeds), keys.kek), keys.epoch)


class _Opener:
    """What opens a wrap: a symmetric key of one generation, and key pairs by generation."""

    def __init__(self, kek: Kek, generation: int, pairs: Seeds) -> None:
        self.kek, self.generation, self.pairs = kek, generation, pairs

    def open(self, row: _Wrap) -> bytes | None:
        """None where nothing here opens it: it stays as it is, and doctor tells of it."""
        wrap, subject = bytes(row.wrap), row.subject
        try:
            if not is_public(wrap):
                return self.kek.unwrap(wrap, subject)
            pair = self.pairs.get(row.generation)
            return unwrap_with(pair, wrap, subject) if pair else None
        except VaultError:
            return None


def _light(rows: QuerySet[AuditKeyWrap]) -> Iterable[_Wrap]:
    return map(_Wrap._make, rows.values_list(*_COLUMNS))


def _move(rows: QuerySet[AuditKeyWrap], opener: _Opener, kek: Kek, generation: int) -> int:
    ids = list(rows.exclude(generation=generation, delivered=False).values_list("pk", flat=True))
    moved = 0
    for at in range(0, len(ids), BATCH):
        batch = _light(AuditKeyWrap.objects.filter(pk__in=ids[at : at + BATCH]))
        moved += _store(_moved(batch, opener, kek), generation)
    return moved


def _moved(rows: Iterable[_Wrap], opener: _Opener, kek: Kek) -> Iterator[tuple[UUID, bytes]]:
    for row in rows:
        key = opener.open(row)
        if key:
            yield row.pk, kek.wrap(key, row.subject)


def _store(wraps: Iterable[tuple[UUID, bytes]], generation: int) -> int:
    return update_many(AuditKeyWrap, "wrap", list(wraps), {"generation": generation, "delivered": False})
