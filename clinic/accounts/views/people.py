"""Who works here: for coordinators."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts import invitations, leaving, listing, sessions, teams
from clinic.accounts.doors import FORM, StaffRequest, get_or_404, members
from clinic.accounts.errors import AskOnceMore, Refused
from clinic.accounts.forms import InviteForm, LeaveForm, RoleForm
from clinic.accounts.models import Purpose, Team, User
from clinic.accounts.record import record
from clinic.accounts.roster import Role
from clinic.accounts.sign_in import session_of
from clinic.forms import posted
from clinic.vault.keyring import current


@members(Purpose.COORDINATION)
@require_safe
def people(request: StaffRequest) -> HttpResponse:
    shown = {
        "people": listing.everybody(current()),
        "invitations": listing.open_invitations(current()),
        "waiting": invitations.waiting(current()),
    }
    return render(request, "accounts/people.html", shown)


@members(Purpose.COORDINATION)
@require_POST
def complete(request: StaffRequest) -> HttpResponse:
    """Gives newcomers who have joined the keys that this person holds."""
    done = invitations.complete_pending(ring=current(), by=request.user)
    said = ngettext("%(done)d person got their keys.", "%(done)d people got their keys.", done)
    messages.success(
        request, said % {"done": done} if done else _("Nobody is waiting for keys that you hold.")
    )
    return redirect("accounts:people")


@members(Purpose.COORDINATION)
@FORM
def invite(request: StaffRequest) -> HttpResponse:
    form = InviteForm(posted(request), teams=listing.team_choices(current()))
    if form.is_valid():
        try:
            user, code = invitations.invite(
                sign_in_name=form.cleaned_data["name"],
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                teams_to_join=listing.wanted_teams(form.cleaned_data, current()),
                ring=current(),
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _printed(request, user, code)
    return render(request, "accounts/invite.html", {"form": form})


@members(Purpose.COORDINATION)
@require_POST
def invite_again(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user = get_or_404(colleagues(request), id=user_id)
    try:
        code = invitations.invite_again(user=user, ring=current(), by=request.user)
    except Refused as refusal:
        return _told(request, refusal)
    return _printed(request, user, code)


@members(Purpose.COORDINATION)
@require_POST
def withdraw(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user = get_or_404(colleagues(request), id=user_id)
    return _do(
        request,
        lambda: invitations.withdraw(user=user, ring=current(), by=request.user),
        _("The invitation is taken back. Its code no longer works."),
    )


@members(Purpose.COORDINATION)
@require_safe
def person(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user = get_or_404(colleagues(request), id=user_id)
    card = _card_or_404(user)
    here = session_of(request).session_key
    shown = {
        "card": card,
        "sessions": sessions.seen(user, here),
        "role_form": RoleForm(initial={"role": card.role.value}),
    }
    return render(request, "accounts/person.html", shown)


@members(Purpose.COORDINATION)
@require_POST
def end_sessions(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """One of them, or all: a lost phone's at once."""
    user = get_or_404(colleagues(request), id=user_id)
    wanted = request.POST.get("session", "")
    with transaction.atomic():
        if wanted:
            sessions.end(user, wanted)
        else:
            sessions.end_all(user, but=session_of(request).session_key)
        record("session_ended", by=request.user, about=user.pk)
    messages.success(request, _("Ended. That device is signed out now."))
    return redirect("accounts:person", user.pk)


