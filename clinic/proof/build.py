"""The process in which the throw-away clinic lives: `python -m clinic.proof.build`.

Its last line on standard output is JSON with the canaries. Then it waits, with everybody signed in, until it
is told that the search is over, and shows that they still were.
"""

import json
import os
import sys
from pathlib import Path

import django

from .watch import Watch

STILL_SIGNED_IN = ("ana", "ben", "chi", "sol")
FOLD_AT = 8  # so few cases would never be folded into segments


def main() -> None:
    scene = Path(os.environ["PROOF_SCENE"])
    watch = Watch(scene / "temp", scene / "temp-deleted")
    watch.start()
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("load_directory", verbosity=0, stdout=sys.stderr)
    connection.force_debug_cursor = True
    live(scene, watch)


def live(scene: Path, watch: Watch) -> None:
    from clinic.cases import lists

    from .canaries import Canaries
    from .people import People
    from .walk import Walk

    lists.FOLD_AT = FOLD_AT
    canaries = Canaries()
    people = People(canaries, scene / "logs" / "access.log")
    people.arrive()
    Walk(people, canaries).everything()
    told = {
        "canaries": canaries.known,
        "passphrase": people.papers("ben").passphrase,
        "nameless": watch.nameless,
        **people.trail.told(),
        "requests": len((scene / "logs" / "access.log").read_text().splitlines()),
    }
    print(json.dumps(told), flush=True)  # noqa: T201
    sys.stdin.readline()
    still = [name for name in STILL_SIGNED_IN if people[name].get("/me/").status == 200]
    print(json.dumps(still), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
