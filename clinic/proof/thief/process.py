"""`python -m clinic.proof.thief.process`: reads a name and a passphrase as JSON, tells of two attempts."""

import json
import sys
from dataclasses import asdict

import django


def main() -> None:
    django.setup()
    from clinic.accounts.models import User

    from .robbery import with_nothing, with_passphrase

    told = json.loads(sys.stdin.readline())
    nothing = with_nothing()
    one = with_passphrase(User.objects.get(sign_in_name=told["name"]), told["passphrase"])
    print(json.dumps([asdict(nothing), asdict(one)]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
