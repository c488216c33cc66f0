"""The doctor says who or what is in the way of a device, and what to type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.halls import MORNING, small_settings, sqlite_hall
from yichuang.cli.doctor_devices import device_findings, libraries, why_closed
from yichuang.cli.finding import Finding, Verdict
from yichuang.clock import FixedClock
from yichuang.config import AnyDevice, Settings
from yichuang.hardware import machine as machines
from yichuang.hardware.machine import Holder, Machine, Node
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.service import Hall

STORE = Path("/hall/hall.sqlite3")
BUSY = DeviceHealth(DeviceState.MISSING, DeviceReason.BUSY)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with empty /proc and /sys."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "sys").mkdir()
    return Machine(tmp_path / "proc", tmp_path / "sys")


def start(machine: Machine, pid: int, name: str, *files: Path) -> None:
    """A process of that name, with these files open."""
    place = machine._proc / str(pid)
    (place / "fd").mkdir(parents=True)
    (place / "comm").write_text(f"{name}\n")
    for number, path in enumerate(files):
        (place / "fd" / str(number)).symlink_to(path)


def plug(machine: Machine, vendor: str, product: str) -> None:
    """A USB device with these numbers, as bus 1 device 7."""
    place = machine._sys / "bus/usb/devices/1-1"
    place.mkdir(parents=True)
    for name, value in [
        ("idVendor", vendor),
        ("idProduct", product),
        ("busnum", "1"),
        ("devnum", "7"),
    ]:
        (place / name).write_text(f"{value}\n")


def display(path: Path | str) -> AnyDevice:
    """A serial line display at that path."""
    more = f'[[display]]\nname = "led"\ndriver = "line"\npath = "{path}"\nwindows = [1]\n'
    return small_settings(more).display[0]


def told(settings: AnyDevice, machine: Machine) -> Finding:
    """The one thing that is in its way."""
    [finding] = why_closed(settings, BUSY, machine, STORE)
    assert finding.text
    assert finding.hint
    return finding


def test_who_holds_a_port_is_named(tmp_path: Path, machine: Machine) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    link = tmp_path / "by-path"
    link.symlink_to(port)
    start(machine, 41, "minicom", Path("/dev/null"), port)
    start(machine, 42, "bash", Path("/dev/null"))
    (machine._proc / "43").mkdir()
    assert machine.holders(link) == [Holder(41, "minicom")]
    finding = told(display(link), machine)
    assert "minicom" in finding.text
    assert "41" in finding.text


def test_what_is_known_to_grab_ports_gets_its_own_advice(tmp_path: Path, machine: Machine) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    start(machine, 41, "ModemManager", port)
    assert "systemctl disable --now ModemManager" in told(display(port), machine).hint


@pytest.mark.parametrize("state", [DeviceState.MISSING, DeviceState.UNKNOWN])
def test_nobody_is_blamed_for_what_is_not_busy(
    tmp_path: Path, machine: Machine, state: DeviceState
) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    start(machine, 41, "minicom", port)
    health = DeviceHealth(state, DeviceReason.OFFLINE)
    assert list(why_closed(display(port), health, machine, STORE)) == []


def test_nobody_is_told_to_quit_this_program_at_work_for_this_hall(
    tmp_path: Path, machine: Machine
) -> None:
    port, store = tmp_path / "ttyUSB0", tmp_path / "hall.sqlite3"
    port.touch()
    start(machine, 41, "yichuang", port, store)
    at_work = DeviceHealth(DeviceState.UNKNOWN)
    [finding] = why_closed(display(port), at_work, machine, store)
    assert finding.verdict is Verdict.WELL
    assert "本大厅的程序正在用" in finding.text
    [finding] = why_closed(display(port), BUSY, machine, store)
    assert "同一个 path" in finding.hint
    start(machine, 42, "yichuang", port, tmp_path / "other" / "hall.sqlite3")
    _ours, other = why_closed(display(port), BUSY, machine, store)
    assert "42" in other.text


def test_this_process_itself_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "port"
    with path.open("w"):
        assert Machine().holders(path) == []


def test_a_device_that_is_not_there_is_said_so(tmp_path: Path, machine: Machine) -> None:
    finding = told(display("/dev/ttyNONE"), machine)
    assert "/dev/ttyNONE" in finding.text
    assert "/dev/serial/by-id/" in finding.hint


@pytest.mark.parametrize(
    ("group", "group_may", "is_member", "said"),
    [
        ("dialout", True, False, "sudo usermod -aG dialout clerk"),
        ("dialout", True, True, "ls -l"),
        ("root", True, False, "udev"),
        ("dialout", False, False, "udev"),
    ],
)
def test_a_missing_group_is_named_with_what_to_type(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    group_may: bool,
    is_member: bool,
    said: str,
) -> None:
    node = Node(Path("/dev/ttyUSB0"), True, False, group, group_may, is_member)
    monkeypatch.setattr(machine, "node", lambda path: node)
    monkeypatch.setenv("LOGNAME", "clerk")
    finding = told(display("/dev/ttyUSB0"), machine)
    assert group in finding.text
    assert said in finding.hint


def test_a_node_tells_group_and_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "node"
    path.touch(0o660)
    path.chmod(0o660)
    node = Machine().node(path)
    assert (node.is_there, node.may_open, node.group_may, node.is_member) == (True,) * 4
    assert node.group
    assert not Machine().node(tmp_path / "none").is_there

    def unknown(gid: int) -> NoReturn:
        raise KeyError(gid)

    monkeypatch.setattr("grp.getgrgid", unknown)
    assert Machine().node(path).group == str(path.stat().st_gid)


def test_a_usb_device_is_looked_for_by_its_numbers(machine: Machine) -> None:
    reader = small_settings('[[id_reader]]\nname = "reader"\n').id_reader[0]
    finding = told(reader, machine)
    assert "0400:c35a" in finding.text
    plug(machine, "0400", "c35a")
    assert machine.usb_nodes(0x0400, 0xC35A) == [Path("/dev/bus/usb/001/007")]
    assert "/dev/bus/usb/001/007" in told(reader, machine).text


def test_an_input_device_is_looked_for_by_its_numbers(machine: Machine) -> None:
    more = '[[rating_pad]]\nname = "pad"\nwindow = 1\nvendor = 0x1234\nproduct = 0x5678\n'
    assert "1234:5678" in told(small_settings(more).rating_pad[0], machine).text


def test_what_another_user_holds_needs_root_to_name(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    monkeypatch.setattr(machine, "sees_all", lambda: False)
    assert "sudo" in told(display(port), machine).hint
    monkeypatch.setattr(machine, "sees_all", lambda: True)
    assert list(why_closed(display(port), BUSY, machine, STORE)) == []


def everything() -> Settings:
    """A hall whose devices need all libraries."""
    return small_settings(
        """
