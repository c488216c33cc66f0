"""A printer on the network: raw bytes over TCP, usually port 9100."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress

from yichuang.hardware.link.link import LinkLost, LinkStalled
from yichuang.hardware.link.lookup import HostLookup
from yichuang.queue.device import DeviceReason

CONNECT_SECONDS = 2.0
"""How long a connection may take to come about."""

_QUIET_SECONDS = 0.08
_EOF_SECONDS = 1.0
_LOOK_SECONDS = 0.02
_CLOSE_SECONDS = 5.0
"""How long closing may take with a printer that goes on sending."""
_CHUNK = 4096
_SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 20),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
    # Milliseconds that sent bytes may stay unacknowledged before the connection counts as dead (RFC 5482).
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 10_000),
)


class TcpLink:
    """One connection, kept between tickets because many printers accept one at a time and are slow to
    notice that it ended; reopened when it is needed."""

    answers = True

    def __init__(self, name: str, host: str, port: int) -> None:
        self._name = name
        self._host = host
        self._port = port
        self._lookup = HostLookup(host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> bool:
        """Connect unless the kept connection still stands. Raises LinkLost."""
        if self._streams is not None:
            reader, writer = self._streams
            if not writer.is_closing() and not reader.at_eof() and reader.exception() is None:
                return False
            await self.drop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                streams = await self._connect()
        except OSError as error:
            # TimeoutError is an OSError, and so are the errors of name look-up.
            raise self._lost(error) from error
        connection: socket.socket = streams[1].get_extra_info("socket")
        for level, option, value in _SOCKET_OPTIONS:
            if hasattr(socket, option):
                connection.setsockopt(level, getattr(socket, option), value)
        # Without a buffer of its own, drain() waits until the kernel has taken every byte.
        streams[1].transport.set_write_buffer_limits(high=0)
        self._streams = streams
        return True

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first address that takes one."""
        failure = OSError("no address")
        for address in await self._lookup.addresses():
            try:
                return await asyncio.open_connection(address, self._port)
            except OSError as error:
                failure = error
        raise failure

    async def send(self, data: bytes, seconds: float) -> None:
        """Hand `data` to the kernel; a printer that reads nothing stalls it after `seconds`."""
        _reader, writer = self._open_streams()
        transport = writer.transport
        if transport.is_closing():
            raise self._lost(None)
        writer.write(data)
        # The first attempt to send happens inside write(): when it failed, nothing has gone out.
        touched = not transport.is_closing()
        try:
            async with asyncio.timeout(seconds):
                await writer.drain()
        except TimeoutError as error:
            gone = transport.get_write_buffer_size() < len(data)
            detail = "takes no more bytes"
            raise LinkStalled(device=self._name, detail=detail, touched=gone) from error
        except OSError as error:
            raise self._lost(error, touched=touched) from error

    async def drain(self, seconds: float) -> None:
        """Wait until the other side has acknowledged every byte.

        Until then it may still be lost: a printer out of paper takes no more than its buffer holds, and the
        connection then counts as dead after some seconds (`_SOCKET_OPTIONS`).
        """
        _reader, writer = self._open_streams()
        connection: socket.socket = writer.get_extra_info("socket")
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        while not writer.is_closing():
            if not _unacknowledged(connection):
                return
            if now() >= deadline:
                detail = "does not take the last bytes"
                raise LinkStalled(device=self._name, detail=detail, touched=True)
            await asyncio.sleep(_LOOK_SECONDS)
        raise self._lost(None, touched=True)

    async def receive(self, seconds: float) -> bytes:
        """What the printer sent, waiting at most `seconds`."""
        reader, _writer = self._open_streams()
        try:
            async with asyncio.timeout(seconds):
                data = await reader.read(_CHUNK)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise self._lost(None)
        return data

    async def port_status(self) -> int | None:
        """A TCP port knows nothing of the printer."""
        return None

    async def close(self) -> None:
        """Read until quiet, end our side, read to the end, and only then close.

        Closing with unread bytes makes the kernel send a reset, which loses what the printer has not read
        yet (hardware 1.3, 5).
        """
        if self._streams is None:
            return
        _reader, writer = self._streams
        # LinkLost is how the end of the stream is told.
        with suppress(OSError, LinkLost):
            async with asyncio.timeout(_CLOSE_SECONDS):
                while await self.receive(_QUIET_SECONDS):
                    pass
                if not writer.is_closing():
                    writer.write_eof()
                while await self.receive(_EOF_SECONDS):
                    pass
        self._streams = None
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def drop(self) -> None:
        """Reset the connection; nothing of what is still here will be sent."""
        if self._streams is None:
            return
        _reader, writer = self._streams
        self._streams = None
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()

    def _open_streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            raise self._lost(None)
        return self._streams

    def _lost(self, error: OSError | None, *, touched: bool = False) -> LinkLost:
        detail = f"{self._host}:{self._port}: {error or 'connection closed'}"
        is_unknown = isinstance(error, socket.gaierror)
        reason = DeviceReason.HOST_UNKNOWN if is_unknown else DeviceReason.NONE
        return LinkLost(device=self._name, detail=detail, touched=touched, reason=reason)


def _unacknowledged(connection: socket.socket) -> int:
    """How many bytes the other side has not acknowledged (SIOCOUTQ, tcp(7)); 0 where none can be told."""
    try:
        import fcntl
        import termios

        answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    except (ImportError, OSError):
        return 0
    return int.from_bytes(answer, sys.byteorder)
