"""Starting a command as a person would, with an environment of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "SECRET_KEY": "house-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "PEPPER": "house-0123456789-zyxwvutsrqponmlkjihgfedcba",
}
PRODUCTION = SECRETS | {"ALLOWED_HOSTS": "clinic.example", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
KEPT = ("PATH", "HOME", "LANG", "BOOT_DIR", "MEDIA_ROOT")


def run(*command: str, env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.run(
        command, check=False, env=clean | env, cwd=cwd, capture_output=True, text=True, timeout=120
    )


def manage(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "manage.py", *args, env=env)


def load_settings(**env: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings alone: `returncode` says whether they start."""
    code = "from django.conf import settings; print(settings.PRODUCTION)"
    return run(sys.executable, "-c", code, env={"DJANGO_SETTINGS_MODULE": "clinic.settings"} | env)
