"""Every line of the bench runs, small; a page that got slower is reported."""

import json
import os
import sys
from pathlib import Path

import pytest

from clinic.bench import run
from clinic.bench.lines import Line, Took
from tests.house import programs

ENVIRONMENT = {
    name: os.environ[name] for name in ("CLINIC_TEST_SCRATCH", "DATABASE_URL") if name in os.environ
} | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

SLOWER = """
import time
import django
django.setup()
from django.core.management import call_command
from clinic.cases import access, caseload
from clinic.cases.models import Person
fast = caseload.rows
def slow(user, *, on):
    rows = fast(user, on=on)
    for row in rows:
        Person.objects.filter(case=row.case).count()
    time.sleep(0.5)
    return rows
caseload.rows = slow
call_command("bench", "--small", "--strict", "--only", "caseload")
"""


@pytest.mark.django_db
def test_every_line_runs():
    result = programs.manage("bench", "--small", "--json", **ENVIRONMENT)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert {line["name"] for line in report["lines"]} == set(run.LINES)
    assert all(line["value"] is not None for line in report["lines"])
    queries = [line for line in report["lines"] if line["unit"] == "queries"]
    assert [line["met"] for line in queries] == [True]
    assert {"date", "cores", "load", "database"} <= report.keys()


@pytest.mark.django_db
def test_a_slower_page_is_a_miss():
    """It sleeps, and asks once more for each case."""
    result = programs.run(sys.executable, "-c", SLOWER, env=ENVIRONMENT)
    assert result.returncode != 0
    assert "Goals missed: 3." in result.stderr
    assert result.stdout.count("MISS") == 3


def test_the_real_database_is_never_opened(tmp_path: Path):
    real = tmp_path / "clinic.sqlite3"
    environment = ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{real}"}
    result = programs.manage("bench", "--small", "--only", "record", **environment)
    assert result.returncode == 0, result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("value", "at_least", "met"),
    [(1.4, False, True), (1.41, False, False), (1.4, True, True), (1.39, True, False), (None, False, False)],
)
def test_a_goal(value: float | None, at_least: bool, met: bool):
    line = Line("x", "something", value, "×", 1.4, at_least=at_least)
    assert line.met is met
    assert str(line).startswith("pass" if met else "MISS")


def test_ratios_are_taken_round_by_round():
    """A round that was slow for both says nothing."""
    one, other = Took([2.0, 20.0, 2.0], [1.0, 1.0, 1.0]), Took([1.0, 10.0, 1.0], [1.0, 1.0, 1.0])
    assert one.ratio(other) == (2.0, 1.0)
    assert one.more(other, 1000) == (1000.0, 0.0)
