"""manage.py demo_accounts: who can sign in to the demo, and how."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.accounts.models.devices import STEP
from clinic.demo import accounts


class Command(BaseCommand):
    help = "Who can sign in to the demo: role, passphrase, one-time code of this half minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="a list of name, role, passphrase, code")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            known = accounts.who_can_sign_in()
        except accounts.NotADemo:
            raise CommandError("This is not a demo: set CLINIC_DEMO=1, or use script/demo.") from None
        except accounts.NotLoaded:
            raise CommandError("Nothing is loaded yet: run manage.py demo.") from None
        if options["json"]:
            self.stdout.write(json.dumps(known, indent=1))
            return
        for one in known:
            self.stdout.write(f"{one['name']:<5} {one['role']:<12} {one['code']}  {one['passphrase']}")
        left = STEP - int(time.time()) % STEP
        self.stdout.write(
            f"\nThe codes change in {left} seconds. For new ones: .venv/bin/python manage.py demo_accounts"
        )
