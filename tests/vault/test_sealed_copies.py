import copy
import json
import pickle  # noqa: TID251

import pytest
from django.apps import apps
from django.core import serializers

from clinic.vault.errors import Locked, Tampered
from clinic.vault.keyring import using

from .build import BEN, CASE, make_ring
from .paper import CANARY, Paper, again, make_paper, on_disk

pytestmark = pytest.mark.usefixtures("papers", "ring")


# Leaving the process.


@pytest.fixture
def registered(monkeypatch):
    """Pickles and dumps name their model, and this one is in no registry."""
    monkeypatch.setattr(apps, "get_model", lambda *name: Paper)


@pytest.mark.usefixtures("registered")
def test_a_pickle_has_ciphertext_only():
    for paper in (make_paper(), again(make_paper())):
        assert paper.title == CANARY
        pickled = pickle.dumps(paper)
        assert CANARY.encode() not in pickled
        assert pickle.loads(pickled).title == CANARY


@pytest.mark.usefixtures("registered")
def test_a_pickle_or_copy_loses_no_change():
    paper = make_paper()
    paper.title = "changed"
    assert b"changed" not in pickle.dumps(paper)
    assert pickle.loads(pickle.dumps(paper)).title == "changed"
    assert copy.copy(paper).title == "changed"
    paper.title = "once more"
    with using(make_ring(BEN, case=None)), pytest.raises(Locked):
        pickle.dumps(paper)


def test_serialising_gives_ciphertext_only():
    dumped = serializers.serialize("json", [make_paper()])
    assert set(json.loads(dumped)[0]["fields"]) == {
        "rev",
        "sealed",
        "organisation_id",
        "case_id",
        "purge_month",
    }
    assert CANARY not in dumped


@pytest.mark.usefixtures("registered")
def test_what_was_dumped_is_loaded_as_it_was():
    paper = make_paper()
    dumped, before = serializers.serialize("json", [paper]), on_disk(paper)
    Paper.objects.all().delete()
    with using(make_ring(BEN, case=None)):
        for row in serializers.deserialize("json", dumped):
            row.save()
    assert on_disk(paper) == before
    assert again(paper).title == CANARY


# Versions.


@pytest.fixture
def newer(monkeypatch):
    """A later release: version 2 split off a name, version 3 counts what was a list of children."""
    monkeypatch.setattr(Paper, "SCHEMA", 3)
    monkeypatch.setattr(
        Paper,
        "UPGRADES",
        {
            1: lambda old: old | {"names": [old["title"], *old.get("names", [])]},
            2: lambda old: old | {"children": len(old["names"])},
        },
    )


def test_an_older_version_is_upgraded_as_it_opens(request):
    paper = make_paper(title="Ana", names=["Añá"])
    request.getfixturevalue("newer")
    found = again(paper)
    assert (found.names, found.children) == (["Ana", "Añá"], 2)
    found.title = "saved by the later release"
    found.save()
    assert again(found).names == ["Ana", "Añá"]


def test_a_version_of_the_future_is_refused(request):
    with pytest.MonkeyPatch.context() as later:
        later.setattr(Paper, "SCHEMA", 2)
        paper = make_paper()
    with pytest.raises(Tampered):
        assert again(paper).title


def test_what_this_release_does_not_know_is_kept():
    paper = make_paper()
    paper.opened()["of_a_later_release"] = "x"
    paper.touched = True
    paper.save()
    found = again(paper)
    found.title = "new"
    found.save()
    assert again(found).opened()["of_a_later_release"] == "x"


def test_a_choice_of_a_later_release_is_not_guessed():
    paper = make_paper()
    paper.opened()["mood"] = "jubilant"
    with pytest.raises(ValueError, match="jubilant"):
        assert paper.mood


def test_it_is_the_case_that_is_its_scope():
    assert make_paper().scope().id == CASE
