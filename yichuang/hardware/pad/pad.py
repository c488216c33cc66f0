"""What rating pads and caller pads share as devices: opened, read, closed."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from yichuang.errors import YichuangError
from yichuang.hardware.pad.press import KeyPress, KeySource
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble

logger = logging.getLogger(__name__)

MOST_WAITING = 64
"""So many presses wait to be taken at most; further ones wait in the device."""


class Meaning(Protocol):
    """What is done with a press."""

    async def __call__(self, press: KeyPress, /) -> None: ...


class Pad:
    """A pad as the supervisor works it."""

    def __init__(self, name: str, keys: KeySource, take: Meaning) -> None:
        self._name = name
        self._keys = keys
        self._take = take

    @property
    def name(self) -> str:
        """The pad's name in hall.toml."""
        return self._name

    def is_there(self) -> bool:
        """Whether the pad is at this machine."""
        return self._keys.is_there()

    async def open(self) -> DeviceHealth:
        """Open it; raises DeviceTrouble. A pad tells nothing of itself: open is ready."""
        await self._keys.open()
        return DeviceHealth(DeviceState.READY)

    async def work(self) -> None:
        """Take presses until cancelled; raises DeviceTrouble when the pad is gone.

        What the hall refuses, or cannot keep, ends with that press. Keys are read while a press is being
        taken, too: else one that had to wait would look as if it were new.
        """
        waiting: asyncio.Queue[KeyPress | None] = asyncio.Queue(MOST_WAITING)
        reading = asyncio.create_task(self._read_into(waiting))
        try:
            while (press := await waiting.get()) is not None:
                await self._take_one(press)
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read_into(self, waiting: asyncio.Queue[KeyPress | None]) -> None:
        """Read until the pad is gone; None stands behind the last press."""
        try:
            while True:
                for press in await self._keys.presses():
                    await waiting.put(press)
        except Exception:  # it goes on, once the reader of presses knows
            await waiting.put(None)
            raise

    async def _take_one(self, press: KeyPress) -> None:
        try:
            await self._take(press)
        except DeviceTrouble:
            raise
        except YichuangError as error:
            logger.warning("device %s: %s was lost: %s", self.name, press.key, error)

    async def test(self) -> None:
        """A pad cannot show anything: whether it is still there; raises DeviceTrouble."""
        if not self._keys.is_there():
            raise DeviceTrouble(device=self.name, reason=DeviceReason.UNPLUGGED)

    async def close(self) -> None:
        """Let it go."""
        await self._keys.close()
