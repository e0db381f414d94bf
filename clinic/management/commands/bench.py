"""manage.py bench: how fast the sealed clinic is, in throw-away databases."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.bench import run
from clinic.bench.lines import FULL, SMALL, Line


class Command(BaseCommand):
    help = "Measures speed beside its goals, in throw-away databases. The real one is never opened."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", choices=list(run.LINES), help="just this line")
        parser.add_argument("--json", action="store_true", help="as one JSON object")
        parser.add_argument("--strict", action="store_true", help="end with 1 where a goal is missed")
        parser.add_argument("--small", action="store_true", help="few rows: shows that it runs, not how fast")

    def handle(self, *args: Any, **options: Any) -> None:
        scale, found = SMALL if options["small"] else FULL, list[Line]()
        for line in run.measure(scale, options["only"] or ()):
            found.append(line)
            if not options["json"]:
                self.stdout.write(str(line))
        self.tell(found, as_json=options["json"])
        missed = sum(not line.met for line in found)
        if missed and options["strict"]:
            raise CommandError(f"Goals missed: {missed}.")

    def tell(self, found: list[Line], *, as_json: bool) -> None:
        machine = run.machine()
        if as_json:
            report = {**machine, "lines": [line.as_json() for line in found]}
            self.stdout.write(json.dumps(report, indent=1, ensure_ascii=False))
            return
        self.stdout.write(
            f"{machine['date']}, {machine['cores']} cores, load {machine['load']}, {machine['database']}"
        )
