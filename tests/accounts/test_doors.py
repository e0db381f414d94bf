from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from clinic.accounts import doors
from clinic.accounts.doors import Door, anyone, door_of, get_or_404, members, staff
from clinic.accounts.middleware import DoorMiddleware
from clinic.accounts.models import Purpose, User
from clinic.accounts.roster import Role
from clinic.accounts.sessions import IDLE, LIVE_IDLE, SessionStore
from tests.builders import make_clinic

from .doorway import signed_in

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/sign-out/", "/lock/", "/stop-reminders/"])
def test_the_address_of_a_button_says_so(where, recorded):
    answer = signed_in(make_clinic(), "ben").get(where, secure=True)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address belongs to a button" in answer.content.decode()


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


def door(**options) -> Door:
    found = door_of(staff(**options)(lambda request: HttpResponse()))
    assert found
    return found


def request_of(*purposes: Purpose, method: str = "get", user: object = None, role: str = "") -> Any:
    request = getattr(RequestFactory(), method)("/somewhere/")
    request.session = SessionStore()
    request.user = user or User(sign_in_name="ana")
    request.purposes, request.role = frozenset(map(str, purposes)), role
    return request


def enter(request: HttpRequest, declared) -> HttpResponse | None:
    return DoorMiddleware(view).process_view(request, declared, (), {})


def test_it_works():
    declared = members(Purpose.COORDINATION)(lambda request: HttpResponse())
    assert enter(request_of(Purpose.EVERYONE, Purpose.COORDINATION), declared) is None


def test_a_view_keeps_its_type_and_carries_its_door():
    declared = anyone(lambda request: HttpResponse("still me"))
    assert declared(HttpRequest()).content == b"still me"
    assert door_of(declared) == Door("anyone")


def test_options_stand_on_the_door():
    assert door(uploads=True).uploads
    assert door(live=True).live
    assert door(waiting=True).waiting


def test_a_view_without_a_door_stays_shut():
    with pytest.raises(RuntimeError):
        enter(request_of(Purpose.EVERYONE), view)


def test_a_view_without_a_door_is_not_there_in_production(settings):
    settings.TESTING = settings.DEBUG = False
    with pytest.raises(Http404):
        enter(request_of(Purpose.EVERYONE), view)


def test_a_door_of_another_make_does_not_open():
    def forged(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    forged.door = "anyone"  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError):
        enter(request_of(Purpose.EVERYONE), forged)


def test_a_view_has_one_door():
    with pytest.raises(TypeError):
        anyone(staff(lambda request: HttpResponse()))


def test_members_of_nothing_is_refused():
    with pytest.raises(TypeError):
        members()


def test_the_wrong_role_is_told():
    declared = members(Purpose.COORDINATION)(lambda request: HttpResponse())
    with pytest.raises(PermissionDenied):
        enter(request_of(Purpose.EVERYONE, Purpose.INTAKE), declared)


def test_any_of_the_teams_will_do():
    declared = members(Purpose.COORDINATION, Purpose.SUPERVISING)(lambda request: HttpResponse())
    assert enter(request_of(Purpose.EVERYONE, Purpose.SUPERVISING), declared) is None


@pytest.mark.parametrize(
    ("role", "enters"), [(Role.SUPERVISOR, True), (Role.COORDINATOR, False), ("", False)]
)
def test_who_joins_a_team_keeps_their_role(role, enters):
    """A coordinator can put herself into any team: some doors ask for the role too."""
    declared = members(Purpose.SUPERVISING, role=Role.SUPERVISOR)(lambda request: HttpResponse())
    asking = request_of(Purpose.EVERYONE, Purpose.SUPERVISING, role=role)
    if enters:
        assert enter(asking, declared) is None
        return
    with pytest.raises(PermissionDenied):
        enter(asking, declared)


def test_someone_without_keys_waits():
    response = enter(request_of(), staff(lambda request: HttpResponse()))
    assert response
    assert response["Location"] == "/waiting/"
    assert enter(request_of(), staff(waiting=True)(lambda request: HttpResponse())) is None


def test_files_are_read_only_where_a_view_asks_for_them():
    plain, taking = request_of(Purpose.EVERYONE), request_of(Purpose.EVERYONE)
    enter(plain, staff(lambda request: HttpResponse()))
    enter(taking, staff(uploads=True)(lambda request: HttpResponse()))
    assert plain.accepts_uploads is False
    assert taking.accepts_uploads is True


def test_a_live_call_may_be_quiet_for_longer():
    plain, live = request_of(Purpose.EVERYONE), request_of(Purpose.EVERYONE)
    enter(plain, staff(lambda request: HttpResponse()))
    enter(live, staff(live=True)(lambda request: HttpResponse()))
    assert [round(idle / MINUTE) for idle in (plain.idle, live.idle)] == [IDLE / MINUTE, LIVE_IDLE / MINUTE]


def test_a_stranger_is_asked_to_sign_in():
    response = enter(request_of(user=AnonymousUser()), staff(lambda request: HttpResponse()))
    assert response
    assert response["Location"] == "/sign-in/?next=/somewhere/"


def test_a_stranger_may_see_what_is_for_anyone():
    assert enter(request_of(user=AnonymousUser()), anyone(lambda request: HttpResponse())) is None


@pytest.mark.django_db
def test_get_or_404_takes_malformed_ids_for_missing(recorded):
    cast = make_clinic()
    assert get_or_404(User.objects.all(), pk=cast.ana.pk) == cast.ana
    for wrong in ("", "nonsense", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(Http404):
            get_or_404(User.objects.all(), pk=wrong)


@pytest.mark.django_db
def test_people_is_for_coordinators(recorded):
    cast = make_clinic()
    assert signed_in(cast, "ana").get("/people/", secure=True).status_code == 200
    for name in ("ben", "chi", "dee", "sol"):
        assert signed_in(cast, name).get("/people/", secure=True).status_code == 403


def test_the_public_names_are_these():
    assert {"anyone", "staff", "members", "door_of", "get_or_404", "StaffRequest"} <= set(dir(doors))
