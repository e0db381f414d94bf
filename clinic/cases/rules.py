"""Decisions about cases. Pure: no database, no clock."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = 6  # letters and digits
PDF, JPEG, PNG, TEXT = "application/pdf", "image/jpeg", "image/png", "text/plain"
MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
ENDING = {PDF: "pdf", JPEG: "jpg", PNG: "png", TEXT: "txt"}


def new_reference() -> str:
    """What people say and write for a case: "K7-4F2Q". Random, so it says nothing."""
    letters = [secrets.choice(ALPHABET) for _ in range(REFERENCE)]
    return f"{''.join(letters[:2])}-{''.join(letters[2:])}"


def content_type_of(head: bytes) -> str | None:
    """The type that the first bytes of a file prove; None for a type the clinic does not take."""
    for start, content_type in MAGIC:
        if head.startswith(start):
            return content_type
    return TEXT if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a letter cut in two at the end of what was read
    return True
