import re
import tomllib

import pytest

from tests.house.programs import ROOT, run

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
SCRIPTS = ["script/demo", "script/test", "script/lock", "script/screenshots", "script/ground.sh", ".ci/run"]


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9-]+", requirement)
    assert found
    return found[0].lower()


def pinned(file: str) -> dict[str, str]:
    """Each package of a requirements file, with everything that stands below its name."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", (ROOT / file).read_text(), flags=re.M))
    return {name_of(entry): entry for entry in entries if entry.strip()}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_each_package_is_pinned_and_hashed(file):
    loose = [
        name for name, entry in pinned(file).items() if "==" not in entry or "--hash=sha256:" not in entry
    ]
    assert loose == []
    assert "django" in pinned(file)


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_no_index_is_named(file):
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links", (ROOT / file).read_text())


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + EXTRAS["dev"] + EXTRAS["bench"]),
    ],
)
def test_the_lock_has_what_the_project_asks_for(file, wanted):
    assert {name_of(requirement) for requirement in wanted} <= pinned(file).keys()


def test_what_a_bench_compares_with_is_not_in_production():
    assert "django-fernet-encrypted-fields" not in pinned("requirements.txt")


def test_each_dependency_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    names = PROJECT["dependencies"] + EXTRAS["dev"] + EXTRAS["bench"]
    bare = [
        line
        for line in lines
        if any(line.strip().startswith(f'"{name}"') for name in names) and "#" not in line
    ]
    assert bare == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_sound_shell(script):
    result = run("bash", "-n", script, env={})
    assert result.returncode == 0, result.stderr


def test_the_demo_says_how_it_is_used():
    result = run("script/demo", "--wrong", env={})
    assert result.returncode == 1
    assert "--prepare" in result.stderr
