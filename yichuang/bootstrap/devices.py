"""Working the hall's devices beside whatever else a process does (DESIGN 7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yichuang.bootstrap.drivers import open_display_driver, open_driver
from yichuang.bootstrap.owner import InTurn, holding, new_owner
from yichuang.bootstrap.printers import printer_worker
from yichuang.config import (
    AnyDevice,
    CallFeedSettings,
    DisplaySettings,
    IdReaderSettings,
    PrinterSettings,
    ScannerSettings,
    Settings,
    VoiceSettings,
)
from yichuang.errors import DeviceInUse, StoreError
from yichuang.queue.announcement import Announcement
from yichuang.queue.announcing import call_in
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState, DeviceTrouble
from yichuang.queue.event import EventKind
from yichuang.queue.face import Face, view_faces
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall

if TYPE_CHECKING:
    from yichuang.hardware.device import Device, Display
    from yichuang.hardware.supervisor import Supervisor
    from yichuang.hardware.ticket_printer.worker import PrinterWorker

PACE = 0.1
"""Seconds between two looks at a hall in which much happens: commands want the store, too."""

_AT_A_TIME = 500
"""Journal rows that one look reads at most."""

_OPENING = 15.0
_TESTING = 60.0
_SHOWING = 3.5
_CLOSING = 5.0
"""Seconds: what trying a device may take, and how long a display then shows its test."""

_STOPPING = 10.0
"""Seconds that a print job under way may still take when the process ends, and any device to let go: whoever
shuts a machine down does not wait, and a job that is broken off is told as unknown."""

_BREAKING_OFF = 3.0
"""Seconds in which what did not end in time is broken off."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def working_devices(
    hall: Hall,
    *,
    kiosks: Collection[str] | None = (),
    only: Collection[str] | None = None,
    folder: Path | None = None,
) -> AsyncIterator[None]:
    """Work the hall's devices beside the block, with one worker or supervisor a device.

    Readers and scanners are worked only for the `kiosks` whose screens this process shows; one without a
    name is ``""``, and None is for all of them. `only` names the devices to work, where not all; `folder` is
    the hall's, for relative paths in hall.toml. Another process of the same hall may do so too: a lease lets
    one of them work a device at a time. When the hall goes by other settings, the devices that are concerned
    are begun anew. At the end print jobs under way end, and every device is closed, within bounded time.
    """

    def chosen(settings: Settings) -> list[AnyDevice]:
        return [
            each
            for each in settings.devices
            if (only is None or each.name in only) and _belongs(each, kiosks)
        ]

    hands = _Hands(hall, chosen, folder)
    await hands.begin()
    try:
        yield
    finally:
        await hands.end()


def _belongs(settings: AnyDevice, kiosks: Collection[str] | None) -> bool:
    """Whether a process that shows these kiosks works the device at all."""
    if isinstance(settings, IdReaderSettings | ScannerSettings):
        return kiosks is None or settings.kiosk in kiosks
    return True


class _Hand:
    """One device that is worked here."""

    __slots__ = ("display", "known", "supervisor", "task", "worker")

    def __init__(
        self,
        known: tuple[Any, ...],
        *,
        printer: PrinterWorker | None = None,
        supervisor: Supervisor | None = None,
        display: Display | None = None,
    ) -> None:
        self.known = known
        """What it was made from: as long as that stays, it need not be made anew."""
        self.supervisor = supervisor
        self.worker = printer or supervisor
        self.display = display
        self.task: asyncio.Task[None] | None = None

    def begin(self, name: str) -> None:
        """Start its worker."""
        if self.worker is not None:
            self.task = asyncio.create_task(self.worker.run(), name=f"device {name}")

    async def stop(self) -> None:
        """Let the device go."""
        if self.worker is not None:
            await self.worker.stop()


