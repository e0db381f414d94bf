#!/usr/bin/env python3
import os
import sys
from pathlib import Path

DEMO_SETTINGS = Path(__file__).resolve().parent / "var" / "demo.env"


def use_the_demo_unless_told_otherwise() -> None:
    """After script/demo, a command typed by hand speaks to the fictional clinic."""
    told = {"SECRET_KEY", "SECRET_KEY_FILE", "DJANGO_SETTINGS_MODULE"} & os.environ.keys()
    if told or not DEMO_SETTINGS.exists():
        return
    for line in DEMO_SETTINGS.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def main() -> None:
    use_the_demo_unless_told_otherwise()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from clinic.logs import quiet_excepthook

    if settings.PRODUCTION:
        sys.excepthook = quiet_excepthook
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
