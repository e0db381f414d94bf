"""Writing a request and reading it."""

import re

import pytest
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.cases.models import Detention
from clinic.directory.models import Agency, Letterhead
from tests.accounts.doorway import signed_in
from tests.uvisa import build
from tests.uvisa.pages import pages_of, words
from uvisa.models import CertificationRequest

TYPED = {
    "crimes": ["felonious_assault", "similar_activity"],
    "similar": "Terroristic threats",
    "crime_dates": "July 9, 2026",
    "crime_place": "Example Street",
    "case_number": "MP-26-000123",
    "how_helped": "She called 911.\nShe gave a statement.",
    "removal_proceedings": "yes",
    "expedite_asked": "yes",
    "proof_of_proceedings": "yes",
    "enclosures": "Notice to appear\nPolice report",
}


def agency(slug=build.MPD):
    return str(Agency.objects.get(slug=slug).pk)


def new_url(case):
    return f"/certification/{case.pk}/new/"


def only(cast, user, *names):
    with cast.acting(user):
        found = build.found(CertificationRequest.objects.get())
        return [getattr(found, name) for name in names]


# New


@pytest.mark.parametrize("name", ["ana", "ben", "sol"])
def test_it_works(cast, case, name):
    browser = signed_in(cast, name)
    page = words(browser.get(new_url(case), secure=True))
    assert "Nothing leaves before a supervising attorney approves it." in page
    answer = browser.post(new_url(case), {"agency": agency(), **TYPED}, secure=True, follow=True)
    assert "Being written" in words(answer)
    assert "Terroristic threats" in words(answer)
    user = getattr(cast, name)
    assert only(cast, user, "owner_name", "enclosures", "expedite_asked") == [
        name,
        ["Notice to appear", "Police report"],
        True,
    ]


def test_only_the_agency_is_needed(cast, case):
    browser = signed_in(cast, "ben")
    answer = browser.post(new_url(case), {"agency": agency()}, secure=True, follow=True)
    page = words(answer)
    assert "Still missing" in page
    for what in ("The crime.", "When it happened.", "Where it happened.", "How the victim helped."):
        assert what in page


def test_what_the_case_says_is_not_asked_again(cast, case):
    page = words(signed_in(cast, "ana").get(new_url(case), secure=True))
    assert re.search(r'name="removal_proceedings" value="yes"[^>]*checked', page)
    assert re.search(r'name="expedite_asked" value="yes"[^>]*checked', page)


@pytest.mark.parametrize(
    ("held_at", "told"),
    [
        ("Example County Jail", "“Example County Jail”"),
        ("Released on <bond> 11/20", "“Released on &lt;bond&gt; 11/20”"),
    ],
)
def test_where_somebody_is_held_is_told_and_decides_nothing(cast, case, draft, held_at, told):
    """The letter says "detained" only where somebody answers so: "released" stands in that box too."""
    with cast.acting(cast.ana):
        build.opened(case)
        detention = Detention.objects.get(case=case)
        detention.held_at = held_at
        detention.save()
    browser = signed_in(cast, "ana")
    for path in (new_url(case), build.url(draft, "edit")):
        page = words(browser.get(path, secure=True))
        assert f"The case says of where they are held: {told}." in page
        assert not re.search(r'name="detained" value="yes"[^>]*checked', page)


def test_where_nobody_knows_nothing_is_told(cast, case):
    assert "where they are held" not in words(signed_in(cast, "ana").get(new_url(case), secure=True))


@pytest.mark.parametrize(
    ("slug", "fact", "days"),
    [
        (build.MPD, "family_removal", 7),
        ("st-paul-police", "family_removal", 7),
        (build.SHERIFF, "family_removal", 90),
        (build.MPD, "detained", 30),
        ("hennepin-county-attorney", "detained", 7),
    ],
)
def test_other_reasons_for_the_shorter_time(cast, case, slug, fact, days):
    browser = signed_in(cast, "ben")
    typed = {**TYPED, "agency": agency(slug), "removal_proceedings": "no", fact: "yes"}
    assert browser.post(new_url(case), typed, secure=True).status_code == 302
    request = CertificationRequest.objects.get()
    assert f" {days} days, due" in words(browser.get(build.url(request), secure=True))
    letter = " ".join(pages_of(browser, request))
    if fact == "detained":  # an attorney may ask for it where no rule does
        assert "because the victim is detained" in letter
    else:
        assert ("because a family member" in letter) is (days == 7)


