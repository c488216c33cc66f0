"""One client's line: what goes out is bounded, and nobody ever waits for it.

A frame goes out whole or not at all. While the line is behind, frames are dropped; once it has caught
up, whoever draws is asked for the present screen. asyncssh takes everything it is given: it holds it
back in the channel (the client's window), in the connection (while keys are renewed) and in the
transport (the socket), so all three are counted.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

from asyncssh import SSHServerChannel, SSHServerConnection

from yichuang.tui.remote.allowance import Allowance

HIGH_WATER = 32 * 1024
"""With more bytes waiting than this, frames are dropped (our own number: a full screen is 35 KB)."""
LOW_WATER = 4 * 1024
"""With no more than this waiting, the screen is drawn anew."""
LOOK_SECONDS = 0.05
"""How often a line that is behind is looked at."""
SEND_BUFFER = 64 * 1024
"""Bytes that the kernel may hold for one client."""
RECEIVE_BUFFER = 32 * 1024
"""And those that it may keep of what the client sends and nobody has read yet."""
UNSENT = 16 * 1024
"""Bytes of them that may not yet be on their way: the rest waits here, where it is counted."""
READ_SIZE = 2 * 1024
"""Bytes that are read of one client in a turn of the loop: some seventy packets at most."""
BYTES_AT_ONCE = 64 * 1024
"""Bytes that a client may send at once (our own number): a handshake is 4 KB, the longest paste 12."""
BYTES_A_SECOND = 8 * 1024
"""And in each second from then on: a key that is held down sends 2 KB. The rest waits at the client."""
RUNAWAY = 1024 * 1024
"""Bytes that no screen comes to: a client that asks and does not read its answers is cut off."""


class Ears(Protocol):
    """Who hears what comes in over a line, and how the line is."""

    def take(self, data: bytes) -> None:
        """Keys, as bytes."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size."""
        ...

    def caught_up(self) -> None:
        """Frames were dropped, and there is room again."""
        ...


def narrow(connection: SSHServerConnection) -> None:
    """Let this client neither fill the kernel's buffers nor keep the loop busy with its packets."""
    _slow_down(connection)
    # What waits for it is to wait where it is counted.
    sock = connection.get_extra_info("socket")
    if sock is None:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)


def _slow_down(connection: SSHServerConnection) -> None:
    """Read little in one turn of the loop, and no more in a second than a terminal ever sends.

    asyncssh goes through all that has come at once, packet by packet, and so does nothing else meanwhile:
    a client that sends empty packets, before or after it has signed in, would hold everybody up.
    """
    transport = connection._transport  # noqa: SLF001 - asyncssh hands it to nobody
    if not isinstance(transport, asyncio.Transport):
        return
    vars(transport)["max_size"] = READ_SIZE  # of asyncio's transports over sockets
    allowance = Allowance(BYTES_A_SECOND, BYTES_AT_ONCE)
    loop, take = asyncio.get_running_loop(), connection.data_received

    def read_on() -> None:
        if not transport.is_closing():
            transport.resume_reading()

    def taken(data: bytes, datatype: int | None = None) -> None:
        take(data, datatype)
        wait = allowance.take(len(data))
        if wait and not transport.is_closing():
            transport.pause_reading()
            loop.call_later(wait, read_on)

    vars(connection)["data_received"] = taken


def is_runaway(connection: SSHServerConnection) -> bool:
    """Whether more is kept for a connection than any screen comes to."""
    return _kept(connection) > RUNAWAY or len(connection._inpbuf) > RUNAWAY  # noqa: SLF001 - asyncssh tells nobody


def _kept(connection: SSHServerConnection) -> int:
    """Bytes that the connection and its transport hold back."""
    transport = connection._transport  # noqa: SLF001 - asyncssh tells nobody
    waiting = transport.get_write_buffer_size() if transport is not None else 0
    # Packets that wait for new keys: (type, parts).
    for _type, parts in connection._deferred_packets:  # noqa: SLF001 - asyncssh tells nobody
        waiting += sum(len(part) for part in parts)
    return int(waiting)


class Link:
    """The line to one client's terminal."""

    def __init__(self, channel: SSHServerChannel[bytes], connection: SSHServerConnection) -> None:
        self._channel = channel
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._ears: Ears | None = None
        self._look: asyncio.TimerHandle | None = None
        self.size = (0, 0)
        """Columns and rows."""
        self.dropped = 0
        """How many frames were dropped."""
        self.repaints = 0
        """How often the screen was asked for anew."""
        self.has_hinted = False
        """Whether the user was told that what is typed is not UTF-8."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent."""
        return not self._channel.is_closing()

    @property
    def is_behind(self) -> bool:
        """Whether frames are being dropped."""
        return self._look is not None

    def pending(self) -> int:
        """Bytes that wait for the client."""
        return self._channel.get_write_buffer_size() + _kept(self._connection)

    # --- out ----------------------------------------------------------------------------------

    def put_frame(self, text: str) -> bool:
        """Send a frame whole, or drop it; says which."""
        if not self.is_open:
            return False
        if self.is_behind or self.pending() > HIGH_WATER:
            self.dropped += 1
            if not self.is_behind:
                self._look_later()
            return False
        self._write(text.encode("utf-8", errors="replace"))
        return True

    def put(self, data: bytes) -> None:
        """Send what must not be lost: how a screen begins and ends, and last words. Keep it short."""
        if self.is_open:
            self._write(data)

    def put_error(self, data: bytes) -> None:
        """Send to the client's standard error."""
        if self.is_open:
            self._channel.write_stderr(data)

    def _write(self, data: bytes) -> None:
        try:
            self._channel.write(data)
        except (OSError, asyncio.InvalidStateError):
            return  # the client went this moment: its end is told elsewhere

    def _look_later(self) -> None:
        self._look = self._loop.call_later(LOOK_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        if not self.is_open:
            return
        if self.pending() > LOW_WATER:
            self._look_later()
        elif self._ears is not None:
            self.repaints += 1
            self._ears.caught_up()

    # --- in -----------------------------------------------------------------------------------

    def listen(self, ears: Ears | None) -> None:
        """Who hears from now on; with None, keys are dropped: they were meant for the former screen."""
        self._ears = ears

    def received(self, data: bytes) -> None:
        """Bytes have come from the client."""
        if self._ears is not None:
            self._ears.take(data)

    def resized(self, columns: int, rows: int) -> None:
        """The terminal has another size."""
        self.size = (columns, rows)
        if self._ears is not None:
            self._ears.resize(columns, rows)

    def hold(self) -> None:
        """Take no more keys for now: the client's window fills, and it waits."""
        self._channel.pause_reading()

    def release(self) -> None:
        """Take keys again."""
        if self.is_open:
            self._channel.resume_reading()

    # --- the end ------------------------------------------------------------------------------

    def hang_up(self, status: int) -> None:
        """Say how it ended, and close once what waits is sent."""
        self.forget()
        if self.is_open:
            self._channel.exit(status)

    def forget(self) -> None:
        """The client is gone, or is let go: no timer is left."""
        self._ears = None
        if self._look is not None:
            self._look.cancel()
            self._look = None


Writer = Callable[[bytes], None]
"""Sends bytes."""
