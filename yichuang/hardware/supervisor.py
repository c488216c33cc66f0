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
from yichuang.hardware.bounded import GRACE, end, within
from yichuang.hardware.device import Device, TellsHealth
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
    steady: float = 30.0
    """A device that worked so long is opened again soon; one that fails sooner waits ever longer, so that
    one that comes and goes fills neither log nor journal."""
    opening: float = 10.0
    """How long opening may take in all."""
    closing: float = 5.0
    testing: float = 60.0
    """How long a test may take: a test call may be spoken several times."""


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
        self._was_steady = False
        self._test_asked = asyncio.Event()
        self._telling = asyncio.Lock()
        self._leased_until = 0.0
        self.holds_lease = False
        """Whether the device is this process's to work, open or not."""
        if isinstance(device, TellsHealth):
            device.tell = self._hear

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
                    await self._while_leased()
                else:
                    waits = self._patience.renew if self._may_work() else self._patience.look
                    await self._pause(waits)
        finally:
            await self._release()
            self._ended.set()

    async def stop(self) -> None:
        """Close the device, give the lease back and end `run`: within some seconds, whatever hangs."""
        self._stopping.set()
        await self._ended.wait()

    def test(self) -> bool:
        """Let the device show that it works, when it is open here; whether it is.

        A test asked for while one is under way follows it, once. One that fails ends the work: the device is
        opened anew.
        """
        if self._is_open:
            self._test_asked.set()
        return self._is_open

    async def _work(self) -> None:
        """Open the device and work it, over and over."""
        wait = self._patience.first
        while True:
            trouble = await self._once()
            if self._was_steady:
                wait = self._patience.first
            is_away = not self._is_there()
            reason = DeviceReason.UNPLUGGED if is_away else trouble.reason
            await self._tell(DeviceHealth(DeviceState.MISSING, reason), trouble)
            if await self._came_back(wait, was_away=is_away):
                wait = self._patience.first
            else:
                wait = min(wait * 2, self._patience.longest)

    async def _once(self) -> DeviceTrouble:
        """Open and work the device; the trouble that ended it."""
        now = asyncio.get_running_loop().time
        opened_at = None
        try:
            health = await self._open()
            opened_at = now()
            self._test_asked.clear()
            self._is_open = True
            await self._tell(health)
            await self._work_and_test()
        except DeviceTrouble as trouble:
            return trouble
        except StoreError as error:
            return self._trouble(DeviceReason.BROKEN, str(error))
        except Exception as error:
            logger.exception("device %s: its driver broke off", self.name)
            return self._trouble(DeviceReason.BROKEN, repr(error))
        finally:
            self._is_open = False
            self._was_steady = opened_at is not None and now() - opened_at >= self._patience.steady
            await self._close()
        return self._trouble(DeviceReason.BROKEN, "its work ended by itself")

    async def _open(self) -> DeviceHealth:
        try:
            return await within(self._patience.opening, self._device.open())
        except TimeoutError:
            raise self._trouble(DeviceReason.OFFLINE, "opening took too long") from None

    async def _work_and_test(self) -> None:
        """Work until trouble, and test when asked to; raises what ended either."""
        work = asyncio.create_task(self._device.work(), name=f"work-{self.name}")
        tests = asyncio.create_task(self._answer_tests(), name=f"test-{self.name}")
        try:
            done, _others = await asyncio.wait({work, tests}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(tests)
            await end(work)

    async def _answer_tests(self) -> None:
        while True:
            await self._test_asked.wait()
            self._test_asked.clear()
            try:
                await within(self._patience.testing, self._device.test())
            except TimeoutError:
                raise self._trouble(DeviceReason.STALLED, "its test took too long") from None

    def _trouble(self, reason: DeviceReason, detail: str) -> DeviceTrouble:
        return DeviceTrouble(device=self.name, reason=reason, detail=detail)

    async def _close(self) -> None:
        try:
            await within(self._patience.closing, self._device.close())
        except TimeoutError:
            logger.warning("device %s: closing took too long", self.name)
        except Exception:
            logger.exception("device %s: closing broke off", self.name)

    async def _came_back(self, seconds: float, *, was_away: bool) -> bool:
        """Wait, while it is away without end; True as soon as a device that was away is there again."""
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        while was_away or now() < deadline:
            look = self._patience.look
            await asyncio.sleep(look if was_away else min(look, max(0.0, deadline - now())))
            is_away = not self._is_there()
            if was_away and not is_away:
                return True
            if is_away and not was_away:
                await self._tell(DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED))
            was_away = is_away
        return False

    def _is_there(self) -> bool:
        try:
            return self._device.is_there()
        except Exception:
            logger.exception("device %s: looking for it broke off", self.name)
            return True

    async def _hear(self, health: DeviceHealth) -> None:
        """The device tells how it is while it works."""
        if self._is_open:
            await self._tell(health)

    async def _tell(self, health: DeviceHealth, why: YichuangError | None = None) -> None:
        """Note how the device is, once a change."""
        if health != self.health:
            level = logging.INFO if health.state is DeviceState.READY else logging.WARNING
            told = f"{health.state} {health.reason}".strip()
            logger.log(level, "device %s is %s%s", self.name, told, f": {why}" if why else "")
        self.health = health
        async with self._telling:
            if self.health == self._told:
                return
            health = self.health
            try:
                await self._note(health)
                self._told = health
            except YichuangError as error:
                logger.warning("device %s: its state was not kept: %s", self.name, error)

    # --- the lease ----------------------------------------------------------------------------

    async def _lease(self) -> bool:
        """Take the lease or renew it. One that cannot be renewed for now is held until it runs out."""
        if not self._may_work():
            return False
        now = asyncio.get_running_loop().time
        asked_at = now()
        try:
            self.holds_lease = await self._leases.lease(
                self.name, self._owner, self._patience.lease
            )
            self._leased_until = asked_at + self._patience.lease
        except StoreError as error:
            logger.warning("device %s: no lease: %s", self.name, error)
            self.holds_lease &= now() + self._patience.renew < self._leased_until
        return self.holds_lease

    async def _release(self) -> None:
        if not self.holds_lease:
            return
        self.holds_lease = False
        with suppress(StoreError):
            await self._leases.release(self.name, self._owner)

    async def _while_leased(self) -> None:
        """Work the device until the lease is lost or `stop` is asked for."""
        # The store forgets a device's state with the lease.
        self._told = None
        self.health = DeviceHealth(DeviceState.UNKNOWN)
        working = asyncio.create_task(self._work(), name=f"device-{self.name}")
        try:
            while not self._stopping.is_set() and not working.done():
                await self._pause(self._patience.renew)
                if self._stopping.is_set():
                    return
                if not await self._lease():
                    logger.warning("device %s: it is another process's to work now", self.name)
                    return
                if self.health.state is not DeviceState.UNKNOWN:
                    await self._tell(self.health)
        finally:
            # Ending its work and a test, and closing, have their own limits.
            await end(working, self._patience.closing + 4 * GRACE)
            if working.done() and not working.cancelled() and (error := working.exception()):
                logger.error("device %s: its work broke off", self.name, exc_info=error)
            await self._release()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
