"""What the content policy refuses, and what would ask a third party, stands in no file of ours."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

STATIC = settings.BASE_DIR / "clinic/static/clinic"
TEMPLATES = settings.BASE_DIR / "templates"
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ELSEWHERE = re.compile(r"@import|url\((?!['\"]?data:)|https?://(?!www\.w3\.org/2000/svg)")
FOREIGN_TAG = re.compile(
    r"<(?:script|link|img|iframe|source)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
)
# Read into a PDF by our own engine, never by a browser.
PDF = "pdf"
EXTENDS = re.compile(r'{% extends "(base\.html|\w+/\w+\.html)" %}')


def pages() -> list[Path]:
    return [one for one in sorted(TEMPLATES.rglob("*.html")) if PDF not in one.relative_to(TEMPLATES).parts]


def named(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", pages(), ids=named)
def test_a_template_compiles_and_has_nothing_inline(path: Path):
    get_template(named(path))
    source = path.read_text()
    assert not INLINE.search(source)
    assert not FOREIGN_TAG.search(source)


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<a onclick='x()'>",
        "<script>x()</script>",
        '<a href="javascript:x">',
    ],
)
def test_something_inline_is_caught(planted: str):
    assert INLINE.search(planted)


def test_a_third_party_is_caught():
    assert FOREIGN_TAG.search('<link rel="stylesheet" href="https://fonts.example/x.css">')
    assert FOREIGN_TAG.search('<script type="module" src="//cdn.example/x.js">')


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda path: path.name)
def test_static_files_ask_nobody_else(path: Path):
    assert not ELSEWHERE.search(path.read_text())
    assert len(path.read_text().splitlines()) < 400


def test_a_style_sheet_from_elsewhere_is_caught():
    assert ELSEWHERE.search('@import "x.css"')
    assert ELSEWHERE.search("background: url(https://example.com/x.png)")


def test_every_page_has_a_title_and_a_heading():
    frames = {TEMPLATES / name for path in pages() for name in EXTENDS.findall(path.read_text())}
    for path in pages():
        source = path.read_text()
        if EXTENDS.search(source) and path not in frames:
            assert "{% block title %}" in source, path
            assert "{% block heading %}" in source, path


# A paper that lies in the printer says which case it is of.
ABOUT_A_CASE = re.compile(r"{% block title %}.*case\.reference.*{% endblock %}")


def prints_no_reference(source: str) -> bool:
    """A page of one case, by its title, whose print would not say which."""
    framed = (TEMPLATES / name for name in EXTENDS.findall(source) if name != "base.html")
    whole = "".join([source, *(frame.read_text() for frame in framed)])
    return bool(ABOUT_A_CASE.search(source)) and "{% block print_reference %}" not in whole


def test_every_page_of_a_case_prints_its_reference():
    about = [path for path in pages() if ABOUT_A_CASE.search(path.read_text())]
    assert len(about) > 15
    assert [named(path) for path in about if prints_no_reference(path.read_text())] == []


def test_a_page_that_prints_no_reference_is_caught():
    title = "{% block title %}{{ case.reference }}{% endblock %}"
    assert prints_no_reference(title)
    assert not prints_no_reference(title + "{% block print_reference %} {{ case.reference }}{% endblock %}")
