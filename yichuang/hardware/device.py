"""What every device's driver offers to the supervisor: opened, worked until trouble, tested, closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from yichuang.queue.announcement import Announcement
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceTrouble
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
    """A device that shows calls. What it is told it only takes note of, the newest word winning, and never
    waits."""

    def show(self, faces: Mapping[int, Face]) -> None:
        """What every window's display says now, by number; also told before it is open."""
        ...

    def call(self, call: Announcement) -> None:
        """This call was made: told once of each, in order, after the faces that go with it."""
        ...

    def announce(self, announcement: Announcement) -> None:
        """This call is being said now: a display of the whole hall shows it meanwhile."""
        ...


@runtime_checkable
class TellsHealth(Protocol):
    """A device that goes on working when its state changes, and says so."""

    tell: Callable[[DeviceHealth], Awaitable[None]] | None
    """Takes how it is while it works; the supervisor sets it."""


class Unfit:
    """Stands in for a device whose driver could not be made, so that the hall opens without it."""

    def __init__(self, name: str, error: Exception) -> None:
        self._name = name
        self._error = error

    @property
    def name(self) -> str:
        """The device's name in hall.toml."""
        return self._name

    def is_there(self) -> bool:
        """True: there is nothing that would come back."""
        return True

    async def open(self) -> DeviceHealth:
        """Raises DeviceTrouble."""
        lacks = isinstance(self._error, ImportError)
        reason = DeviceReason.NO_LIBRARY if lacks else DeviceReason.BROKEN
        raise DeviceTrouble(device=self._name, reason=reason, detail=repr(self._error))

    async def work(self) -> None:
        """It is never open."""

    async def test(self) -> None:
        """It is never open."""

    async def close(self) -> None:
        """It is never open."""

    def show(self, faces: Mapping[int, Face]) -> None:
        """It shows nothing."""

    def call(self, call: Announcement) -> None:
        """It shows nothing."""

    def announce(self, announcement: Announcement) -> None:
        """It shows nothing."""
