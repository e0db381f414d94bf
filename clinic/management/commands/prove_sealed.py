"""manage.py prove_sealed: a throw-away clinic is searched and robbed; the one that is here is not touched."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.proof import table
from clinic.proof.proving import THEFT, Proof, prove
from clinic.proof.scene import Failed


class Command(BaseCommand):
    help = (
        "Looks for what was typed in everything a clinic leaves behind. Ends with 1 where any of it is found."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof = prove()
        except Failed:
            raise CommandError(
                "The throw-away clinic could not be built. What went wrong stands above."
            ) from None
        self.tell(proof)
        if proof.faults:
            raise CommandError("\n".join(["Not sealed:", *proof.faults]))
        self.stdout.write("Nothing was found, and nothing opened that should not.")

    def tell(self, proof: Proof) -> None:
        encodings = len(proof.encodings)
        lines = [
            f"Canaries: {len(proof.canaries)}, in {encodings} encodings ({proof.patterns:,} byte strings), "
            f"typed and shown in {proof.requests} requests.",
            f"Signed in while we looked: {', '.join(proof.signed_in) or 'nobody'}.",
            "",
            *table.searched(proof.searched),
            *table.finds(proof.searched, proof.canaries),
            "",
            f"A thief with database, settings and files, trying {proof.nothing.keys:,} keys, "
            f"and then with {THEFT}’s passphrase:",
            *table.thief(proof.nothing, proof.one),
            "",
        ]
        self.stdout.write("\n".join(lines))