[voice]
enabled = true
command = ["no-such-player", "{file}"]
[[id_reader]]
name = "reader"
[[display]]
name = "led"
driver = "line"
path = "/dev/ttyNONE"
[[printer]]
name = "desk"
transport = "file"
path = "/dev/usb/lp9"
encoding = "raster"
"""
    )


def test_what_drivers_lack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = everything()
    monkeypatch.setattr("yichuang.cli.doctor_devices.find_spec", lambda name: None)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    monkeypatch.setattr("yichuang.hardware.drawing.system_fonts", list)
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = list(libraries(settings.devices, settings.voice))
    assert all(each.hint for each in found)
    hints = " ".join(each.hint for each in found)
    for word in ("libusb", "pyserial", "fonts-", "alsa-utils", "espeak"):
        assert word in hints
    nothing = small_settings()
    assert list(libraries(nothing.devices, nothing.voice)) == []


@asynccontextmanager
async def opened(folder: Path, settings: Settings) -> AsyncIterator[Hall]:
    """A hall with these settings."""
    async with await sqlite_hall(folder, FixedClock(MORNING), settings) as hall:
        yield hall


async def test_every_device_gets_a_finding_and_grabbers_are_told_once(
    tmp_path: Path, machine: Machine
) -> None:
    start(machine, 41, "ModemManager")
    start(machine, 42, "cupsd")
    async with opened(tmp_path, everything()) as hall:
        found = await device_findings(hall, tmp_path, machine)
    subjects = [each.subject for each in found]
    assert len([each for each in subjects if "reader" in each]) == 2
    assert subjects.count("ModemManager") == subjects.count("cupsd") == 1
    assert any("/dev/ttyNONE" in each.text for each in found)
    assert any(each.verdict is Verdict.ILL and "led" in each.subject for each in found)


async def test_a_hall_without_devices_is_told_so(tmp_path: Path, machine: Machine) -> None:
    async with opened(tmp_path, small_settings()) as hall:
        [finding] = await device_findings(hall, tmp_path, machine)
    assert "[[printer]]" in finding.hint


def test_whoever_has_no_name_is_told_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert machines.user_name() == "$USER"
