"""What a USB device says of its interfaces: plain facts from its descriptors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Transfer = Literal["control", "isochronous", "bulk", "interrupt"]

TRANSFERS: tuple[Transfer, ...] = ("control", "isochronous", "bulk", "interrupt")
"""By the lowest two bits of bmAttributes (USB 2.0, table 9-13)."""


@dataclass(frozen=True, slots=True)
class UsbEndpoint:
    """One endpoint: its address (bit 7 set for IN), how it transfers, and its largest packet in bytes."""

    address: int
    transfer: Transfer
    packet: int = 64

    @property
    def is_in(self) -> bool:
        """Whether the device sends on it."""
        return bool(self.address & 0x80)


@dataclass(frozen=True, slots=True)
class UsbInterface:
    """One setting of one interface."""

    number: int
    alternate: int
    kind: int
    """bInterfaceClass: 7 for printers, 3 for input devices, 255 for what only its maker knows."""
    subclass: int
    protocol: int
    endpoints: tuple[UsbEndpoint, ...]

    def endpoint(self, transfer: Transfer, *, is_in: bool) -> UsbEndpoint | None:
        """Its first endpoint of that sort; None when it has none."""
        fitting = (e for e in self.endpoints if e.transfer == transfer and e.is_in == is_in)
        return next(fitting, None)

    def has(self, *addresses: int) -> bool:
        """Whether it has endpoints of all these addresses."""
        return set(addresses) <= {endpoint.address for endpoint in self.endpoints}


Choose = Callable[[Sequence[UsbInterface]], UsbInterface | None]
"""Picks the interface to work out of those of the active configuration; None when none of them fits."""
