import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinic import held


class Command(BaseCommand):
    help = "Prints, per table, what a court order for our disks could obtain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(held.everything(), indent=2, ensure_ascii=False))
            return
        for table in held.tables():
            self.tell(table)
        files = held.files()
        self.stdout.write(
            f"Sealed files: {files.count} ({files.bytes:,} bytes in all). No name, no type, no exact length."
        )

    def tell(self, table: held.Held) -> None:
        self.stdout.write(f"{table.table}: {table.rows} rows. {table.about}")
        for name, tells in table.plain.items():
            self.stdout.write(f"    can be read     {name}: {tells}")
        for name, opaque in table.sealed.items():
            self.stdout.write(f"    cannot be read  {name} ({opaque.bytes:,} bytes in all): {opaque.tells}")
        self.stdout.write("")
