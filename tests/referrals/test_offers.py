"""Offering a case, and every way an offer ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import languages
from clinic.accounts import leaving
from clinic.accounts.models import Nudge
from clinic.cases import access, generations
from clinic.cases.access import OfferGone
from clinic.cases.models import Case, CaseUserAccess, Stage
from referrals import actions
from referrals.errors import Refused
from referrals.models import Referral
from referrals.rules import Reason, Refusal, Status
from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic
from tests.cases_builders import give, make_case, offer, open_case
from tests.referrals.desk import answer, holds, page, visible

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_clinic()


@pytest.mark.parametrize(
    ("language", "said"), [(languages.UNKNOWN, "Not known yet"), (languages.NOT_LISTED, "Another language")]
)
def test_who_gives_or_is_asked_sees_no_code_of_a_language(cast, language, said):
    case = make_case(cast, language=language)
    offer(cast, case, cast.ben)
    asked = signed_in(cast, "ben").get(reverse("referrals:offers"), secure=True)
    for shown in (asked, page(signed_in(cast, "ana"), "give", case)):
        assert said in shown.content.decode()
        assert f">{language}<" not in shown.content.decode()


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
    assert "the people written down by name; the story may name others" in names
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


def test_the_list_of_offers_has_a_query_ceiling(cast):
    ben, counts = signed_in(cast, "ben"), []
    for more in (2, 6):
        for _ in range(more):
            offer(cast, make_case(cast), cast.ben)
        with CaptureQueriesContext(connection) as queries:
            ben.get(reverse("referrals:offers"), secure=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]
