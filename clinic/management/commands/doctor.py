from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.accounts.models import Organisation
from clinic.audit import checkup, rules
from clinic.audit.checkup import Kind, Outcome
from clinic.doctor import record


class Command(BaseCommand):
    help = "Checks keys, who can open what, rows, the record and files. Ends with 1 on any fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", help="a printed line of the record: does it fit?")

    def handle(self, *args: Any, **options: Any) -> None:
        clinics = list(Organisation.objects.all())
        if not clinics:
            raise CommandError("There is no clinic here yet. Make one with manage.py setup.")
        outcomes = [outcome for clinic in clinics for outcome in self.look_at(clinic, options["head"])]
        for outcome in outcomes:
            self.tell(outcome)
        faults = sum(finding.kind == Kind.FAULT for outcome in outcomes for finding in outcome.findings)
        if faults:
            raise CommandError(f"Faults: {faults}.")
        self.stdout.write(
            "No fault was found. What needs a key stands on the page “Keys and rows” of the record."
        )

    def look_at(self, clinic: Organisation, printed: str | None) -> list[Outcome]:
        outcomes = checkup.without_keys(clinic)
        if printed is not None:
            outcomes.append(Outcome("The printed line", list(record.against(clinic, self.head(printed)))))
        return outcomes + checkup.needing_keys()

    def head(self, printed: str) -> rules.Head:
        try:
            return rules.read_head(printed)
        except ValueError:
            raise CommandError(
                "That is not a line of a printed record head. It looks like: 1234 · 0a1b 2c3d …"
            ) from None

    def tell(self, outcome: Outcome) -> None:
        self.stdout.write(outcome.title)
        for finding in outcome.findings:
            self.stdout.write(f"    {finding.kind:<12} {finding}")
