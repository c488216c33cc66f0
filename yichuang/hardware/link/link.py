"""The byte link between a print job and a device: what a transport must offer."""

from __future__ import annotations

import errno
from typing import Protocol

from yichuang.queue.device import DeviceReason, DeviceTrouble

PORT_HEALTHY = 0x18
"""The status byte of a port with a printer that is selected and has no error."""


class LinkLost(DeviceTrouble):
    """The other side cannot be reached, or went away; `reason` says why as far as the system tells.

    `touched` tells whether bytes of the send that failed may have gone out.
    """

    code = "link_lost"
    usual = DeviceReason.OFFLINE

    def __init__(
        self,
        *,
        device: str,
        detail: str,
        touched: bool = False,
        reason: DeviceReason = DeviceReason.NONE,
    ) -> None:
        super().__init__(device=device, reason=reason or self.usual, detail=detail)
        self.touched = touched


class LinkStalled(LinkLost):
    """The other side is there but takes no more bytes."""

    code = "link_stalled"
    usual = DeviceReason.STALLED


class LinkFull(LinkLost):
    """There is no room for the bytes; nothing of them was kept."""

    code = "link_full"
    usual = DeviceReason.DISK_FULL


_REASONS = {
    errno.ENOENT: DeviceReason.UNPLUGGED,
    errno.ENODEV: DeviceReason.UNPLUGGED,
    errno.ENXIO: DeviceReason.UNPLUGGED,
    errno.EIO: DeviceReason.UNPLUGGED,
    errno.EACCES: DeviceReason.NO_PERMISSION,
    errno.EPERM: DeviceReason.NO_PERMISSION,
    errno.EBUSY: DeviceReason.BUSY,
    errno.EISDIR: DeviceReason.NOT_A_DEVICE,
    errno.ENOTTY: DeviceReason.NOT_A_DEVICE,
}


def reason_of(error: OSError) -> DeviceReason:
    """What an error of the system says of a device that is a path; `OFFLINE` when it says little."""
    return _REASONS.get(error.errno or 0, DeviceReason.OFFLINE)


class Link(Protocol):
    """Bytes to and from one device. It never blocks the event loop; one task uses it at a time."""

    @property
    def answers(self) -> bool:
        """Whether bytes can come back; known once it is open."""
        ...

    async def open(self) -> bool:
        """Make sure that it is open; True when it was opened just now. Raises LinkLost."""
        ...

    async def send(self, data: bytes, seconds: float) -> None:
        """Hand all of `data` to the system within `seconds`; raises LinkLost or LinkStalled."""
        ...

    async def drain(self, seconds: float) -> None:
        """Wait until the device has taken all that was sent, as far as this machine can know.

        Raises LinkStalled when it has not within `seconds`, LinkLost when it went away.
        """
        ...

    async def receive(self, seconds: float) -> bytes:
        """What has come, waiting at most `seconds`; empty when nothing came. Raises LinkLost."""
        ...

    async def port_status(self) -> int | None:
        """The IEEE 1284 status byte of a printer port (usblp.c); None where the port has none.

        Raises LinkLost when the port is gone.
        """
        ...

    async def close(self) -> None:
        """Close without losing bytes that are under way."""
        ...

    async def drop(self) -> None:
        """Close at once; what is under way may be lost."""
        ...
