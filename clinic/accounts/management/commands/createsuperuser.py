from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Refuses: nobody here is above the keys."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("ignored", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "There is no superuser here. `manage.py setup` makes a clinic and its first coordinator."
        )
