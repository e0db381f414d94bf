import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import TemplateView

from clinic import checks
from clinic.vault import boot, keys
from tests.house.programs import PRODUCTION, manage, run


def open_to_whom(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def use_urls(settings, monkeypatch):
    def use(*patterns) -> None:
        module = ModuleType("planted_urls")
        module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "planted_urls", module)
        settings.ROOT_URLCONF = "planted_urls"

    return use


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_it_works():
    assert manage("check", DJANGO_SETTINGS_MODULE="tests.settings").returncode == 0


def test_production_is_clean():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_the_demo_is_not_production():
    demo = PRODUCTION | {"CLINIC_DEMO": "1", "ALLOWED_HOSTS": "localhost"}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **demo)
    assert "clinic.W001" in result.stderr


def test_every_view_of_ours_is_declared():
    assert checks.every_view_declares_its_door(None) == []


def test_an_undeclared_view_is_refused(use_urls):
    use_urls(path("deep/", include([path("er/", open_to_whom)])))
    assert "deep/er/" in str(checks.every_view_declares_its_door(None)[0])
    assert ids(checks.every_view_declares_its_door(None)) == ["clinic.E005"]


def test_a_word_is_not_a_declaration(use_urls):
    def claims(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    claims.door = "anyone"  # type: ignore[attr-defined]
    use_urls(path("claims/", claims))
    assert ids(checks.every_view_declares_its_door(None)) == ["clinic.E005"]


def test_nothing_of_ours_goes_round_the_keys():
    assert checks.nothing_goes_round_the_keys(None) == []


def test_other_doors_into_an_account_are_refused(use_urls, settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.admin"]
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    use_urls(path("password_reset/", TemplateView.as_view()))
    found = " ".join(map(str, checks.nothing_goes_round_the_keys(None)))
    assert "ModelBackend" in found
    assert "contrib.admin" in found
    assert "password_reset/" in found


def test_the_commands_that_set_a_password_are_gone():
    for name in ("createsuperuser", "changepassword"):
        assert manage(name, "ana", DJANGO_SETTINGS_MODULE="tests.settings").returncode != 0


def test_no_ml_kem_no_start(monkeypatch):
    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(keys, "self_test", fails)
    assert ids(checks.vault_works(None)) == ["clinic.E001"]


def test_the_vault_works():
    assert checks.vault_works(None) == []


def test_a_boot_directory_on_disk_is_refused(monkeypatch):
    monkeypatch.setattr(boot, "file_system", lambda path: "ext4")
    assert ids(checks.boot_directory_is_in_memory(None)) == ["clinic.E002"]


def test_a_boot_directory_that_cannot_be_made(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.BOOT_DIR = tmp_path / "file" / "boot"
    assert ids(checks.boot_directory_is_in_memory(None)) == ["clinic.E003"]


def swaps(folder: Path, *names: str) -> Path:
    file = folder / "swaps"
    rows = [f"{name} partition 1 0 -2" for name in names]
    file.write_text("\n".join(["Filename Type Size Used Priority", *rows]))
    return file


def mapped(folder: Path, name: str, uuid: str, *parts: str) -> None:
    (folder / name / "dm").mkdir(parents=True)
    (folder / name / "dm" / "uuid").write_text(uuid)
    for part in parts:
        (folder / name / "slaves" / part).mkdir(parents=True)


def test_no_swap_is_fine(tmp_path):
    assert checks.plain_swaps(swaps(tmp_path), tmp_path) == []
    assert checks.plain_swaps(tmp_path / "nothing", tmp_path) == []


def test_swap_in_plain_is_found(tmp_path):
    mapped(tmp_path, "dm-1", "LVM-abc", "sda2")
    found = checks.plain_swaps(swaps(tmp_path, "/dev/sda3", "/swapfile", "/dev/dm-1"), tmp_path)
    assert found == ["/dev/sda3", "/swapfile", "/dev/dm-1"]


def test_encrypted_swap_is_fine(tmp_path):
    mapped(tmp_path, "dm-0", "CRYPT-LUKS2-abc", "sda2")
    mapped(tmp_path, "dm-1", "LVM-abc", "dm-0")
    assert checks.plain_swaps(swaps(tmp_path, "/dev/dm-1", "/dev/zram0"), tmp_path) == []


def test_swap_in_plain_is_refused_in_production(settings, monkeypatch):
    monkeypatch.setattr(checks, "plain_swaps", lambda: ["/dev/sda3"])
    assert checks.swap_is_encrypted(None) == []
    settings.PRODUCTION = True
    assert ids(checks.swap_is_encrypted(None)) == ["clinic.E004"]


# What serves pages runs them too

SERVE = """
from clinic import checks
checks.plain_swaps = lambda: {swaps}
from clinic import wsgi
print("serves")
"""


@pytest.mark.parametrize(("swaps", "serves"), [([], True), (["/dev/sda3"], False)])
def test_pages_are_served_only_where_all_holds(swaps, serves):
    result = run(sys.executable, "-c", SERVE.format(swaps=swaps), env=PRODUCTION)
    assert (result.stdout == "serves\n", result.returncode == 0) == (serves, serves)
    assert ("clinic.E004" in result.stderr) is not serves
