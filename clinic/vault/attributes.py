"""Types of sealed attributes: what a model declares, what stands in the JSON, what Python sees."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar, overload

MOST = 2**53 - 1
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Plain = Any


class Attribute(Generic[T]):
    """A descriptor on a SealedModel. Reading without the key raises Locked."""

    name: str

    def __init__(self, default: T, load: Callable[[Plain], T], dump: Callable[[T], Plain]) -> None:
        self._default, self._load, self._dump = default, load, dump

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: Any, owner: type) -> T: ...
    def __get__(self, row: Any, owner: type) -> Self | T:
        if row is None:
            return self
        plain = (row.__dict__.get("_payload") or row.opened()).get(self.name)
        return self.default() if plain is None else self._load(plain)

    def __set__(self, row: Any, value: T) -> None:
        plain = None if value is None else self._dump(value)
        if row.opened().get(self.name) != plain:
            row.opened()[self.name] = plain
            row.touched = True

    def default(self) -> T:
        return self._default


class Text(Attribute[str]):
    def __init__(self) -> None:
        super().__init__("", str, str)


class Date(Attribute[date | None]):
    def __init__(self) -> None:
        super().__init__(None, date.fromisoformat, lambda day: day.isoformat() if day else None)


class Moment(Attribute[datetime | None]):
    def __init__(self) -> None:
        super().__init__(None, datetime.fromisoformat, lambda at: at.isoformat() if at else None)


class Choice(Attribute[E]):
    """One of a StrEnum; a value unknown to this release raises ValueError, never a guess."""

    def __init__(self, choices: type[E], default: E) -> None:
        super().__init__(default, choices, str)


class List(Attribute[list[str]]):
    def __init__(self) -> None:
        super().__init__([], list, list)

    def default(self) -> list[str]:
        return []


class Money(Attribute[Decimal | None]):
    """US dollars."""

    def __init__(self) -> None:
        super().__init__(None, Decimal, str)


class Flag(Attribute[bool | None]):
    """Yes, no, or not known."""

    def __init__(self) -> None:
        super().__init__(None, bool, bool)


class Number(Attribute[int | None]):
    """A whole number of at most 53 bits: as much as every reader of JSON keeps whole."""

    def __init__(self) -> None:
        super().__init__(None, int, _whole)


def _whole(number: int | None) -> int | None:
    if number is not None and abs(number) > MOST:
        raise ValueError("more than 53 bits")
    return number
