"""A coordinator's pages about people."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from clinic.accounts import roster, sessions
from clinic.accounts.models import PendingGrant, TeamMembership, User
from clinic.accounts.roster import Role
from tests.builders import Cast, make_clinic

from .doorway import answers, signed_in
from .pages import SECRET, get, text


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


def test_a_coordinator_sees_who_works_here(cast):
    page = get(signed_in(cast, "ana"), "/people/")
    assert all(f"<bdi>{name}</bdi>" in page for name in ("ana", "ben", "chi", "dee", "sol", "eve"))
    assert "Supervising attorney" in page
    assert "has left" in page


def test_the_banner_stays_until_there_are_two_coordinators(cast):
    ana = signed_in(cast, "ana")
    assert "Only one coordinator works here" in get(ana, "/me/")
    assert "Only one coordinator works here" not in get(signed_in(cast, "ben"), "/me/")
    ana.post(f"/people/{cast.sol.pk}/role/", {"role": "coordinator"}, secure=True)
    assert "Only one coordinator works here" not in get(ana, "/me/")


def test_only_what_is_ones_own_to_see_stands_in_the_navigation(cast):
    assert 'href="/people/"' in get(signed_in(cast, "ana"), "/me/")
    assert 'href="/people/"' not in get(signed_in(cast, "chi"), "/me/")


def test_a_list_costs_the_same_however_long(cast, django_assert_max_num_queries):
    ana = signed_in(cast, "ana")
    ana.get("/people/", secure=True)
    with django_assert_max_num_queries(14):
        ana.get("/people/", secure=True)


def invite(client: Client, **changed):
    posted = {"name": "fay", "email": "fay@clinic.example", "role": "helper"} | changed
    return client.post("/people/invite/", posted, secure=True)


def test_inviting_and_joining(cast):
    ana = signed_in(cast, "ana")
    (code,) = SECRET.findall(text(invite(ana, teams=[str(cast.team("south").id)])))
    assert "Not used yet" in get(ana, "/people/")
    Client().post("/join/", {"name": "fay", "invite_code": code}, secure=True)
    assert "1 newcomer has joined" in get(ana, "/people/")
    ana.post("/people/complete/", secure=True)
    assert "1 newcomer has joined" not in get(ana, "/people/")
    with cast.acting(cast.ana) as ring:
        newcomer = next(one for one in roster.people(ring).values() if one.name == "fay")
    assert newcomer.role == Role.HELPER
    assert newcomer.pending == {cast.team("south").id}
    assert "(waits for a key)" in get(ana, "/people/")


def test_a_role_brings_its_usual_team(cast):
    ana = signed_in(cast, "ana")
    (code,) = SECRET.findall(text(invite(ana, role="coordinator")))
    Client().post("/join/", {"name": "fay", "invite_code": code}, secure=True)
    ana.post("/people/complete/", secure=True)
    fay = User.objects.get(sign_in_name="fay")
    held = TeamMembership.objects.filter(user=fay).values_list("epoch__team__purpose", flat=True)
    assert set(held) == {"everyone", "coordination"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "BEN"},
        {"name": "x" * 61},
        {"email": "nonsense"},
        {"role": "emperor"},
        {"teams": ["nonsense"]},
        {"teams": [str(uuid4())]},
    ],
)
def test_a_bad_invitation_makes_nothing(cast, wrong):
    page = text(invite(signed_in(cast, "ana"), **wrong))
    assert "Error:" in page
    assert not PendingGrant.objects.exists()


def test_a_new_code_ends_the_old_one(cast):
    ana = signed_in(cast, "ana")
    (old,) = SECRET.findall(text(invite(ana)))
    fay = User.objects.get(sign_in_name="fay")
    (new,) = SECRET.findall(text(ana.post(f"/people/{fay.pk}/invite-again/", secure=True)))
    join = {"name": "fay"}
    assert "does not fit" in text(Client().post("/join/", join | {"invite_code": old}, secure=True))
    assert "Shown once" in text(Client().post("/join/", join | {"invite_code": new}, secure=True))


def test_taking_an_invitation_back(cast):
    ana = signed_in(cast, "ana")
    (code,) = SECRET.findall(text(invite(ana)))
    ana.post(f"/people/{User.objects.get(sign_in_name='fay').pk}/withdraw/", secure=True)
    assert not User.objects.filter(sign_in_name="fay").exists()
    assert "does not fit" in text(Client().post("/join/", {"name": "fay", "invite_code": code}, secure=True))


def test_an_invitation_that_is_not_there_cannot_be_taken_back(cast):
    ana = signed_in(cast, "ana")
    ana.post(f"/people/{cast.ben.pk}/withdraw/", secure=True)
    assert User.objects.filter(pk=cast.ben.pk).exists()


def test_people_are_named_as_on_the_roster(cast):
    """Whoever writes rows swapped what chi and ben sign in as, to have chi added to a team of ben's."""
    for user, name in ((cast.chi, "somebody"), (cast.ben, "chi"), (cast.chi, "ben")):
        User.objects.filter(pk=user.pk).update(sign_in_name=name)
    ana, page = signed_in(cast, "ana"), f"/people/{cast.chi.pk}/"
    assert re.search(rf'href="{page}"><bdi>chi</bdi>', get(ana, "/people/"))
    assert "<bdi>ben</bdi>" not in get(ana, page)
    for path in (f"leave-team/{cast.team('intake').id}/", "leave-clinic/"):
        assert "chi leaves the" in get(ana, page + path)


