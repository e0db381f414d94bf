"""What gzip and zlib streams hold, wherever they begin."""

import re
import zlib
from collections.abc import Iterator

STREAM = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
WINDOW = 4 * 1024 * 1024
STEP = 4096
WORTH = 6


def streams(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each stream begins, and its content as far as it can be unpacked."""
    view = memoryview(data)
    for found in STREAM.finditer(data):
        told = unpacked(view[found.start() : found.start() + WINDOW])
        if len(told) >= WORTH:
            yield found.start(), told


def unpacked(stream: memoryview) -> bytes:
    unpacker, told = zlib.decompressobj(wbits=47), bytearray()
    try:
        for at in range(0, len(stream), STEP):
            told += unpacker.decompress(stream[at : at + STEP], WINDOW)
            if unpacker.eof or len(told) > WINDOW:
                break
    except zlib.error:
        pass
    return bytes(told)
