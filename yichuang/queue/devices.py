"""The hall's devices as its users meet them: `hall.devices`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from yichuang.clock import Clock
from yichuang.config import AnyDevice, Settings
from yichuang.queue import command as commands
from yichuang.queue.announcement import Announcement, AnnouncementKept, AnnouncementState
from yichuang.queue.announcing import unannounced
from yichuang.queue.desk import Done
from yichuang.queue.device import UNWATCHED, DeviceHealth, DeviceKind, DeviceStatus
from yichuang.queue.face import Face, view_faces
from yichuang.queue.ports import Result, Store
from yichuang.queue.rate import view_awaiting
from yichuang.queue.rules import kind_of
from yichuang.queue.ticket import Ticket


class _Hall(Protocol):
    """What is needed of a `yichuang.queue.service.Hall`."""

    store: Store
    clock: Clock

    @property
    def settings(self) -> Settings: ...

    async def do(self, command: commands.Command, actor: str = "") -> Done: ...

    async def look(self, view: Callable[..., Result], *arguments: Any) -> Result: ...


class Devices:
    """How the devices of one hall are, what is asked of them, and what they show and say."""

    def __init__(self, hall: _Hall, lent: set[str] | None = None) -> None:
        self._hall = hall
        self._heard = 0
        """The journal row up to which no call is still to be announced."""
        self.lent: set[str] = set() if lent is None else lent
        """Devices that whoever works them in this process is to leave alone for now: a pad being taught."""

    def named(self) -> dict[str, tuple[DeviceKind, AnyDevice]]:
        """Every device of hall.toml, by name, with its kind and its settings."""
        return {each.name: (kind_of(each), each) for each in self._hall.settings.devices}

    async def statuses(self) -> list[DeviceStatus]:
        """Every device of hall.toml as it was last seen, in the order of hall.toml."""
        return self.of_hall(await self._hall.store.read(lambda each: each.devices()))

    def of_hall(self, worked: Iterable[DeviceStatus]) -> list[DeviceStatus]:
        """Every device of hall.toml, in its order, where `worked` are those that were ever worked."""
        seen = {each.name: each for each in worked}
        return [seen.get(name) or DeviceStatus(name, UNWATCHED, None) for name in self.named()]

    async def note(self, device: str, owner: str, health: DeviceHealth) -> None:
        """Whoever works a device says how it is; journaled when it has changed."""
        await self._hall.do(commands.NoteDevice(device, owner, health))

    async def test(self, device: str, *, actor: str = "") -> Done:
        """Ask a device for a test page or a test call; raises UnknownDevice."""
        return await self._hall.do(commands.TestDevice(device), actor)

    async def mute(self, device: str, *, on: bool, reason: str = "", actor: str = "") -> Done:
        """Silence the voice, or let it be heard again; raises UnknownDevice and CannotMute."""
        return await self._hall.do(commands.MuteDevice(device, on, reason), actor)

    async def retry(self, job: int, *, actor: str = "") -> Done:
        """Print a job again of which surely nothing was printed; raises NotSurelyUnprinted."""
        return await self._hall.do(commands.RetryPrint(job), actor)

    async def faces(self) -> tuple[Face, ...]:
        """What the display of every window says now, by number."""
        return await self._hall.look(view_faces)

    async def awaiting_rating(self, window: int) -> Ticket | None:
        """The ticket that a rating pad at the window would rate now, rated already or not."""

        return await self._hall.look(view_awaiting, window)

    # --- announcements ------------------------------------------------------------------------

    async def unannounced(self) -> list[Announcement]:
        """The calls that were not announced yet, in order."""
        calls, self._heard = await self._hall.store.read(
            lambda records: unannounced(records, self._heard)
        )
        return calls

    async def conclude(self, seq: int, state: AnnouncementState) -> None:
        """Keep what became of the announcement of that journal row."""
        at = self._hall.clock.now()
        await self._hall.store.transact(lambda memory: memory.conclude_announcement(seq, state, at))

    async def announcements(self, limit: int = 20) -> list[AnnouncementKept]:
        """The latest announcements, newest first."""
        return await self._hall.store.read(lambda each: each.announcements(limit))
