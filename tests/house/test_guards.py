"""Each guard is shown a violation planted in a copy or a folder of its own, and must refuse it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.house.programs import ROOT, run

TOOLS = Path(sys.executable).parent
PACKAGES = ("clinic", "intake", "referrals", "uvisa")

VIOLATING_TESTS = {
    "skip": "import pytest\ndef test_a():\n    pytest.skip('later')",
    "skip mark": "import pytest\n@pytest.mark.skip\ndef test_a(): pass",
    "skip of a module": "import pytest\npytest.skip('later', allow_module_level=True)",
    "importorskip": "import pytest\npytest.importorskip('no_such_module')\ndef test_a(): pass",
    "expected failure": "import pytest\n@pytest.mark.xfail\ndef test_a(): assert 0",
    "unexpected success": "import pytest\n@pytest.mark.xfail\ndef test_a(): pass",
    "unittest": "import unittest as u\nclass T(u.TestCase):\n  @u.skip('x')\n  def test_a(self): pass",
    "warning": "import warnings\ndef test_a(): warnings.warn('old')",
    "network": "import socket\ndef test_a(): socket.create_connection(('192.0.2.1', 80), timeout=1)",
}


@pytest.fixture
def own_suite(tmp_path: Path):
    """A folder with our pytest settings and conftest, and one test file."""

    def write(test: str) -> Path:
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        (tmp_path / "tests").mkdir()
        for name in ("__init__.py", "conftest.py", "no_skips.py", "settings.py"):
            shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
        for package in PACKAGES:
            (tmp_path / package).symlink_to(ROOT / package)
        (tmp_path / "tests" / "test_planted.py").write_text(test)
        return tmp_path

    return write


def run_tests(folder: Path, *args: str, **env: str) -> tuple[int, str]:
    result = run(str(TOOLS / "pytest"), "-p", "no:cacheprovider", *args, env=env, cwd=folder)
    return result.returncode, result.stdout + result.stderr


def test_it_works(own_suite):
    status, told = run_tests(own_suite("def test_a(): pass"))
    assert status == 0, told
    assert "1 passed" in told


# Also as script/test runs them, where a worker reports to another process.
ALSO_IN_A_WORKER = ("skip", "skip of a module", "expected failure")


@pytest.mark.parametrize(
    ("kind", "workers"),
    [(kind, "-n0") for kind in VIOLATING_TESTS] + [(kind, "-n1") for kind in ALSO_IN_A_WORKER],
)
def test_no_test_may_prove_nothing(own_suite, kind, workers):
    status, told = run_tests(own_suite(VIOLATING_TESTS[kind]), workers)
    assert status == 1 or (status == 2 and "skip" in kind), told
    assert "passed" not in told.splitlines()[-1]


def test_other_settings_are_refused(own_suite):
    folder = own_suite("def test_a(): pass")
    toml = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(toml.replace('DJANGO_SETTINGS_MODULE = "tests.settings"', ""))
    status, told = run_tests(folder, "-n0")
    assert status != 0
    assert "tests.settings" in told


BANNED = [
    "from guardian.shortcuts import assign_perm",
    "from guardian.shortcuts import get_objects_for_user",
    "from django.contrib.auth.backends import ModelBackend",
    "from django.contrib.auth.hashers import make_password",
    "from django.db.models.signals import post_save",
    "from django.contrib import admin",
    "import pickle",
]


@pytest.mark.parametrize("line", BANNED)
def test_what_goes_round_the_keys_is_banned(line, tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "planted.py").write_text(line + "\n")
    result = run(
        str(TOOLS / "ruff"), "check", "--no-cache", "--output-format", "concise", env={}, cwd=tmp_path
    )
    assert "TID251" in result.stdout


LAYER_VIOLATIONS = [
    ("clinic/vault/planted.py", "import clinic.accounts"),
    ("clinic/vault/planted.py", "from clinic import forms"),
    ("clinic/accounts/planted.py", "import clinic.audit"),
    ("clinic/audit/planted.py", "import clinic.directory"),
    ("clinic/cases/planted.py", "import intake"),
    ("intake/planted.py", "import uvisa"),
    ("uvisa/planted.py", "import referrals"),
    ("referrals/planted.py", "import clinic.desk"),
    ("clinic/forms.py", "import clinic.cases"),
    ("clinic/cases/rules.py", "import django.utils.timezone"),
    ("intake/rules.py", "import django"),
]


@pytest.fixture
def copy(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__")
        )
    return tmp_path


@pytest.mark.parametrize(("file", "line"), LAYER_VIOLATIONS)
def test_the_layers_hold(copy, file, line):
    with (copy / file).open("a") as planted:
        planted.write(f"\n{line}\n")
    result = run(str(TOOLS / "lint-imports"), "--no-cache", env={}, cwd=copy)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout


def test_our_own_layers_hold():
    result = run(str(TOOLS / "lint-imports"), "--no-cache", env={})
    assert result.returncode == 0, result.stdout
