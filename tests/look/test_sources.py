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
