import stat
import threading
from multiprocessing import get_context
from pathlib import Path

import pytest

from clinic.vault import boot
from clinic.vault.boot import NotInMemory, boot_directory, boot_secret, file_system
from clinic.vault.errors import VaultError

MANY = 16


def test_everybody_gets_one_secret():
    secret = boot_secret()
    assert len(secret) == 32
    assert boot_secret() == secret


def test_only_the_owner_reads_it():
    boot_secret()
    assert stat.S_IMODE(boot_directory().stat().st_mode) == 0o700
    assert stat.S_IMODE((boot_directory() / "boot-secret").stat().st_mode) == 0o600


def test_threads_that_ask_at_once_get_one_secret(monkeypatch):
    """All of them find no secret, all make one: one is linked, the others give theirs up."""
    together, make = threading.Barrier(MANY), boot._make
    monkeypatch.setattr(boot, "_make", lambda path: (together.wait(10), make(path)))
    secrets: list[bytes] = []
    threads = [threading.Thread(target=lambda: secrets.append(boot_secret())) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == MANY
    assert len(set(secrets)) == 1
    assert [path.name for path in boot_directory().iterdir()] == ["boot-secret"]


def _make_in_another_process(path: Path, results) -> None:
    boot._make(path)
    results.put(path.read_bytes())


def test_processes_that_ask_at_once_get_one_secret():
    context, path = get_context("fork"), boot_directory() / "boot-secret"
    results = context.Queue()
    workers = [context.Process(target=_make_in_another_process, args=(path, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    secrets = {results.get(timeout=20) for _ in workers}
    for worker in workers:
        worker.join()
    assert secrets == {boot_secret()}
    assert [left.name for left in boot_directory().iterdir()] == ["boot-secret"]


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_damaged_secret_is_refused(content):
    boot_secret()
    (boot_directory() / "boot-secret").write_bytes(content)
    with pytest.raises(VaultError):
        boot_secret()


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "overlay", "unknown"])
def test_a_directory_that_outlives_power_off_is_refused(monkeypatch, settings, kind):
    settings.BOOT_DIR_ANYWHERE = False
    monkeypatch.setattr(boot, "file_system", lambda path: kind)
    with pytest.raises(NotInMemory):
        boot_secret()
    assert not (settings.BOOT_DIR / "boot-secret").exists()


def test_a_developer_may_put_it_anywhere(monkeypatch, settings):
    settings.BOOT_DIR_ANYWHERE = True
    monkeypatch.setattr(boot, "file_system", lambda path: "ext4")
    assert len(boot_secret()) == 32


def test_the_kernel_is_asked_for_the_file_system():
    assert file_system(Path("/proc/self")) == "proc"
    assert file_system(Path("/dev/shm")) == "tmpfs"