class _Hands:
    """The devices that one process works."""

    def __init__(
        self, hall: Hall, chosen: Callable[[Settings], list[AnyDevice]], folder: Path | None
    ) -> None:
        self._hall = hall
        self._chosen = chosen
        self._folder = folder
        self._leases = InTurn(hall.store)
        self._hands: dict[str, _Hand] = {}
        self._settings = hall.settings
        self._watchers: list[asyncio.Task[None]] = []
        self._seq: int | None = None
        """The journal row up to which everything was told."""
        self._shown: tuple[Face, ...] = ()
        """What displays were told of the windows."""
        self._take_new()

    def _take_new(self) -> list[str]:
        """Take the devices that are not taken yet; their names."""
        chosen = self._chosen(self._settings)
        taken = []
        # The voice first: displays of the whole hall go with it.
        for settings in sorted(chosen, key=lambda each: not isinstance(each, VoiceSettings)):
            if settings.name not in self._hands:
                self._hands[settings.name] = self._take(settings)
                taken.append(settings.name)
        return taken

    def _take(self, settings: AnyDevice) -> _Hand:
        known = self._known(settings)
        if isinstance(settings, PrinterSettings):
            return _Hand(known, printer=printer_worker(self._hall, settings))
        if isinstance(settings, DisplaySettings | CallFeedSettings):
            display = open_display_driver(self._hall, settings)
            supervisor = self._supervisor(settings, display)
            return _Hand(known, supervisor=supervisor, display=display)
        driver = open_driver(self._hall, settings, self._announce, self._folder)
        return _Hand(known, supervisor=self._supervisor(settings, driver))

    def _known(self, settings: AnyDevice) -> tuple[Any, ...]:
        """All that a device's driver is made from."""
        voice = self._settings.voice if isinstance(settings, DisplaySettings) else None
        return settings, self._settings.hall.language, voice

    @property
    def _displays(self) -> list[Display]:
        return [each.display for each in self._hands.values() if each.display is not None]

    def _supervisor(self, settings: AnyDevice, device: Device) -> Supervisor:
        from yichuang.hardware.supervisor import Supervisor

        voice = self._hands.get(self._settings.voice.name)
        leader = voice.supervisor if voice is not None and _goes_with_the_voice(settings) else None
        owner = new_owner()
        note = partial(self._note, settings.name, owner)
        may_work = partial(self._may_work, settings.name, leader)
        return Supervisor(device, self._leases, owner, note, may_work=may_work)

    async def _note(self, name: str, owner: str, health: DeviceHealth) -> None:
        await self._leases.ask(self._hall.devices.note(name, owner, health))

    def _may_work(self, name: str, leader: Supervisor | None) -> bool:
        """Whether a device is ours to work: not while it is lent, and not where the voice is not spoken."""
        return name not in self._hall.devices.lent and (leader is None or leader.holds_lease)

    def _announce(self, announcement: Announcement) -> None:
        if not announcement.notice:  # boards show it; displays show numbers and windows
            self._to_displays(lambda display: display.announce(announcement))

    async def begin(self) -> None:
        """Start every worker. What happens in the hall from here on is told to all, however busy they are."""
        if self._is_told():
            await self._begin_hearing()
        for name, hand in self._hands.items():
            hand.begin(name)
        for work in (self._watch, self._follow):
            self._watchers.append(asyncio.create_task(work(), name="devices"))

    def _is_told(self) -> bool:
        """Whether there is a device that is told what happens: printers look after their jobs themselves."""
        return any(each.supervisor is not None for each in self._hands.values())

    async def _begin_hearing(self) -> None:
        try:
            self._seq = (await self._hall.look(_look, None, False)).seq
        except StoreError as error:
            logger.warning("the devices hear nothing of the hall yet: %s", error)

    async def end(self) -> None:
        """Stop them all, side by side, so that one that hangs costs the others nothing."""
        for watcher in self._watchers:
            watcher.cancel()
        for watcher in self._watchers:
            with suppress(asyncio.CancelledError):
                await watcher
        await self._let_go(list(self._hands))

    async def _let_go(self, names: Iterable[str]) -> None:
        """Stop these devices, and forget them."""
        from yichuang.hardware.bounded import end

        gone = {name: self._hands[name] for name in names}
        stops = [asyncio.create_task(each.stop()) for each in gone.values()]
        if stops:
            await asyncio.wait(stops, timeout=_STOPPING)
        tasks = [each.task for each in gone.values() if each.task is not None]
        for task in tasks:
            if not task.done():
                logger.warning(
                    "%s did not end in %.0f s; it is broken off", task.get_name(), _STOPPING
                )
        await asyncio.gather(*(end(task, _BREAKING_OFF) for task in (*tasks, *stops)))
        # Only now: whoever is interrupted in this is followed by `end`, which stops what is left.
        for name in gone:
            self._hands.pop(name, None)

    # --- other settings -----------------------------------------------------------------------

    async def _follow(self) -> None:
        """Work other devices, or work them otherwise, once the hall goes by other settings."""
        changes = self._hall.changes()
        while True:
            if self._hall.settings is not self._settings:
                try:
                    await self._adapt()
                except Exception:  # the next change may be one that they can follow
                    logger.exception("the devices do not follow the new settings")
            await anext(changes)

    async def _adapt(self) -> None:
        was_told = self._is_told()
        self._settings = self._hall.settings
        wanted = {each.name: self._known(each) for each in self._chosen(self._settings)}
        gone = [name for name, hand in self._hands.items() if wanted.get(name) != hand.known]
        if gone:
            logger.info("devices that are let go for other settings: %s", ", ".join(gone))
            await self._let_go(gone)
        taken = self._take_new()
        if self._is_told() and not was_told:
            await self._begin_hearing()
        for name in taken:
            self._hands[name].begin(name)
        # Whoever is new among the displays is to be told how the windows are.
        self._shown = ()
        await self._hall.store.transact(lambda memory: None)

    # --- what happens in the hall -------------------------------------------------------------

    async def _watch(self) -> None:
        """Tell displays what their windows say, and devices that they are to be tested."""
        changes = self._hall.changes()
        while True:
            try:
                if not self._is_told():
                    await anext(changes)
                    continue
                seen = await self._hall.look(_look, self._seq, bool(self._displays))
                self._seq = seen.seq
                if seen.faces != self._shown:
                    self._shown = seen.faces
                    self._to_displays(partial(_show, {face.window: face for face in seen.faces}))
                for call in seen.calls:
                    self._to_displays(partial(_call, call))
                for name in seen.tested:
                    hand = self._hands.get(name)
                    if hand is not None and hand.supervisor is not None:
                        hand.supervisor.test()
                if seen.goes_on:
                    continue
            except StoreError as error:
                logger.warning("the devices hear nothing of the hall: %s", error)
            except Exception:
                # One change that cannot be read must not keep the next from them.
                logger.exception("the devices hear nothing of this change")
            await anext(changes)
            await asyncio.sleep(PACE)

    def _to_displays(self, tell: Callable[[Display], None]) -> None:
        """Tell each display; one that cannot take it keeps it from no other."""
        for display in self._displays:
            try:
                tell(display)
            except Exception:  # whatever a driver does wrong is its own
                logger.exception("device %s: it could not be told", display.name)


