import time
from collections import Counter

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import authenticate, get_backends
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from clinic.accounts import devices, identities, pace
from clinic.accounts.backends import IdentityBackend
from clinic.accounts.models import PendingGrant, SealedTotp, Session, User
from clinic.accounts.record import NotRecorded
from clinic.vault.errors import Tampered
from tests.builders import Cast, make_clinic
from tests.stopwatch import cost

from .doorway import answers, code_now, fresh_code, signed_in, try_to_sign_in

SAYS_NO = "That did not match. Check the sign-in name, the passphrase and the code."


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


def test_it_works(client, cast):
    response = try_to_sign_in(client, cast, "ben")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/me/", secure=True).status_code == 200


def test_the_page_asks_for_both_factors_at_once(client, cast):
    page = client.get("/sign-in/", secure=True).content.decode()
    assert all(f'name="{name}"' in page for name in ("name", "passphrase", "code"))


def test_it_is_recorded(client, cast, recorded):
    recorded.clear()
    try_to_sign_in(client, cast, "ben")
    assert [(event, by) for event, by, *_ in recorded] == [("signed_in", cast.ben)]


def test_a_second_sign_in_writes_only_what_is_new(client, cast):
    """Each write waits for the disk, and makes a right answer slower than a wrong one."""
    try_to_sign_in(client, cast, "ben")
    typed = answers(cast, "ben")
    with CaptureQueriesContext(connection) as asked:
        assert Client().post("/sign-in/", typed, secure=True).status_code == 302
    writes = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    tables = Counter(query.split('"')[1] for query in writes)
    assert tables == {"accounts_sealedtotp": 1, "accounts_session": 1}


def test_without_the_record_nobody_gets_in(client, cast, no_audit):
    no_audit()
    with pytest.raises(NotRecorded):
        try_to_sign_in(client, cast, "ben")
    assert not Session.objects.exists()


def wrong_answers() -> list[dict[str, str]]:
    return [
        {"passphrase": "not the six words at all"},
        {"passphrase": "x" * 999},
        {"code": "000000"},
        {"code": "١٢٣٤٥٦"},
        {"code": "ABCDE-FGHJK"},
        {"name": "nobody"},
        {"name": "Ben"},
        {"name": "b\x00n"},
    ]


@pytest.mark.parametrize("wrong", wrong_answers())
def test_every_wrong_answer_gets_the_same_words_and_no_session(client, cast, wrong):
    response = try_to_sign_in(client, cast, "ben", **wrong)
    if "\x00" not in "".join(wrong.values()):
        assert SAYS_NO in response.content.decode()
    assert response.status_code == 200
    assert not Session.objects.exists()
    assert "__Host-unlock" not in client.cookies


@pytest.mark.parametrize("missing", ["name", "passphrase", "code"])
def test_a_missing_answer_is_asked_for(client, cast, missing):
    response = try_to_sign_in(client, cast, "ben", **{missing: ""})
    assert "Error:" in response.content.decode()
    assert not Session.objects.exists()


def test_what_is_secret_does_not_come_back_in_the_page(client, cast):
    page = try_to_sign_in(client, cast, "ben", code="000000").content.decode()
    assert 'value="ben"' in page
    assert cast.papers["ben"].passphrase not in page


def test_spaces_and_capitals_of_the_phone_keyboard_do_not_matter(client, cast):
    code = fresh_code(cast, "ben")
    response = try_to_sign_in(client, cast, "ben", name=" ben ", code=f"{code[:3]} {code[3:]}")
    assert response.status_code == 302


def test_eve_is_deactivated(client, cast):
    response = try_to_sign_in(client, cast, "eve")
    assert SAYS_NO in response.content.decode()


def test_a_code_counts_once(cast):
    both = answers(cast, "ben")
    assert Client().post("/sign-in/", both, secure=True).status_code == 302
    assert SAYS_NO in Client().post("/sign-in/", both, secure=True).content.decode()


def test_an_older_code_than_the_last_does_not_count(cast):
    with time_machine.travel(time.time(), tick=False) as clock:
        old = code_now(cast.papers["ben"])
        clock.shift(30)
        signed_in(cast, "ben")
        SealedTotp.objects.get(user=cast.ben)
        both = {"name": "ben", "passphrase": cast.papers["ben"].passphrase, "code": old}
        assert SAYS_NO in Client().post("/sign-in/", both, secure=True).content.decode()


