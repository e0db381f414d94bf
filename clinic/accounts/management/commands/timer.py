"""manage.py timer: everything that needs no key. Run it every quarter of an hour; twice does no harm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.accounts import chores


class Command(BaseCommand):
    help = "Expire what is over and send the constant mails. Safe to run at any time, any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        results = chores.run(timezone.localdate())
        for done in results:
            self.stdout.write(f"{done.name}: {'failed' if done.count is None else done.count}")
        if any(done.count is None for done in results):
            raise CommandError("Some chores failed; the log says which. The next run tries again.")
