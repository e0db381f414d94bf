"""The labels inside every sealed thing, and every version of every sealed record, for ever."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import settings

from clinic.vault import contract
from clinic.vault.attributes import Attribute
from clinic.vault.sealed import SealedModel

from .make_vectors import open_vector, sealed_models, vector_path

SOURCES = ("clinic", "intake", "referrals", "uvisa")
PREFIX = b"clinic/1/"
# Written out once more: to rename one here and there is to know that old records will not open.
PINNED = {
    "RECORDS": """accounts.organisation accounts.roster accounts.team_epoch accounts.user audit.event
        cases.case cases.detention cases.document cases.note cases.person intake.draft
        referrals.referral uvisa.request vault.change vault.lines vault.segment vault.state""",
    "SLOTS": "earlier head names pin record",
    "SCOPES": "advocate attorney case event index own recovery roster team",
    "WRAPS": "advocate attorney case event everyone offer team",
    "KEYS": """access backup commit earlier index introduction invite kek otp own pin recovery roster seed
        throttle""",
    "CONTEXTS": """access delivery event file grant identity identity-secret kept newcomer pair-secret
        personal-code public record recovery self-test session session-handle terms totp user wrap""",
}
# The place of a label among the arguments of what takes one.
TAKES = {"Scope": (0, "SCOPES"), "Subject": (0, "WRAPS"), "derive": (-1, "KEYS")}


Text = TypeVar("Text", str, bytes)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for top in SOURCES:
        for path in sorted((settings.BASE_DIR / top).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "contract.py":
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def literals(kind: type[Text]) -> Iterator[Text]:
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, kind):
                yield node.value


def unlisted(tree: ast.AST) -> Iterator[str]:
    """Labels given in so many words that the contract does not have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from _unlisted(name, [arg for arg in node.args if not isinstance(arg, ast.Starred)])


def _unlisted(name: str, args: list[ast.expr]) -> Iterator[str]:
    if name == "Place" and len(args) == 5:
        yield from _missing(args[2], "RECORDS")
        yield from _missing(args[4], "SLOTS")
    elif name in TAKES and args:
        at, labels = TAKES[name]
        yield from _missing(args[1 if at < 0 and len(args) > 1 else 0], labels)


def _missing(label: ast.expr, labels: str) -> Iterator[str]:
    if isinstance(label, ast.Constant) and label.value not in getattr(contract, labels):
        yield f"{label.value!r} is not in contract.{labels}"


@pytest.mark.parametrize("name", PINNED)
def test_no_label_was_renamed(name):
    assert getattr(contract, name) == set(PINNED[name].split())


def test_every_label_in_the_sources_is_in_the_contract():
    assert [f"{path}: {label}" for path, tree in sources() for label in unlisted(tree)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "Scope('cases', row)",
        "wraps.Subject('file', row, 0, b'')",
        "derive(key, 'new')",
        "Place(organisation, scope, 'cases.new', row, 'record')",
        "Place(organisation, scope, 'cases.case', row, 'records')",
    ],
)
def test_a_planted_label_is_found(planted):
    assert list(unlisted(ast.parse(planted)))


@pytest.mark.parametrize("name", ["RECORDS", "SLOTS", "SCOPES", "WRAPS", "KEYS"])
def test_every_label_in_the_contract_is_in_the_sources(name):
    assert getattr(contract, name) - set(literals(str)) == set()


def test_every_context_is_in_the_contract():
    found = {value for value in literals(bytes) if value.startswith(PREFIX)}
    assert {context.removeprefix(PREFIX).decode() for context in found} - {""} == contract.CONTEXTS


# Models.


def test_the_walk_finds_the_models():
    assert {"cases.case", "cases.person", "intake.draft"} <= {model.TABLE for model in sealed_models()}


@pytest.mark.parametrize("model", sealed_models(), ids=lambda model: model.TABLE)
def test_every_sealed_model_is_in_the_contract(model):
    assert model.TABLE in contract.RECORDS
    assert [other for other in sealed_models() if other.TABLE == model.TABLE] == [model]


@pytest.mark.parametrize("model", sealed_models(), ids=lambda model: model.TABLE)
def test_every_way_of_writing_a_model_seals(model):
    """No manager of its own goes round the refusals."""
    for manager in model._meta.managers:
        query = manager.get_queryset()
        for name in ("update", "bulk_update", "bulk_create"):
            assert "SealedQuerySet" in getattr(type(query), name).__qualname__
    for name in ("save", "seal", "opened", "__getstate__", "refresh_from_db"):
        assert getattr(model, name) is getattr(SealedModel, name)


@pytest.mark.parametrize("model", sealed_models(), ids=lambda model: model.TABLE)
def test_every_step_between_versions_has_an_upgrade(model):
    assert set(model.UPGRADES) == set(range(1, model.SCHEMA))


VERSIONS = [(model, version) for model in sealed_models() for version in range(1, model.SCHEMA + 1)]


@pytest.mark.parametrize(
    ("model", "version"), VERSIONS, ids=lambda value: str(getattr(value, "TABLE", value))
)
def test_a_record_of_every_version_opens(model, version):
    """Where this fails on a file that is missing: python -m tests.vault.make_vectors"""
    vector = json.loads(vector_path(model, version).read_text(encoding="utf-8"))
    payload = open_vector(model.TABLE, vector)
    assert payload == vector["payload"]
    assert payload["v"] == version
    row = model(id=vector["row"])
    row.__dict__["_payload"] = row._upgraded(payload)
    assert set(row.opened()) <= set(model.attributes), "an attribute went without an upgrade"
    for name in set(row.opened()) & set(model.attributes):
        assert isinstance(getattr(model, name), Attribute)
        assert getattr(row, name) not in (None, "", [])


def test_no_vector_is_of_nothing():
    tables = {(model.TABLE, str(version)) for model, version in VERSIONS}
    found = {
        tuple(path.stem.rsplit(".", 1)) for path in vector_path(sealed_models()[0], 1).parent.glob("*.json")
    }
    assert found == tables