def test_a_backup_code_counts_once(cast):
    code = cast.papers["ben"].backup_codes[0].lower()
    assert try_to_sign_in(Client(), cast, "ben", code=code).status_code == 302
    assert try_to_sign_in(Client(), cast, "ben", code=code).status_code == 200


def test_too_many_tries_wait(client, cast):
    for _ in range(3):
        try_to_sign_in(client, cast, "ben", passphrase="wrong wrong wrong")
    response = try_to_sign_in(client, cast, "ben")
    assert response.status_code == 429
    assert "That was tried too often. Wait 1 second, then try again." in response.content.decode()


def test_the_address_is_the_callers_and_not_what_they_claim(cast):
    """X-Forwarded-For is believed behind our own proxies only."""
    for number in range(3):
        claimed = {"X-Forwarded-For": f"203.0.113.{number}"}
        Client(headers=claimed).post("/sign-in/", answers(cast, "ben", passphrase="wrong"), secure=True)
    response = Client(headers={"X-Forwarded-For": "203.0.113.99"}).post(
        "/sign-in/", answers(cast, "ben"), secure=True
    )
    assert response.status_code == 429


def test_behind_a_proxy_each_caller_counts_alone(cast, settings):
    settings.TRUSTED_PROXIES = 1
    for _ in range(4):
        Client(headers={"X-Forwarded-For": "203.0.113.1"}).post(
            "/sign-in/", answers(cast, "ben", passphrase="wrong"), secure=True
        )
    response = Client(headers={"X-Forwarded-For": "203.0.113.2"}).post(
        "/sign-in/", answers(cast, "ben"), secure=True
    )
    assert response.status_code == 302


def test_right_wrong_and_unknown_take_the_same_time(cast, settings):
    """At a tenth of the real cost, where differences show ten times as much: one derivation each.

    The least of several rounds, each with all three: a busy machine slows them alike. The bench has the
    exact figure.
    """
    settings.ARGON2_MEMORY_KIB, settings.ARGON2_PASSES = 16 * 1024, 2
    user = User.objects.get(pk=cast.ben.pk)
    passphrase = identities.reseal(user, cast.papers["ben"].identity)

    def wrong() -> None:
        with pytest.raises(Tampered):
            identities.open_identity(user, "wrong words that open nothing here")

    actions = {
        "right": lambda: identities.open_identity(user, passphrase),
        "wrong": wrong,
        "unknown": lambda: identities.dummy_open(passphrase),
    }
    rounds = [{name: cost(action) for name, action in actions.items()} for _ in range(12)]
    times = {name: min(one[name] for one in rounds) for name in actions}
    assert max(times.values()) <= 1.5 * min(times.values()), times


@pytest.fixture
def ticks(monkeypatch) -> list[float]:
    """A clock of the test's own, in seconds: it moves by what a derivation, a check or a wait takes."""
    now = [100.0]
    monkeypatch.setattr(pace, "monotonic", lambda: now[0])
    monkeypatch.setattr(pace, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def slower(monkeypatch, ticks, room, name, seconds) -> None:
    does = getattr(room, name)

    def slowed(*args):
        ticks[0] += seconds
        return does(*args)

    monkeypatch.setattr(room, name, slowed)


@pytest.mark.parametrize(
    "wrong", [{"passphrase": "not these words at all"}, {"name": "nobody"}, {"code": "000000"}]
)
def test_a_refusal_comes_when_a_success_would(client, cast, monkeypatch, ticks, wrong):
    """Whether the passphrase was right, and only the code wrong, the time does not say either."""
    slower(monkeypatch, ticks, identities, "open_identity", 2.0)
    slower(monkeypatch, ticks, identities, "dummy_open", 2.0)
    slower(monkeypatch, ticks, devices, "check", 0.15)
    try_to_sign_in(client, cast, "ben", **wrong)
    assert ticks[0] == pytest.approx(102.2)


def test_who_is_let_in_waits_for_nothing(client, cast, monkeypatch, ticks):
    slower(monkeypatch, ticks, identities, "open_identity", 2.0)
    assert try_to_sign_in(client, cast, "ben").status_code == 302
    assert ticks[0] == 102.0


# Where one lands


def test_one_lands_where_one_wanted_to_go(client, cast):
    response = client.get("/me/", secure=True)
    assert response["Location"] == "/sign-in/?next=/me/"
    response = try_to_sign_in(client, cast, "ben", next="/me/")
    assert response["Location"] == "/me/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "me/", "\x00"],
)
def test_never_on_another_site(client, cast, elsewhere):
    response = try_to_sign_in(client, cast, "ben", next=elsewhere)
    assert response.status_code == 302 or elsewhere == "\x00"
    assert response.headers.get("Location", "/") == "/"


