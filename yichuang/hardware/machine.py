"""What this machine tells of a device: who has it open, which group may, whether it is there at all.

Read from /proc, /sys and the device's own node; nothing is opened and no program is started.
"""

from __future__ import annotations

import getpass
import grp
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_MOST_FDS = 4096
"""Open files of one process that are looked at, at most."""


class Holder(NamedTuple):
    """A process that has a device open."""

    pid: int
    name: str


class Node(NamedTuple):
    """The file that stands for a device, as this user finds it."""

    path: Path
    is_there: bool
    may_open: bool
    group: str
    """The group that the file belongs to; its number where it has no name."""
    group_may: bool
    """Whether that group may read and write it."""
    is_member: bool
    """Whether this process has that group already."""


class Machine:
    """The machine that the program runs on; tests give it other roots."""

    def __init__(self, proc: Path = Path("/proc"), sys: Path = Path("/sys")) -> None:
        self._proc = proc
        self._sys = sys

    def node(self, path: Path) -> Node:
        """How the device's file is; a link is followed."""
        try:
            found = path.stat()
        except OSError:
            return Node(path, False, False, "", False, False)
        try:
            group = grp.getgrgid(found.st_gid).gr_name
        except KeyError:
            group = str(found.st_gid)
        return Node(
            path,
            True,
            os.access(path, os.R_OK | os.W_OK),
            group,
            found.st_mode & 0o060 == 0o060,
            found.st_gid in {os.getegid(), *os.getgroups()},
        )

    def holders(self, path: Path) -> list[Holder]:
        """The other processes that have the device's file open, as far as this user may see."""
        wanted = os.path.realpath(path)
        return [
            Holder(pid, self._name(pid))
            for pid in self._pids()
            if pid != os.getpid() and self._has_open(pid, wanted)
        ]

    def sees_all(self) -> bool:
        """Whether the open files of every process can be seen: only root may."""
        return os.geteuid() == 0

    def running(self, *names: str) -> list[str]:
        """Which of these programs run now."""
        seen = {self._name(pid) for pid in self._pids()}
        return [name for name in names if name in seen]

    def usb_nodes(self, vendor: int, product: int) -> list[Path]:
        """The files of the USB devices with these numbers that are plugged in."""
        found = []
        for place in sorted((self._sys / "bus/usb/devices").glob("*")):
            if self._number(place / "idVendor", 16) != vendor:
                continue
            if self._number(place / "idProduct", 16) != product:
                continue
            bus, device = self._number(place / "busnum", 10), self._number(place / "devnum", 10)
            if bus is not None and device is not None:
                found.append(Path(f"/dev/bus/usb/{bus:03d}/{device:03d}"))
        return found

    def input_node(self, kind: str, vendor: int, product: int) -> Path | None:
        """The file of the input device with these USB numbers; `kind` is `evdev` or `hidraw`."""
        if kind == "hidraw":
            from yichuang.hardware.pad.hidraw import find_hidraw

            return find_hidraw(vendor, product, self._sys / "class/hidraw")
        from yichuang.hardware.pad.evdev import find_input

        return find_input(vendor, product, self._sys / "class/input")

    def _pids(self) -> Iterator[int]:
        with suppress(OSError):
            for place in self._proc.iterdir():
                if place.name.isdecimal():
                    yield int(place.name)

    def _name(self, pid: int) -> str:
        try:
            text = (self._proc / str(pid) / "comm").read_text("utf-8", errors="replace")
        except OSError:
            return "?"
        return text.strip() or "?"

    def _has_open(self, pid: int, wanted: str) -> bool:
        # A process that has just ended, or is another user's, is none that can be named.
        with suppress(OSError):
            for count, each in enumerate((self._proc / str(pid) / "fd").iterdir()):
                if count >= _MOST_FDS:
                    break
                with suppress(OSError):
                    if str(each.readlink()) == wanted:
                        return True
        return False

    @staticmethod
    def _number(path: Path, base: int) -> int | None:
        try:
            return int(path.read_text("ascii"), base)
        except (OSError, ValueError):
            return None


def user_name() -> str:
    """The name of whoever runs the program, for a command that they are to type."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "$USER"
