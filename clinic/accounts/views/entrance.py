"""In and out: sign-in, lock, sign-out, and what we promise."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.accounts import sign_in as signing_in
from clinic.accounts import unlocking
from clinic.accounts.doors import anyone
from clinic.accounts.forms import SignInForm
from clinic.accounts.kept import keep, reopen
from clinic.accounts.sign_in import session_of

LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _already(request) or _page(
            request, SignInForm(initial={"next": own_path(request.GET.get("next"))})
        )
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        opened = signing_in.sign_in(request, **form.both_factors)
    except signing_in.DidNotMatch as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=refusal.status)
    return _go_on(request, form, opened)


def _already(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return None
    return redirect(own_path(request.GET.get("next")))


def own_path(wanted: str | None) -> str:
    """`wanted` where it is a path of ours, else the first page."""
    if wanted and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return "/"


def _go_on(request: HttpRequest, form: SignInForm, opened: signing_in.Opened) -> HttpResponse:
    sealed = form.cleaned_data["kept"]
    kept = reopen(sealed, opened.user) if sealed else None
    if kept:
        response = render(request, "accounts/signed_in_again.html", {"kept": kept})
    else:
        response = redirect(own_path(form.cleaned_data["next"]))
    unlocking.set_cookie(response, opened.identity, opened.session_key, opened.user.pk)
    return response


def _page(
    request: HttpRequest, form: SignInForm, *, status: int = 200, locked: bool = False, lost: bool = False
) -> HttpResponse:
    context = {"form": form, "needs_tls": needs_tls(request), "locked": locked, "lost": lost}
    return render(request, "accounts/sign_in.html", context, status=status)


def needs_tls(request: HttpRequest) -> bool:
    """Browsers keep our cookies on https and on this machine only."""
    host, _port = split_domain_port(request.get_host())
    return not request.is_secure() and host not in LOCAL


# Who knocks without being signed in


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _arrive(request)
    response = redirect("accounts:sign_in")
    response["Location"] += f"?next={request.path}"
    return response


def _arrive(request: HttpRequest) -> HttpResponse:
    """A link from outside comes without the unlock cookie: the page asks once more, from inside."""
    response = render(request, "accounts/arriving.html", {"path": request.path})
    response["Refresh"] = f"0; url={request.path}"
    return response


@csrf_protect
def ask_again(request: HttpRequest) -> HttpResponse:
    """The session ended while somebody typed. What they typed comes back after sign-in."""
    kept = keep(request, session_of(request).left_by, request.get_full_path(), sent=True)
    form = SignInForm(initial={"kept": kept, "next": request.path})
    response = _page(request, form, status=401, lost=not kept)
    response["WWW-Authenticate"] = "Session"
    return response


@anyone
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Signs out and keeps what was typed. Any form's button may point here with `formaction`."""
    session, path = session_of(request), own_path(request.POST.get("next"))
    user = request.user.pk if request.user.is_authenticated else session.left_by
    typed = set(request.POST) - {"csrfmiddlewaretoken", "next"}
    kept = keep(request, user, path, sent=False) if typed else ""
    session.flush()
    request.user, request.purposes = AnonymousUser(), frozenset()  # type: ignore[attr-defined]
    form = SignInForm(initial={"kept": kept, "next": path})
    response = _page(request, form, locked=True, lost=bool(typed and not kept))
    unlocking.drop_cookie(response)
    return response


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    signing_in.sign_out(request)
    response = redirect("accounts:sign_in")
    unlocking.drop_cookie(response)
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@anyone
@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/promise.html")