@pytest.mark.parametrize("fact", ["family_removal", "detained"])
def test_the_other_answers_come_back(cast, case, fact):
    request = build.make_request(cast, case)
    browser = signed_in(cast, "ana")
    assert f'name="{fact}" value="later"' in words(browser.get(build.url(request, "edit"), secure=True))
    for answer, kept in (("yes", True), ("no", False), ("later", None)):
        typed = {"agency": agency(), **TYPED, "rev": build.rev(request), fact: answer}
        assert browser.post(build.url(request, "edit"), typed, secure=True).status_code == 302
        assert only(cast, cast.ana, fact) == [kept]
        page = words(browser.get(build.url(request, "edit"), secure=True))
        assert re.search(rf'name="{fact}" value="{answer}"[^>]*checked', page)


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_no_expedite_is_proposed_without_proceedings(cast, case, answer):
    with cast.acting(cast.ana):
        build.opened(case)
        detention = Detention.objects.get(case=case)
        detention.in_removal_proceedings = answer
        detention.save()
    page = words(signed_in(cast, "ana").get(new_url(case), secure=True))
    assert not re.search(r'name="expedite_asked" value="yes"[^>]*checked', page)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"agency": ""}, "Choose an answer."),
        ({"agency": "none"}, "Select a valid choice"),
        ({"agency": "00000000-0000-4000-8000-000000000000"}, "Select a valid choice"),
        ({"crimes": ["jaywalking"]}, "Select a valid choice"),
        ({"removal_proceedings": "perhaps"}, "Select a valid choice"),
        ({"expedite_asked": ""}, "Choose yes or no. It cannot be asked for later."),
        (
            {"removal_proceedings": "no", "family_removal": "yes", "expedite_asked": ""},
            "Choose yes or no. It cannot be asked for later.",
        ),
        ({"similar": ""}, "Name it in a few words"),
        ({"case_number": "9" * 300}, "at most 200 characters"),
    ],
)
def test_bad_input_loses_nothing(cast, case, typed, told):
    answers = {"agency": agency(), **TYPED, **typed}
    page = words(signed_in(cast, "ana").post(new_url(case), answers, secure=True))
    assert told in page
    assert "<title>Error:" in page
    assert "She called 911. She gave a statement." in page
    assert not CertificationRequest.objects.exists()


@pytest.mark.parametrize("move", ["", "edit", "packet"])
@pytest.mark.parametrize("name", ["chi", "dee"])
def test_for_others_it_does_not_exist(cast, draft, name, move):
    assert signed_in(cast, name).get(build.url(draft, move), secure=True).status_code == 404


@pytest.mark.parametrize("name", ["chi", "dee"])
def test_nothing_is_begun_on_a_case_of_others(cast, case, name):
    browser = signed_in(cast, name)
    assert browser.get(new_url(case), secure=True).status_code == 404
    assert browser.post(new_url(case), {"agency": agency()}, secure=True).status_code == 404
    assert not CertificationRequest.objects.exists()


def test_a_request_of_another_case(cast, draft):
    other = build.make_case(cast)
    wrong = f"/certification/{other.pk}/{draft.pk}/"
    assert signed_in(cast, "ana").get(wrong, secure=True).status_code == 404


def test_a_stranger_signs_in_first(cast, draft):
    for move in ("", "edit", "packet"):
        assert Client().get(build.url(draft, move), secure=True).status_code == 302


# Reading it


@pytest.mark.parametrize("move", ["", "edit", "packet"])
def test_looking_is_on_record(cast, draft, move):
    browser = signed_in(cast, "ben")
    before = AuditEvent.objects.count()
    assert browser.get(build.url(draft, move), secure=True).status_code == 200
    assert AuditEvent.objects.count() == before + 1


def test_ben_writes_and_does_not_decide(cast, draft):
    page = words(signed_in(cast, "ben").get(build.url(draft), secure=True))
    assert "Give it to a supervising attorney" in page
    for word in ("Approve and sign", "Withdraw the request", "Record that it was sent"):
        assert word not in page
    assert build.url(draft, "edit") in page


@pytest.mark.parametrize(("name", "said"), [("ana", "/directory/letterhead/"), ("ben", "Ask a coordinator")])
def test_a_missing_letterhead_is_named(cast, draft, name, said):
    Letterhead.objects.all().delete()
    page = words(signed_in(cast, name).get(build.url(draft), secure=True))
    assert "The clinic’s own name and address" in page
    assert said in page
    assert "Give it to a supervising attorney" not in page


def test_facts_of_the_case_are_corrected_there(cast):
    case = build.make_case(cast, born_on=None)
    page = words(signed_in(cast, "ana").get(build.url(build.make_request(cast, case)), secure=True))
    assert "The victim’s date of birth." in page
    assert f"/cases/{case.pk}/edit/" in page


