"""One request, one keyring: what the signed-in person can open, and nothing after."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from uuid import UUID

from .envelope import Box, Scope
from .errors import Locked
from .keys import SEED, Identity, KeyPair, Secret, derive
from .wraps import Kek


class TeamKeys(Secret):
    """What follows from one team's secret at one epoch."""

    def __init__(self, team: UUID, epoch: int, secret: bytes) -> None:
        self.id, self.epoch, self.secret = team, epoch, secret

    @cached_property
    def kek(self) -> Kek:
        return Kek(self.secret, self.id, self.epoch)

    @cached_property
    def index_box(self) -> Box:
        return Box(derive(self.secret, "index"), self.epoch)

    @cached_property
    def roster_box(self) -> Box:
        return Box(derive(self.secret, "roster"), self.epoch)

    @cached_property
    def seed(self) -> bytes:
        return derive(self.secret, "seed", SEED)

    @cached_property
    def pair(self) -> KeyPair:
        return KeyPair(self.seed)

    @cached_property
    def earlier_box(self) -> Box:
        """Seals the seeds of earlier epochs, so that old deliveries stay readable."""
        return Box(derive(self.secret, "earlier"), self.epoch)


class Keyring(Secret):
    """The opened keys of one person for one request."""

    def __init__(self, *, organisation: UUID, user: UUID, identity: Identity) -> None:
        self.organisation, self.user = organisation, user
        self._identity: Identity | None = identity
        self.teams: dict[UUID, TeamKeys] = {}
        self.named: dict[str, UUID] = {}
        self.role = ""
        self._boxes: dict[tuple[str, UUID, int], Box] = {}
        self._newest: dict[tuple[str, UUID], Box] = {}
        self.add(Scope("own", user), Box(identity.own_key, 0))

    @property
    def identity(self) -> Identity:
        """Raises Locked."""
        if self._identity is None:
            raise Locked
        return self._identity

    @cached_property
    def own_kek(self) -> Kek:
        return Kek(self.identity.own_key, self.user, 0)

    def add(self, scope: Scope, box: Box) -> None:
        self._boxes[scope.kind, scope.id, box.generation] = box
        newest = self._newest.get((scope.kind, scope.id))
        if newest is None or newest.generation <= box.generation:
            self._newest[scope.kind, scope.id] = box

    def has(self, scope: Scope, generation: int) -> bool:
        return (scope.kind, scope.id, generation) in self._boxes

    def box(self, scope: Scope, generation: int) -> Box:
        """Raises Locked."""
        try:
            return self._boxes[scope.kind, scope.id, generation]
        except KeyError:
            raise Locked from None

    def newest(self, scope: Scope) -> Box:
        """The box that new things are sealed with. Raises Locked."""
        try:
            return self._newest[scope.kind, scope.id]
        except KeyError:
            raise Locked from None

    @contextmanager
    def or_as_before(self) -> Iterator[None]:
        """Where the block fails, its rows are undone, and so are the new keys that belong to them."""
        before = dict(self._boxes), dict(self._newest), dict(self.teams), dict(self.named)
        try:
            yield
        except BaseException:
            self._boxes, self._newest, self.teams, self.named = before
            raise

    def team(self, team: UUID) -> TeamKeys:
        """Raises Locked."""
        try:
            return self.teams[team]
        except KeyError:
            raise Locked from None

    def drop(self) -> None:
        """Whoever still holds the ring, a streaming response for one, opens nothing more."""
        self._identity = None
        self.__dict__.pop("own_kek", None)
        self._boxes.clear()
        self._newest.clear()
        self.teams.clear()


_current: ContextVar[Keyring | None] = ContextVar("keyring", default=None)


def current() -> Keyring:
    """The keyring of this request. Raises Locked where nobody is signed in."""
    keyring = _current.get()
    if keyring is None:
        raise Locked
    return keyring


@contextmanager
def using(keyring: Keyring) -> Iterator[Keyring]:
    """Holds `keyring` for the block, then drops its keys."""
    token = _current.set(keyring)
    try:
        yield keyring
    finally:
        _current.reset(token)
        keyring.drop()
