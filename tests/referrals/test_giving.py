"""Giving a case, letting somebody help, and what each may open afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import Nudge, Purpose, RosterEntry
from clinic.accounts.roster import Role
from clinic.cases import lists
from clinic.cases.actions import wall_case
from clinic.cases.errors import TooFew
from clinic.cases.models import CaseUserAccess, Stage
from clinic.vault.errors import Stale, Tampered
from referrals import actions
from referrals.errors import Refused
from referrals.models import Referral
from referrals.rules import Refusal, Status
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic, make_person
from tests.cases_builders import give, make_case, open_case
from tests.referrals.desk import SOON, choice, holds, page, visible

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON_TYPED = {"until": f"{SOON:%m %d %Y}"}


def wall(cast, case, *people):
    with cast.acting(cast.sol):
        wall_case(case=open_case(case), people=people, why="Both called.", by=cast.sol)


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def test_it_works(cast):
    case = make_case(cast)
    ana = signed_in(cast, "ana")
    shown = page(ana, "give", case).content.decode()
    assert "ben, Attorney, 0 cases" in shown
    assert "eve, " not in shown
    response = page(ana, "give", case, choice(cast, case, "ben"))
    assert response["Location"] == reverse("cases:case", args=[case.pk])
    assert visible(cast, "ben") == [case.pk]
    assert visible(cast, "chi") == []
    assert visible(cast, "dee") == []
    assert holds(cast, case, "ben") == {"case", "attorney"}
    with cast.acting(cast.ben):
        fresh = open_case(case)
        assert (fresh.stage, fresh.owner, fresh.owner_name) == (Stage.GIVEN, str(cast.ben.pk), "ben")
    with cast.acting(cast.chi):
        assert [hit.entry.kind for hit in lists.search("Ficta")] == [lists.STUB]
    with cast.acting(cast.ana):
        entry = lists.scan(Purpose.COORDINATION).get(case.pk)
        assert entry is not None
        assert entry.kind == "case.given"
    assert Nudge.objects.filter(user=cast.ben, day=timezone.localdate()).count() == 1


@pytest.mark.parametrize("name", ["ben", "chi", "dee"])
def test_wrong_role(cast, name):
    case = make_case(cast)
    client = signed_in(cast, name)
    assert page(client, "give", case).status_code == 403
    assert page(client, "give", case, choice(cast, case, "dee")).status_code == 403
    assert not CaseUserAccess.objects.exists()


def test_no_access_looks_like_no_case(cast):
    case = make_case(cast)
    sol = signed_in(cast, "sol")
    assert page(sol, "give", case).status_code == 404
    assert page(sol, "give", uuid4()).status_code == 404


def test_somebody_who_left_is_refused(cast):
    case = make_case(cast)
    response = page(signed_in(cast, "ana"), "give", case, choice(cast, case, "eve"))
    assert "does not work here now" in response.content.decode()
    with cast.acting(cast.ana), pytest.raises(Tampered):
        actions.give_case(case=open_case(case), to=cast.eve, by=cast.ana, on=timezone.localdate())
    assert not CaseUserAccess.objects.exists()


def test_a_plain_row_of_somebody_off_the_roster_is_refused(cast):
    case = make_case(cast)
    RosterEntry.objects.filter(subject=cast.ben.pk).delete()
    with cast.acting(cast.ana), pytest.raises(Tampered):
        actions.give_case(case=open_case(case), to=cast.ben, by=cast.ana, on=timezone.localdate())
    assert not CaseUserAccess.objects.exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"to": "nobody"}, "does not work here now"),
        ({"to": ""}, "Choose an answer."),
        ({"how": "sell"}, "Select a valid choice"),
        ({"how": "offer"}, "Write the last day"),
        ({"how": "help", "until": "1 1 2001"}, "already passed"),
        ({"rev": ""}, "out of date"),
    ],
)
def test_bad_input(cast, changed, message):
    case = make_case(cast)
    response = page(signed_in(cast, "ana"), "give", case, choice(cast, case, "ben") | changed)
    assert message in response.content.decode()
    assert not CaseUserAccess.objects.exists()


@pytest.mark.parametrize(("to", "how"), [("chi", "give"), ("chi", "offer"), ("ana", "give")])
def test_only_attorneys_get_whole_cases(cast, to, how):
    case = make_case(cast)
    day = {"until": f"{SOON:%m %d %Y}"}
    response = page(signed_in(cast, "ana"), "give", case, choice(cast, case, to, how, **day))
    assert "Only attorneys can be given or offered" in response.content.decode()


def test_two_coordinators_at_once(cast):
    """The second is told, and what was chosen is kept."""
    case = make_case(cast)
    old = choice(cast, case, "dee")
    give(cast, case, cast.ben)
    response = page(signed_in(cast, "ana"), "give", case, old)
    shown = response.content.decode()
    assert response.status_code == 409
    assert "Español" in shown
    assert "Somebody changed this case" in shown
    assert "ben has this case" in shown
    assert visible(cast, "dee") == []
    with cast.acting(cast.ana), pytest.raises(Stale):
        actions.give_case(case=open_case(case), to=cast.dee, by=cast.ana, on=timezone.localdate(), rev=1)


def test_giving_it_on_takes_it_from_the_one_before(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    with cast.acting(cast.sol):
        assert actions.give_case(case=open_case(case), to=cast.dee, by=cast.sol, on=timezone.localdate())
    assert visible(cast, "ben") == []
    assert holds(cast, case, "dee") == {"case", "attorney"}
    assert [nudge.user for nudge in Nudge.objects.all()] == [cast.dee]


def test_a_coordinator_cannot_pass_on_what_they_do_not_hold(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    response = page(signed_in(cast, "ana"), "give", case, choice(cast, case, "dee"))
    assert response.status_code == 302
    assert holds(cast, case, "dee") == {"case"}


def test_a_supervising_attorney_gives_the_notes_to_whoever_has_the_case(cast):
    """As the page says to the coordinator, who could not."""
    case = make_case(cast)
    give(cast, case, cast.ben)
    give(cast, case, cast.dee)
    assert holds(cast, case, "dee") == {"case"}
    assert "dee, Attorney" not in page(signed_in(cast, "ana"), "give", case).content.decode()
    response = page(signed_in(cast, "sol"), "give", case, choice(cast, case, "dee"))
    assert response.status_code == 302
    assert holds(cast, case, "dee") == {"case", "attorney"}
    assert Nudge.objects.filter(user=cast.dee).count() == 1
    again = page(signed_in(cast, "sol"), "give", case, choice(cast, case, "dee"))
    assert again.status_code == 200


def test_a_helper_needs_an_end(cast):
    case = make_case(cast)
    with cast.acting(cast.ana) as ring:
        gil = make_person(name="gil", role=Role.HELPER, ring=ring, papers=cast.papers)
    data = choice(cast, case, "ben", "help") | {"to": str(gil.pk)}
    ana = signed_in(cast, "ana")
    assert "Write the last day" in page(ana, "give", case, data).content.decode()
    assert page(ana, "give", case, data | {"until": f"{SOON:%m %d %Y}"}).status_code == 302
    row = CaseUserAccess.objects.get(user=gil)
    assert (row.permission.codename, row.expires_on) == ("open_case", SOON)
    assert visible(cast, "chi") == [case.pk]
    with cast.acting(gil):
        assert open_case(case).stage == Stage.WAITING


def test_nobody_is_lent_what_they_have_without_an_end(cast):
    """Else their row would end with that day, and the attorney notes stay behind and open nothing."""
    case = make_case(cast)
    give(cast, case, cast.ben)
    wall(cast, case, cast.sol, cast.ben, cast.dee)
    before = set(CaseUserAccess.objects.values_list("pk", flat=True))
    response = page(signed_in(cast, "sol"), "give", case, choice(cast, case, "dee", "help", **SOON_TYPED))
    assert "This person has the case already" in response.content.decode()
    assert set(CaseUserAccess.objects.values_list("pk", flat=True)) == before
    with time_machine.travel(SOON + timedelta(days=1)):
        assert holds(cast, case, "dee") == {"case", "attorney"}


def test_a_helper_may_be_given_more_time(cast):
    case = make_case(cast)
    with cast.acting(cast.ana):
        for until in (SOON, SOON + timedelta(days=1)):
            actions.let_help(case=open_case(case), to=cast.ben, until=until, by=cast.ana, on=TODAY)
    assert CaseUserAccess.objects.get(user=cast.ben).expires_on == SOON + timedelta(days=1)


def test_a_walled_case_stays_with_two(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    wall(cast, case, cast.sol, cast.ben)
    with cast.acting(cast.sol), pytest.raises(TooFew):
        actions.give_case(case=open_case(case), to=cast.sol, by=cast.sol, on=TODAY)
    assert holds(cast, case, "ben") == {"case", "attorney"}
    with cast.acting(cast.sol):
        actions.give_case(case=open_case(case), to=cast.dee, by=cast.sol, on=TODAY)
    assert holds(cast, case, "dee") == {"case", "attorney"}


def test_a_walled_case_is_for_supervising_attorneys(cast):
    case = make_case(cast, walled=True)
    with cast.acting(cast.ana), pytest.raises(Refused) as refused:
        actions.give_case(case=open_case(case), to=cast.ben, by=cast.ana, on=timezone.localdate())
    assert refused.value.refusal == Refusal.WALLED


def test_a_promise_moves_with_the_case(cast):
    nudge = Nudge.objects.create(day=SOON, user=cast.chi)
    case = make_case(cast, next_on=SOON, next_what="Call back", nudge=str(nudge.pk))
    give(cast, case, cast.ben)
    nudge.refresh_from_db()
    assert nudge.user == cast.ben


def test_the_new_owner_says_so(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    ben = signed_in(cast, "ben")
    for _ in range(2):
        assert page(ben, "seen", case, {}).status_code == 302
    assert not Nudge.objects.exists()
    with cast.acting(cast.ana):
        open_case(case)
        assert Referral.objects.get().status == Status.ACCEPTED
    assert page(signed_in(cast, "dee"), "seen", case, {}).status_code == 404
