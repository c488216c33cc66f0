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
    """How often to look whether a device that was unplugged is back."""
    hastes: int = 3
    """How many times one that is back is opened at once, before its wait is over: a person who plugs it in
    again is looking at it. One that comes and goes more often, without being steady between, is awaited."""
    steady: float = 30.0
    """A device that worked so long is opened again soon; one that fails sooner waits ever longer, so that
    one that comes and goes fills neither log nor journal."""
    opening: float = 10.0
    """How long opening may take in all."""
    closing: float = 5.0
    releasing: float = 2.0
    """How long giving the lease back may take, while the store is held up: it runs out by itself."""
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
        self._hastes = self._patience.hastes
        self._test_asked = asyncio.Event()
        self._telling = asyncio.Lock()
        self._leased_until = 0.0
        self._may_be_ours = False
        """Whether the store may hold a lease of ours: also while it has not answered whether it does."""
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
        if self._stopping.is_set():
            return
        self._ended.clear()
        serving = asyncio.create_task(self._serve(), name=f"serve-{self.name}")
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(stopping)
            # Whatever it waits for is given up, the store's answer too; closing the device has its limit.
            await end(serving, self._ending + self._patience.releasing + GRACE)
            self._log_end(serving)
            await self._release()
            self._ended.set()

    async def stop(self) -> None:
        """Close the device, give the lease back and end `run`: within some seconds, whatever hangs.

        A lease that the store does not take back in time runs out by itself.
        """
        self._stopping.set()
        await self._ended.wait()

    @property
    def _ending(self) -> float:
        """Seconds in which work ends, and a test, and closing, each within its own limit."""
        return self._patience.closing + 4 * GRACE

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
                wait, self._hastes = self._patience.first, self._patience.hastes
            is_away = not self._is_there()
            reason = DeviceReason.UNPLUGGED if is_away else trouble.reason
            await self._tell(DeviceHealth(DeviceState.MISSING, reason), trouble)
            await self._await_it(wait, was_away=is_away)
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
        except Exception as error:  # a driver's mistake ends no supervision
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
        except Exception:  # it is opened anew all the same
            logger.exception("device %s: closing broke off", self.name)

    async def _await_it(self, seconds: float, *, was_away: bool) -> None:
        """Wait so long, and as long as the device is away; some times no longer than until it is back."""
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        while was_away or now() < deadline:
            look = self._patience.look
            await asyncio.sleep(look if was_away else min(look, max(0.0, deadline - now())))
            is_away = not self._is_there()
            if was_away and not is_away and self._hastes and now() < deadline:
                self._hastes -= 1
                return
            if is_away and not was_away:
                await self._tell(DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED))
            was_away = is_away

    def _is_there(self) -> bool:
        try:
            return self._device.is_there()
        except Exception:  # opening it tells what is wrong
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

    async def _serve(self) -> None:
        """Work the device whenever its lease is ours, until cancelled."""
        while True:
            if await self._lease():
                await self._while_leased()
            else:
                patience = self._patience
                await asyncio.sleep(patience.renew if self._may_work() else patience.look)

    async def _lease(self) -> bool:
        """Take the lease or renew it. One that cannot be renewed for now is held until it runs out."""
        if not self._may_work():
            return False
        now = asyncio.get_running_loop().time
        asked_at = now()
        self._may_be_ours = True
        try:
            self.holds_lease = await self._leases.lease(
                self.name, self._owner, self._patience.lease
            )
            self._may_be_ours = self.holds_lease
            self._leased_until = asked_at + self._patience.lease
        except StoreError as error:
            logger.warning("device %s: no lease: %s", self.name, error)
            self.holds_lease &= now() + self._patience.renew < self._leased_until
        return self.holds_lease

    async def _release(self) -> None:
        if not self._may_be_ours:
            return
        self.holds_lease = self._may_be_ours = False
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(self._patience.releasing):
                await self._leases.release(self.name, self._owner)

    async def _while_leased(self) -> None:
        """Work the device until the lease is lost."""
        # The store forgets a device's state with the lease.
        self._told = None
        self.health = DeviceHealth(DeviceState.UNKNOWN)
        working = asyncio.create_task(self._work(), name=f"device-{self.name}")
        try:
            while not working.done():
                await asyncio.sleep(self._patience.renew)
                if not await self._lease():
                    logger.warning("device %s: it is another process's to work now", self.name)
                    return
                if self.health.state is not DeviceState.UNKNOWN:
                    await self._tell(self.health)
        finally:
            await end(working, self._ending)
            self._log_end(working)
            await self._release()

    def _log_end(self, task: asyncio.Task[None]) -> None:
        """Say so where something ended by an error that nobody foresaw."""
        if task.done() and not task.cancelled() and (error := task.exception()):
            logger.error("device %s: its work broke off", self.name, exc_info=error)
