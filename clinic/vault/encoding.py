"""Injective byte encodings shared by every envelope and wrap."""

import struct

from .errors import Tampered

BUCKETS = (32, 64, 128, 256, 512, 1024)


def lp(*parts: bytes) -> bytes:
    """u16 count, then (u32 length, bytes) each: no two lists of parts give the same bytes."""
    return struct.pack(">H", len(parts)) + b"".join([struct.pack(">I", len(p)) + p for p in parts])


def bucket(length: int) -> int:
    """The padded size, in bytes, that hides a content of `length` bytes."""
    for size in BUCKETS:
        if length < size:
            return size
    return -(-(length + 1) // 1024) * 1024


def pad(content: bytes) -> bytes:
    """ISO/IEC 7816-4 padding up to the next bucket."""
    return content + b"\x80" + bytes(bucket(len(content)) - len(content) - 1)


def unpad(padded: bytes) -> bytes:
    marked = padded.rstrip(b"\0")
    if marked[-1:] != b"\x80":
        raise Tampered
    return marked[:-1]
