"""What somebody had typed when their session ended: sealed for them, in the page, never on the server."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest

from clinic.vault.errors import VaultError
from clinic.vault.unlock import open_kept, seal_kept

from .doors import door_of
from .models import User

LIMIT = 512 * 1024  # bytes; half of what a form may be, so that it comes back sealed
NEVER = {
    "csrfmiddlewaretoken",
    "passphrase",
    "new_passphrase",
    "again",
    "code",
    "one_time_code",
    "recovery_code",
    "one_code",
    "other_code",
    "invite_code",
    "kept",
}
OF_THE_PAGE = {"rev", "page", "whole"}


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    fields: list[tuple[str, str]]
    had_files: bool
    sent: bool  # the person had pressed the form's button; not so when they locked

    @property
    def shown(self) -> list[str]:
        """What a person can read and copy: the answers with words in them."""
        return [value for name, value in self.fields if value.strip() and not _is_ours(name, value)]


def typed(request: HttpRequest, path: str, *, sent: bool) -> Kept:
    """The fields of this POST, as they came."""
    names = [name for name in request.POST if name not in NEVER and (sent or name != "next")]
    fields = [(name, value) for name in names for value in request.POST.getlist(name)]
    return Kept(path, fields, request.content_type == "multipart/form-data", sent)


def typed_here(request: HttpRequest) -> Kept | None:
    """What came with this POST, to stand on a page that says it was not taken.

    None where another site sent it, or nobody was signed in: then it is not ours to give back.
    """
    if request.method != "POST" or not _is_for_staff(request) or not _is_from_here(request):
        return None
    try:
        return typed(request, request.get_full_path(), sent=True)
    except (BadRequest, SuspiciousOperation, OSError):  # the form itself could not be read
        return None


def _is_for_staff(request: HttpRequest) -> bool:
    match = request.resolver_match
    door = door_of(match.func) if match else None
    return door is not None and door.who != "anyone"


def _is_from_here(request: HttpRequest) -> bool:
    """It passed the CSRF check, or the browser itself says so."""
    passed = getattr(request, "csrf_processing_done", False)
    return passed or request.headers.get("Sec-Fetch-Site") == "same-origin"


def keep(request: HttpRequest, user: UUID | None, path: str, *, sent: bool) -> str:
    """The sealed fields of this POST, or "" where there is nobody to keep them for or they are too long."""
    now = typed(request, path, sent=sent)
    content = json.dumps([now.path, now.fields, now.had_files, now.sent]).encode()
    if user is None or len(content) > LIMIT:
        return ""
    return seal_kept(content, user)


def reopen(sealed: str, user: User) -> Kept | None:
    """None where it is somebody else's, altered, or from before the last power-off."""
    try:
        path, fields, had_files, sent = json.loads(open_kept(sealed, user.pk))
    except VaultError:
        return None
    return Kept(path, [(name, value) for name, value in fields], had_files, sent)


def _is_ours(name: str, value: str) -> bool:
    """Of the page, and typed by nobody: ids, and which version it was."""
    if name in OF_THE_PAGE or name.endswith("_rev"):
        return True
    try:
        UUID(value)
    except ValueError:
        return False
    return True
