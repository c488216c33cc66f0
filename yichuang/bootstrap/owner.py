"""Holding a device: under which name, and for as long as something is done with it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from yichuang.errors import DeviceInUse, StoreError
from yichuang.queue.device import DeviceLeases

_SECONDS = 10.0
_RENEW = 3.0

logger = logging.getLogger(__name__)


def new_owner() -> str:
    """A name that no other worker has, in this process or another; it begins with the process's number."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"


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
