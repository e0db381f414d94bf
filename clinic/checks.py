"""What must hold before a page is served. `manage.py check` and every start run these."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

FORBIDDEN_APPS = {"django.contrib.admin", "django.contrib.sessions"}
FORBIDDEN_BACKENDS = {
    "django.contrib.auth.backends.ModelBackend",
    "django.contrib.auth.backends.AllowAllUsersModelBackend",
    "django.contrib.auth.backends.RemoteUserBackend",
    "guardian.backends.ObjectPermissionBackend",
}
FORBIDDEN_VIEWS = (
    "django.contrib.auth.views",
    "django.contrib.admin",
    "django.views.static",
    "django.views.generic",
)

Apps = Sequence[AppConfig] | None


def refuse_to_start() -> None:
    """For what serves pages: Django runs checks before commands alone. Raises ImproperlyConfigured."""
    serious = [found for found in run_checks() if found.is_serious() and not found.is_silenced()]
    if serious:
        raise ImproperlyConfigured("; ".join(map(str, serious)))


@register(Tags.security)
def vault_works(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    from clinic.vault import keys

    try:
        keys.self_test()
    except Exception as error:
        return [Error(f"The vault's self-test failed ({type(error).__name__}).", id="clinic.E001")]
    return []


@register(Tags.security)
def boot_directory_is_in_memory(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    from clinic.vault.boot import NotInMemory, boot_directory

    try:
        boot_directory()
    except NotInMemory:
        return [Error("BOOT_DIR must lie in memory.", hint="Give a directory on tmpfs.", id="clinic.E002")]
    except OSError:
        return [Error("BOOT_DIR cannot be made or entered.", id="clinic.E003")]
    return []


@register(Tags.security)
def swap_is_encrypted(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Opened keys live in memory; swapped out in plain they would survive on the disk."""
    if not settings.PRODUCTION:
        return []
    hint = "Turn it off (swapoff), or put it on dm-crypt."
    return [Error(f"Swap on {name} is not encrypted.", hint=hint, id="clinic.E004") for name in plain_swaps()]


def plain_swaps(swaps: Path = Path("/proc/swaps"), block: Path = Path("/sys/class/block")) -> list[str]:
    if not swaps.exists():
        return []
    names = [line.split()[0] for line in swaps.read_text().splitlines()[1:]]
    return [name for name in names if not _encrypted(Path(name).resolve().name, block)]


def _encrypted(device: str, block: Path) -> bool:
    """Compressed memory, dm-crypt, or a volume whose every part lies on dm-crypt; never a swap file."""
    if device.startswith("zram"):
        return True
    mapped = block / device / "dm" / "uuid"
    if not mapped.exists():
        return False
    if mapped.read_text().startswith("CRYPT-"):
        return True
    parts = [part.name for part in (block / device / "slaves").glob("*")]
    return bool(parts) and all(_encrypted(part, block) for part in parts)


@register(Tags.urls)
def every_view_declares_its_door(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    from clinic.accounts.doors import door_of

    undeclared = [route for route, view in views(get_resolver().url_patterns) if not door_of(view)]
    hint = "See clinic.accounts.doors."
    return [
        Error(f"The view at “{route}” does not say who may call it.", hint=hint, id="clinic.E005")
        for route in undeclared
    ]


def views(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


@register(Tags.security)
def nothing_goes_round_the_keys(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """The admin site, a password hash or a reset by mail would open an account without its passphrase."""
    found = FORBIDDEN_APPS & set(settings.INSTALLED_APPS) | FORBIDDEN_BACKENDS & set(
        settings.AUTHENTICATION_BACKENDS
    )
    found |= {
        f"{view.__module__} at “{route}”"
        for route, view in views(get_resolver().url_patterns)
        if view.__module__.startswith(FORBIDDEN_VIEWS)
    }
    return [Error(f"{name} has no place here.", id="clinic.E006") for name in sorted(found)]


@register(Tags.security, deploy=True)
def production_is_meant(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION:
        return []
    return [Caution("CLINIC_DEMO, DEBUG or CLINIC_TESTING is set.", id="clinic.W001")]
