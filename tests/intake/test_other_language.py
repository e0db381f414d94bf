"""A call-back that was promised in one language is read in another."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, trans_real

from clinic.cases import actions
from clinic.cases.models import Case
from tests.cases.pages import text
from tests.cases_builders import make_case, open_case

from .calls import ENOUGH, post, start

pytestmark = pytest.mark.django_db
HERE, THERE = "Call the family back", "Llamar a la familia"
SAFELY = "in the way that was said to be safe"


@pytest.fixture
def other(tmp_path: Path, settings) -> Iterator[None]:
    """A second language in which one thing is translated, as a clinic adds it: a compiled catalogue."""
    words = {"": "Content-Type: text/plain; charset=UTF-8\n", HERE: THERE}
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(words))
    settings.LANGUAGES, settings.LOCALE_PATHS = [("en", "English"), ("es", "Español")], [tmp_path]
    with forgotten():
        yield


@contextmanager
def forgotten() -> Iterator[None]:
    """Catalogues are kept for the life of the program."""
    vars(trans_real)["_translations"].pop("es", None)
    yield
    vars(trans_real)["_translations"].pop("es", None)


def compiled(words: dict[str, str]) -> bytes:
    """GNU's format: two tables of lengths and places, then the texts."""
    pairs = sorted(words.items())
    texts = [one.encode() for one, _other in pairs] + [other.encode() for _one, other in pairs]
    start, table, body = 28 + 8 * len(texts), b"", b""
    for one in texts:
        table += struct.pack("<II", len(one), start + len(body))
        body += one + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + table + body


def shown(browser, name: str, *args: object) -> str:
    return text(browser.get(reverse(name, args=args), secure=True))


@pytest.mark.parametrize(("written", "read"), [("es", "en"), ("en", "es")])
def test_a_promised_call_back_is_read_out(chi, other, written, read):
    draft = start(chi)
    with override(written):
        post(chi, "finish", draft, ENOUGH | {"call_back_on": "12 31 2199"})
    with override(read):
        assert SAFELY in shown(chi, "intake:logged", draft.pk)
        told, not_told = (HERE, THERE) if read == "en" else (THERE, HERE)
        for page in (
            shown(chi, "cases:case", draft.pk),
            shown(chi, "intake:queue"),
            shown(chi, "desk:home"),
        ):
            assert told in page
            assert not_told not in page
            assert "call_back" not in page


def test_what_was_stored_in_words_is_still_a_call_back(cast, chi, other):
    case = make_case(cast, next_on=timezone.localdate(), next_what=HERE)
    with override("es"):
        assert SAFELY in shown(chi, "intake:logged", case.pk)
        assert THERE in shown(chi, "cases:case", case.pk)


def test_another_day_for_it_keeps_it_a_call_back(cast, chi, other):
    case = make_case(cast, next_on=timezone.localdate(), next_what="call_back")
    with override("es"):
        url = reverse("cases:next_step", args=[case.pk])
        page = chi.get(url, secure=True).content.decode()
        assert f'value="{THERE}"' in page
        chi.post(url, {"on": "12 31 2199", "what": THERE, "rev": "1"}, secure=True)
    assert SAFELY in shown(chi, "intake:logged", case.pk)


def test_what_somebody_wrote_stays_as_it_is(cast, chi, other):
    case = make_case(cast)
    with cast.acting(cast.ana):
        row = open_case(Case.objects.get(pk=case.pk))
        actions.set_next(case=row, on=timezone.localdate(), what="Ask the court", by=cast.ana)
    assert "Ask the court" in shown(chi, "cases:case", case.pk)
    assert SAFELY not in shown(chi, "intake:logged", case.pk)
