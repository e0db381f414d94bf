from typing import Any

from django.core.management.base import BaseCommand

from clinic.directory.actions import load_facts, written_otherwise


class Command(BaseCommand):
    help = "Load the public facts that come with the program. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, changed in load_facts().items():
            self.stdout.write(f"{kind}: {changed} new or changed")
        for agency, name in written_otherwise():
            self.stdout.write(f"{agency}: {name} stays as the clinic wrote it; our facts say something else")
