"""What sealed things look like from outside."""

from collections.abc import Collection

KEY_UNDER_KEK = 1 + 12 + 32 + 16
KEY_TO_PUBLIC = 1 + 1120 + 32 + 16
NAMED = 5


def is_wrap(blob: bytes | memoryview) -> bool:
    """A wrapped 32-byte key: under a symmetric key, or to a public one."""
    length = {b"\x01": KEY_UNDER_KEK, b"\x02": KEY_TO_PUBLIC}.get(bytes(blob[:1]))
    return len(blob) == length


def is_delivery(blob: bytes | memoryview) -> bool:
    """A 32-byte key wrapped to a public key."""
    return is_wrap(blob) and bytes(blob[:1]) == b"\x02"


def some(things: Collection[object]) -> str:
    """The first few, and how many more there are."""
    named = ", ".join(sorted(str(thing) for thing in things)[:NAMED])
    more = len(things) - NAMED
    return f"{named} (+{more})" if more > 0 else named
