"""The small scripts, each on a page of its own in Chromium, under the content policy they must live with."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

STATIC = settings.BASE_DIR / "clinic/static/clinic/js"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'"
AWAY = "https://neutral.example/"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PAGES = {
    "/leave": f"""<aside data-leave="{AWAY}"><a href="{AWAY}" data-leave-now>Leave</a>
        <p data-needs-script hidden>Shift</p></aside><form><input id="name"></form>""",
    "/reveal": """<form><input type="radio" name="needs" value="yes" id="yes"><input type="radio" name="needs"
        value="no" id="no"><p data-reveal="needs=yes,unknown" id="shy"><input id="which"></p></form>""",
    "/autosave": """<form method="post" action="/sent" data-autosave="/save"><input id="name" name="name">
        <input type="hidden" name="rev" value="1"><p data-saved data-saving="Saving" data-done="Saved at %s"
        data-failed="Failed" data-offline="Offline" data-stale="Stale" data-gone="Gone"></p>
        <button>Send</button></form>
        <form method="post" action="/locked" data-lock><button>Lock</button></form>""",
    "/swap": """<form method="post" action="/found" data-swap="hits" data-swap-typing><input id="q" name="q">
        <button>Search</button></form><div id="hits">none</div>""",
    "/found": """<div id="hits">one</div>""",
    "/lock": """<form method="post" action="/locked" data-lock><input type="hidden" name="next" value="/lock">
        </form><main><form method="post" action="/note"><textarea id="text" name="text"></textarea></form>
        </main><div data-idle="4" data-early="3" data-ask="/alive" hidden><button>Stay</button></div>""",
}
Asked = list[tuple[str, str]]


class Clinic(BaseHTTPRequestHandler):
    asked: Asked
    answers: dict[str, tuple[int, str]]
    quick = threading.Event()  # cleared, a save hangs

    def do_GET(self) -> None:
        path = urlparse(self.path).path
        if path.startswith("/js/"):
            return self.answer(200, "text/javascript", (STATIC / path[4:]).read_text())
        script = f'<script type="module" src="/js{path}.js"></script>'
        return self.answer(
            200, "text/html", f"<!doctype html><title>{path}</title>{PAGES.get(path, '')}{script}"
        )

    def do_POST(self) -> None:
        typed = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((self.path, typed))
        if self.path == "/save":
            self.quick.wait(10)
        status, said = self.answers.get(self.path, (200, PAGES.get(self.path, "")))
        self.answer(status, "application/json" if said.startswith("{") else "text/html", said)

    def answer(self, status: int, kind: str, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def clinic() -> Iterator[ThreadingHTTPServer]:
    Clinic.asked, Clinic.answers = [], {"/save": (200, '{"ok": true, "rev": 2}')}
    Clinic.quick.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Clinic)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    Clinic.quick.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, clinic: ThreadingHTTPServer) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://127.0.0.1:{clinic.server_port}")
    context.route(f"{AWAY}**", lambda route: route.fulfill(body="Weather", content_type="text/html"))
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert broken == []


def posted(path: str) -> list[str]:
    return [typed for asked, typed in Clinic.asked if asked == path]


def test_shift_three_times_leaves_and_back_does_not_return(page: Page):
    page.goto("/leave")
    page.fill("#name", "Zoe")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(AWAY)
    assert page.go_back() is None or "/leave" not in page.url


def test_the_button_leaves_and_an_older_page_of_ours_leaves_again(page: Page):
    page.goto("/leave?first")
    page.goto("/leave?second")
    page.click("[data-leave-now]")
    page.wait_for_url(AWAY)
    page.evaluate("history.back()")
    page.wait_for_timeout(300)
    page.wait_for_url(AWAY)


def test_shift_while_typing_capitals_does_not_leave(page: Page):
    page.goto("/leave")
    for letter in "ZOE":
        page.press("#name", f"Shift+{letter}")
    page.wait_for_timeout(200)
    assert page.url.endswith("/leave")


def test_a_question_shows_once_its_answer_is_chosen_and_never_hides_an_answer(page: Page):
    page.goto("/reveal")
    expect(page.locator("#shy")).to_have_attribute("data-hidden-question", "")
    page.check("#yes")
    expect(page.locator("#shy")).not_to_have_attribute("data-hidden-question", "")
    page.fill("#which", "Somali")
    page.check("#no")
    expect(page.locator("#shy")).not_to_have_attribute("data-hidden-question", "")


def test_it_saves_as_one_types_and_takes_the_new_version(page: Page):
    page.goto("/autosave")
    page.fill("#name", "Zoe")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at", timeout=6000)
    assert "Zoe" in posted("/save")[0]
    assert page.input_value("[name=rev]") == "2"


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (500, "broken", "Failed"),
        (200, '{"ok": false}', "Failed"),
        (409, '{"ok": false}', "Stale"),
        (403, "", "Gone"),
    ],
)
def test_what_was_not_saved_is_never_called_saved(page: Page, status: int, said: str, words: str):
    Clinic.answers["/save"] = (status, said)
    page.goto("/autosave")
    page.fill("#name", "Zoe")
    expect(page.locator("[data-saved]")).to_have_text(words, timeout=6000)
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "failed")


def test_without_a_connection_it_says_so_and_saves_when_it_is_back(page: Page):
    page.goto("/autosave")
    page.context.set_offline(True)
    page.fill("#name", "Zoe")
    expect(page.locator("[data-saved]")).to_have_text("Offline", timeout=6000)
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at", timeout=6000)


def test_the_last_words_are_sent_as_the_page_goes(page: Page):
    page.goto("/autosave")
    page.fill("#name", "Last words")
    page.goto("/found")
    page.wait_for_timeout(300)
    assert "Last words" in posted("/save")[-1]


@pytest.fixture
def asked_to_stay(page: Page) -> list[str]:
    """What the browser asked before it let the page go. It may go each time."""
    asked: list[str] = []

    def let_go(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", let_go)
    return asked


def type_words(page: Page, words: str) -> None:
    """As a hand does: without one, a browser asks nothing."""
    page.goto("/autosave")
    page.click("#name")
    page.keyboard.type(words)


def test_words_whose_saving_hangs_are_sent_again_and_the_browser_asks(page: Page, asked_to_stay):
    Clinic.quick.clear()
    type_words(page, "Last words")
    expect(page.locator("[data-saved]")).to_have_text("Saving", timeout=6000)
    page.goto("/found")
    page.wait_for_timeout(300)
    assert asked_to_stay == ["beforeunload"]
    assert ["Last words" in one for one in posted("/save")] == [True, True]


def test_words_newer_than_those_whose_saving_hangs_come_last(page: Page, asked_to_stay):
    Clinic.quick.clear()
    type_words(page, "Last")
    expect(page.locator("[data-saved]")).to_have_text("Saving", timeout=6000)
    page.keyboard.type(" words")
    page.goto("/found")
    page.wait_for_timeout(300)
    assert ["Last words" in one for one in posted("/save")] == [False, True]


def test_words_of_a_moment_ago_go_by_themselves(page: Page, asked_to_stay):
    """Else each quick click on a link is asked about, and soon nobody reads the question."""
    type_words(page, "Zoe")
    page.goto("/found")
    page.wait_for_timeout(300)
    assert asked_to_stay == []
    assert "Zoe" in posted("/save")[-1]


def test_words_that_could_not_be_saved_make_the_browser_ask(page: Page, asked_to_stay):
    Clinic.answers["/save"] = (500, "broken")
    type_words(page, "Zoe")
    expect(page.locator("[data-saved]")).to_have_text("Failed", timeout=6000)
    page.goto("/found")
    assert asked_to_stay == ["beforeunload"]


def test_saved_words_let_the_page_go(page: Page, asked_to_stay):
    type_words(page, "Zoe")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at", timeout=6000)
    page.goto("/found")
    assert asked_to_stay == []


@pytest.mark.parametrize(("button", "goes_to"), [("Send", "/sent"), ("Lock", "/locked")])
def test_sending_and_locking_are_not_held_up(page: Page, asked_to_stay, button: str, goes_to: str):
    type_words(page, "Zoe")
    page.click(f"text={button}")
    page.wait_for_url(f"**{goes_to}")
    assert asked_to_stay == []


def test_locking_is_not_held_up_by_a_save_that_hangs(page: Page, asked_to_stay):
    Clinic.quick.clear()
    type_words(page, "Zoe")
    expect(page.locator("[data-saved]")).to_have_text("Saving", timeout=6000)
    page.click("text=Lock")
    page.wait_for_url("**/locked", timeout=6000)
    assert asked_to_stay == []


def test_more_words_than_may_outlive_a_page_are_saved_too(page: Page):
    page.goto("/autosave")
    page.fill("#name", "Zoe " * 30_000)
    expect(page.locator("[data-saved]")).to_contain_text("Saved at", timeout=6000)


def test_search_is_answered_in_place(page: Page):
    page.goto("/swap")
    page.fill("#q", "zo")
    expect(page.locator("#hits")).to_have_text("one")
    assert page.url.endswith("/swap")


def test_where_the_answer_lacks_the_region_the_form_is_sent_plainly(page: Page):
    Clinic.answers["/found"] = (200, "<p>sign in</p>")
    page.goto("/swap")
    page.click("button")
    page.wait_for_url("**/found")


def test_alt_l_locks_and_takes_along_what_was_typed(page: Page):
    page.goto("/lock")
    page.fill("#text", "half a note")
    page.keyboard.press("Alt+KeyL")
    page.wait_for_url("**/locked")
    assert "text=half+a+note" in posted("/locked")[0]
    assert "next=%2Fnote" in posted("/locked")[0]


def test_idling_warns_and_then_locks(page: Page):
    page.goto("/lock")
    expect(page.locator("[data-idle]")).to_be_visible(timeout=3000)
    page.wait_for_url("**/locked", timeout=6000)


def test_staying_puts_the_lock_off(page: Page):
    page.goto("/lock")
    page.click("[data-idle] button", timeout=4000)
    expect(page.locator("[data-idle]")).to_be_hidden()
