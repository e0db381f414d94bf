import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--touching-database", action="store_true", help="only tests that use the database")


def pytest_configure(config: pytest.Config) -> None:
    if not django_settings.configured or not getattr(django_settings, "TESTING", False):
        raise pytest.UsageError("The tests need DJANGO_SETTINGS_MODULE=tests.settings.")
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.get("CLINIC_TEST_SCRATCH", ""), ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--touching-database"):
        return
    others = [item for item in items if not touches_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if touches_database(item)]


def touches_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(fixtures)


@pytest.fixture(autouse=True)
def own_folders() -> Generator[Path, None, None]:
    """Boot secret, throttle and media of each test's own, also for the commands it starts."""
    scratch = os.environ["CLINIC_TEST_SCRATCH"]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir=scratch) as folder:
        for name in ("BOOT_DIR", "MEDIA_ROOT"):
            patch.setattr(django_settings, name, Path(folder, name.lower()))
            patch.setenv(name, f"{folder}/{name.lower()}")
        yield Path(folder)
