"""Sessions that name their user, end when idle, and open nothing by themselves.

A session that is over stays a day, expired and empty, so that what its user had typed can be kept for them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.utils import timezone

from .models import Session, User

IDLE = timedelta(minutes=15)
LIVE_IDLE = timedelta(minutes=90)
WHOLE = timedelta(hours=12)
REMEMBERED = timedelta(days=1)
MOST = 2
GRAIN = timedelta(minutes=1)  # a later end is written once a minute, not at each request

BACKEND = "clinic.accounts.backends.IdentityBackend"
ENDS = "ends"


class SessionStore(DatabaseStore):
    row: Session | None = None
    left_by: UUID | None = None  # whose session this was, once it is over
    stored: dict[str, Any] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str) -> bool:
        """A cookie may carry a NUL, by which PostgreSQL can look up nothing."""
        return bool(super()._validate_session_key(key)) and key.isalnum()  # type: ignore[misc]

    def _get_session_from_db(self) -> Session | None:
        row = Session.objects.filter(session_key=self.session_key).first()
        if row and row.expire_date > timezone.now():
            self.row = row
            return row
        self.left_by = row.user_id if row else None
        self._session_key = None
        return None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.user_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        self.row = row
        return row

    def save(self, must_create: bool = False) -> None:
        """Django saves again when it sets the cookie: once more only where something changed since."""
        if must_create or self.stored is None or self.stored != dict(self.items()):
            super().save(must_create)
            self.stored = dict(self.items())

    @property
    def owner(self) -> UUID | None:
        """Whose session this is or was."""
        return self.row.user_id if self.row else self.left_by

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return self._no_sooner(self._end(IDLE))

    def is_empty(self) -> bool:
        """False for one that is over: its cookie still says whose typed text may be kept."""
        return bool(super().is_empty()) and self.left_by is None

    def touch(self, *, live: bool = False) -> timedelta:
        """This person is still here: for how long now. No other page shortens a live call's time."""
        end = self._no_sooner(self._end(LIVE_IDLE if live else IDLE))
        self._end_at(end)
        return end - timezone.now()

    def end_call(self) -> None:
        """Nobody is on the line any more: from now on the session ends as on any page."""
        self._end_at(self._end(IDLE))

    def _end_at(self, end: datetime) -> None:
        if self.row and abs(end - self.row.expire_date) > GRAIN:
            alive = Session.objects.filter(pk=self.row.pk, expire_date__gt=timezone.now())
            alive.update(expire_date=end)
            self.row.expire_date = end

    def _no_sooner(self, end: datetime) -> datetime:
        return max(end, self.row.expire_date) if self.row else end

    def flush(self) -> None:
        """Ends it, where Django would delete the row."""
        key, user = self.session_key, self.owner
        self.clear()
        if key:
            _end(Session.objects.filter(pk=key))
        self.row, self._session_key, self.left_by = None, None, user
        self.modified = False

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lt=timezone.now() - REMEMBERED).delete()

    def _end(self, idle: timedelta) -> datetime:
        now = timezone.now()
        ends = self.get(ENDS)
        return min(now + idle, datetime.fromisoformat(ends) if ends else now + WHOLE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A live session as its owner or a coordinator sees it. `handle` names it; its key never leaves."""

    handle: str
    began_on: date
    here: bool


@transaction.atomic
def begin(store: SessionStore, user: User) -> str:
    """A new session for `user`, whose oldest ones end beyond two. Its key."""
    User.objects.select_for_update().get(pk=user.pk)
    store.flush()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[ENDS] = (timezone.now() + WHOLE).isoformat()
    store.create()
    store.left_by = None
    for row in _newest_first(user)[MOST:]:
        _end(Session.objects.filter(pk=row.pk))
    return str(store.session_key)


def seen(user: User, here: str | None = None) -> list[Seen]:
    """The live sessions of `user`, newest first."""
    return [
        Seen(handle(row.session_key), _began(row), here=row.session_key == here)
        for row in _newest_first(user)
    ]


def end(user: User, wanted: str) -> None:
    """Ends the session of `user` with this handle, at once."""
    for row in _newest_first(user):
        if handle(row.session_key) == wanted:
            _end(Session.objects.filter(pk=row.pk))


def end_all(user: User, *, but: str | None = None) -> None:
    _end(Session.objects.filter(user=user).exclude(pk=but or ""))


def handle(session_key: str) -> str:
    return hashlib.sha256(b"clinic/1/session-handle" + session_key.encode()).hexdigest()[:20]


def _end(rows: Any) -> None:
    rows.filter(expire_date__gt=timezone.now()).update(expire_date=timezone.now(), session_data="")


def _newest_first(user: User) -> list[Session]:
    """Without those that nobody can use any more, because SECRET_KEY is another one since."""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return sorted(filter(_ends, rows), key=_ends, reverse=True)


def _ends(row: Session) -> str:
    return str(row.get_decoded().get(ENDS, ""))


def _began(row: Session) -> date:
    return timezone.localdate(datetime.fromisoformat(_ends(row)) - WHOLE)
