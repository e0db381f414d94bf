"""manage.py demo: loads the fictional clinic."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.demo.accounts import NotADemo
from clinic.demo.load import OtherClinic, load_demo


class Command(BaseCommand):
    help = "Load a fictional clinic: people, calls, cases. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            fresh = load_demo()
        except NotADemo:
            raise CommandError("This is not a demo: set CLINIC_DEMO=1, or use script/demo.") from None
        except OtherClinic:
            raise CommandError(
                "This database holds a clinic that the demo did not make, or the demo’s own file of "
                "passphrases is gone. To start afresh, move the database away."
            ) from None
        told = "The fictional clinic is ready." if fresh else "The fictional clinic was there already."
        self.stdout.write(told)
