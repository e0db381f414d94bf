"""What a person keeps on paper, as the commands print it. Shown once, stored nowhere."""

from collections.abc import Iterable

from .identities import Enrolment


def enrolment_lines(enrolment: Enrolment) -> list[str]:
    return [
        f"  Passphrase:              {enrolment.passphrase}",
        f"  Personal recovery code:  {enrolment.recovery_code}",
        f"  One-time codes:          {enrolment.totp_uri}",
        "  Backup codes:            " + "  ".join(enrolment.backup_codes[:5]),
        "                           " + "  ".join(enrolment.backup_codes[5:]),
    ]


def code_lines(codes: Iterable[str]) -> list[str]:
    return [f"  Code {number}:  {code}" for number, code in enumerate(codes, 1)]
