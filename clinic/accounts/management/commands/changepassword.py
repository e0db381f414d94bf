from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Refuses: only its owner can change what opens an account."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("ignored", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "A passphrase cannot be set from outside. Its owner uses the printed recovery code to sign in."
        )
