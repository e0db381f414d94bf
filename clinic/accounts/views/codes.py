"""The clinic's three printed codes anew: shown first, and in force once two of them were typed from paper."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Self

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.accounts import clinic_codes as renewing
from clinic.accounts import devices
from clinic.accounts.doors import FORM, StaffRequest, members
from clinic.accounts.errors import CodesDoNotFit
from clinic.accounts.forms import NewCodesForm, OldCodesForm, TwoCodesForm
from clinic.accounts.models import Purpose
from clinic.accounts.recovery import open_recovery
from clinic.forms import posted
from clinic.vault.errors import VaultError
from clinic.vault.keyring import current
from clinic.vault.keys import KeyPair
from clinic.vault.unlock import open_kept, seal_kept

CODES = "clinic codes"


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """What the page with the new codes carries, sealed for whoever sees it."""

    old: tuple[str, str]
    codes: list[str]
    sealed: str

    def keep(self, request: StaffRequest) -> str:
        return seal_kept(json.dumps(asdict(self)).encode(), request.user.pk, kind=CODES)

    @classmethod
    def reopen(cls, request: StaffRequest) -> Self | None:
        """None where it is somebody else's, altered, or from before the last power-off."""
        try:
            kept = open_kept(request.POST.get("shown", ""), request.user.pk, kind=CODES)
            return cls(**json.loads(kept))
        except (VaultError, TypeError, ValueError):
            return None


@members(Purpose.COORDINATION)
@FORM
def clinic_codes(request: StaffRequest) -> HttpResponse:
    """Changes nothing: whoever has two of the codes gets three new ones to print."""
    form = OldCodesForm(posted(request))
    if form.is_valid() and _opened(request, form) and _has_phone(request, form):
        made = renewing.propose(request.user.organisation)
        shown = Shown(form.codes, made.codes, b64encode(made.sealed).decode())
        return _page(request, shown, NewCodesForm(initial={"shown": shown.keep(request)}))
    return render(request, "accounts/clinic_codes.html", {"form": form})


@members(Purpose.COORDINATION)
@require_POST
def new_clinic_codes(request: StaffRequest) -> HttpResponse:
    shown, form = Shown.reopen(request), NewCodesForm(request.POST)
    if shown is None:
        messages.error(request, _("That page was open too long. Nothing was changed: the old codes count."))
        return redirect("accounts:clinic_codes")
    sealed = b64decode(shown.sealed)
    new = _opened(request, form, sealed) if form.is_valid() else None
    if new is None:
        return _page(request, shown, form)
    clinic = request.user.organisation
    old = open_recovery(clinic, *shown.old)
    renewing.renew(organisation=clinic, old=old, new=new, sealed=sealed, ring=current(), by=request.user)
    messages.success(request, _("The new codes count. Collect the old papers and destroy them."))
    return redirect("accounts:people")


def _opened(request: StaffRequest, form: TwoCodesForm, sealed: bytes | None = None) -> KeyPair | None:
    try:
        return open_recovery(request.user.organisation, *form.codes, sealed=sealed)
    except CodesDoNotFit as refusal:
        form.add_error(None, str(refusal))
        return None


def _has_phone(request: StaffRequest, form: OldCodesForm) -> bool:
    if devices.check(request.user, current().identity, form.cleaned_data["code"]):
        return True
    form.add_error("code", _("That is not the code now, or it was used already. Wait for the next one."))
    return False


def _page(request: StaffRequest, shown: Shown, form: NewCodesForm) -> HttpResponse:
    return render(request, "accounts/new_clinic_codes.html", {"papers": shown.codes, "form": form})
