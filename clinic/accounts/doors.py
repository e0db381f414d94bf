"""Who may call a view. Every view is declared with exactly one of these; DoorMiddleware enforces it.

    @anyone
    @staff(live=True)
    @members(Purpose.COORDINATION, Purpose.SUPERVISING, uploads=True)
    @members(Purpose.SUPERVISING, role=Role.SUPERVISOR)

`role`: the one that the roster gives; a coordinator can join any team, and is no attorney for it.
`uploads`: the only views whose files are read (sealed as they arrive).
`live`: an open call, signed out after 90 minutes without a request and not 15; other pages leave it so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from .models import Purpose, User

# What a page with a form answers to; a page without one is `require_safe`.
FORM = require_http_methods(["GET", "HEAD", "POST"])

Who = Literal["anyone", "staff", "members"]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Found = TypeVar("Found", bound=Model)


class StaffRequest(HttpRequest):
    """What a view behind `@staff` or `@members` gets."""

    user: User
    purposes: frozenset[str]
    role: str


@dataclass(frozen=True, slots=True)
class Door:
    who: Who
    purposes: frozenset[str] = frozenset()
    uploads: bool = False
    live: bool = False
    waiting: bool = False
    role: str = ""

    def opens_for(self, purposes: frozenset[str], role: str = "") -> bool:
        """Whether a signed-in person, of this role, whose keyring opens teams of these purposes, may pass."""
        if self.role and self.role != role:
            return False
        return self.who != "members" or bool(self.purposes & purposes)


@overload
def anyone(view: View, /) -> View: ...
@overload
def anyone(*, uploads: bool = False, live: bool = False) -> Callable[[View], View]: ...
def anyone(view: View | None = None, /, *, uploads: bool = False, live: bool = False) -> Any:
    """Signed in or not."""
    return _declare(Door("anyone", uploads=uploads, live=live), view)


@overload
def staff(view: View, /) -> View: ...
@overload
def staff(*, uploads: bool = False, live: bool = False, waiting: bool = False) -> Callable[[View], View]: ...
def staff(
    view: View | None = None, /, *, uploads: bool = False, live: bool = False, waiting: bool = False
) -> Any:
    """Everyone who is signed in; with `waiting`, newcomers nobody has given their keys yet as well."""
    return _declare(Door("staff", uploads=uploads, live=live, waiting=waiting), view)


def members(
    *purposes: Purpose, uploads: bool = False, live: bool = False, role: str = ""
) -> Callable[[View], View]:
    """Who can open the keys of a team with one of these purposes, and has this `role`. Others get 403."""
    if not purposes:
        raise TypeError("members() needs at least one purpose")
    door = Door("members", frozenset(map(str, purposes)), uploads=uploads, live=live, role=role)
    return lambda view: _declare(door, view)


def _declare(door: Door, view: Any) -> Any:
    if view is None:
        return lambda late: _declare(door, late)
    if door_of(view):
        raise TypeError("a view has one door")
    view.door = door
    return view


def door_of(view: object) -> Door | None:
    """The door of a view, or None where nobody declared one (a system check refuses that)."""
    door = getattr(view, "door", None)
    return door if isinstance(door, Door) else None


def get_or_404(found: QuerySet[Found], **lookup: Any) -> Found:
    """The one row, from a queryset that already starts at `visible_to`, or 404."""
    try:
        return found.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError, TypeError):
        raise Http404 from None
