"""An error of ours: the page must not fail as well, and what was typed must not be lost with it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.accounts.kept import typed_here


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", {"kept": typed_here(request)}, status=500)
