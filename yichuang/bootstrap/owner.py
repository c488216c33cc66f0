"""Holding devices: under which name, for as long as something is done with one, and many at a time."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from yichuang.errors import DeviceInUse, StoreError
from yichuang.queue.device import DeviceLeases

_SECONDS = 10.0
_RENEW = 3.0

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


def new_owner() -> str:
    """A name that no other worker has, in this process or another; it begins with the process's number."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"


class InTurn:
    """The leases of all devices of a process: what is asked of the store for them is asked one at a time.

    What waits here for its turn can be given up. In the store's own queue each would be worked in any case,
    and with the store held up by another process wait for it in full, one after the other.
    """

    def __init__(self, leases: DeviceLeases) -> None:
        self._leases = leases
        self._turn = asyncio.Lock()

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        """As the store's."""
        return await self.ask(self._leases.lease(device, owner, seconds))

    async def release(self, device: str, owner: str) -> None:
        """As the store's."""
        await self.ask(self._leases.release(device, owner))

    async def ask(self, asked: Coroutine[Any, Any, Result]) -> Result:
        """What `asked` gives. Once begun it keeps the turn to its end, also when the caller gives up."""
        try:
            await self._turn.acquire()
        except BaseException:
            asked.close()
            raise
        task = asyncio.create_task(asked)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._turn.release()
        if not task.cancelled():
            task.exception()  # whoever asked may be gone


@asynccontextmanager
async def holding(leases: DeviceLeases, device: str) -> AsyncIterator[None]:
    """Keep the lease of a device until the block ends. Raises DeviceInUse when another has it."""
    owner = new_owner()
    if not await leases.lease(device, owner, _SECONDS):
        raise DeviceInUse(device=device)
    keeper = asyncio.create_task(_keep(leases, device, owner))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        await leases.release(device, owner)


async def _keep(leases: DeviceLeases, device: str, owner: str) -> None:
    while True:
        await asyncio.sleep(_RENEW)
        try:
            await leases.lease(device, owner, _SECONDS)
        except StoreError as error:
            logger.warning("device %s: lease not renewed: %s", device, error)
