"""What every device's driver offers to the supervisor: opened, worked until trouble, tested, closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceHealth
from yichuang.queue.face import Face


class Device(Protocol):
    """One device that is not a printer. The supervisor alone calls it, from one task at a time.

    Nothing of it blocks the event loop; every wait inside `open` and `test` has a time limit of its own.
    """

    @property
    def name(self) -> str:
        """The device's name in hall.toml."""
        ...

    def is_there(self) -> bool:
        """Whether opening is worth a try, from a glance at the machine (a path, a USB address).

        True where only opening can tell, as for a host on the network.
        """
        ...

    async def open(self) -> DeviceHealth:
        """Open it and ask how it is; raises DeviceTrouble."""
        ...

    async def work(self) -> None:
        """Do its work until cancelled; raises DeviceTrouble when it cannot go on."""
        ...

    async def test(self) -> None:
        """Let it show that it works, beside `work`; raises DeviceTrouble."""
        ...

    async def close(self) -> None:
        """Let it go; what is under way may still end within a second. Raises nothing."""
        ...


class Display(Device, Protocol):
    """A device that shows calls. Both methods only take note, the newest word winning, and never wait."""

    def show(self, faces: Mapping[int, Face]) -> None:
        """What every window's display says now, by number; also told before it is open."""
        ...

    def announce(self, announcement: Announcement) -> None:
        """This call is being said now: a display of the whole hall shows it meanwhile."""
        ...


@runtime_checkable
class TellsHealth(Protocol):
    """A device that goes on working when its state changes, and says so."""

    tell: Callable[[DeviceHealth], Awaitable[None]] | None
    """Takes how it is while it works; the supervisor sets it."""
