"""A printer as seen from the wire: takes a ticket, notes when its last byte came, answers at once.

Run as a process of its own, like a real printer: `python -m bench.paper_sink`. It writes its port, then for
each paper the moment (the machine's monotonic clock, in seconds) at which the cut had come in whole.
"""

from __future__ import annotations

import re
import socket
import sys
import time

_CUT = re.compile(rb"\x1dV[\x00\x01\x30\x31]|\x1dV[AB].")
"""`GS V`: cut."""

_STATUS = re.compile(rb"\x10\x04[\x01-\x04]")
"""`DLE EOT n`: a real-time status request."""

_REPORT = re.compile(rb"\x1dr\x01")
"""`GS r 1`: a status request in order with the print data."""


def serve(connection: socket.socket) -> None:
    """Answer one connection until it ends."""
    gathered = b""
    while data := connection.recv(65536):
        now = time.perf_counter()
        gathered += data
        answers = b""
        if _CUT.search(gathered):
            print(f"{now!r}", flush=True)
            gathered = _CUT.sub(b"", gathered)
        for pattern, answer in ((_STATUS, b"\x12"), (_REPORT, b"\x00")):
            gathered, count = pattern.subn(b"", gathered)
            answers += answer * count
            if count and pattern is _REPORT:
                gathered = b""
        if answers:
            connection.sendall(answers)


def main() -> None:
    """Listen on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _address = server.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                serve(connection)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit()
