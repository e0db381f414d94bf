"""Slows down guessing; never locks anybody out.

Kept in memory only (BOOT_DIR), under names that are HMACs: nobody can read from them who signs in from where.
A try is counted before it is made, so that many at once count as many.
"""

import fcntl
import hmac
import math
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from clinic.vault.boot import boot_directory, boot_secret
from clinic.vault.keys import derive

FORGET_AFTER = 60 * 60
KNOWN_FOR = 30 * 24 * 60 * 60
SWEEP_EVERY = 200  # tries, about


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures cost nothing; then the wait doubles from a second up to `most` seconds."""

    free: int
    most: int

    def wait(self, failures: int) -> int:
        if failures < self.free:
            return 0
        return min(1 << min(failures - self.free, 12), self.most)


PAIR = Limit(free=3, most=15 * 60)  # one account from one network
PAIR_KNOWN = Limit(free=5, most=60)  # the same, where that person has signed in from there
NETWORK = Limit(free=20, most=15 * 60)  # all accounts from one network
ACCOUNT_STRANGERS = 10  # failures from networks unknown to the account, after which a stranger waits:
STRANGER_WAIT, STRANGER_TURN = 20, 30 * 60


class TooSoon(Exception):
    """Not tried. Try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def network_of(address: str) -> str:
    """One IPv4 address, or the 64 bits of IPv6 that one household has."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((mapped, 64 if mapped.version == 6 else 32), strict=False))


class Throttle:
    """The tries at one account from one network."""

    def __init__(self, account: str, address: str) -> None:
        tallies, network = _Tallies(), network_of(address)
        self._lock = tallies.locked
        self.pair = tallies.named("pair", account, network)
        self.network = tallies.named("network", network)
        self.strangers = tallies.named("strangers", account)
        self.known = tallies.named("known", account, network, keep=KNOWN_FOR)
        self.turn = tallies.named("turn", account, network, keep=STRANGER_TURN)

    def admit(self) -> None:
        """Counts a try. Raises TooSoon, which counts nothing."""
        with self._lock():
            known = self.known.count > 0
            limits = [self.pair.left(PAIR_KNOWN if known else PAIR)]
            if not known:
                limits += [self.network.left(NETWORK), self._turn_left()]
            if seconds := max(limits):
                raise TooSoon(seconds)
            self._count(known)

    def forgive(self) -> None:
        """The try succeeded: nothing is held against this account here."""
        with self._lock():
            self.known.set(1)
            self.pair.set(0)
            self.network.set(self.network.count - 1)
            self.strangers.set(self.strangers.count - 1)

    def _count(self, known: bool) -> None:
        self.pair.add()
        self.turn.set(0)
        if not known:
            self.network.add()
            self.strangers.add()

    def _turn_left(self) -> int:
        """Each stranger waits from its own first knock: no other stranger can make that longer."""
        if self.strangers.count < ACCOUNT_STRANGERS:
            return 0
        if not self.turn.count:
            self.turn.set(1)
        return max(0, math.ceil(STRANGER_WAIT - self.turn.age))


class _Tally:
    """A number in a file, forgotten after a while without change."""

    def __init__(self, path: Path, keep: int) -> None:
        self._path, self._keep = path, keep

    @property
    def age(self) -> float:
        """Seconds since the last change."""
        return self._read()[1]

    @property
    def count(self) -> int:
        return self._read()[0]

    def add(self) -> None:
        self.set(self.count + 1)

    def set(self, count: int) -> None:
        if count > 0:
            self._path.write_text(f"{count} {time.time():.0f} {self._keep}")
        else:
            self._path.unlink(missing_ok=True)

    def left(self, limit: Limit) -> int:
        count, age = self._read()
        return max(0, math.ceil(limit.wait(count) - age))

    def _read(self) -> tuple[int, float]:
        try:
            count, at, _keep = map(int, self._path.read_text().split())
        except (FileNotFoundError, ValueError):
            return 0, 0
        age = max(0.0, time.time() - at)
        return (count, age) if age < self._keep else (0, 0)


class _Tallies:
    """The folder they lie in."""

    def __init__(self) -> None:
        self._key = derive(boot_secret(), "throttle")
        self._folder = boot_directory() / "throttle"
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def named(self, *names: str, keep: int = FORGET_AFTER) -> _Tally:
        name = hmac.digest(self._key, "\0".join(names).encode(), "sha256").hex()[:40]
        return _Tally(self._folder / name, keep)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._folder.with_name("throttle-lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not secrets.randbelow(SWEEP_EVERY):
                self.sweep()
            yield

    def sweep(self) -> None:
        """Memory is finite, and a stranger can knock with any name."""
        for path in self._folder.iterdir():
            try:
                _count, at, keep = map(int, path.read_text().split())
            except ValueError:
                at, keep = 0, 0
            if time.time() - at > keep:
                path.unlink(missing_ok=True)
