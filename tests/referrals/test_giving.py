"""Giving a case, offering it, and what each may open afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import leaving
from clinic.accounts.models import Nudge, Purpose, RosterEntry
from clinic.accounts.roster import Role
from clinic.audit import actions as audit
from clinic.cases import access, generations, lists
from clinic.cases.access import OfferGone
from clinic.cases.models import Case, CaseTeamAccess, CaseUserAccess, Compartment, Stage
from clinic.vault.errors import Stale, Tampered
from referrals import actions
from referrals.errors import Refused
from referrals.models import Referral
from referrals.rules import Reason, Refusal, Status
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic, make_person
from tests.cases_builders import give, make_case, offer, open_case

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + timedelta(days=3)


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


def visible(cast: Cast, name: str) -> list[UUID]:
    user = getattr(cast, name)
    with cast.acting(user):
        return [case.pk for case in Case.objects.visible_to(user, on=timezone.localdate())]


def holds(cast: Cast, case: Case, name: str) -> set[str]:
    user = getattr(cast, name)
    with cast.acting(user):
        open_case(case)
        return {str(one) for one in Compartment if access.holds(case, one)}


def answer(cast: Cast, case: Case, name: str, reason: Reason | None = None) -> None:
    user = getattr(cast, name)
    with cast.acting(user):
        if reason:
            actions.decline_offer(case=case, reason=reason, by=user, on=timezone.localdate())
        else:
            actions.accept_offer(case=case, by=user, on=timezone.localdate())


def page(client: Client, name: str, case: Case | UUID, data: dict[str, str] | None = None):
    url = reverse(f"referrals:{name}", args=[case if isinstance(case, UUID) else case.pk])
    return client.get(url, secure=True) if data is None else client.post(url, data, secure=True)


def choice(cast: Cast, case: Case, to: str, how: str = "give", **more: str) -> dict[str, str]:
    rev = str(Case.objects.get(pk=case.pk).rev)
    return {"to": str(getattr(cast, to).pk), "how": how, "rev": rev} | more


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


# Offers


def test_an_offer_is_accepted(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    offer(cast, case, cast.dee)
    assert visible(cast, "ben") == []
    ben = signed_in(cast, "ben")
    teaser = ben.get(reverse("referrals:offers"), secure=True).content.decode()
    assert "Ficta" not in teaser
    assert "612-555-0101" not in teaser
    assert "Español" in teaser
    names = page(ben, "accept", case).content.decode()
    assert "Ficta Ejemplo" in names
    assert "612-555-0101" not in names
    assert page(ben, "accept", case, {})["Location"] == reverse("cases:case", args=[case.pk])
    assert visible(cast, "ben") == [case.pk]
    assert visible(cast, "chi") == []
    assert holds(cast, case, "ben") == {"case", "attorney"}
    assert not CaseUserAccess.objects.filter(permission__codename="consider_case").exists()
    with cast.acting(cast.ana):
        fresh = open_case(case)
        assert (fresh.stage, fresh.owner_name) == (Stage.GIVEN, "ben")
        stands = {row.to_name: row.status for row in Referral.objects.all()}
        assert stands == {"ben": Status.ACCEPTED, "dee": Status.WITHDRAWN}
    assert not Nudge.objects.exists()


def test_two_accept_at_once(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    offer(cast, case, cast.dee)
    dee = signed_in(cast, "dee")
    assert page(dee, "accept", case).status_code == 200
    answer(cast, case, "ben")
    with pytest.raises(OfferGone):
        answer(cast, case, "dee")
    told = page(dee, "accept", case, {})
    assert told.status_code == 404
    assert "somebody else was a moment faster" in told.content.decode()
    assert visible(cast, "dee") == []


@pytest.mark.django_db(transaction=True)
def test_two_accept_in_the_same_moment():
    """Each in a connection of its own: one has the case, the other is told."""
    cast = make_clinic()
    case = make_case(cast)
    offer(cast, case, cast.ben)
    offer(cast, case, cast.dee)
    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(lambda name: try_to_accept(cast, case, name), ["ben", "dee"]))
    assert told == ["gone", "mine"]
    assert len(visible(cast, "ben")) + len(visible(cast, "dee")) == 1


def try_to_accept(cast: Cast, case: Case, name: str) -> str:
    try:
        answer(cast, case, name)
    except OfferGone:
        return "gone"
    finally:
        connection.close()
    return "mine"


@pytest.mark.parametrize("name", ["accept", "decline"])
def test_a_stranger_learns_nothing(cast, name):
    """The same answer for an offer to somebody else, for none, and for no case at all."""
    case = make_case(cast)
    offer(cast, case, cast.ben)
    dee = signed_in(cast, "dee")
    answers = {
        (response.status_code, response.content.decode().count("There is no open offer here"))
        for known in (case.pk, uuid4())
        for response in (page(dee, name, known), page(dee, name, known, {"reason": "conflict"}))
    }
    assert answers == {(404, 1)}
    assert visible(cast, "dee") == []


def test_an_offer_is_declined(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    ben = signed_in(cast, "ben")
    assert "Choose an answer." in page(ben, "decline", case, {"reason": ""}).content.decode()
    assert page(ben, "decline", case, {"reason": "language"}).status_code == 302
    assert not CaseUserAccess.objects.exists()
    with cast.acting(cast.ana):
        assert open_case(case).stage == Stage.WAITING
        assert Referral.objects.get().reason == "language"
    assert b"language" not in bytes(Referral.objects.get().sealed)
    assert "I do not speak the language" in page(signed_in(cast, "ana"), "give", case).content.decode()
    assert not Nudge.objects.exists()


def test_one_declines_and_one_still_thinks(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    offer(cast, case, cast.dee)
    answer(cast, case, "ben", Reason.NO_TIME)
    with cast.acting(cast.ana):
        assert open_case(case).stage == Stage.OFFERED


def test_an_offer_runs_out(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    CaseUserAccess.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    for reason in (None, Reason.NO_TIME):
        with pytest.raises(OfferGone):
            answer(cast, case, "ben", reason)
    assert page(signed_in(cast, "ben"), "accept", case, {}).status_code == 404


def test_what_ran_out_ends_with_the_next_offer(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    CaseUserAccess.objects.all().delete()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with cast.acting(cast.ana):
        actions.offer_case(case=open_case(case), to=cast.dee, until=tomorrow, by=cast.ana, on=tomorrow)
        stands = {row.to_name: row.status for row in Referral.objects.all()}
    assert stands == {"ben": Status.RAN_OUT, "dee": Status.OPEN}
    assert [nudge.user for nudge in Nudge.objects.all()] == [cast.dee]


def test_somebody_leaves_with_an_offer_and_a_case(cast):
    given, offered = make_case(cast), make_case(cast)
    give(cast, given, cast.ben)
    offer(cast, offered, cast.ben)
    with cast.acting(cast.ana) as ring:
        leaving.leave_clinic(user=cast.ben, ring=ring, by=cast.ana)
    assert not Nudge.objects.exists()
    with cast.acting(cast.ana):
        for case in (given, offered):
            open_case(case)
        assert {row.status for row in Referral.objects.all()} == {Status.WITHDRAWN}
        assert open_case(given).stage == Stage.WAITING


def test_an_offer_is_taken_back(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    referral = Referral.objects.get()
    url = reverse("referrals:withdraw", args=[case.pk, referral.pk])
    assert signed_in(cast, "ben").post(url, secure=True).status_code == 403
    ana = signed_in(cast, "ana")
    for _ in range(2):
        assert ana.post(url, secure=True).status_code == 302
    assert ana.post(reverse("referrals:withdraw", args=[case.pk, uuid4()]), secure=True).status_code == 404
    assert not CaseUserAccess.objects.exists()
    with pytest.raises(OfferGone):
        answer(cast, case, "ben")


def test_a_given_case_cannot_be_offered(cast):
    case = make_case(cast)
    give(cast, case, cast.ben)
    with pytest.raises(Refused) as refused:
        offer(cast, case, cast.dee)
    assert refused.value.refusal == Refusal.NOT_WAITING


def test_giving_ends_every_offer(cast):
    case = make_case(cast)
    offer(cast, case, cast.dee)
    give(cast, case, cast.ben)
    with pytest.raises(OfferGone):
        answer(cast, case, "dee")


def test_a_new_generation_ends_offers(cast):
    """As after a wall or a hostile leaver."""
    case = make_case(cast)
    offer(cast, case, cast.ben)
    with cast.acting(cast.ana), transaction.atomic():
        generations.renew(access.lock(case))
    with pytest.raises(OfferGone):
        answer(cast, case, "ben")
    with cast.acting(cast.ana):
        open_case(case)
        assert Referral.objects.get().to_name == "ben"


def test_a_forged_offer_opens_nothing(cast):
    case = make_case(cast)
    offer(cast, case, cast.ben)
    row = CaseUserAccess.objects.get()
    row.user = cast.dee
    row.save()
    assert page(signed_in(cast, "dee"), "accept", case, {}).status_code == 404
    assert (
        "waiting for your answer"
        in signed_in(cast, "dee").get(reverse("referrals:offers"), secure=True).content.decode()
    )


ACTS: dict[str, Callable[..., object]] = {
    "give": lambda case, cast, **known: actions.give_case(case=case, to=cast.dee, **known),
    "help": lambda case, cast, **known: actions.let_help(case=case, to=cast.dee, until=SOON, **known),
    "offer": lambda case, cast, **known: actions.offer_case(case=case, to=cast.dee, until=SOON, **known),
    "accept": lambda case, cast, **known: actions.accept_offer(case=case, **known),
    "decline": lambda case, cast, **known: actions.decline_offer(case=case, reason=Reason.OTHER, **known),
    "withdraw": lambda case, cast, **known: actions.withdraw_offer(referral=Referral.objects.get(), **known),
    "seen": lambda case, cast, **known: actions.confirm_receipt(case=case, **known),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_saved_when_the_audit_fails(cast, monkeypatch, act):
    case = make_case(cast)
    if act in {"accept", "decline", "withdraw"}:
        offer(cast, case, cast.ben)
    if act == "seen":
        give(cast, case, cast.ben)
    before = stand(case)
    monkeypatch.setattr(audit, "record", no_audit)
    who = cast.ben if act in {"accept", "decline", "seen"} else cast.ana
    known = {"by": who, "on": timezone.localdate()}
    with cast.acting(who):
        fresh = open_case(case)
        with pytest.raises(RuntimeError):
            ACTS[act](fresh, cast, **known)
    assert stand(case) == before


def no_audit(*args: object, **kwargs: object) -> None:
    raise RuntimeError("no audit")


def stand(case: Case) -> tuple[object, ...]:
    rows = [
        sorted(map(str, model.objects.values_list("pk", flat=True)))
        for model in (CaseUserAccess, CaseTeamAccess)
    ]
    referrals = sorted((str(one.pk), one.rev) for one in Referral.objects.all())
    return (*rows, referrals, Case.objects.get(pk=case.pk).rev, Nudge.objects.count())


def test_the_list_of_offers_has_a_query_ceiling(cast):
    ben, counts = signed_in(cast, "ben"), []
    for more in (2, 6):
        for _ in range(more):
            offer(cast, make_case(cast), cast.ben)
        with CaptureQueriesContext(connection) as queries:
            ben.get(reverse("referrals:offers"), secure=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]
