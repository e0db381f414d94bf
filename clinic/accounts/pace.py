"""A refused sign-in takes as long as one that succeeds: the time says nothing of what was wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

REST = 0.1  # of a derivation: about what the keyring, the session and the record take after it


class Pace:
    """The time of one try, in seconds. What follows the derivation is a share of it, on any machine."""

    def __init__(self) -> None:
        self._start, self._derived = monotonic(), 0.0

    @contextmanager
    def deriving(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._derived = monotonic() - self._start

    def wait(self) -> None:
        """Until a success would have come."""
        due = self._start + self._derived * (1 + REST)
        sleep(max(0.0, due - monotonic()))