def test_somebody_who_has_only_been_invited_has_no_page(cast):
    ana = signed_in(cast, "ana")
    invite(ana)
    fay = User.objects.get(sign_in_name="fay")
    for path in ("", f"leave-team/{cast.team('north').id}/", "leave-clinic/"):
        assert ana.get(f"/people/{fay.pk}/{path}", secure=True).status_code == 404


def test_a_persons_page(cast):
    signed_in(cast, "ben")
    page = get(signed_in(cast, "ana"), f"/people/{cast.ben.pk}/")
    assert all(
        words in page for words in ("north", "Everybody who works here is in it.", "Sign all devices out")
    )


def test_a_session_that_nobody_can_use_any_more_is_not_shown(cast, settings):
    """The operator changed SECRET_KEY while a laptop was signed in."""
    signed_in(cast, "ben")
    settings.SECRET_KEY = "another one, fictional and long enough for every check of it"
    ben, ana = signed_in(cast, "ben"), signed_in(cast, "ana")
    for page in (get(ben, "/me/"), get(ana, f"/people/{cast.ben.pk}/")):
        assert page.count("<h3>Since ") == 1


@pytest.mark.parametrize("path", ["", "leave-clinic/", "withdraw/", "end-sessions/", "role/"])
def test_an_unknown_person_is_not_there(cast, path):
    client = signed_in(cast, "ana")
    method = client.get if path in {"", "leave-clinic/"} else client.post
    assert method(f"/people/{uuid4()}/{path}", secure=True).status_code == 404
    assert client.get("/people/nonsense/", secure=True).status_code == 404


def test_a_closed_account_can_be_looked_at(cast):
    assert "This account is closed" in get(signed_in(cast, "ana"), f"/people/{cast.eve.pk}/")


def test_joining_and_leaving_a_team(cast):
    ana, team = signed_in(cast, "ana"), cast.team("coordination").id
    ana.post(f"/people/{cast.sol.pk}/join-team/{team}/", secure=True)
    assert signed_in(cast, "sol").get("/people/", secure=True).status_code == 200
    assert "The team gets a new key" in get(ana, f"/people/{cast.sol.pk}/leave-team/{team}/")
    ana.post(f"/people/{cast.sol.pk}/leave-team/{team}/", secure=True)
    assert signed_in(cast, "sol").get("/people/", secure=True).status_code == 403
    assert ana.get("/people/", secure=True).status_code == 200


def test_a_refusal_is_told_in_words(cast):
    ana, everyone = signed_in(cast, "ana"), cast.team("everyone").id
    page = text(ana.post(f"/people/{cast.ben.pk}/leave-team/{everyone}/", secure=True, follow=True))
    assert "Everybody who works here is in this team" in page


