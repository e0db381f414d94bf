"""Sealed models: one sealed record per row, opened with the current keyring."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, cast
from uuid import UUID, uuid4

import orjson
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .attributes import Attribute, Choice, Date, Flag, List, Moment, Money, Number, Text
from .envelope import Box, Place, Scope, generation_of
from .errors import Locked, Stale, Tampered, Unsealed
from .keyring import current

__all__ = [
    "Choice",
    "Date",
    "Flag",
    "List",
    "Moment",
    "Money",
    "Number",
    "SealedModel",
    "SealedQuerySet",
    "Text",
]

Payload = dict[str, Any]
VERSION = "v"


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Seals at the last moment before the database, so no way of saving can forget it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        return cast("SealedModel", model_instance).seal()


class SealedQuerySet(models.QuerySet[Any]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        if kwargs.get("update_conflicts"):
            raise Unsealed("an update on conflict asks nobody who saved in between")
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        rows, names = list(objs), list(fields)
        if "sealed" in names or any(row.touched for row in rows):
            raise Unsealed("bulk_update does not seal: save each row")
        return super().bulk_update(rows, names, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if "sealed" in kwargs:
            raise Unsealed("update does not seal: save each row")
        return super().update(**kwargs)


class SealedModel(models.Model):
    """A row with one sealed record. Subclasses give TABLE, `scope()` and `organisation_id`."""

    TABLE: ClassVar[str]
    SCHEMA: ClassVar[int] = 1
    UPGRADES: ClassVar[dict[int, Callable[[Payload], Payload]]] = {}
    attributes: ClassVar[dict[str, Attribute[Any]]] = {}
    organisation_id: UUID
    touched = False
    _opened_at: Place | None = None

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    rev = models.PositiveIntegerField(default=0, editable=False)
    sealed = SealedField(editable=False, default=b"")

    objects = SealedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        parts = [vars(base).items() for base in reversed(cls.__mro__)]
        cls.attributes = {n: a for part in parts for n, a in part if isinstance(a, Attribute)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = {name: kwargs.pop(name) for name in self.attributes if name in kwargs} if kwargs else None
        super().__init__(*args, **kwargs)
        if values:
            self.fill(**values)

    def fill(self, **values: Any) -> Self:
        """Sets sealed attributes, and nothing else."""
        for name, value in values.items():
            if name not in self.attributes:
                raise TypeError(f"{type(self).__name__} has no sealed {name}")
            setattr(self, name, value)
        return self

    def __getitem__(self, name: str) -> Any:
        """For templates, which look here first: a sealed value, or the word "locked"."""
        if name not in self.attributes:
            raise KeyError(name)
        try:
            return getattr(self, name)
        except Locked:
            return _("locked")
        except Tampered:
            return _("damaged")

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copy: ciphertext only, with what was changed in it. Raises Locked."""
        if self.touched:
            self.seal()
        state = dict(super().__getstate__())
        state.pop("_payload", None)
        state.pop("_opened_at", None)
        state.pop("touched", None)
        return state

    def scope(self) -> Scope:
        """Whose key seals this row."""
        raise NotImplementedError

    def stored_generation(self) -> int | None:
        """The generation of its key as the database has it now; None for a key that has only one."""
        return None

    def place(self) -> Place:
        return Place(self.organisation_id, self.scope(), self.TABLE, self.id, "record")

    def opened(self) -> Payload:
        """The record as plain JSON values. Raises Locked, Tampered, Stale (it got new keys meanwhile)."""
        payload: Payload | None = self.__dict__.get("_payload")
        if payload is None:
            payload = self.__dict__["_payload"] = self._open()
        return payload

    @property
    def is_locked(self) -> bool:
        try:
            self.opened()
        except Locked:
            return True
        return False

    def _open(self) -> Payload:
        if self._state.adding and not self.sealed:
            return {}
        envelope, place = bytes(self.sealed), self.place()
        box = self._box(place.scope, generation_of(envelope))
        self._opened_at = place
        return self._upgraded(orjson.loads(box.open(place, envelope)))

    def _box(self, scope: Scope, generation: int) -> Box:
        """The generation stands in plain: who has the key knows whether somebody altered it."""
        ring = current()
        if ring.has(scope, generation):
            return ring.box(scope, generation)
        held = ring.newest(scope).generation
        raise Stale if self._was_overtaken(held) else Tampered

    def _was_overtaken(self, held: int) -> bool:
        """Since it was read somebody sealed this row anew, or its key has a newer generation than `held`."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        stored = rows.values_list("sealed", flat=True).first()
        return bytes(stored or b"") != bytes(self.sealed) or self.stored_generation() not in (None, held)

    def _upgraded(self, payload: Payload) -> Payload:
        version = payload.pop(VERSION)
        if version > self.SCHEMA:
            raise Tampered
        for step in range(version, self.SCHEMA):
            payload = self.UPGRADES[step](payload)
        return payload

    def seal(self) -> bytes:
        """The envelope to store: sealed anew if something changed."""
        if self.touched or not self.sealed or self._moved():
            payload = {VERSION: self.SCHEMA} | {k: v for k, v in self.opened().items() if v is not None}
            place = self.place()
            self.sealed = current().newest(place.scope).seal(place, orjson.dumps(payload))
            self.touched, self._opened_at = False, place
        return bytes(self.sealed)

    def _moved(self) -> bool:
        """Opened, and the key has a newer generation by now, or the row stands elsewhere."""
        if "_payload" not in self.__dict__:
            return False
        newest = current().newest(self.scope()).generation
        return generation_of(bytes(self.sealed)) != newest or self._opened_at != self.place()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises Stale where somebody saved this row after it was read."""
        names = kwargs.get("update_fields")
        if names is not None and self.touched and "sealed" not in names:
            raise Unsealed("update_fields would lose a sealed change")
        before = self.rev, self.touched
        try:
            with transaction.atomic():
                self._claim()
                super().save(*args, **kwargs)
        except BaseException:
            self.rev, self.touched = before
            raise

    def _claim(self) -> None:
        if not self._state.adding:
            mine = type(self)._base_manager.filter(pk=self.pk, rev=self.rev)
            if not mine.update(rev=self.rev + 1):
                raise Stale
        self.rev += 1

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Self] | None = None,
    ) -> None:
        names = None if fields is None else list(fields)
        if names is None or "sealed" in names:  # a deferred column that is fetched late changes nothing
            self.__dict__.pop("_payload", None)
            self.touched = False
        super().refresh_from_db(using, names, from_queryset)
