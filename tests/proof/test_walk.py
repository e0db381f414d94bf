"""Every page is walked and every box written in, so that a new one cannot be forgotten.

The pages are those of tests/house/matrix.py; the boxes are those of the forms that were met on the way.
"""

import pytest

from clinic.cases.forms import FactsForm
from clinic.proof.canaries import Canaries
from clinic.proof.pages import forms_of
from clinic.proof.trail import Trail
from intake.forms import CallForm
from tests.house.matrix import TABLE, Line, read
from uvisa.forms import RequestForm

SHOWN = {200, 409}  # 409: a page that there is, and not for the case that the matrix asks it of
TAKEN = {200, 302, 409}  # sent empty, a form is shown again, or says that somebody was faster

# Walked, and no canary written there: why.
PLAIN_BOXES = {
    "directory:edit_agency": "public facts stand plain",
    "directory:letterhead": "the clinic’s own address stands plain",
    "accounts:invite name": "sign-in names stand plain",
    "accounts:invite email": "staff addresses stand plain",
    "accounts:join name": "sign-in names stand plain",
    "accounts:lost name": "sign-in names stand plain",
    "accounts:second_factor code": "six digits would be found by chance",
    "accounts:first_sign_in code": "six digits would be found by chance",
}


def unwalked(walked: set[str], lines: dict[str, Line]) -> set[str]:
    """What somebody may see or send, and nobody did."""
    seen = {f"GET {name}" for name, line in lines.items() if SHOWN & set(line.get.values())}
    sent = {f"POST {name}" for name, line in lines.items() if TAKEN & set(line.post.values())}
    return (seen | sent) - walked


def unwritten(boxes: set[str], written: set[str]) -> set[str]:
    return {box for box in boxes - written if not PLAIN_BOXES.keys() & {box, box.split()[0]}}


def test_every_page_was_walked(proof):
    assert unwalked(set(proof.walked), read(TABLE)) == set()


def test_a_canary_stood_in_every_box(proof):
    assert unwritten(set(proof.boxes), set(proof.written)) == set()
    assert len(proof.boxes) > 60


def test_every_reason_is_needed(proof):
    without = set(proof.boxes) - set(proof.written)
    assert PLAIN_BOXES.keys() <= without | {box.split()[0] for box in without}


def test_a_canary_stood_in_every_field_of_the_forms(proof):
    """Also of those that a page shows only at times."""
    where = set(proof.canaries.values())
    not_text = {"call_back_on", "caller_no_way_back", "detention_hearing_on"}
    for form in (CallForm, FactsForm):
        for name, field in form.base_fields.items():
            if hasattr(field, "choices") or field.widget.is_hidden or name in not_text:
                continue
            assert any(place.endswith(f": {name}") for place in where), name
    for name, field in RequestForm.base_fields.items():
        if hasattr(field, "choices") or field.widget.is_hidden:
            continue
        assert any("/certification/" in place and place.endswith(f": {name}") for place in where), name


# They can fail. ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_nobody_came_to_is_caught(proof, method):
    less = set(proof.walked) - {f"{method} cases:wall"}
    assert unwalked(less, read(TABLE)) == {f"{method} cases:wall"}


def test_a_new_page_is_caught(proof):
    new = f"{TABLE}cases:new 200 403 403 403 403 302 302 405 403 403 403 403 401 401\n"
    assert unwalked(set(proof.walked), read(new)) == {"GET cases:new"}


def test_a_new_box_is_caught(proof):
    assert unwritten({*proof.boxes, "cases:wall more"}, set(proof.written)) == {"cases:wall more"}


PAGE = (
    '<form><input name="q"><input name="on_month"><input name="on_day"><input type="hidden" name="h"></form>'
)


def test_a_trail_knows_what_was_met_refused_and_written():
    trail, canaries = Trail(), Canaries()
    trail.came_to("GET", "/cases/?page=2", PAGE)
    trail.came_to("POST", "/cases/search/", f'{PAGE}<div class="error-summary">')
    assert (trail.walked, trail.boxes) == ({"GET cases:caseload"}, {"cases:caseload q", "cases:search q"})
    form = forms_of(PAGE)[0]
    trail.wrote(form, "/cases/", {"q": "no canary"}, canaries)
    assert trail.written == set()
    trail.wrote(form, "/cases/", {"q": f"so {canaries.word('here')}"}, canaries)
    assert trail.written == {"cases:caseload q"}
