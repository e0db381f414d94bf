"""The id of an access row is a mark under the case's key: who may open what, and until when.

Whoever can write to the database but lacks the key can copy rows, and cannot make or change one.
"""

from datetime import date
from typing import Any
from uuid import UUID

from clinic.vault.envelope import Scope
from clinic.vault.errors import Locked
from clinic.vault.keyring import current
from clinic.vault.wraps import mark

from .models import CaseKey, CaseTeamAccess, Compartment


def mark_of(case_key: bytes, codename: str, commitment: bytes, holder: UUID, until: date | None) -> UUID:
    last_day = until.isoformat() if until else ""
    return mark(case_key, codename.encode(), commitment, holder.bytes, last_day.encode())


def newest_mark(codename: str, key: CaseKey, holder: UUID, until: date | None) -> UUID:
    """For a row that is written now. Raises Locked."""
    case_key = current().newest(Scope(Compartment.CASE, key.case_id)).key
    return mark_of(case_key, codename, bytes(key.commitment), holder, until)


def is_true(row: Any, case_key: bytes, commitment: bytes) -> bool:
    """Whether somebody with the case's key wrote this row."""
    wanted = mark_of(case_key, row.permission.codename, commitment, holder_of(row), row.expires_on)
    return bool(row.pk == wanted)


def is_vouched(row: Any, key: CaseKey) -> bool:
    """The same, by the keyring. False where it lacks the case."""
    try:
        case_key = current().newest(Scope(Compartment.CASE, key.case_id)).key
    except Locked:
        return False
    return is_true(row, case_key, bytes(key.commitment))


def holder_of(row: Any) -> UUID:
    """The person's or team's id. Teams: query with select_related("group__team")."""
    found: UUID = row.group.team.pk if isinstance(row, CaseTeamAccess) else row.user_id
    return found
