import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from clinic.accounts import identities, leaving, sessions, unlocking
from clinic.accounts.middleware import KeyringMiddleware
from clinic.accounts.models import Purpose, Session, TeamMembership, User
from clinic.accounts.sessions import GRAIN, IDLE, LIVE_IDLE, WHOLE, SessionStore
from clinic.vault import keyring
from clinic.vault.errors import Locked
from tests.builders import Cast, make_clinic

from .doorway import no_nul, signed_in

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
COOKIES = ("__Host-sessionid", "__Host-unlock")


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def is_in(client: Client) -> bool:
    return client.get("/me/", secure=True).status_code == 200


def test_it_works(cast):
    assert is_in(signed_in(cast, "ben"))


def test_a_session_names_its_user(cast):
    signed_in(cast, "ben")
    assert Session.objects.get().user == cast.ben


def test_fifteen_idle_minutes_end_it(cast, clock):
    client = signed_in(cast, "ben")
    clock.shift(IDLE - timedelta(seconds=1))
    assert is_in(client)
    clock.shift(IDLE + timedelta(seconds=1))
    assert not is_in(client)


def test_each_request_begins_the_fifteen_minutes_anew(cast, clock):
    client = signed_in(cast, "ben")
    for _ in range(6):
        clock.shift(IDLE - GRAIN)
        assert is_in(client)


def test_twelve_hours_end_it_whatever_one_does(cast, clock):
    client = signed_in(cast, "ben")
    for _ in range(int(WHOLE / timedelta(minutes=10)) - 1):
        clock.shift(timedelta(minutes=10))
        client.get("/me/", secure=True)
    assert is_in(client)
    clock.shift(timedelta(minutes=11))
    assert not is_in(client)


def test_a_live_call_has_ninety_minutes(cast, clock):
    signed_in(cast, "chi")
    store = SessionStore(Session.objects.get().session_key)
    store.load()
    store.touch(live=True)
    assert Session.objects.get().expire_date == NOON + LIVE_IDLE


def test_an_ended_session_is_not_woken_by_a_late_request(cast):
    signed_in(cast, "chi")
    store = SessionStore(Session.objects.get().session_key)
    store.load()
    sessions.end_all(cast.chi)
    store.touch(live=True)
    assert not sessions.seen(cast.chi)


def test_a_third_session_ends_the_oldest(cast, clock):
    clients = []
    for _ in range(3):
        clients.append(signed_in(cast, "ben"))
        clock.shift(60)
    assert [is_in(client) for client in clients] == [False, True, True]


def test_they_are_listed_with_their_day(cast, clock):
    signed_in(cast, "ben")
    here = signed_in(cast, "ben")
    page = here.get("/me/", secure=True).content.decode()
    assert page.count("Since Monday, November 23, 2026") == 2
    assert page.count("This one") == 1


def test_no_page_shows_a_session_key(cast):
    signed_in(cast, "ana")
    client = signed_in(cast, "ana")
    pages = (
        client.get("/me/", secure=True).content + client.get(f"/people/{cast.ana.pk}/", secure=True).content
    )
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key.encode() in pages]


def test_the_owner_ends_another_one(cast):
    phone, laptop = signed_in(cast, "ben"), signed_in(cast, "ben")
    handle = next(one.handle for one in sessions.seen(cast.ben, laptop.session.session_key) if not one.here)
    laptop.post("/me/end-session/", {"session": handle}, secure=True)
    assert (is_in(phone), is_in(laptop)) == (False, True)


def test_nobody_ends_a_strangers_session_by_its_handle(cast):
    bens, chis = signed_in(cast, "ben"), signed_in(cast, "chi")
    (handle,) = [one.handle for one in sessions.seen(cast.ben)]
    chis.post("/me/end-session/", {"session": handle}, secure=True)
    assert is_in(bens)


def test_a_coordinator_ends_a_lost_phones_at_once(cast):
    phone, ana = signed_in(cast, "ben"), signed_in(cast, "ana")
    ana.post(f"/people/{cast.ben.pk}/end-sessions/", secure=True)
    assert not is_in(phone)


# The unlock cookie and the keys


def test_the_unlock_cookie_is_as_narrow_as_can_be(cast):
    cookie = signed_in(cast, "ben").cookies["__Host-unlock"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"], cookie["max-age"]) == (
        "Strict",
        "/",
        "",
        "",
    )
    assert len(cookie.value) == 232


def test_without_the_unlock_cookie_nobody_is_signed_in(cast):
    client = signed_in(cast, "ben")
    del client.cookies["__Host-unlock"]
    assert not is_in(client)


def test_a_link_from_a_mail_program_does_not_sign_out(cast):
    """Such a request brings the session's cookie, and not the stricter one."""
    client = signed_in(cast, "ben")
    kept = client.cookies.pop("__Host-unlock")
    response = client.get("/me/", secure=True, headers={"sec-fetch-site": "cross-site"})
    assert response["Refresh"] == "0; url=/me/"
    client.cookies["__Host-unlock"] = kept.value
    assert is_in(client)


def test_a_session_cookie_that_no_database_takes(client, db):
    cookie = {"cookie": r'__Host-sessionid="abcdefgh\000ijk"'}
    with connection.execute_wrapper(no_nul):
        assert client.get("/sign-in/", headers=cookie, secure=True).status_code == 200