def test_leaving_the_clinic(cast):
    ana, ben = signed_in(cast, "ana"), signed_in(cast, "ben")
    assert "They are signed out everywhere at once" in get(ana, f"/people/{cast.ben.pk}/leave-clinic/")
    ana.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True)
    assert ben.get("/me/", secure=True).status_code == 302
    assert "did not match" in text(Client().post("/sign-in/", answers(cast, "ben"), secure=True))
    assert not sessions.seen(cast.ben)


def test_the_page_says_which_teams_have_no_new_key_yet(cast):
    """ana, who closes the account, is not in north: its key is made by somebody who is."""
    ana, north = signed_in(cast, "ana"), cast.team("north").id
    page = text(ana.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True, follow=True))
    assert "No new key yet: north." in page
    assert "Ask one of them to sign in now." in page
    assert "New keys, which" not in page
    ana.post(f"/people/{cast.dee.pk}/join-team/{north}/", secure=True)
    signed_in(cast, "sol")
    page = text(ana.post(f"/people/{cast.dee.pk}/leave-team/{north}/", secure=True, follow=True))
    assert "No new key yet: north." in page


def test_the_page_says_which_teams_have_new_keys(cast):
    ana, team = signed_in(cast, "ana"), cast.team("coordination").id
    for person in (cast.ben, cast.sol):
        ana.post(f"/people/{person.pk}/join-team/{team}/", secure=True)
    page = text(ana.post(f"/people/{cast.sol.pk}/leave-team/{team}/", secure=True, follow=True))
    assert "New keys, which this person does not get: Coordination." in page
    assert "No new key yet" not in page
    page = text(ana.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True, follow=True))
    assert "New keys, which this person does not get: Coordination." in page
    assert "No new key yet: north." in page


def test_whoever_still_waited_for_a_key_leaves_no_new_one_behind(cast):
    ana, north = signed_in(cast, "ana"), cast.team("north").id
    ana.post(f"/people/{cast.dee.pk}/join-team/{north}/", secure=True)
    page = text(ana.post(f"/people/{cast.dee.pk}/leave-team/{north}/", secure=True, follow=True))
    assert "Done." in page
    assert "ew key" not in page.split("Done.")[1].split("</main>")[0]


def test_a_hostile_leaver_is_said_to_be_one(cast, monkeypatch):
    from clinic.accounts import leaving

    said = []

    def goodbye(user, by, hostile, ring):
        said.append(hostile)
        return []

    monkeypatch.setattr(leaving, "_registered", {"test": goodbye})
    ana = signed_in(cast, "ana")
    ana.post(f"/people/{cast.dee.pk}/leave-clinic/", {"hostile": "on"}, secure=True)
    assert said == [True]


def test_a_damaged_case_keeps_no_account_open(cast, monkeypatch):
    from clinic.accounts import leaving

    case = uuid4()
    monkeypatch.setattr(leaving, "_registered", {"test": lambda *_: {case}, "other": lambda *_: [case]})
    ana = signed_in(cast, "ana")
    page = text(ana.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True, follow=True))
    assert "The account is closed." in page
    assert "Something in 1 of their cases is damaged" in page
    assert not User.objects.get(pk=cast.ben.pk).is_active


def test_nobody_closes_their_own_account(cast):
    ana = signed_in(cast, "ana")
    ana.post(f"/people/{cast.ana.pk}/leave-clinic/", secure=True)
    assert ana.get("/people/", secure=True).status_code == 200


@pytest.mark.parametrize("name", ["ben", "chi", "dee", "sol"])
def test_all_of_it_is_for_coordinators(cast, name):
    client, other, team = signed_in(cast, name), cast.ana.pk, cast.team("north").id
    assert invite(client).status_code == 403
    for path in (
        "complete/",
        f"{other}/invite-again/",
        f"{other}/withdraw/",
        f"{other}/end-sessions/",
        f"{other}/role/",
        f"{other}/join-team/{team}/",
        f"{other}/leave-team/{team}/",
        f"{other}/leave-clinic/",
    ):
        assert client.post(f"/people/{path}", secure=True).status_code == 403
    assert client.get(f"/people/{other}/", secure=True).status_code == 403


def test_nothing_of_it_is_for_strangers(client, cast):
    assert client.get("/people/", secure=True)["Location"] == "/sign-in/?next=/people/"
    assert client.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True).status_code == 401
    assert User.objects.get(pk=cast.ben.pk).is_active
