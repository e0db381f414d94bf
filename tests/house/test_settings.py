import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler

from clinic import env
from tests.house.programs import PRODUCTION, SECRETS, load_settings


def test_it_works():
    assert load_settings(**PRODUCTION).stdout.strip() == "True"


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": "short"},
        {"PEPPER": "short"},
        {"PEPPER": SECRETS["SECRET_KEY"]},
        {"ALLOWED_HOSTS": ""},
        {"ALLOWED_HOSTS": "*"},
        {"ALLOWED_HOSTS": "*.clinic.example"},
        {"ARGON2_MEMORY_KIB": "1024"},
        {"ARGON2_PASSES": "2"},
        {"ARGON2_MEMORY_KIB": str(1024 * 1024 + 1)},
        {"ARGON2_PASSES": "17"},
        {"BOOT_DIR_ANYWHERE": "1"},
        {"DATABASE_URL": "mysql://clinic"},
        {"CLINIC_DEMO": "1"},
        {"DEBUG": "1"},
        {"CLINIC_TESTING": "1"},
        {"CLINIC_DEMO": "1", "ALLOWED_HOSTS": "localhost", "ARGON2_PASSES": "1"},
    ],
    ids=str,
)
def test_unsafe_values_refuse_to_start(change):
    result = load_settings(**(PRODUCTION | change))
    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "PEPPER", "ALLOWED_HOSTS"])
def test_missing_values_refuse_to_start(missing):
    result = load_settings(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert "ImproperlyConfigured" in result.stderr
    assert missing in result.stderr


def test_the_demo_is_for_this_machine():
    assert load_settings(**SECRETS, CLINIC_DEMO="1").stdout.strip() == "False"


def test_nothing_mails_or_reports_what_happened():
    assert settings.ADMINS == []
    assert "mail_admins" not in str(settings.LOGGING)
    assert settings.DEFAULT_EXCEPTION_REPORTER == "clinic.logs.QuietExceptionReporter"


def test_uploads_never_reach_the_disk_in_plain():
    assert settings.FILE_UPLOAD_HANDLERS == ["clinic.vault.files.SealingUploadHandler"]


def test_cookies_belong_to_this_host_alone():
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert name.startswith("__Host-")
    assert settings.SESSION_COOKIE_SECURE
    assert settings.CSRF_COOKIE_SECURE
    assert settings.SESSION_COOKIE_HTTPONLY


@pytest.mark.django_db  # only so that pytest-django allows a connection
def test_sqlite_overwrites_what_it_deletes(tmp_path):
    expected = {"secure_delete": 1, "journal_mode": "wal", "temp_store": 2, "foreign_keys": 1}
    own = ConnectionHandler({"default": env.database(f"sqlite:///{tmp_path / 'own.sqlite3'}")})["default"]
    with own.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in expected}
    own.close()
    assert found == expected
