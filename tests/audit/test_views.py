"""The record and the checks, as pages."""

import pytest
from django.test import Client

from clinic.accounts.models import RosterEntry
from clinic.audit.models import AuditEvent
from tests.accounts.doorway import signed_in

PAGES = ["/record/", "/record/checks/"]


def get(client: Client, path: str) -> str:
    response = client.get(path, secure=True)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_it_works(cast):
    signed_in(cast, "ben")
    page = get(signed_in(cast, "ana"), "/record/")
    assert "Looked at the record" in page
    assert "<bdi>ben</bdi>" in page
    assert "The line to print each week" in page
    assert "damaged" not in page


def test_sol_sees_it_too(cast):
    assert "Looked at the record" in get(signed_in(cast, "sol"), "/record/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["ben", "chi", "dee"])
def test_others_do_not(cast, name, path):
    assert signed_in(cast, name).get(path, secure=True).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_asked_to(db, path):
    response = Client().get(path, secure=True)
    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_changed_by_it(cast, path):
    assert signed_in(cast, "ana").post(path, secure=True).status_code in {403, 405}


def test_it_says_which_team_and_which_role(cast):
    ana, dee = signed_in(cast, "ana"), f"/people/{cast.dee.pk}"
    for team in ("coordination", "north"):
        ana.post(f"{dee}/join-team/{cast.team(team).pk}/", secure=True)
        ana.post(f"{dee}/leave-team/{cast.team(team).pk}/", secure=True)
    ana.post(f"{dee}/role/", {"role": "supervisor"}, secure=True)
    page = get(ana, "/record/")
    for team in ("Coordination", "north"):
        assert f"Added somebody to a team: <bdi>dee, {team}</bdi>" in page
        assert f"Removed somebody from a team: <bdi>dee, {team}</bdi>" in page
    assert "Changed a role: <bdi>dee, Supervising attorney</bdi>" in page
    assert "Made a team: <bdi>north</bdi>" in page


def test_it_says_whose_key_changed_when_it_arrives(cast):
    """The team's, and that of whoever waited for it."""
    ana = signed_in(cast, "ana")
    ana.post(f"/people/{cast.chi.pk}/join-team/{cast.team('north').pk}/", secure=True)
    ana.post(f"/people/{cast.ben.pk}/leave-clinic/", secure=True)
    signed_in(cast, "sol")
    page = get(ana, "/record/")
    assert "Changed a team’s keys: <bdi>north</bdi>" in page
    assert page.count("Added somebody to a team: <bdi>chi, north</bdi>") == 2


def test_looking_is_on_record_before_the_page(cast):
    client = signed_in(cast, "ana")
    before = AuditEvent.objects.count()
    get(client, "/record/")
    get(client, "/record/checks/")
    assert AuditEvent.objects.count() == before + 2


def test_pages_of_fifty(cast):
    client = signed_in(cast, "ana")
    for _ in range(60):
        get(client, "/record/")
    assert "Page 1 of 2" in get(client, "/record/")
    assert "Page 2 of 2" in get(client, "/record/?page=2")
    assert "Page 2 of 2" in get(client, "/record/?page=9999")
    assert "Page 1 of 2" in get(client, "/record/?page=x")


def test_as_many_queries_for_many_events_as_for_few(cast, django_assert_max_num_queries):
    client = signed_in(cast, "ana")
    for _ in range(30):
        get(client, "/record/")
    with django_assert_max_num_queries(40):
        get(client, "/record/")


def test_a_damaged_record_is_said_so(cast):
    AuditEvent.objects.filter(sequence=2).update(sealed=b"other")
    page = get(signed_in(cast, "ana"), "/record/")
    assert "The record is damaged" in page
    assert "Event 2 is not what was written." in page
    assert "This event cannot be read." in page


def test_the_checks(cast):
    page = get(signed_in(cast, "ana"), "/record/checks/")
    assert "Not checked:" in page
    assert "you are not in it" in page
    assert "Fault:" not in page


def test_a_fault_stands_on_the_page(cast):
    RosterEntry.objects.filter(subject=cast.dee.pk).update(sealed=b"\x01\x01" + bytes(60))
    page = get(signed_in(cast, "ana"), "/record/checks/")
    assert "Fault:" in page
    assert "Roster entries do not open" in page


def test_the_part_for_the_page_of_a_case(cast, case_scope, case_box):
    from django.db import transaction
    from django.template.loader import render_to_string

    from clinic.audit import actions as audit
    from clinic.audit import folding, reading

    with cast.acting(cast.ben) as ring, transaction.atomic():
        ring.add(case_scope, case_box)
        for _time in range(3):
            audit.record(audit.Event.CASE_OPENED, by=cast.ben, case_id=case_scope.id)
        events = folding.lines(reading.readable(ring, case_id=case_scope.id))
        part = render_to_string("audit/case_events.html", {"events": events})
    assert "Who opened this case" in part
    assert part.count("Opened the case") == part.count("<bdi>ben</bdi>") == 1
    assert "3 times that day" in part
