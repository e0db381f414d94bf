import re

import pytest
from django.test import Client

from clinic.directory import actions
from clinic.directory.models import Agency, ClockRule
from tests.accounts.doorway import signed_in
from tests.builders import make_clinic

AGENCIES = "/directory/agencies/"


@pytest.fixture
def cast(db):
    actions.load_facts()
    return make_clinic()


def rule(slug="minnesota-statute"):
    return ClockRule.objects.get(slug=slug)


def confirm_url(slug="minnesota-statute"):
    return f"/directory/rules/{rule(slug).pk}/confirm/"


def confirm(browser, url, **more):
    """Opens the page and confirms what stands there."""
    seen = browser.get(url, secure=True).context["form"].initial["seen"]
    return browser.post(url, {"seen": seen}, secure=True, **more)


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_it_works(cast):
    page = signed_in(cast, "chi").get(AGENCIES, secure=True)
    assert page.status_code == 200
    text = words(page)
    assert "Minneapolis Police Department" in text
    assert "30 days; 7 days if asked for and the victim or a family member is in removal proceedings" in text
    assert "Minn. Stat. 611A.95, subd. 2(b)" in text
    assert "The law itself was read" in text
    assert "4 rules have not been confirmed" in text
    assert "Verify with a lawyer" in text
    assert "Agreement with ICE:" in text
    assert "Holds people for ICE:" in text


def own_rules(page, slug):
    card = page.content.decode().split(f'id="{slug}"')[1].split('class="card"')[0]
    return re.findall(r'href="#([^"]+)"', card.split("</ul>")[0])


@pytest.mark.parametrize(
    ("slug", "rules"),
    [
        ("hennepin-county-attorney", ["hennepin-county-attorney-policy", "clinic-target"]),
        ("minneapolis-city-attorney", ["minneapolis-ordinance"]),
        ("minneapolis-police", ["minneapolis-ordinance", "minnesota-statute"]),
        ("sherburne-county-sheriff", ["minnesota-statute"]),
    ],
)
def test_an_agency_lists_the_rules_that_its_clocks_use(cast, slug, rules):
    """Our own target too, where nothing binds and nothing is as early."""
    page = signed_in(cast, "chi").get(AGENCIES, secure=True)
    assert sorted(own_rules(page, slug)) == sorted(rules)


def test_only_supervisors_are_asked_to_confirm(cast):
    assert confirm_url() in words(signed_in(cast, "sol").get(AGENCIES, secure=True))
    assert confirm_url() not in words(signed_in(cast, "ana").get(AGENCIES, secure=True))
    assert confirm_url("clinic-target") not in words(signed_in(cast, "sol").get(AGENCIES, secure=True))


def test_as_many_queries_for_more_agencies(cast, django_assert_max_num_queries):
    city = Agency.objects.get(slug="minneapolis-police").jurisdiction
    for n in range(30):
        Agency.objects.create(
            slug=f"example-{n}", name=f"Example {n}", kind="other", jurisdiction=city, confidence="M"
        )
    browser = signed_in(cast, "chi")
    browser.get(AGENCIES, secure=True)
    with django_assert_max_num_queries(20):
        assert "Example 29" in words(browser.get(AGENCIES, secure=True))


def test_a_supervising_attorney_confirms(cast):
    browser = signed_in(cast, "sol")
    assert "Have you read this law?" in words(browser.get(confirm_url(), secure=True))
    assert rule().verified_on is None
    answer = confirm(browser, confirm_url(), follow=True)
    assert "The rule is confirmed." in words(answer)
    assert "by sol on" in words(answer)
    assert rule().verified_by == cast.sol


def test_a_second_confirmation_changes_nothing(cast):
    browser = signed_in(cast, "sol")
    confirm(browser, confirm_url())
    ClockRule.objects.filter(slug="minnesota-statute").update(verified_on="2026-01-01")
    assert "Nothing was changed" in words(confirm(browser, confirm_url(), follow=True))
    assert rule().verified_on.year == 2026
    assert rule().verified_on.isoformat() == "2026-01-01"
    page = words(browser.get(confirm_url(), secure=True))
    assert "confirmed already, by sol on January 1, 2026." in page
    assert "Have you read this law?" not in page


