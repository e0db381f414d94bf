import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.pq import Format

from clinic import env


def test_it_works(monkeypatch):
    monkeypatch.setenv("PLACE", "St. Paul")
    assert env.text("PLACE") == "St. Paul"


def test_a_file_may_hold_the_value(monkeypatch, tmp_path):
    file = tmp_path / "pepper"
    file.write_text("from a file\n")
    monkeypatch.setenv("PLACE_FILE", str(file))
    assert env.text("PLACE") == "from a file"


def test_both_is_a_mistake(monkeypatch):
    monkeypatch.setenv("PLACE", "a")
    monkeypatch.setenv("PLACE_FILE", "/b")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text("PLACE")


def test_a_file_that_is_not_there(monkeypatch):
    monkeypatch.setenv("PLACE_FILE", "/nowhere/at/all")
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.text("PLACE")


def test_a_missing_value_names_itself():
    with pytest.raises(ImproperlyConfigured, match="PLACE_FILE"):
        env.text("PLACE")


@pytest.mark.parametrize("weak", ["", "short", "a" * 80, "abababab" * 10])
def test_a_weak_secret_is_refused_and_not_repeated(monkeypatch, weak):
    monkeypatch.setenv("KEY", weak)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.secret("KEY", at_least=50)
    assert not weak or weak not in str(refused.value)


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")))
def test_a_number_is_digits_or_refused(value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNT", value)
        if value.isascii() and value.isdigit():
            assert env.number("COUNT", 1) == int(value)
        else:
            with pytest.raises(ImproperlyConfigured):
                env.number("COUNT", 1)


@pytest.mark.parametrize("value", ["maybe", "2", "-"])
def test_a_flag_is_yes_or_no(monkeypatch, value):
    monkeypatch.setenv("SWITCH", value)
    with pytest.raises(ImproperlyConfigured):
        env.flag("SWITCH")


def test_a_postgresql_url_keeps_odd_passwords():
    found = env.database("postgresql://ana:p%40ss%2Fword@db.example:5433/clinic?sslmode=verify-full")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "ana",
        "p@ss/word",
        "db.example",
        "5433",
    )
    assert found["OPTIONS"] == {"server_side_binding": True, "sslmode": "verify-full"}


def test_a_postgresql_socket():
    found = env.database("postgresql://clinic@/clinic?host=/run/postgresql")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/run/postgresql", "", "clinic")


@pytest.mark.django_db
def test_postgresql_answers_in_binary():
    """As digits a sealed column is twice as long, and a search reads megabytes."""
    binary = Format.BINARY if connection.vendor == "postgresql" else None
    with connection.cursor() as cursor:
        assert getattr(cursor.cursor, "format", None) == binary


@pytest.mark.parametrize(
    "url", ["", "mysql://a/b", "sqlite://clinic.db", "sqlite:///clinic.db", "postgresql:///"]
)
def test_another_database_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database(url)
