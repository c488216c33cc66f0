"""The supervisor of one device: opens it, watches it, opens it again, and tells how it is (DESIGN 7).

Several processes of a hall may run one for the same device; the lease lets one of them work it at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from yichuang.errors import StoreError, YichuangError
from yichuang.hardware.device import Device
from yichuang.queue.device import (
    DeviceHealth,
    DeviceLeases,
    DeviceReason,
    DeviceState,
    DeviceTrouble,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """The time limits of a supervisor, in seconds."""

    lease: float = 10.0
    """How long a lease holds when its owner falls silent."""
    renew: float = 3.0
    """How often a held lease is renewed, and a lost one is tried for."""
    first: float = 1.0
    """How long to wait before opening again after the first trouble; twice as long after each more."""
    longest: float = 30.0
    look: float = 1.0
    """How often to look whether a device that was unplugged is back: it is then opened at once."""
    opening: float = 10.0
    """How long opening may take in all."""
    closing: float = 5.0


class Supervisor:
    """Works one device as `owner`, a name that no other supervisor has."""

    def __init__(
        self,
        device: Device,
        leases: DeviceLeases,
        owner: str,
        note: Callable[[DeviceHealth], Awaitable[None]],
        *,
        may_work: Callable[[], bool] = lambda: True,
        patience: Patience | None = None,
    ) -> None:
        """`note` keeps how the device is, for every screen and the journal.

        While `may_work` says no, the device is left to other processes.
        """
        self.health = DeviceHealth(DeviceState.UNKNOWN)
        """How the device was when it was last heard of."""
        self._device = device
        self._leases = leases
        self._owner = owner
        self._note = note
        self._may_work = may_work
        self._patience = patience or Patience()
        self._told: DeviceHealth | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._is_open = False
        self._was_ready = False
        self.holds_lease = False
        """Whether the device is this process's to work, open or not."""

    @property
    def name(self) -> str:
        """The device's name in hall.toml."""
        return self._device.name

    @property
    def is_working(self) -> bool:
        """Whether the device is open here."""
        return self._is_open

    async def run(self) -> None:
        """Work until `stop`; no trouble of the device, and no error of its driver, ends it."""
        self._ended.clear()
        try:
            while not self._stopping.is_set():
                if await self._lease():
                    await self._while_leased(self._work())
                else:
                    self._told = None
                    await self._pause(self._patience.renew)
        finally:
            await self._release()
            self._ended.set()

    async def stop(self) -> None:
        """Close the device, give the lease back and end `run`."""
        self._stopping.set()
        await self._ended.wait()

    async def test(self) -> None:
        """Let the device show that it works, when it is open here; trouble is noted."""
        if not self._is_open:
            return
        try:
            await self._device.test()
        except DeviceTrouble as trouble:
            await self._tell(DeviceHealth(DeviceState.MISSING, trouble.reason), trouble)
        except Exception:
            logger.exception("device %s: its test broke off", self.name)
            await self._tell(DeviceHealth(DeviceState.MISSING, DeviceReason.BROKEN))

    async def _work(self) -> None:
        """Open the device and work it, over and over."""
        wait = self._patience.first
        while True:
            trouble = await self._once()
            if self._was_ready:
                wait = self._patience.first
            await self._tell(DeviceHealth(DeviceState.MISSING, trouble.reason), trouble)
            await self._until_worth_a_try(wait)
            wait = min(wait * 2, self._patience.longest)

    async def _once(self) -> DeviceTrouble:
        """Open and work the device; the trouble that ended it."""
        self._was_ready = False
        try:
            async with asyncio.timeout(self._patience.opening):
                health = await self._device.open()
            self._is_open = self._was_ready = True
            await self._tell(health)
            await self._device.work()
        except DeviceTrouble as trouble:
            return trouble
        except TimeoutError:
            return self._trouble(DeviceReason.OFFLINE, "opening took too long")
        except StoreError as error:
            return self._trouble(DeviceReason.BROKEN, str(error))
        except Exception as error:
            logger.exception("device %s: its driver broke off", self.name)
            return self._trouble(DeviceReason.BROKEN, repr(error))
        finally:
            self._is_open = False
            await self._close()
        return self._trouble(DeviceReason.BROKEN, "its work ended by itself")

    def _trouble(self, reason: DeviceReason, detail: str) -> DeviceTrouble:
        return DeviceTrouble(device=self.name, reason=reason, detail=detail)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(self._patience.closing):
                await self._device.close()
        except TimeoutError:
            logger.warning("device %s: closing took too long", self.name)
        except Exception:
            logger.exception("device %s: closing broke off", self.name)

    async def _until_worth_a_try(self, seconds: float) -> None:
        """Wait; less when the device was away and is back."""
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        was_away = not self._device.is_there()
        while (left := deadline - now()) > 0 or was_away:
            await asyncio.sleep(min(self._patience.look, left) if left > 0 else self._patience.look)
            if was_away and self._device.is_there():
                return

    async def _tell(self, health: DeviceHealth, why: YichuangError | None = None) -> None:
        """Note how the device is, once a change."""
        if health != self.health:
            level = logging.INFO if health.state is DeviceState.READY else logging.WARNING
            detail = f": {why}" if why else ""
            logger.log(
                level, "device %s is %s %s%s", self.name, health.state, health.reason, detail
            )
        self.health = health
        if health == self._told:
            return
        try:
            await self._note(health)
            self._told = health
        except YichuangError as error:
            logger.warning("device %s: its state was not kept: %s", self.name, error)

    # --- the lease ----------------------------------------------------------------------------

    async def _lease(self) -> bool:
        if not self._may_work():
            await self._release()
            return False
        try:
            self.holds_lease = await self._leases.lease(
                self.name, self._owner, self._patience.lease
            )
        except StoreError as error:
            logger.warning("device %s: no lease: %s", self.name, error)
            self.holds_lease = False
        return self.holds_lease

    async def _release(self) -> None:
        if not self.holds_lease:
            return
        self.holds_lease = False
        with suppress(StoreError):
            await self._leases.release(self.name, self._owner)

    async def _while_leased(self, work: Awaitable[None]) -> None:
        """Let `work` go on until the lease is lost or `stop` is asked for."""
        working = asyncio.ensure_future(work)
        try:
            while not self._stopping.is_set() and not working.done():
                await self._pause(self._patience.renew)
                if not self._stopping.is_set() and not await self._lease():
                    logger.warning("device %s: another process took it", self.name)
                    return
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            self._told = None

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