def take_back_url():
    return f"/directory/rules/{rule().pk}/take-back/"


def test_a_confirmation_can_be_taken_back(cast):
    browser = signed_in(cast, "sol")
    assert take_back_url() not in words(browser.get(confirm_url(), secure=True))
    confirm(browser, confirm_url())
    assert confirm_url() in words(browser.get(AGENCIES, secure=True))
    page = words(browser.get(confirm_url(), secure=True))
    assert f'action="{take_back_url()}"' in page
    assert "Take back the confirmation" in page
    told = words(browser.post(take_back_url(), secure=True, follow=True))
    assert "The confirmation is taken back." in told
    assert rule().verified_on is None
    assert "Nothing was changed" in words(browser.post(take_back_url(), secure=True, follow=True))


@pytest.mark.parametrize("name", ["ana", "ben", "chi", "dee"])
def test_who_may_not_take_it_back(cast, name):
    confirm(signed_in(cast, "sol"), confirm_url())
    assert signed_in(cast, name).post(take_back_url(), secure=True).status_code == 403
    assert rule().verified_on is not None


def test_a_demand_cannot_be_confirmed(cast):
    browser = signed_in(cast, "sol")
    assert "nobody can confirm it" in words(browser.get(confirm_url("clinic-target"), secure=True))
    confirm(browser, confirm_url("clinic-target"))
    assert rule("clinic-target").verified_on is None


@pytest.mark.parametrize(
    ("slug", "told"),
    [
        ("hennepin-county-attorney-policy", "Not strict: we chase, and do not call it late"),
        ("hennepin-county-attorney-policy", "<dd>Hennepin County Attorney</dd>"),
        ("hennepin-county-attorney-policy", "Since March 7, 2024"),
        ("minnesota-statute", "Strict: once the time is over, we call it late"),
        ("minnesota-statute", "Every agency of the kind “Law enforcement” in Minnesota"),
        ("minnesota-statute", "No first or last day is known"),
        ("minneapolis-ordinance", "Every agency in Minneapolis"),
    ],
)
def test_all_that_decides_a_day_stands_on_the_page(cast, slug, told):
    assert told in words(signed_in(cast, "sol").get(confirm_url(slug), secure=True))


@pytest.mark.parametrize(
    "changed",
    [
        {"expedited_days": 10},
        {"soft": True},
        {"citation": "Minn. Stat. 611A.95, subd. 9"},
        {"agency_kind": ""},
        {"effective_to": "2026-12-31"},
    ],
)
def test_only_what_was_on_the_screen_is_confirmed(cast, changed):
    browser = signed_in(cast, "sol")
    shown = browser.get(confirm_url(), secure=True).context["form"].initial
    ClockRule.objects.filter(slug="minnesota-statute").update(**changed)
    told = browser.post(confirm_url(), shown, secure=True)
    assert told.status_code == 409
    assert "The rule changed while you were reading" in words(told)
    assert rule().verified_on is None
    again = browser.post(confirm_url(), told.context["form"].initial, secure=True)
    assert again.status_code == 302
    assert rule().verified_by == cast.sol


def test_a_confirmation_of_nothing_seen_is_refused(cast):
    assert signed_in(cast, "sol").post(confirm_url(), secure=True).status_code == 409
    assert rule().verified_on is None


@pytest.mark.parametrize("name", ["ana", "ben", "chi", "dee"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_confirm(cast, name, method):
    answer = getattr(signed_in(cast, name), method)(confirm_url(), secure=True)
    assert answer.status_code == 403
    assert rule().verified_on is None


def test_a_stranger_signs_in_first(cast):
    assert Client().get(AGENCIES, secure=True).status_code == 302
    Client().post(confirm_url(), secure=True)
    assert rule().verified_on is None


def test_no_such_rule(cast):
    browser = signed_in(cast, "sol")
    assert browser.get(f"/directory/rules/{cast.sol.pk}/confirm/", secure=True).status_code == 404
    assert browser.get("/directory/rules/none/confirm/", secure=True).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_list_is_only_read(cast, method):
    assert getattr(signed_in(cast, "sol"), method)(AGENCIES, secure=True).status_code == 405
