"""A form whose token the browser no longer has."""

import pytest
from django.test import Client

from tests.accounts.doorway import signed_in
from tests.builders import Cast, make_clinic

OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {
    "name": "fay smith",
    "email": "I was writing this",
    "code": "123456",
    "csrfmiddlewaretoken": "forged",
}


@pytest.fixture
def cast(db, recorded) -> Cast:
    return make_clinic()


@pytest.fixture
def ana(cast) -> Client:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(cast, "ana").cookies
    return strict


def send(browser: Client, where="/people/invite/", headers=OURS) -> str:
    response = browser.post(where, TYPED, secure=True, headers=headers)
    assert response.status_code == 403
    return str(response.content.decode())


def test_it_works(ana):
    """What was typed stands on the page, which can send it."""
    page = send(ana)
    assert "This form was open too long" in page
    assert "I was writing this" in page
    assert 'action="/people/invite/"' in page
    assert "Continue" in page
    assert "Sign in in another tab" not in page


def test_somebody_signed_out_is_told_to_sign_in_first():
    assert "Sign in in another tab" in send(Client(enforce_csrf_checks=True))


def test_codes_and_tokens_do_not_come_back(ana):
    page = send(ana)
    assert "123456" not in page
    assert "forged" not in page


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
def test_another_site_gets_nothing_onto_the_page(ana, headers):
    page = send(ana, headers=headers)
    assert "I was writing this" not in page
    assert "load the page again" in page


@pytest.mark.parametrize("where", ["/sign-in/", "/join/", "/lost/", "/nowhere/"])
def test_where_nobody_is_signed_in_nothing_is_given_back(ana, where):
    response = ana.post(where, TYPED, secure=True, headers=OURS)
    assert response.status_code in {403, 404}
    assert "I was writing this" not in response.content.decode()
