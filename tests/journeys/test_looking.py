"""What looks at each page can fail: each thing it watches for is planted once."""

import pytest

from tests.journeys.people import NARROW, Mode


@pytest.fixture
def anon(meet):
    person = meet("anon", Mode(NARROW))
    person.go("/sign-in/")
    yield person
    person.complaints.clear()


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("document.querySelector('label').remove()", "axe"),
        ("document.querySelector('h1').remove()", "not one heading"),
        ("document.querySelector('main').style.inlineSize = '400px'", "scrolls sideways"),
        ("document.title = ''", "no title"),
    ],
)
def test_a_fault_of_the_page_is_seen(anon, planted, told):
    anon.page.evaluate(planted)
    with pytest.raises(AssertionError, match=told):
        anon.look()


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        (
            "document.body.append(Object.assign(new Image(), { src: 'https://third.example/x.png' }))",
            "console",
        ),
        ("location.href = 'http://127.0.0.1:9/'", "asked a third party"),
        ("setTimeout(() => { throw new Error('planted') })", "script error"),
    ],
)
def test_what_happens_unseen_is_noted(anon, planted, told):
    assert not anon.complaints
    anon.page.evaluate(planted)
    anon.page.wait_for_timeout(500)
    assert any(told in complaint for complaint in anon.complaints), anon.complaints


def test_words_that_are_not_there_are_missed(anon):
    with pytest.raises(AssertionError, match="does not see"):
        anon.sees("No such words")