@pytest.mark.parametrize("value", ["nonsense", "é", "A" * 232])
def test_a_wrong_unlock_cookie_ends_the_session(cast, value):
    client = signed_in(cast, "ben")
    client.cookies["__Host-unlock"] = value
    assert not is_in(client)
    assert not sessions.seen(cast.ben)


def test_another_sessions_unlock_cookie_ends_it(cast):
    one, other = signed_in(cast, "ben"), signed_in(cast, "ben")
    one.cookies["__Host-unlock"] = other.cookies["__Host-unlock"].value
    assert not is_in(one)


def test_another_persons_unlock_cookie_ends_it(cast):
    bens, chis = signed_in(cast, "ben"), signed_in(cast, "chi")
    bens.cookies["__Host-unlock"] = chis.cookies["__Host-unlock"].value
    assert not is_in(bens)


def test_after_a_power_off_everybody_signs_in_again(cast, settings):
    client = signed_in(cast, "ben")
    (settings.BOOT_DIR / "boot-secret").unlink()
    assert not is_in(client)


def test_a_deactivated_person_is_out_at_the_next_request(cast):
    client = signed_in(cast, "ben")
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert not is_in(client)


def test_a_deleted_membership_counts_at_the_next_request(cast):
    client = signed_in(cast, "ana")
    assert client.get("/people/", secure=True).status_code == 200
    TeamMembership.objects.filter(user=cast.ana, epoch__team__purpose=Purpose.COORDINATION).delete()
    assert client.get("/people/", secure=True).status_code == 403


def test_without_any_key_one_waits_outside(cast):
    client = signed_in(cast, "ben")
    TeamMembership.objects.filter(user=cast.ben).delete()
    assert client.get("/me/", secure=True)["Location"] == "/waiting/"


def test_somebody_who_left_is_out(cast):
    client = signed_in(cast, "ben")
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana)
    assert not is_in(client)


def test_a_new_passphrase_ends_the_other_sessions(cast):
    client = signed_in(cast, "ben")
    user = User.objects.get(pk=cast.ben.pk)
    identities.reseal(user, cast.papers["ben"].identity)
    assert not is_in(client)


# One request, one keyring


def request_as(client: Client, user: User) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES = {name: client.cookies[name].value for name in COOKIES}
    request.session = SessionStore(client.cookies["__Host-sessionid"].value)
    request.session.load()
    request.user = user
    return request


def test_the_keyring_is_there_for_the_request_and_gone_after(cast):
    held = []

    def view(request: HttpRequest) -> HttpResponse:
        held.append(keyring.current())
        assert held[0].teams
        return HttpResponse()

    KeyringMiddleware(view)(request_as(signed_in(cast, "ben"), cast.ben))
    assert not held[0].teams
    with pytest.raises(Locked):
        keyring.current()


def test_it_is_gone_after_an_error_too(cast):
    held = []

    def view(request: HttpRequest) -> HttpResponse:
        held.append(keyring.current())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        KeyringMiddleware(view)(request_as(signed_in(cast, "ben"), cast.ben))
    assert not held[0].teams
    with pytest.raises(Locked):
        keyring.current()


def test_a_stranger_has_none(cast):
    def view(request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, AnonymousUser)
        with pytest.raises(Locked):
            keyring.current()
        return HttpResponse(status=204)

    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    assert KeyringMiddleware(view)(request).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_two_people_in_two_threads_never_see_each_others(recorded):
    cast = make_clinic()
    both, seen, faults = threading.Barrier(2, timeout=20), {}, []
    requests = {name: request_as(signed_in(cast, name), getattr(cast, name)) for name in ("ben", "chi")}

    def serve(name: str) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            both.wait()  # both keyrings are open now
            seen[name] = (keyring.current().user, set(keyring.current().teams))
            both.wait()
            return HttpResponse()

        try:
            KeyringMiddleware(view)(requests[name])
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=serve, args=[name]) for name in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert (seen["ben"][0], seen["chi"][0]) == (cast.ben.pk, cast.chi.pk)
    assert seen["ben"][1] != seen["chi"][1]


def test_the_same_number_of_queries_however_many_teams(
    cast, django_assert_num_queries, django_assert_max_num_queries
):
    from django.test.utils import CaptureQueriesContext

    counts = {}
    for name in ("ben", "sol"):
        client = signed_in(cast, name)
        client.get("/promise/", secure=True)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/promise/", secure=True)
        counts[name] = len(queries)
    assert counts["ben"] == counts["sol"] <= 6


# What is left behind


def test_an_expired_session_stays_a_day_and_then_goes(cast, clock):
    signed_in(cast, "ben")
    clock.shift(IDLE + timedelta(hours=20))
    SessionStore.clear_expired()
    assert Session.objects.exists()
    clock.shift(timedelta(hours=5))
    SessionStore.clear_expired()
    assert not Session.objects.exists()


def test_the_session_holds_no_name_and_opens_nothing(cast):
    signed_in(cast, "ben")
    assert set(Session.objects.get().get_decoded()) == {
        "_auth_user_id",
        "_auth_user_backend",
        "_auth_user_hash",
        "ends",
    }


def test_the_settings_name_our_own_sessions():
    assert django_settings.SESSION_ENGINE == "clinic.accounts.sessions"
    assert unlocking.COOKIE.startswith("__Host-")
