"""What rooms above this one add to the case page: each registers a function in its AppConfig."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clinic.accounts.models import User

from .models import Case


@dataclass(frozen=True, slots=True)
class Action:
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """`rows` have what, url, status, badge; `actions` stand below them."""

    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


Maker = Callable[[Case, User], Section | None]
_makers: dict[str, Maker] = {}


def register(name: str, maker: Maker) -> None:
    _makers[name] = maker


def sections(case: Case, user: User) -> list[Section]:
    return [section for maker in _makers.values() if (section := maker(case, user))]
