"""The call feed: a TCP port where programs of others read each call as a line of JSON.

docs/devices/call_feed.md has the schema. A line is UTF-8 and ends with a newline. `event` is `call` (a number
was called, or called again: `repeat`), `window` (what a window's display says changed; a new reader is first
told of every window) or `test`. A reader that does not read is cut off; none of them can hold the hall up.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import socket
from collections.abc import Mapping
from datetime import UTC

from yichuang.clock import Clock, SystemClock
from yichuang.config import CallFeedSettings
from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.face import Face
from yichuang.text import one_line

logger = logging.getLogger(__name__)

MOST_WAITING = 64 * 1024
"""Bytes that may wait for one reader; one that lets more gather is cut off."""

_KEEPALIVE = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 30),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 10),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
)


class CallFeed:
    """One `[[call_feed]]`; fulfils `yichuang.hardware.device.Display`."""

    def __init__(self, settings: CallFeedSettings, clock: Clock | None = None) -> None:
        self.name: str = settings.name
        self.port = settings.port
        """Where it listens; known for certain once it is open."""
        self._settings = settings
        self._clock = clock or SystemClock()
        self._server: asyncio.Server | None = None
        self._readers: set[asyncio.Transport] = set()
        self._faces: dict[int, Face] = {}

    @property
    def readers(self) -> int:
        """How many read now."""
        return len(self._readers)

    # --- what it is told ----------------------------------------------------------------------

    def show(self, faces: Mapping[int, Face]) -> None:
        """Send the windows that have changed since the last word."""
        before, self._faces = self._faces, dict(faces)
        for window, face in sorted(faces.items()):
            if before.get(window) != face:
                self._send(self._window_line(face))

    def call(self, call: Announcement) -> None:
        """Send a call, once, whether or not the hall has a voice."""
        at = call.at.astimezone(UTC).isoformat()
        self._send(
            self._line("call", number=call.number, window=call.window, at=at, repeat=call.is_repeat)
        )

    def announce(self, announcement: Announcement) -> None:
        """Nothing: it was sent when it was made."""

    # --- the device ---------------------------------------------------------------------------

    def is_there(self) -> bool:
        """Only opening can tell."""
        return True

    async def open(self) -> DeviceHealth:
        """Listen; raises DeviceTrouble when the port cannot be had."""
        loop = asyncio.get_running_loop()
        host, port = self._settings.host, self._settings.port
        try:
            self._server = await loop.create_server(lambda: _Reader(self), host, port)
        except OSError as error:
            raise self._trouble(error) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return DeviceHealth(DeviceState.READY)

    async def work(self) -> None:
        """Nothing more to do: readers are served as they come, lines sent as they are told."""
        await asyncio.Event().wait()

    async def test(self) -> None:
        """Send a call that nobody made, marked as a test."""
        self._send(self._line("test", number="TEST", window=0, at=self._now()))

    async def close(self) -> None:
        """Cut every reader off and listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        readers, self._readers = self._readers, set()
        for reader in readers:
            # What waits for one that does not read would keep it, and count it, for ever.
            reader.abort()

    # --- readers ------------------------------------------------------------------------------

    def welcome(self, reader: asyncio.Transport) -> bool:
        """A reader connected: tell it how every window stands; False when there are too many."""
        if self._server is None or len(self._readers) >= self._settings.clients:
            return False
        self._readers.add(reader)
        for _window, face in sorted(self._faces.items()):
            reader.write(self._window_line(face))
        return True

    def forget(self, reader: asyncio.Transport) -> None:
        """A reader went away."""
        self._readers.discard(reader)

    def _send(self, line: bytes) -> None:
        for reader in list(self._readers):
            if reader.get_write_buffer_size() + len(line) > MOST_WAITING:
                logger.warning("call feed %s: a reader that does not read was cut off", self.name)
                self._readers.discard(reader)
                reader.abort()
            elif not reader.is_closing():
                reader.write(line)

    # --- lines --------------------------------------------------------------------------------

    def _window_line(self, face: Face) -> bytes:
        return self._line(
            "window",
            window=face.window,
            at=self._now(),
            state=face.state.value,
            number=face.number,
            unit=face.unit,
            item=face.item,
            badge=face.badge,
            label=face.label,
        )

    def _line(self, event: str, **facts: str | int | bool) -> bytes:
        """One line whatever a name holds: what other programs take for a line's end is taken out."""
        clean = {
            key: one_line(fact) if isinstance(fact, str) else fact for key, fact in facts.items()
        }
        line = json.dumps({"event": event, **clean}, ensure_ascii=False)
        return line.encode("utf-8", "replace") + b"\n"

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _trouble(self, error: OSError) -> DeviceTrouble:
        reason = {
            errno.EADDRINUSE: DeviceReason.PORT_TAKEN,
            errno.EACCES: DeviceReason.LOW_PORT,
        }.get(error.errno or 0, DeviceReason.OFFLINE)
        return DeviceTrouble(device=self.name, reason=reason, detail=str(error))


class _Reader(asyncio.Protocol):
    """One reader. What it sends is read and thrown away, so that its going is noticed."""

    def __init__(self, feed: CallFeed) -> None:
        self._feed = feed
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            return
        connection: socket.socket = transport.get_extra_info("socket")
        for level, option, value in _KEEPALIVE:
            if hasattr(socket, option):
                connection.setsockopt(level, getattr(socket, option), value)
        if self._feed.welcome(transport):
            self._transport = transport
        else:
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._feed.forget(self._transport)
