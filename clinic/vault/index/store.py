"""Writing to the sealed index. Callers are in a transaction already."""

from collections.abc import Iterable
from uuid import UUID

from clinic.vault.keyring import TeamKeys, current
from clinic.vault.keys import PublicKey
from clinic.vault.models import IndexChange, IndexHead

from .columns import Entry
from .sealing import Change, seal_change, seal_delivery


def put(keys: TeamKeys, entry: Entry) -> None:
    """Shows an entry in the team's lists from this transaction on."""
    _append(keys, Change(entry.id, entry))


def drop(keys: TeamKeys, thing: UUID) -> None:
    _append(keys, Change(thing, None))


def deliver(
    team: UUID, epoch: int, public: PublicKey, *, entry: Entry | None = None, gone: UUID | None = None
) -> None:
    """For somebody outside the team: puts `entry`, or drops the thing `gone`. Members fold it in."""
    thing = entry.id if entry else gone
    if thing is None:
        raise ValueError("nothing to deliver")
    ring = current()
    row = _next_row(team, epoch)
    seal_delivery(row, public, ring.user, ring.identity, Change(thing, entry))
    row.save(force_insert=True)


def pending(team: UUID) -> int:
    """How many changes are not folded in yet."""
    return IndexChange.objects.filter(team=team).count()


def lock(team: UUID) -> IndexHead:
    """The team's index head, locked until the transaction ends."""
    locked = IndexHead.objects.select_for_update()
    head = locked.filter(team=team).first()
    if head is None:
        IndexHead.objects.get_or_create(team=team, defaults={"organisation_id": current().organisation})
        head = locked.get(team=team)
    return head


def lock_all(teams: Iterable[UUID]) -> None:
    """In one order for everybody: two writers wait for each other, and never both."""
    list(IndexHead.objects.select_for_update().filter(team__in=list(teams)).order_by("team"))


def _append(keys: TeamKeys, change: Change) -> None:
    row = _next_row(keys.id, keys.epoch)
    seal_change(row, keys, change)
    row.save(force_insert=True)


def _next_row(team: UUID, epoch: int) -> IndexChange:
    head = lock(team)
    head.last_order += 1
    head.save(update_fields=["last_order"])
    return IndexChange(organisation_id=head.organisation_id, team=team, epoch=epoch, order=head.last_order)
