"""What the base template shows on every page: who and where you are, and what the clinic still lacks."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.vault.errors import VaultError
from clinic.vault.keyring import current

from . import roster
from .doors import door_of
from .kept import typed_here
from .models import Purpose
from .roster import Role

EVERYBODY = frozenset({Purpose.EVERYONE.value})
COORDINATION = frozenset({Purpose.COORDINATION.value})
CALLS = frozenset({Purpose.INTAKE.value, Purpose.COORDINATION.value})
DECIDING = frozenset({Purpose.COORDINATION.value, Purpose.SUPERVISING.value})

# (URL name, label, members of which teams see it). A room that is not built yet is left out.
ROOMS = (
    ("desk:home", gettext_lazy("Home"), EVERYBODY),
    ("intake:call", gettext_lazy("Calls"), CALLS),
    ("intake:queue", gettext_lazy("Waiting"), CALLS),
    ("cases:caseload", gettext_lazy("My cases"), EVERYBODY),
    ("uvisa:board", gettext_lazy("Certification"), DECIDING),
    ("directory:agencies", gettext_lazy("Directory"), EVERYBODY),
    ("accounts:people", gettext_lazy("People"), COORDINATION),
    ("audit:clinic_record", gettext_lazy("Record"), DECIDING),
)


def clinic(request: HttpRequest) -> dict[str, Any]:
    """Nothing for somebody who is not signed in. `kept` is for a page that says a form was not taken."""
    purposes: frozenset[str] = getattr(request, "purposes", frozenset())
    if not purposes:
        return {}
    return {
        "nav": nav(request.path, purposes),
        "role": role(),
        "banner": SimpleLazyObject(lambda: banner(purposes)),
        "idle_seconds": idle_seconds(request),
        "idle_ask": request.path if is_live(request) else _url("accounts:me"),
        "kept": SimpleLazyObject(lambda: typed_here(request)),
    }


def nav(path: str, purposes: frozenset[str]) -> list[tuple[str, str, bool]]:
    rooms = [(_url(name), str(label)) for name, label, seen_by in ROOMS if seen_by & purposes]
    return [(url, label, _is_inside(path, url)) for url, label in rooms if url]


def role() -> str:
    """The role that the roster gives, in words."""
    try:
        return str(Role(current().role).label)
    except (VaultError, ValueError):
        return ""


def banner(purposes: frozenset[str]) -> dict[str, str] | None:
    if not COORDINATION & purposes:
        return None
    try:
        alone = roster.needs_second_coordinator()
    except VaultError:
        return None
    return lonely() if alone else None


def lonely() -> dict[str, str]:
    text = _("Only one coordinator works here.")
    return {"text": text, "url": _url("accounts:invite"), "link": _("Invite a second one")}


def idle_seconds(request: HttpRequest) -> int:
    idle = getattr(request, "idle", None)
    return round(idle.total_seconds()) if idle else 0


def is_live(request: HttpRequest) -> bool:
    door = door_of(request.resolver_match.func) if request.resolver_match else None
    return door is not None and door.live


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_inside(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