@members(Purpose.COORDINATION)
@require_POST
def change_role(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user, form = get_or_404(colleagues(request), id=user_id), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
        return redirect("accounts:person", user.pk)
    role = Role(form.cleaned_data["role"])
    return _do(
        request,
        lambda: leaving.change_role(user=user, role=role, ring=current(), by=request.user),
        _("The role is changed."),
        user,
    )


@members(Purpose.COORDINATION)
@require_POST
def join_team(request: StaffRequest, user_id: UUID, team_id: UUID) -> HttpResponse:
    user, team = get_or_404(colleagues(request), id=user_id), get_or_404(our_teams(request), id=team_id)
    return _do(
        request,
        lambda: teams.add_member(team=team, user=user, ring=current(), by=request.user),
        _("Added. If you do not hold this team’s key, it arrives when somebody who does signs in."),
        user,
    )


@members(Purpose.COORDINATION)
@FORM
def leave_team(request: StaffRequest, user_id: UUID, team_id: UUID) -> HttpResponse:
    user, team = get_or_404(colleagues(request), id=user_id), get_or_404(our_teams(request), id=team_id)
    if request.method != "POST":
        label = listing.team_label(team, current())
        return render(request, "accounts/leave_team.html", {"card": _card_or_404(user), "team": label})
    try:
        left = leaving.leave_team(user=user, team=team, ring=current(), by=request.user)
    except Refused as refusal:
        return _told(request, refusal, user)
    messages.success(request, _("Done. This person no longer opens the team’s cases."))
    _tell_of_keys(request, left)
    return _back(user)


@members(Purpose.COORDINATION)
@FORM
def leave_clinic(request: StaffRequest, user_id: UUID) -> HttpResponse:
    user = get_or_404(colleagues(request), id=user_id)
    lost = {"alone": leaving.left_alone(user), "calls": leaving.unfinished(user)}
    form = LeaveForm(posted(request), **lost)
    if request.method == "POST" and form.is_valid():
        try:
            left = leaving.leave_clinic(user=user, ring=current(), by=request.user, **form.cleaned_data)
        except AskOnceMore as refusal:
            form.add_error(None, str(refusal))
        except Refused as refusal:
            return _told(request, refusal)
        else:
            return _closed(request, left, **lost)
    shown = {"form": form, "card": _card_or_404(user), **lost}
    return render(request, "accounts/leave_clinic.html", shown)


def _closed(request: StaffRequest, left: leaving.Left, alone: int, calls: int) -> HttpResponse:
    messages.success(request, _("The account is closed. Their sessions have ended."))
    _tell_of_keys(request, left)
    if left.damaged:
        messages.warning(request, _left_as_they_were(left.damaged))
    if alone:
        messages.warning(request, _left_alone(alone))
    if calls:
        messages.warning(request, _gone(calls))
    return redirect("accounts:people")


def _tell_of_keys(request: StaffRequest, left: leaving.Left) -> None:
    """A team gets its new key from somebody who holds the old one."""
    if left.renewed:
        new = _("New keys, which this person does not get: %(teams)s.")
        messages.success(request, new % {"teams": listing.labels(left.renewed)})
    if left.due:
        due = _(
            "No new key yet: %(teams)s. It is made when somebody in the team next signs in. "
            "Ask one of them to sign in now."
        )
        messages.warning(request, due % {"teams": listing.labels(left.due)})


def _left_alone(alone: int) -> str:
    told = ngettext(
        "%(alone)d walled case can be opened by fewer than two people now. If nobody is left, it comes "
        "back when a supervising attorney is let in with two of the clinic’s printed codes.",
        "%(alone)d walled cases can be opened by fewer than two people now. If nobody is left, they come "
        "back when a supervising attorney is let in with two of the clinic’s printed codes.",
        alone,
    )
    return told % {"alone": alone}


def _gone(calls: int) -> str:
    told = ngettext(
        "%(calls)d call that was never logged is gone: nobody else could open it.",
        "%(calls)d calls that were never logged are gone: nobody else could open them.",
        calls,
    )
    return told % {"calls": calls}


def _left_as_they_were(damaged: int) -> str:
    told = ngettext(
        "Something in %(damaged)d of their cases is damaged: this person cannot open it any more, but "
        "its owner, its lists or its keys may be the old ones. The page of checks names it.",
        "Something in %(damaged)d of their cases is damaged: this person cannot open them any more, but "
        "their owners, lists or keys may be the old ones. The page of checks names them.",
        damaged,
    )
    return told % {"damaged": damaged}


def _card_or_404(user: User) -> listing.Card:
    card = listing.card(user, current())
    if card is None:
        raise Http404
    return card


def colleagues(request: StaffRequest) -> QuerySet[User]:
    return User.objects.filter(organisation=request.user.organisation_id)


def our_teams(request: StaffRequest) -> QuerySet[Team]:
    return Team.objects.filter(organisation=request.user.organisation_id)


def _printed(request: StaffRequest, user: User, code: str) -> HttpResponse:
    """The one page that shows the code: nothing keeps it."""
    return render(
        request, "accounts/invitation.html", {"newcomer": user, "code": code, "days": invitations.DAYS}
    )


def _do(
    request: StaffRequest, action: Callable[[], object], done: str, user: User | None = None
) -> HttpResponse:
    try:
        action()
    except Refused as refusal:
        return _told(request, refusal, user)
    messages.success(request, done)
    return _back(user)


def _told(request: StaffRequest, refusal: Refused, user: User | None = None) -> HttpResponse:
    messages.error(request, str(refusal))
    return _back(user)


def _back(user: User | None) -> HttpResponse:
    return redirect("accounts:person", user.pk) if user else redirect("accounts:people")
