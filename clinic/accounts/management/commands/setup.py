"""manage.py setup: a real clinic and its first coordinator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.accounts.errors import CodesDoNotFit, Refused
from clinic.accounts.forms import address_field, new_name_field
from clinic.accounts.founding import Founding, found_clinic
from clinic.accounts.models import Organisation
from clinic.accounts.papers import code_lines, enrolment_lines
from clinic.accounts.prompts import Clean, asked, checked
from clinic.accounts.recovery import open_recovery
from clinic.vault.codes import BadCode


class Command(BaseCommand):
    help = "Make the clinic, its first coordinator and the three printed recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-in-name", help="of the first coordinator")
        parser.add_argument("--email", help="of the first coordinator")
        parser.add_argument("--no-input", action="store_true", help="ask nothing, try the codes unseen")

    def handle(self, *args: Any, **options: Any) -> None:
        if Organisation.objects.exists():
            raise CommandError("There is a clinic here already. To let somebody in again: manage.py recover")
        try:
            self._set_up(options)
        except (EOFError, KeyboardInterrupt):
            raise CommandError("Stopped. To try the printed codes later: manage.py recover --check") from None

    def _set_up(self, options: dict[str, Any]) -> None:
        asks = not options["no_input"]
        named, reached = options["sign_in_name"], options["email"]
        name = self._answer("Sign-in name of the first coordinator: ", new_name_field().clean, named, asks)
        email = self._answer("Their e-mail address: ", address_field().clean, reached, asks)
        try:
            founding = found_clinic(sign_in_name=name, email=email)
        except Refused as error:
            raise CommandError(str(error)) from None
        self._print(founding)
        self._try_codes(founding, asks)
        self.stdout.write("These two codes work. Sign in, then invite a second coordinator.")

    def _answer(self, question: str, clean: Clean, given: str | None, asks: bool) -> str:
        if given:
            return checked(given, clean)
        if not asks:
            raise CommandError("With --no-input, give --sign-in-name and --email.")
        return asked(question, clean, self.stdout.write)

    def _print(self, founding: Founding) -> None:
        lines = [
            f"For {founding.user.sign_in_name} alone. Write it down or print it: nobody can show it again.",
            *enrolment_lines(founding.enrolment),
            "",
            "For three people, one code each, kept apart. Any two open the clinic again, one alone nothing.",
            *code_lines(founding.recovery_codes),
            "",
        ]
        self.stdout.write("\n".join(lines))

    def _try_codes(self, founding: Founding, asks: bool) -> None:
        if not asks:
            open_recovery(founding.organisation, *founding.recovery_codes[:2])
            return
        self.stdout.write("Now type any two of the three codes from the paper, to see that they can be read.")
        while not self._pair_works(founding.organisation):
            continue

    def _pair_works(self, organisation: Organisation) -> bool:
        try:
            open_recovery(organisation, input("One code: "), input("Another code: "))
        except BadCode:
            self.stdout.write("A letter is wrong or missing. Please type both codes once more.")
        except CodesDoNotFit as error:
            self.stdout.write(str(error))
        else:
            return True
        return False