def _show(faces: Mapping[int, Face], display: Display) -> None:
    display.show(faces)


def _call(call: Announcement, display: Display) -> None:
    display.call(call)


class _Seen:
    """What one look found: faces, new calls, the devices to be tested, and up to which row it looked."""

    __slots__ = ("calls", "faces", "goes_on", "seq", "tested")

    def __init__(self, seq: int, faces: tuple[Face, ...]) -> None:
        self.seq = seq
        self.faces = faces
        self.calls: list[Announcement] = []
        self.tested: list[str] = []
        self.goes_on = False


def _look(
    records: Records, rules: HallRules, now: datetime, after: int | None, wants_faces: bool
) -> _Seen:
    """One look at the hall behind row `after`; without it only from now on."""
    latest = records.latest()
    seq = latest.seq if latest else 0
    seen = _Seen(seq, view_faces(records, rules, now) if wants_faces else ())
    if after is None or after >= seq:
        return seen
    entries = records.entries(after, _AT_A_TIME)
    seen.tested = [
        str(entry.event.data.get("device", ""))
        for entry in entries
        if entry.event.kind is EventKind.DEVICE_TESTED
    ]
    seen.calls = [call for call in map(call_in, entries) if call is not None]
    if len(entries) == _AT_A_TIME:
        seen.seq, seen.goes_on = entries[-1].seq, True
    return seen


def _goes_with_the_voice(settings: AnyDevice) -> bool:
    """Whether a device shows what is being said, and so belongs into the process that says it."""
    return isinstance(settings, DisplaySettings) and len(settings.windows) != 1


async def try_device(
    hall: Hall, name: str, folder: Path | None = None, *, test: bool = True
) -> DeviceHealth | None:
    """Open a device here for a moment and let it show that it works; how it is.

    None when another process works it: that one must be asked. Without `test` it is only opened. For
    devices that are no printers. Raises UnknownDevice.
    """
    hall.rules.device(name)
    _kind, settings = hall.devices.named()[name]
    show: Callable[[], Coroutine[Any, Any, None]]
    if isinstance(settings, DisplaySettings | CallFeedSettings):
        display = open_display_driver(hall, settings)
        display.show({face.window: face for face in await hall.devices.faces()})
        device: Device = display
        show = partial(_show_test, display)
    else:
        device = open_driver(hall, settings, lambda announcement: None, folder)
        show = device.test
    try:
        async with holding(hall.store, name):
            return await _try(device, show if test else None)
    except DeviceInUse:
        return None


async def _show_test(display: Display) -> None:
    """A display shows its test while it is worked, and then for some seconds."""
    from yichuang.hardware.bounded import end

    async def test() -> None:
        await display.test()
        await asyncio.sleep(_SHOWING)

    tasks = [asyncio.create_task(test()), asyncio.create_task(display.work())]
    try:
        done, _others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            await end(task)


async def _try(
    device: Device, show: Callable[[], Coroutine[Any, Any, None]] | None
) -> DeviceHealth:
    from yichuang.hardware.bounded import within

    try:
        health = await within(_OPENING, device.open())
        if show is not None:
            await within(_TESTING, show())
    except DeviceTrouble as trouble:
        logger.info("device %s: %s", device.name, trouble)
        health = DeviceHealth(DeviceState.MISSING, trouble.reason)
    except TimeoutError:
        health = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
    except Exception:  # the trial tells it, as the supervisor would
        logger.exception("device %s: its driver broke off", device.name)
        health = DeviceHealth(DeviceState.MISSING, DeviceReason.BROKEN)
    finally:
        with suppress(TimeoutError):
            await within(_CLOSING, device.close())
    return health
