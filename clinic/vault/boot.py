"""The boot secret: 32 bytes in memory only, gone at power-off."""

import os
from pathlib import Path

from django.conf import settings

from .errors import VaultError

BOOT_SECRET = 32


class NotInMemory(VaultError):
    """The boot directory would outlive a power-off."""


def boot_directory() -> Path:
    """A private directory on tmpfs. Raises NotInMemory where production would write to a disk."""
    path = Path(settings.BOOT_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.BOOT_DIR_ANYWHERE and file_system(path) not in {"tmpfs", "ramfs"}:
        raise NotInMemory("BOOT_DIR is not on tmpfs")
    return path


def file_system(path: Path) -> str:
    """The type of the file system that holds `path`, as the kernel names it."""
    best, kind, here = "", "unknown", str(path.resolve())
    for line in Path("/proc/mounts").read_text().splitlines():
        mount, name = line.split()[1:3]
        inside = mount == "/" or here == mount or here.startswith(mount + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, name
    return kind


def boot_secret() -> bytes:
    """The secret of this power-on, made by whoever asks first."""
    path = boot_directory() / "boot-secret"
    if not path.exists():
        _make(path)
    secret = path.read_bytes()
    if len(secret) != BOOT_SECRET:
        raise VaultError("the boot secret is damaged: remove it and sign in again")
    return secret


def _make(path: Path) -> None:
    """Written whole under another name and linked: two workers agree on one secret."""
    draft = path.with_name(f"{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(BOOT_SECRET))
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