def test_ties_to_enforcement_are_told_before_it_is_sent(cast, case):
    request = build.make_request(cast, case, slug=build.SHERIFF)
    browser = signed_in(cast, "ana")
    assert "This agency works with immigration enforcement" in words(
        browser.get(build.url(request), secure=True)
    )
    build.make_approved(cast, request)
    sent = words(browser.get(build.url(request, "sent"), secure=True))
    assert "This agency works with immigration enforcement" in sent


def test_no_warning_without_ties(cast, draft):
    page = words(signed_in(cast, "ana").get(build.url(draft), secure=True))
    assert "This agency works with immigration enforcement" not in page


def test_the_title_names_nobody(cast, draft):
    page = words(signed_in(cast, "ana").get(build.url(draft), secure=True))
    (title,) = re.findall("<title>.*?</title>", page)
    assert "Zvezdalia" not in title


def test_the_case_shows_its_requests(cast, draft):
    page = words(signed_in(cast, "ben").get(f"/cases/{draft.case_id}/", secure=True))
    assert "U‑visa certification" in page
    assert build.url(draft) in page
    assert new_url(draft.case) in page


# Changing it


def typed_over(draft, **typed):
    return {"agency": agency(), **TYPED, "rev": build.rev(draft), **typed}


def test_ben_changes_it(cast, draft):
    browser = signed_in(cast, "ben")
    assert "MP-26-000123" in words(browser.get(build.url(draft, "edit"), secure=True))
    typed = typed_over(draft, case_number="MP-26-000999", removal_proceedings="unknown", expedite_asked="")
    answer = browser.post(build.url(draft, "edit"), typed, secure=True, follow=True)
    assert "MP-26-000999" in words(answer)
    assert "Don’t know" in words(answer)
    assert re.search(
        r'name="removal_proceedings" value="unknown"[^>]*checked',
        words(browser.get(build.url(draft, "edit"), secure=True)),
    )


def test_the_second_of_two_editors_loses_nothing(cast, draft):
    old = build.rev(draft)
    first, second = signed_in(cast, "ana"), signed_in(cast, "ben")
    first.post(build.url(draft, "edit"), typed_over(draft, case_number="MP-FIRST"), secure=True)
    typed = typed_over(draft, crime_place="Typed by ben", rev=old)
    answer = second.post(build.url(draft, "edit"), typed, secure=True)
    page = words(answer)
    assert answer.status_code == 409
    assert "Nothing of yours is lost" in page
    assert "MP-FIRST" in page
    assert 'value="Typed by ben"' in page
    assert only(cast, cast.ana, "case_number", "crime_place") == ["MP-FIRST", "Example Street"]
    again = {**typed, "rev": build.rev(draft), "case_number": "MP-FIRST"}
    assert f'name="rev" value="{build.rev(draft)}"' in page
    assert second.post(build.url(draft, "edit"), again, secure=True).status_code == 302
    assert only(cast, cast.ana, "case_number", "crime_place") == ["MP-FIRST", "Typed by ben"]


@pytest.mark.parametrize("rev", ["", "-1", "x", "99"])
def test_a_damaged_rev_saves_nothing(cast, draft, rev):
    typed = typed_over(draft, case_number="MP-OTHER", rev=rev)
    answer = signed_in(cast, "ana").post(build.url(draft, "edit"), typed, secure=True)
    assert answer.status_code in (200, 409)
    assert "MP-OTHER" in words(answer)
    assert only(cast, cast.ana, "case_number") == ["MP-26-000123"]


def test_what_was_sent_meanwhile_is_told_and_nothing_lost(cast, draft):
    build.make_sent(cast, draft)
    browser = signed_in(cast, "ana")
    assert "It was sent already" in words(browser.get(build.url(draft, "edit"), secure=True))
    answer = browser.post(build.url(draft, "edit"), typed_over(draft, crime_place="Elm"), secure=True)
    assert answer.status_code == 409
    assert 'value="Elm"' in words(answer)
    assert "Save the request" not in words(answer)


@pytest.mark.parametrize(("answered", "then"), [("yes", True), ("no", False), ("", None)])
def test_an_answer_about_the_full_draft_can_be_left_open_again(cast, case, answered, then):
    request = build.make_request(cast, case, full_draft=not then)
    browser = signed_in(cast, "ana")
    page = browser.get(build.url(request, "edit"), secure=True)
    assert 'type="radio" name="full_draft" value=""' in words(page)
    sent = {**page.context["form"].initial, "full_draft": answered, "enclosures": ""}
    assert browser.post(build.url(request, "edit"), sent, secure=True).status_code == 302
    assert only(cast, cast.ana, "full_draft") == [then]


def test_a_new_request_leaves_the_full_draft_open(cast, case):
    page = words(signed_in(cast, "ana").get(new_url(case), secure=True))
    assert re.search(r'name="full_draft" value=""[^>]*checked', page)
