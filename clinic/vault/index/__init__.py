"""The sealed index of a team: what lists, search and boards need, scanned in memory.

`put`, `drop` and `deliver` stand in the transaction of the write that they mirror.
"""

from .columns import Entry
from .folding import compact, discard, reseal
from .snapshot import Due, Hit, Snapshot, scan
from .store import deliver, drop, lock_all, pending, put

__all__ = [
    "Due",
    "Entry",
    "Hit",
    "Snapshot",
    "compact",
    "deliver",
    "discard",
    "drop",
    "lock_all",
    "pending",
    "put",
    "reseal",
    "scan",
]
