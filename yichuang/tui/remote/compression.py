"""zlib for SSH with bounds: half of the usual memory, and no packet that swells to hundreds of megabytes.

asyncssh inflates whatever a client sends, and anybody may be a client up to the sign-in screen.
"""

from __future__ import annotations

import zlib

from asyncssh.compression import Compressor, Decompressor, register_compression_alg

ALGORITHM = b"zlib@openssh.com"
"""Deflate that begins after the log-in (OpenSSH's PROTOCOL file, section 1.2)."""
MOST_INFLATED = 256 * 1024
"""Bytes that one packet may become: what asyncssh takes of one that is not compressed."""


class _Deflate(Compressor):
    def __init__(self) -> None:
        self._deflate = zlib.compressobj(wbits=14, memLevel=7)

    def compress(self, data: bytes) -> bytes | None:
        return self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)


class _Inflate(Decompressor):
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes | None:
        """The data; None ends the connection."""
        try:
            inflated = self._inflate.decompress(data, MOST_INFLATED)
        except zlib.error:
            return None
        return None if self._inflate.unconsumed_tail else inflated


def bound_compression() -> None:
    """Put these in the place of asyncssh's own, for the whole process."""
    register_compression_alg(ALGORITHM, _Deflate, _Inflate, True, False)
