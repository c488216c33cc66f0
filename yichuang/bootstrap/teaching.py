"""Teaching a pad its keys beside the program that works it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from yichuang.bootstrap.owner import holding
from yichuang.config import SETTINGS_FILE, CallerPadSettings, RatingPadSettings
from yichuang.errors import DeviceInUse, UnknownDevice
from yichuang.language import _
from yichuang.queue.service import Hall
from yichuang.queue.teaching import Lesson

_PATIENCE = 8.0
"""Seconds until our own supervisor has let a pad go: it looks each three."""

_LOOK = 0.2


class PadTeacher:
    """Gives lessons for the pads of one hall; a `yichuang.queue.teaching.Teacher`."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        """`folder` is where the hall's hall.toml stands."""
        self._hall = hall
        self._path = folder / SETTINGS_FILE

    def can_teach(self, device: str) -> bool:
        """Whether the device is a pad with keys to be learned."""
        return self._settings(device) is not None

    def _settings(self, device: str) -> RatingPadSettings | CallerPadSettings | None:
        _kind, settings = self._hall.devices.named().get(device, (None, None))
        return settings if isinstance(settings, RatingPadSettings | CallerPadSettings) else None

    @asynccontextmanager
    async def lesson(self, device: str) -> AsyncIterator[Lesson]:
        """Open the pad for a lesson. Raises UnknownDevice, DeviceInUse or DeviceTrouble."""
        settings = self._settings(device)
        if settings is None:
            raise UnknownDevice(device=device, known=_("、").join(self._hall.devices.named()))
        lent = self._hall.devices.lent
        if device in lent:
            raise DeviceInUse(device=device)
        # Only here: who teaches no pad need not have its driver.
        from yichuang.bootstrap.lesson import open_lesson

        lent.add(device)
        try:
            await self._until_free(device)
            async with (
                holding(self._hall.store, device),
                open_lesson(settings, self._path) as lesson,
            ):
                yield lesson
        finally:
            lent.discard(device)

    async def _until_free(self, device: str) -> None:
        """Wait for a supervisor of this process to give the pad back."""
        now = asyncio.get_running_loop().time
        deadline = now() + _PATIENCE
        while now() < deadline:
            try:
                async with holding(self._hall.store, device):
                    return
            except DeviceInUse:
                await asyncio.sleep(_LOOK)
