"""manage.py recover: two of the three printed codes let a named person in again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.accounts.errors import CodesDoNotFit, Refused
from clinic.accounts.forms import address_field, new_name_field
from clinic.accounts.models import Organisation
from clinic.accounts.papers import enrolment_lines
from clinic.accounts.prompts import asked, checked
from clinic.accounts.recovery import known_as, open_recovery, readmit
from clinic.accounts.roster import Role
from clinic.vault.codes import BadCode
from clinic.vault.errors import Tampered
from clinic.vault.keys import KeyPair


class Command(BaseCommand):
    help = "Give somebody new keys with two of the clinic's three printed codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", help="its id, where the database holds several")
        parser.add_argument("--sign-in-name", help="of the person to let in, known or new")
        parser.add_argument("--email", default="", help="for somebody new")
        parser.add_argument("--role", choices=Role.values, help="otherwise: as before, or coordinator")
        parser.add_argument("--check", action="store_true", help="only try two codes, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self._organisation(options["clinic"])
        try:
            self._recover(organisation, options)
        except (EOFError, KeyboardInterrupt):
            raise CommandError("Stopped. Nothing was changed.") from None
        except Tampered:
            raise CommandError(
                "The codes are right, but the clinic's keys in this database are not the ones they were "
                "printed for. Somebody may have written to the database: restore a backup and try again."
            ) from None
        except Refused as error:
            raise CommandError(str(error)) from None

    def _recover(self, organisation: Organisation, options: dict[str, Any]) -> None:
        pair = self._pair(organisation)
        if options["check"]:
            self.stdout.write("These two codes open this clinic.")
            return
        name = self._name(options["sign_in_name"])
        email = checked(options["email"], address_field().clean) if options["email"] else self._email(name)
        role = Role(options["role"]) if options["role"] else None
        done = readmit(organisation=organisation, pair=pair, sign_in_name=name, email=email, role=role)
        lines = [f"For {done.user.sign_in_name} alone, shown once; what they had before no longer works."]
        self.stdout.write("\n".join([*lines, *enrolment_lines(done.enrolment), f"Teams: {done.teams}"]))
        if done.recovered:
            self.stdout.write(f"Walled cases that nobody could open, theirs now: {done.recovered}")

    def _name(self, given: str | None) -> str:
        if given is None:
            return asked("Sign-in name of the person to let in: ", _clean, self.stdout.write)
        return checked(given, _clean)

    def _email(self, name: str) -> str:
        if known_as(name):
            return ""
        question = "Nobody has this sign-in name yet. Their e-mail address: "
        return asked(question, address_field().clean, self.stdout.write)

    def _pair(self, organisation: Organisation) -> KeyPair:
        """Asks until two codes fit."""
        while True:
            try:
                return open_recovery(organisation, input("One code: "), input("Another code: "))
            except BadCode:
                self.stdout.write("A letter is wrong or missing. Please type both codes once more.")
            except CodesDoNotFit as error:
                self.stdout.write(str(error))

    def _organisation(self, wanted: str | None) -> Organisation:
        found = [one for one in Organisation.objects.all() if wanted in (None, str(one.id))]
        if len(found) != 1:
            raise CommandError("Name the clinic: --clinic ID." if found else "There is no such clinic here.")
        return found[0]


def _clean(name: str) -> str:
    """Somebody known, however it is spelt; a new one must do as a sign-in name."""
    known = known_as(name.strip())
    return known.sign_in_name if known else str(new_name_field().clean(name))
