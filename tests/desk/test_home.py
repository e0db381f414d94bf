"""Who needs me now, for each of the cast."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import Nudge, PendingGrant
from clinic.audit import actions as audit
from clinic.audit.models import AuditEvent
from clinic.cases import actions as cases
from clinic.cases.models import CaseUserAccess
from clinic.days import late
from clinic.desk import needs
from clinic.desk.needs import grouped, held_by_one
from intake import actions as intake
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases.asking import lend
from tests.cases_builders import give, make_case, offer, open_case

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def home(client: Client) -> str:
    response = client.get("/", secure=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["ana", "ben", "chi", "dee", "sol"])
def test_it_works(cast, name):
    page = home(signed_in(cast, name))
    assert "Who needs you now" in page
    assert ("Nobody needs you right now." in page) == (name != "ana")


def test_nobody_else_comes_in(cast):
    assert "/sign-in/" in Client().get("/", secure=True)["Location"]
    assert Client().post("/", secure=True).status_code == 401


def test_calls_in_progress_wait_for_their_writer_alone(cast):
    with cast.acting(cast.chi):
        draft = intake.start_call(by=cast.chi)
        version = intake.Version(draft.rev, "one")
        intake.save_draft(draft=draft, typed={"client_given_names": "Ficta"}, version=version)
    assert "Ficta" in home(signed_in(cast, "chi"))
    assert "Ficta" not in home(signed_in(cast, "ana"))


def test_waiting_cases_are_counted(cast):
    make_case(cast, urgent=True)
    make_case(cast)
    for name in ("ana", "chi"):
        assert "2 cases wait, 1 urgent" in " ".join(home(signed_in(cast, name)).split())
    assert "case waits" not in home(signed_in(cast, "ben"))


def test_a_new_case_until_it_is_confirmed(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    ben = signed_in(cast, "ben")
    page = home(ben)
    assert "New for you" in page
    assert "ana gave it to you" in page
    ben.post(reverse("referrals:seen", args=[case.pk]), secure=True)
    assert "New for you" not in home(ben)
    assert "New for you" not in home(signed_in(cast, "dee"))


def test_an_offer_without_a_name(cast):
    offer(cast, make_case(cast), cast.ben)
    page = home(signed_in(cast, "ben"))
    assert "Offers that wait for your answer" in page
    assert "Ficta" not in page


def test_promises_stand_under_their_day(cast):
    for days, what in ((-3, "Late call"), (0, "Call today"), (1, "Call tomorrow"), (30, "Call later")):
        case = make_case(cast)
        give(cast, case, cast.ben)
        with cast.acting(cast.ben):
            opened = open_case(case)
            cases.set_next(case=opened, on=TODAY + timedelta(days=days), what=what, by=cast.ben)
    page = home(signed_in(cast, "ben"))
    order = [
        "Overdue",
        "Late call",
        "Due today",
        "Call today",
        "Due tomorrow",
        "Call tomorrow",
        "Later",
        "Call later",
    ]
    places = [page.index(shown, page.index("<main")) for shown in order]
    assert places == sorted(places)
    assert "3 days late" in page
    title = page[page.index("<title>") : page.index("</title>")]
    assert "1 overdue" in title
    assert "Ficta" not in title
    assert "Late call" not in home(signed_in(cast, "dee"))
    coordinators = home(signed_in(cast, "ana"))
    assert "Late call" in coordinators
    assert "Owner: ben" in coordinators
    assert "Call tomorrow" not in coordinators


def test_a_hearing_of_a_case_one_has(cast):
    case = make_case(cast, hearing_on=TODAY + timedelta(days=1), next_on=TODAY, next_what="Call the jail")
    give(cast, case, cast.ben)
    page = home(signed_in(cast, "ben"))
    order = ["Due today", "Call the jail", "Due tomorrow", ">Hearing</a>"]
    places = [page.index(shown, page.index("<main")) for shown in order]
    assert places == sorted(places)
    assert ">Hearing</a>" not in home(signed_in(cast, "dee"))


def test_a_hearing_of_a_case_that_waits_is_the_whole_teams(cast):
    make_case(cast, hearing_on=TODAY + timedelta(days=1))
    for name, shown in (("chi", True), ("ana", True), ("sol", False)):
        assert (">Hearing</a>" in home(signed_in(cast, name))) == shown


def test_a_hearing_that_was_asks_what_came_of_it(cast):
    give(cast, make_case(cast, hearing_on=TODAY - timedelta(days=2)), cast.ben)
    page = home(signed_in(cast, "ben"))
    assert "Hearing: write down what came of it, and the next day" in page
    assert "2 days late" in page


def test_ones_own_stands_above_what_others_owe(cast):
    for owner, days in ((cast.dee, -9), (cast.ben, -2)):
        give(cast, case := make_case(cast), owner)
        with cast.acting(owner):
            what = f"Step of {owner.sign_in_name}"
            cases.set_next(case=open_case(case), on=TODAY + timedelta(days=days), what=what, by=owner)
        lend(cast, case, cast.ben)
    page = home(signed_in(cast, "ben"))
    assert page.index("Step of ben") < page.index("Step of dee")


def test_the_oldest_of_many_late_promises_are_shown(cast, monkeypatch):
    for days in (1, 9, 5):
        give(cast, case := make_case(cast), cast.ben)
        with cast.acting(cast.ben):
            opened, day = open_case(case), TODAY - timedelta(days=days)
            cases.set_next(case=opened, on=day, what=f"Call {days}", by=cast.ben)
    monkeypatch.setattr(needs, "MOST", 2)
    page = home(signed_in(cast, "ana"))
    assert [f"Call {days}" in page for days in (9, 5, 1)] == [True, True, False]
    assert "3 overdue" in page
    assert "1 more case of a colleague is overdue and not shown" in page


def test_promised_call_backs_are_the_whole_teams(cast):
    make_case(cast, next_on=TODAY, next_what="Call the family back")
    for name, shown in (("chi", True), ("ana", True), ("sol", False)):
        assert ("Call the family back" in home(signed_in(cast, name))) == shown


def test_newcomers_who_wait_for_their_keys(cast):
    PendingGrant.objects.create(
        organisation=cast.organisation,
        user=cast.eve,
        granted_by=cast.ana,
        invite_public_key=b"x",
        terms=b"x",
        introduction=b"x",
        signature=b"x",
        newcomer_signature=b"x",
        expires_on=TODAY,
    )
    ana = signed_in(cast, "ana")
    shown = "1 newcomer waits for their keys." in home(ana)
    assert shown == PendingGrant.objects.exists()  # a forged one may be thrown away at sign-in
    assert "waits for their keys" not in home(signed_in(cast, "ben"))


def test_keys_with_one_holder(cast):
    page = home(signed_in(cast, "ana"))
    assert "Keys that only one person holds" in page
    with cast.acting(cast.ana):
        assert ("Intake", "chi") in held_by_one()
    assert "Keys that only one person holds" not in home(signed_in(cast, "chi"))


def test_reminders_of_what_is_over_can_be_stopped(cast):
    offer(cast, make_case(cast), cast.ben)
    ben = signed_in(cast, "ben")
    stop = reverse("desk:stop")
    assert "Stop these reminders" not in home(ben)
    ben.post(stop, secure=True)
    assert Nudge.objects.filter(user=cast.ben).exists()
    CaseUserAccess.objects.all().delete()  # as the timer does when the offer has run out
    later = Nudge.objects.create(day=TODAY + timedelta(days=1), user=cast.ben)
    assert "Stop these reminders" in home(ben)
    assert ben.get(stop, secure=True).status_code == 405
    ben.post(stop, secure=True)
    assert list(Nudge.objects.filter(user=cast.ben)) == [later]
    assert "Stop these reminders" not in home(ben)


def test_one_event_for_each_look(cast):
    ben = signed_in(cast, "ben")
    before = AuditEvent.objects.count()
    home(ben)
    assert AuditEvent.objects.count() == before + 1


def test_nothing_is_shown_when_the_audit_fails(cast, monkeypatch):
    make_case(cast, next_on=TODAY, next_what="Call the family back")
    chi = signed_in(cast, "chi")

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        home(chi)


@pytest.mark.parametrize("name", ["ana", "ben", "chi"])
def test_queries_do_not_grow_with_the_cases(cast, name):
    client, counts = signed_in(cast, name), []
    for more in (2, 5):
        for _ in range(more):
            case = make_case(cast, next_on=TODAY, next_what="Call")
            make_case(cast, next_on=TODAY, next_what="Call")
            give(cast, case, cast.ben)
            offer(cast, make_case(cast), cast.ben)
        home(client)
        with CaptureQueriesContext(connection) as queries:
            home(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_words():
    assert late(TODAY, TODAY) == ""
    assert late(TODAY - timedelta(days=1), TODAY) == "1 day late"
    assert [group["kind"] for group in grouped([], TODAY)] == [
        "overdue",
        "today",
        "tomorrow",
        "week",
        "later",
    ]