def test_the_query_of_a_page_is_not_carried_along(client, cast):
    assert client.get("/me/?q=a-name", secure=True)["Location"] == "/sign-in/?next=/me/"


def test_who_is_in_is_not_asked_again(cast):
    assert signed_in(cast, "ben").get("/sign-in/?next=/me/", secure=True)["Location"] == "/me/"


def test_without_tls_the_page_says_so_and_asks_nothing(client, cast):
    page = client.get("/sign-in/", headers={"host": "testserver"}).content.decode()
    assert "https://" in page
    assert 'name="passphrase"' not in page


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_needs_no_tls(client, cast, host):
    assert 'name="passphrase"' in client.get("/sign-in/", headers={"host": host}).content.decode()


# And out


def test_sign_out_leaves_nothing_in_the_browser(cast, recorded):
    client = signed_in(cast, "ben")
    response = client.post("/sign-out/", secure=True)
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert client.get("/me/", secure=True).status_code == 302
    assert recorded[-1][0] == "signed_out"


def test_sign_out_is_a_post(cast):
    client = signed_in(cast, "ben")
    assert client.get("/sign-out/", secure=True).status_code == 405
    assert client.get("/me/", secure=True).status_code == 200


def test_somebody_elses_open_form_is_not_sent_as_oneself(cast):
    """Two people share a browser: the second sign-in makes a new CSRF token."""
    client = Client(enforce_csrf_checks=True)
    for name, kept in (("ben", False), ("ben", True), ("chi", False)):
        token = client.get("/promise/", secure=True) and csrf(client)
        posted = answers(cast, name) | {"csrfmiddlewaretoken": token}
        response = client.post("/sign-in/", posted, secure=True, headers={"referer": "https://testserver/"})
        assert response.status_code == 302
        if kept is not None:
            assert (csrf(client) == token) is (name == "ben")


def csrf(client: Client) -> str:
    if "__Host-csrftoken" not in client.cookies:
        client.get("/sign-in/", secure=True)
    return client.cookies["__Host-csrftoken"].value


# A holder's sign-in finishes what waited


def test_it_completes_those_who_joined(cast):
    from clinic.accounts import invitations
    from clinic.accounts.roster import Role

    with cast.acting(cast.ana) as ring:
        newcomer, code = invitations.invite(
            sign_in_name="fay",
            email="fay@clinic.example",
            role=Role.HELPER,
            teams_to_join=[],
            ring=ring,
            by=cast.ana,
        )
    _user, cast.papers["fay"] = invitations.join(sign_in_name="fay", code=code)
    fay = signed_in(cast, "fay")
    assert fay.get("/me/", secure=True)["Location"] == "/waiting/"
    signed_in(cast, "ben")
    assert fay.get("/me/", secure=True).status_code == 200
    assert not PendingGrant.objects.filter(user=newcomer).exists()


# Django's own ways in do not exist


def test_djangos_backend_is_not_there():
    assert not [one for one in get_backends() if type(one).__name__ == "ModelBackend"]
    assert "clinic.accounts.backends.IdentityBackend" in django_settings.AUTHENTICATION_BACKENDS


def test_our_backend_lets_nobody_in(cast):
    passphrase = cast.papers["ben"].passphrase
    assert authenticate(username="ben", password=passphrase) is None
    assert authenticate(sign_in_name="ben", passphrase=passphrase) is None
    assert IdentityBackend().get_user(cast.ben.pk) == cast.ben
    assert IdentityBackend().get_user(cast.eve.pk) is None
    assert not IdentityBackend().has_perm(cast.ana, "accounts.anything")


@pytest.mark.parametrize("command", ["createsuperuser", "changepassword"])
@pytest.mark.parametrize("given", [[], ["ben"]])
def test_djangos_commands_refuse(cast, command, given):
    with pytest.raises(CommandError):
        call_command(command, *given)
    assert not cast.ben.is_superuser


@pytest.mark.parametrize("name", ["password_reset", "password_change", "login", "admin:index"])
def test_djangos_pages_are_not_there(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_no_view_of_django_stands_at_any_url():
    from clinic.checks import views

    found = [view.__module__ for _route, view in views(get_resolver().url_patterns)]
    assert found
    assert not [module for module in found if module.startswith("django.")]


def test_no_password_is_ever_usable(cast):
    for user in User.objects.all():
        assert not user.check_password(cast.papers[user.sign_in_name].passphrase)
        assert user.password
        assert "$" not in user.password
