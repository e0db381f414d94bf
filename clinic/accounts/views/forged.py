"""A form whose token the browser no longer has: somebody signed out, or in again, in another tab."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.accounts.kept import typed_here


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing is done; what was typed in a page of ours stands on this one, to be sent once more."""
    return render(request, "403_csrf.html", {"kept": typed_here(request)}, status=403)
