"""Devices that are only read: a device file opened without blocking, a serial port."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from yichuang.hardware.link.link import Link, LinkLost, reason_of
from yichuang.queue.device import DeviceReason, DeviceTrouble

_CHUNK = 4096
_STALE_READS = 64


def trouble(device: str, path: Path | str, error: OSError | None) -> DeviceTrouble:
    """What an error of the system says of a device; without one it has ended, as when unplugged."""
    reason = reason_of(error) if error else DeviceReason.UNPLUGGED
    detail = f"{path}: {(error.strerror or error) if error else 'ended'}"
    return DeviceTrouble(device=device, reason=reason or DeviceReason.OFFLINE, detail=detail)


async def received(link: Link, seconds: float) -> bytes:
    """What a serial port received; one that ended under the reading has been pulled out."""
    try:
        return await link.receive(seconds)
    except LinkLost as lost:
        if lost.reason is not DeviceReason.OFFLINE:
            raise
        device = str(lost.facts["device"])
        detail = str(lost.facts["detail"])
        raise DeviceTrouble(device=device, reason=DeviceReason.UNPLUGGED, detail=detail) from lost


class Descriptor:
    """An input device, a hidraw device, or a FIFO or pipe that stands for one."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._path = Path()
        self._fd: int | None = None

    async def open(self, path: Path, prepare: Callable[[int], None] | None = None) -> None:
        """Open `path` and let `prepare` set it up, both on a thread; raises DeviceTrouble.

        What had been sent before is thrown away: a press counts when somebody is there to take it.
        """
        await self.close()
        self._path = path
        opening = asyncio.get_running_loop().run_in_executor(None, _open, path, prepare)
        try:
            self._fd = await asyncio.shield(opening)
        except OSError as error:
            raise trouble(self._device, path, error) from error
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late)
            raise

    async def read(self) -> bytes:
        """The next bytes, however long they take to come; raises DeviceTrouble when it has ended."""
        while True:
            await asyncio.sleep(
                0
            )  # a device that always has bytes must not keep the loop for itself
            if self._fd is None:
                raise trouble(self._device, self._path, None)
            try:
                data = os.read(self._fd, _CHUNK)
            except BlockingIOError:
                await _readable(self._fd)
                continue
            except OSError as error:
                raise trouble(self._device, self._path, error) from error
            if not data:
                raise trouble(self._device, self._path, None)
            return data

    async def close(self) -> None:
        """Close it; a grab ends with it."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):
                await asyncio.to_thread(os.close, fd)


def _open(path: Path, prepare: Callable[[int], None] | None) -> int:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _refuse_files(fd)
        if prepare is not None:
            prepare(fd)
        with suppress(BlockingIOError):
            for _each in range(_STALE_READS):
                if not os.read(fd, _CHUNK):
                    break
    except BaseException:
        os.close(fd)
        raise
    return fd


def _refuse_files(fd: int) -> None:
    """Raises OSError for a plain file or a folder: no press ever comes of it."""
    kind = os.fstat(fd).st_mode
    if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))


def _close_late(opening: asyncio.Future[int]) -> None:
    """Nobody waits for it any more."""
    if not opening.cancelled() and opening.exception() is None:
        os.close(opening.result())


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
