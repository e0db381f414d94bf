"""The documentation says what is there: promise, commands, pictures, decisions, settings."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.house.programs import ROOT

README, DOCS = ROOT / "README.md", ROOT / "docs"
PROMISE_PAGE = ROOT / "templates" / "accounts" / "promise.html"
PROMISE_TOLD = (README, DOCS / "threat-model.md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```.*?^ *```", re.DOTALL | re.MULTILINE)
NOT_A_PAGE = ("http://", "https://", "mailto:")


def promise_on_page(html: str) -> str:
    found = re.search(r'<blockquote class="promise">.*?translate "(.*?)" %}', html, re.DOTALL)
    return flat(found[1]) if found else ""


def flat(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def promise_faults(told: str, page: str) -> Iterator[str]:
    quoted = {flat(line.removeprefix("> ")) for line in told.splitlines() if line.startswith("> ")}
    if not page or page not in quoted:
        yield "the promise is not the page's, word for word"


def commands_named(text: str) -> set[str]:
    """In the table of commands, and wherever manage.py is called."""
    _, _, section = text.partition("\n## Commands\n")
    table = re.findall(r"^\| `(\w+)` \|", section.partition("\n## ")[0], re.MULTILINE)
    return {*table, *re.findall(r"(?:manage\.py|clinic-manage) (\w+)", text)}


def command_faults(text: str) -> Iterator[str]:
    yield from (f"no such command: {name}" for name in sorted(commands_named(text) - get_commands().keys()))
    for name in sorted(set(re.findall(r"`?(script/\w+)", text))):
        if not (ROOT / name).is_file():
            yield f"no such script: {name}"


def link_faults(text: str, folder: Path) -> Iterator[str]:
    """Pictures and pages that a page points to, and headings in them."""
    for target in LINK.findall(FENCE.sub("", text)):
        if target.startswith(NOT_A_PAGE):
            continue
        path, _, heading = target.partition("#")
        page = (folder / path).resolve() if path else None
        if page and not page.is_file():
            yield f"points to nothing: {target}"
        elif heading and heading not in headings(page.read_text() if page else text):
            yield f"no such heading: {target}"


def headings(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def decision_faults(index: str, names: list[str]) -> Iterator[str]:
    yield from (f"not in docs/README.md: {name}" for name in names if f"](adr/{name})" not in index)
    numbers = [name[:4] for name in names]
    yield from (f"two decisions {number}" for number in sorted(set(numbers)) if numbers.count(number) > 1)
    yield from (f"no number: {name}" for name in names if not re.match(r"\d{4}-[a-z0-9-]+\.md$", name))


def settings_faults(guide: str, code: str) -> Iterator[str]:
    """Settings that the guide writes down, and the program never reads."""
    written = re.findall(r"^([A-Z][A-Z0-9_]+)=", guide, re.MULTILINE)
    table = re.findall(r"`([A-Z][A-Z0-9_]+)`", guide.partition("| setting |")[2].partition("\n\n")[0])
    for name in sorted({name.removesuffix("_FILE") for name in (*written, *table)}):
        if f'"{name}"' not in code:
            yield f"no such setting: {name}"


def pages() -> list[Path]:
    return [README, ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def decisions() -> list[str]:
    return sorted(path.name for path in (DOCS / "adr").iterdir())


@pytest.mark.parametrize("page", PROMISE_TOLD, ids=lambda page: page.name)
def test_the_promise_is_the_one_behind_the_sign_in_page(page):
    assert list(promise_faults(page.read_text(), promise_on_page(PROMISE_PAGE.read_text()))) == []


@pytest.mark.parametrize("page", [README, DOCS / "running.md"], ids=lambda page: page.name)
def test_every_command_exists(page):
    assert {"setup", "recover", "doctor"} <= commands_named(page.read_text())
    assert list(command_faults(page.read_text())) == []


def test_every_command_of_ours_is_in_the_readme():
    ours = {path.stem for path in ROOT.glob("clinic/**/management/commands/[a-z]*.py")}
    refusing = {"createsuperuser", "changepassword"}
    assert ours - refusing - commands_named(README.read_text()) == set()


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_picture_and_page_that_is_pointed_to_exists(page):
    assert list(link_faults(page.read_text(), page.parent)) == []


def test_every_decision_is_listed():
    assert len(decisions()) >= 10
    assert list(decision_faults((DOCS / "README.md").read_text(), decisions())) == []


def test_every_page_is_listed():
    index = (DOCS / "README.md").read_text()
    assert [page.name for page in DOCS.glob("[a-z]*.md") if f"]({page.name})" not in index] == []


def test_every_setting_is_read():
    code = (ROOT / "clinic" / "settings.py").read_text()
    assert list(settings_faults((DOCS / "running.md").read_text(), code)) == []


PAGE = promise_on_page(PROMISE_PAGE.read_text())
TWICE = "](adr/0001-a.md) ](adr/0001-b.md)"
PLANTED: dict[str, Callable[[], Iterator[str]]] = {
    "a stronger promise": lambda: promise_faults(f"> {PAGE.replace('nobody', 'never ever anybody')}", PAGE),
    "half a promise": lambda: promise_faults(f"> {PAGE.partition('. ')[0]}.", PAGE),
    "a page without a promise": lambda: promise_faults("> ", promise_on_page("<p>We protect you.</p>")),
    "a command in the table": lambda: command_faults("\n## Commands\n\n| `no_such` | does |\n"),
    "a command in a line": lambda: command_faults("Run `manage.py no_such --all`."),
    "a script": lambda: command_faults("Run `script/nothing`."),
    "a picture": lambda: link_faults("![Sign in](docs/screenshots/none.png)", ROOT),
    "a page": lambda: link_faults("[There](docs/nowhere.md)", ROOT),
    "a heading": lambda: link_faults("[There](#nowhere)\n\n# Somewhere\n", ROOT),
    "a heading elsewhere": lambda: link_faults("[There](docs/README.md#nowhere)", ROOT),
    "a decision": lambda: decision_faults("", ["0001-a.md"]),
    "a number used twice": lambda: decision_faults(TWICE, ["0001-a.md", "0001-b.md"]),
    "a decision without a number": lambda: decision_faults("](adr/a.md)", ["a.md"]),
    "a setting": lambda: settings_faults("NO_SUCH_THING=1\n", ""),
    "a setting in the table": lambda: settings_faults("| setting | x |\n| `NO_SUCH` | x |\n\n", ""),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_it_is_found(planted):
    assert list(PLANTED[planted]()) != []
