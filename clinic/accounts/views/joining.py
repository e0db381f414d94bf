"""How a newcomer gets in, and how somebody gets back in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import invitations, unlocking
from clinic.accounts import sign_in as signing_in
from clinic.accounts.doors import FORM, StaffRequest, anyone, staff
from clinic.accounts.errors import Refused
from clinic.accounts.forms import MISTYPED, FirstSignInForm, JoinForm, LostForm
from clinic.forms import posted
from clinic.vault.codes import BadCode

from .once import show, show_again


@anyone
@FORM
def join(request: HttpRequest) -> HttpResponse:
    form = JoinForm(posted(request))
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            throttle = signing_in.admit(request, name)
            user, made = invitations.join(sign_in_name=name, code=form.cleaned_data["invite_code"])
        except BadCode:
            form.add_error("invite_code", MISTYPED)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            throttle.forgive()
            return show(request, user, made)
    return render(request, "accounts/join.html", {"form": form})


@anyone
@FORM
def lost(request: HttpRequest) -> HttpResponse:
    form = LostForm(posted(request))
    if form.is_valid():
        try:
            return show(request, *signing_in.recover(request, **form.cleaned_data))
        except BadCode:
            form.add_error("recovery_code", MISTYPED)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "accounts/lost.html", {"form": form})


@anyone
@require_POST
def first_sign_in(request: HttpRequest) -> HttpResponse:
    """Nothing counts as done before passphrase and phone have both worked once."""
    form = FirstSignInForm(request.POST)
    if form.is_valid():
        try:
            opened = signing_in.sign_in(request, **form.both_factors)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            response = redirect("accounts:waiting")
            unlocking.set_cookie(response, opened.identity, opened.session_key, opened.user.pk)
            return response
    return show_again(request, form) or redirect("accounts:sign_in")


@staff(waiting=True)
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """A newcomer, until a colleague who holds the keys signs in or presses the button."""
    return redirect("/") if request.purposes else render(request, "accounts/waiting.html")
