"""A form whose token the browser no longer has: somebody signed out, or in again, in another tab."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.accounts.doors import door_of
from clinic.accounts.kept import Kept, typed


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is done; what was typed in a page of ours stands on this one, to be sent once more."""
    return render(request, "403_csrf.html", {"kept": _typed_here(request)}, status=403)


def _typed_here(request: HttpRequest) -> Kept | None:
    """None where another site sent it, or nobody was signed in: then it is not ours to give back."""
    match = request.resolver_match
    door = door_of(match.func) if match else None
    if door is None or door.who == "anyone" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return None
    return typed(request, request.get_full_path(), sent=True)
