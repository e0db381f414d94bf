"""WCAG 2.2 in both schemes: text 4.5:1, borders and the focus ring 3:1. axe does not see borders."""

import re

import pytest
from django.conf import settings

CSS = settings.BASE_DIR / "clinic/static/clinic"
TOKEN = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b")
GROUNDS = ("paper", "sheet")
TINTS = ("accent-tint", "warn-tint", "good-tint", "danger-tint")
TEXT = (
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in (*GROUNDS, "sunk", *TINTS)),
    *((ink, ground) for ink in ("accent", "accent-deep", "danger", "warn", "good") for ground in GROUNDS),
    ("accent-deep", "accent-tint"),
    ("warn", "warn-tint"),
    ("good", "good-tint"),
    ("danger", "danger-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-danger", "danger"),
    ("on-danger", "danger-deep"),
)
EDGES = (
    *(("line", ground) for ground in (*GROUNDS, "sunk")),
    *(("focus", ground) for ground in (*GROUNDS, "sunk", *TINTS)),
    *((edge, ground) for edge in ("accent", "danger", "warn", "good") for ground in GROUNDS),
)


def schemes(css: str) -> dict[str, dict[str, str]]:
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    bright = dict(TOKEN.findall(light))
    return {"light": bright, "dark": bright | dict(TOKEN.findall(dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def too_faint(css: str) -> list[str]:
    wanted = [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in EDGES]
    return [
        f"{scheme}: {front} on {back}: {contrast(colours[front], colours[back]):.2f}"
        for scheme, colours in schemes(css).items()
        for (front, back), least in wanted
        if contrast(colours[front], colours[back]) < least
    ]


def tokens() -> str:
    return (CSS / "tokens.css").read_text()


def test_known_contrasts():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_pair_is_strong_enough():
    assert too_faint(tokens()) == []


def test_a_faint_text_and_a_faint_border_are_caught():
    assert too_faint(tokens().replace("--ink-soft: #4a5160", "--ink-soft: #a0a0a0"))
    assert too_faint(tokens().replace("--line: #7d7461", "--line: #c9c0ae"))


def test_every_colour_is_measured():
    measured = {name for pair in (*TEXT, *EDGES) for name in pair}
    assert set(schemes(tokens())["light"]) - measured == {
        "hair"
    }  # decoration: never the only sign of anything


def test_dark_names_every_colour():
    light, dark = tokens().split("@media (prefers-color-scheme: dark)")
    assert dict(TOKEN.findall(light)).keys() == dict(TOKEN.findall(dark)).keys()
