"""A device behind a path: a character device such as /dev/usb/lp0, or a plain file that is appended to."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from yichuang.hardware.link.link import (
    PORT_HEALTHY,
    Link,
    LinkFull,
    LinkLost,
    LinkStalled,
    reason_of,
)
from yichuang.queue.device import DeviceReason

_CHUNK = 4096
_DRAIN_SECONDS = 2.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LPGETSTATUS = 0x060B
"""usblp.c: the IEEE 1284 status byte of the USB printer port, as an int."""


def port_link(name: str, path: str) -> Link:
    """The link for `path`: a plain file outside /dev, existing or not, is appended to."""
    place = Path(path)
    try:
        plain = stat.S_ISREG(place.stat().st_mode)
    except OSError:
        plain = not place.is_relative_to("/dev")
    return FileLink(name, place) if plain else DeviceLink(name, place)


class FileLink:
    """Appends each ticket to a file; it never answers."""

    answers = False

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path

    async def open(self) -> bool:
        """Check that the file can be written; it is opened anew for each ticket."""
        place = self._path if self._path.exists() else self._path.parent
        if not os.access(place, os.W_OK) or self._path.is_dir():
            raise LinkLost(device=self._name, detail=f"{self._path}: not writable")
        return True

    async def send(self, data: bytes, seconds: float) -> None:
        """Append `data` whole, or not at all. A file has no printer that could stall it.

        Raises LinkFull on a full disk; `touched` when part of it could not be taken back.
        """
        try:
            whole = await asyncio.to_thread(_append, self._path, data)
        except OSError as error:
            kind = LinkFull if error.errno in _NO_ROOM else LinkLost
            raise kind(
                device=self._name,
                detail=f"{self._path}: {error.strerror}",
                reason=reason_of(error) if kind is LinkLost else DeviceReason.NONE,
            ) from error
        if not whole:
            detail = f"{self._path}: a part of the ticket is left at its end"
            raise LinkLost(device=self._name, detail=detail, touched=True)

    async def receive(self, seconds: float) -> bytes:
        """Nothing ever comes back."""
        return b""

    async def port_status(self) -> int | None:
        """A file that can be written is healthy."""
        return PORT_HEALTHY

    async def close(self) -> None:
        """Nothing is held open."""

    async def drop(self) -> None:
        """Nothing is held open."""


def _append(path: Path, data: bytes) -> bool:
    """Append `data`, or leave the file as it was and raise OSError; False when a part had to stay.

    Without a buffer: one would try to write the rest again when the file is cut back or closed.
    """
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        end, sent = os.fstat(file).st_size, 0
        try:
            while sent < len(data):
                sent += os.write(file, data[sent:])
        except OSError:
            if sent:
                try:
                    os.ftruncate(file, end)
                except OSError:
                    return False
            raise
    finally:
        os.close(file)
    return True


class DeviceLink:
    """A character device, opened non-blocking and kept open: usblp takes one opener only.

    A printer that takes no bytes (paper out) would block a plain write for ever; here the event loop waits
    for room. A pty behaves the same.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._fd: int | None = None
        self._answers = False

    @property
    def answers(self) -> bool:
        """Whether the device can be read, as far as known since it was opened."""
        return self._answers

    async def open(self) -> bool:
        """Open the device unless it is open. Raises LinkLost."""
        if self._fd is not None:
            return False
        try:
            self._fd, self._answers = await asyncio.to_thread(self._open_at)
        except OSError as error:
            raise self._lost(error) from error
        return True

    async def send(self, data: bytes, seconds: float) -> None:
        """Write `data` in pieces as the device takes them, within `seconds`."""
        fd = self._open_fd()
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        sent = 0
        while sent < len(data):
            try:
                sent += os.write(fd, data[sent : sent + _CHUNK])
            except BlockingIOError:
                if not await self._writable(deadline - now()):
                    detail = f"{self._path}: takes no more bytes"
                    raise LinkStalled(device=self._name, detail=detail, touched=sent > 0) from None
            except OSError as error:
                raise self._lost(error, touched=sent > 0) from error

    async def receive(self, seconds: float) -> bytes:
        """What the printer sent, waiting at most `seconds`."""
        fd = self._open_fd()
        loop = asyncio.get_running_loop()
        try:
            return self._read(fd)
        except BlockingIOError:
            if seconds <= 0 or not await _wait(fd, loop.add_reader, loop.remove_reader, seconds):
                return b""
        try:
            return self._read(fd)
        except BlockingIOError:
            return b""

    async def port_status(self) -> int | None:
        """The USB port's own status; many clones answer "healthy" whatever happens."""
        return await asyncio.to_thread(_port_status, self._open_fd())

    async def close(self) -> None:
        """Wait for room before closing: closing usblp kills the data that is still in flight."""
        if self._fd is not None:
            await self._writable(_DRAIN_SECONDS)
            await self.drop()

    async def drop(self) -> None:
        """Close at once."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):
                await asyncio.to_thread(self._close_at, fd)

    def _open_at(self) -> tuple[int, bool]:
        """Open the device, in a thread: its descriptor, and whether it can be read. Raises OSError."""
        return _open_device(self._path)

    def _close_at(self, fd: int) -> None:
        """Close the descriptor, in a thread."""
        os.close(fd)

    def _read(self, fd: int) -> bytes:
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            raise
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise self._lost(None)
        return data

    async def _writable(self, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        return await _wait(self._open_fd(), loop.add_writer, loop.remove_writer, seconds)

    def _open_fd(self) -> int:
        if self._fd is None:
            raise self._lost(None)
        return self._fd

    def _lost(self, error: OSError | None, *, touched: bool = False) -> LinkLost:
        if error is None:
            return LinkLost(device=self._name, detail=f"{self._path}: closed", touched=touched)
        detail = f"{self._path}: {error.strerror or error}"
        return LinkLost(device=self._name, detail=detail, touched=touched, reason=reason_of(error))


def _open_device(path: Path) -> tuple[int, bool]:
    """The descriptor, and whether it can be read: one-way usblp printers refuse reads with EINVAL."""
    flags = os.O_NONBLOCK | os.O_NOCTTY
    if not stat.S_ISCHR(path.stat().st_mode):
        return os.open(path, os.O_WRONLY | flags), False
    try:
        fd = os.open(path, os.O_RDWR | flags)
    except PermissionError:
        return os.open(path, os.O_WRONLY | flags), False
    try:
        return fd, bool(os.read(fd, _CHUNK))
    except BlockingIOError:
        return fd, True
    except OSError as error:
        if error.errno == errno.EINVAL:
            return fd, False
        os.close(fd)
        raise


def _port_status(fd: int) -> int | None:
    try:
        import fcntl

        answer = bytearray(4)
        fcntl.ioctl(fd, _LPGETSTATUS, answer)
    except (ImportError, OSError):
        return None
    return answer[0]


async def _wait(
    fd: int,
    watch: Callable[[int, Callable[[], None]], None],
    forget: Callable[[int], bool],
    seconds: float,
) -> bool:
    """Whether `fd` became ready within `seconds`."""
    ready = asyncio.Event()
    try:
        watch(fd, ready.set)
    except PermissionError:
        # epoll refuses devices that never block, such as /dev/null: they are always ready.
        return True
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await ready.wait()
    except TimeoutError:
        return False
    finally:
        forget(fd)
    return True
