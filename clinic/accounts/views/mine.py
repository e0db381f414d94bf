"""Your own account: sessions, passphrase, recovery code, second factor."""

from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import devices, identities, second_factor, sessions
from clinic.accounts.doors import FORM, StaffRequest, staff
from clinic.accounts.forms import NewPhoneForm, OwnerForm, PassphraseForm
from clinic.accounts.record import record
from clinic.accounts.sign_in import DidNotMatch, TriedTooOften, session_of, show_both
from clinic.forms import posted
from clinic.vault.keyring import current

from .once import picture, secret_of

NO_MATCH = gettext_lazy("That did not match. Check the passphrase and the code: each code works once.")


@staff
@require_safe
def me(request: StaffRequest) -> HttpResponse:
    seen = sessions.seen(request.user, session_of(request).session_key)
    left = second_factor.backup_codes_left(request.user)
    return render(request, "accounts/me.html", {"sessions": seen, "backup_codes_left": left})


@staff
@require_POST
def end_session(request: StaffRequest) -> HttpResponse:
    with transaction.atomic():
        sessions.end(request.user, request.POST.get("session", ""))
        record("session_ended", by=request.user, about=request.user.pk)
    messages.success(request, _("That session has ended."))
    return redirect("accounts:me")


@staff
@FORM
def passphrase(request: StaffRequest) -> HttpResponse:
    form = PassphraseForm(posted(request))
    if not (form.is_valid() and _is_owner(request, form)):
        return render(request, "accounts/passphrase.html", {"form": form})
    own = form.cleaned_data["new_passphrase"] or None
    with transaction.atomic():
        chosen = identities.reseal(request.user, current().identity, own)
        _keep_only_this_session(request)
        record("passphrase_changed", by=request.user)
    if own:
        messages.success(request, _("Your passphrase is changed. Your other sessions have ended."))
        return redirect("accounts:me")
    return render(request, "accounts/new_passphrase.html", {"passphrase": chosen})


@staff
@FORM
def recovery_code(request: StaffRequest) -> HttpResponse:
    form = OwnerForm(posted(request))
    if not (form.is_valid() and _is_owner(request, form)):
        return render(request, "accounts/recovery_code.html", {"form": form})
    with transaction.atomic():
        code = identities.renew_code(request.user, current().identity)
        record("recovery_code_renewed", by=request.user)
    return render(request, "accounts/new_recovery_code.html", {"code": code})


@staff
@FORM
def backup_codes(request: StaffRequest) -> HttpResponse:
    form = OwnerForm(posted(request))
    if not (form.is_valid() and _is_owner(request, form)):
        return render(request, "accounts/backup_codes.html", {"form": form})
    with transaction.atomic():
        codes = devices.renew_backup_codes(request.user, current().identity)
        record("backup_codes_renewed", by=request.user)
    return render(request, "accounts/new_backup_codes.html", {"codes": codes})


@staff
@FORM
def second_factor_start(request: StaffRequest) -> HttpResponse:
    """A new phone: first the old one says yes."""
    form = OwnerForm(posted(request))
    if not (form.is_valid() and _is_owner(request, form)):
        return render(request, "accounts/second_factor_start.html", {"form": form})
    second_factor.propose(request.user, current().identity)
    return redirect("accounts:second_factor")


@staff
@FORM
def second_factor_confirm(request: StaffRequest) -> HttpResponse:
    """Then the new one shows that it works."""
    device = second_factor.proposed(request.user)
    if device is None:
        return redirect("accounts:second_factor_start")
    identity = current().identity
    form = NewPhoneForm(posted(request))
    if form.is_valid():
        with transaction.atomic():
            if second_factor.confirm(request.user, identity, form.cleaned_data["code"]):
                record("second_factor_renewed", by=request.user)
                messages.success(request, _("Your new phone is set up. The old one no longer counts."))
                return redirect("accounts:me")
        form.add_error("code", _("That is not the code of this phone. Wait for the next one and try again."))
    uri = devices.totp_uri(request.user, second_factor.seed_of(device, identity))
    shown = {"form": form, "picture": picture(uri), "key": secret_of(uri)}
    return render(request, "accounts/second_factor.html", shown)


def _is_owner(request: StaffRequest, form: OwnerForm) -> bool:
    passphrase, code = form.cleaned_data["passphrase"], form.cleaned_data["code"]
    try:
        show_both(request, name=request.user.sign_in_name, passphrase=passphrase, code=code)
    except TriedTooOften as soon:
        form.add_error(None, str(soon))
    except DidNotMatch:
        form.add_error(None, NO_MATCH)
    return not form.errors


def _keep_only_this_session(request: StaffRequest) -> None:
    """Django ends the others by itself, since what it compares has changed; here they end at once."""
    session = session_of(request)
    session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
    sessions.end_all(request.user, but=session.session_key)
