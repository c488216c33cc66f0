"""A device behind a path: a character device such as /dev/usb/lp0, or a plain file that is appended to."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
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

    async def drain(self, seconds: float) -> None:
        """A file has what was appended to it."""

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


@dataclass(frozen=True, slots=True)
class Opened:
    """A device that is open. All its calls but `left` may block."""

    fd: int
    answers: bool
    """Whether it can be read."""
    close: Callable[[], None]
    discard: Callable[[], None] = lambda: None
    """Throw away what the device has not taken yet, before closing."""
    left: Callable[[], int] = lambda: 0
    """How many bytes it has not taken yet, as far as the system counts them."""


class DeviceLink:
    """A character device, opened non-blocking and kept open: usblp takes one opener only.

    A printer that takes no bytes (paper out) would block a plain write for ever; here the event loop waits
    for room. A pty behaves the same.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._opened: Opened | None = None
        self._answers = False

    @property
    def answers(self) -> bool:
        """Whether the device can be read, as far as known since it was opened."""
        return self._answers

    async def open(self) -> bool:
        """Open the device unless it is open. Raises LinkLost."""
        if self._opened is not None:
            return False
        opening = asyncio.get_running_loop().run_in_executor(None, self._open_at)
        try:
            self._opened = await asyncio.shield(opening)
        except OSError as error:
            raise self._lost(error) from error
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late)
            raise
        self._answers = self._opened.answers
        return True

    async def send(self, data: bytes, seconds: float) -> None:
        """Write `data` in pieces as the device takes them, within `seconds`.

        Of a write that failed, usblp.c may have sent all: it submits the bytes and only then finds that the
        printer is gone or the transfer broken. What it says before is "not now" and "no paper" alone.
        """
        fd = self._open().fd
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        sent = 0
        while sent < len(data):
            try:
                sent += _write(fd, data[sent : sent + _CHUNK])
            except BlockingIOError:
                if not await self._writable(deadline - now()):
                    detail = f"{self._path}: takes no more bytes"
                    raise LinkStalled(device=self._name, detail=detail, touched=sent > 0) from None
            except OSError as error:
                touched = sent > 0 or error.errno != errno.ENOSPC
                raise self._lost(error, touched=touched) from error

    async def drain(self, seconds: float) -> None:
        """Wait for room: usblp has some when the printer took the last piece."""
        if not await self._writable(seconds):
            detail = f"{self._path}: does not take the last bytes"
            raise LinkStalled(device=self._name, detail=detail, touched=True)
        await self.port_status()

    async def receive(self, seconds: float) -> bytes:
        """What the printer sent, waiting at most `seconds`."""
        fd = self._open().fd
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
        try:
            return await asyncio.to_thread(_port_status, self._open().fd)
        except OSError as error:
            raise self._lost(error) from error

    async def close(self) -> None:
        """Close when the device has taken all: closing usblp kills the data that is still in flight."""
        try:
            await self.drain(_DRAIN_SECONDS)
            await self._let_go()
        except LinkLost:
            pass
        finally:
            await self.drop()

    async def drop(self) -> None:
        """Close at once."""
        await self._let_go(losing=True)

    def _open_at(self) -> Opened:
        """Open the device, in a thread. Raises OSError."""
        return _open_device(self._path)

    async def _let_go(self, *, losing: bool = False) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            with suppress(OSError):
                await asyncio.to_thread(_close, opened, losing=losing)

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
        return await _wait(self._open().fd, loop.add_writer, loop.remove_writer, seconds)

    def _open(self) -> Opened:
        if self._opened is None:
            raise self._lost(None)
        return self._opened

    def _lost(self, error: OSError | None, *, touched: bool = False) -> LinkLost:
        if error is None:
            return LinkLost(device=self._name, detail=f"{self._path}: closed", touched=touched)
        detail = f"{self._path}: {error.strerror or error}"
        return LinkLost(device=self._name, detail=detail, touched=touched, reason=reason_of(error))


def _open_device(path: Path) -> Opened:
    """Open the device; one-way usblp printers refuse reads with EINVAL."""
    flags = os.O_NONBLOCK | os.O_NOCTTY
    if not stat.S_ISCHR(path.stat().st_mode):
        return _opened(os.open(path, os.O_WRONLY | flags), answers=False)
    try:
        fd = os.open(path, os.O_RDWR | flags)
    except PermissionError:
        return _opened(os.open(path, os.O_WRONLY | flags), answers=False)
    try:
        return _opened(fd, answers=bool(os.read(fd, _CHUNK)))
    except BlockingIOError:
        return _opened(fd, answers=True)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return _opened(fd, answers=False)
        os.close(fd)
        raise


def _opened(fd: int, *, answers: bool) -> Opened:
    return Opened(fd, answers, partial(os.close, fd))


def _close(opened: Opened, *, losing: bool) -> None:
    try:
        if losing:
            opened.discard()
    finally:
        opened.close()


def _close_late(opening: asyncio.Future[Opened]) -> None:
    """Whoever wanted the device was cancelled before it was open."""
    if not opening.cancelled() and opening.exception() is None:
        with suppress(OSError):
            opening.result().close()


def _write(fd: int, data: bytes) -> int:
    """Write once, with every signal held back until then.

    A signal interrupts usblp.c after it has submitted the bytes, and Python writes them again (PEP 475).
    """
    former = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        return os.write(fd, data)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _port_status(fd: int) -> int | None:
    """What the port says, None where it cannot be asked; raises OSError when the device is gone."""
    try:
        import fcntl

        answer = bytearray(4)
        fcntl.ioctl(fd, _LPGETSTATUS, answer)
    except ImportError:
        return None
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise
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
