"""The devices for `yichuang doctor`: how each is, and when it cannot be opened, who or what is in its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from yichuang.cli.finding import Finding, Verdict
from yichuang.config import (
    STORE_FILE,
    AnyDevice,
    InputSettings,
    LinkSettings,
    PrinterSettings,
    VoiceSettings,
)
from yichuang.errors import PlayerMissing
from yichuang.hardware.machine import Machine, Node, user_name
from yichuang.language import N_, _
from yichuang.queue.device import DeviceHealth, DeviceKind, DeviceReason, DeviceState, DeviceStatus
from yichuang.queue.service import Hall

_VERDICTS = {
    DeviceState.READY: Verdict.WELL,
    DeviceState.DEGRADED: Verdict.WARNING,
    DeviceState.UNKNOWN: Verdict.WARNING,
    DeviceState.MISSING: Verdict.ILL,
}

_GRABBERS: Mapping[str, str] = MappingProxyType(
    {
        "ModemManager": N_("它会抢占串口：sudo systemctl disable --now ModemManager"),
        "brltty": N_("它会抢占 CH340 等串口：sudo apt remove brltty"),
        "cupsd": N_("在系统的打印设置里删掉这台打印机的队列，别让系统自动添加"),
        "cups-browsed": N_("在系统的打印设置里删掉这台打印机的队列，别让系统自动添加"),
    }
)
"""Programs that are known to take devices, and what to do about each (hardware 14)."""


async def device_findings(
    hall: Hall, folder: Path, machine: Machine | None = None
) -> list[Finding]:
    """How every device of hall.toml is; those that nobody works are opened here for a moment."""
    if not hall.settings.devices:
        return [no_printers()]
    machine = machine or Machine()
    found = [] if hall.settings.printer else [no_printers()]
    unfit = []
    for status in await _statuses(hall, folder):
        kind, settings = hall.devices.named()[status.name]
        found.append(_device(kind, status))
        if status.health.state in (DeviceState.MISSING, DeviceState.UNKNOWN):
            unfit.append(settings)
            found += why_closed(settings, status.health, machine, folder / STORE_FILE)
    found += libraries(hall.settings.devices, hall.settings.voice)
    found += _grabbers(unfit, machine)
    return found


def no_printers() -> Finding:
    """A hall without a printer."""
    return Finding(
        Verdict.WARNING, _("打印机"), _("没有设打印机"), _("在 hall.toml 里加 [[printer]]")
    )


async def _statuses(hall: Hall, folder: Path) -> list[DeviceStatus]:
    from yichuang.bootstrap import printer_states, try_device

    statuses = await printer_states(hall)
    for status in (await hall.devices.statuses())[len(statuses) :]:
        seen = status
        if status.health.state is DeviceState.UNKNOWN:
            health = await try_device(hall, status.name, folder, test=False)
            seen = DeviceStatus(status.name, health or status.health, None, status.muted)
        statuses.append(seen)
    return statuses


def _device(kind: DeviceKind, status: DeviceStatus) -> Finding:
    subject = _("{kind} {name}").format(kind=kind.label, name=status.name)
    state, reason = status.health.state, status.health.reason
    if state is DeviceState.UNKNOWN and kind is DeviceKind.PRINTER:
        hint = _("打一张试试：yichuang device test {name}；看出纸口有没有票")
        text = _("它不回答状态，好不好不知道")
        return Finding(Verdict.WARNING, subject, text, hint.format(name=status.name))
    text = state.label + (_("，已静音") if status.muted else "")
    return Finding(_VERDICTS[state], subject, text, reason.label)


# --- why it cannot be opened ----------------------------------------------------------------------


def why_closed(
    settings: AnyDevice, health: DeviceHealth, machine: Machine, store: Path
) -> Iterator[Finding]:
    """What stands in the way of a device, as far as the machine tells.

    Whoever has the hall's `store` open is this program, at work for the same hall.
    """
    places = _places(settings, machine)
    if not places and (vendor := getattr(settings, "vendor", 0)) and not _path(settings):
        numbers = f"{vendor:04x}:{getattr(settings, 'product', 0):04x}"
        yield Finding(
            Verdict.ILL,
            settings.name,
            _("没有接上 USB 设备 {numbers}").format(numbers=numbers),
            _("插好设备，运行 lsusb 看它的编号，和 hall.toml 里的 vendor、product 对一下"),
        )
    for place in places:
        node = machine.node(place)
        if not node.is_there:
            yield Finding(
                Verdict.ILL,
                settings.name,
                _("没有 {path}").format(path=place),
                _("插好设备；运行 ls -l {folder} 看它现在叫什么").format(folder=_folder(place)),
            )
        elif not node.may_open:
            yield Finding(
                Verdict.ILL,
                settings.name,
                _("没有权限打开 {path}，它属于组 {group}").format(path=place, group=node.group),
                _permission(node),
            )
        else:
            yield from _held(settings, place, health, machine, store)


def _places(settings: AnyDevice, machine: Machine) -> list[Path]:
    """The files that stand for the device."""
    path = _path(settings)
    if path:
        return [Path(path)]
    if isinstance(settings, LinkSettings) and settings.transport == "usb":
        return machine.usb_nodes(settings.vendor, settings.product)
    if isinstance(settings, InputSettings):
        found = machine.input_node(settings.input, settings.vendor, settings.product)
        return [found] if found else []
    return []


def _path(settings: AnyDevice) -> str:
    if isinstance(settings, InputSettings):
        return settings.path
    if isinstance(settings, LinkSettings) and settings.transport in ("file", "serial"):
        return settings.path
    return ""


def _folder(place: Path) -> str:
    return "/dev/serial/by-id/" if place.name.startswith("tty") else f"{place.parent}/"


def _permission(node: Node) -> str:
    if not node.group_may or node.group == "root":
        return _("装上 deploy 里的 udev 规则，再拔下重插（见 deploy/README.md）")
    if node.is_member:
        return _("用户已经在组里，别的规则不许：ls -l {path} 看一下").format(path=node.path)
    join = f"sudo usermod -aG {node.group} {user_name()}"
    return _("运行 {join}，然后退出重新登录").format(join=join)


def _held(
    settings: AnyDevice, place: Path, health: DeviceHealth, machine: Machine, store: Path
) -> Iterator[Finding]:
    holders = machine.holders(place)
    ours = [each for each in holders if each in machine.holders(store)]
    is_busy = health.reason is DeviceReason.BUSY
    if ours:
        text = _("本大厅的程序正在用 {path}").format(path=place)
        hint = _("看 hall.toml 里是不是有两台设备写了同一个 path") if is_busy else ""
        yield Finding(Verdict.WARNING if is_busy else Verdict.WELL, settings.name, text, hint)
    if not is_busy:
        return
    for holder in holders:
        if holder in ours:
            continue
        known = _GRABBERS.get(holder.name)
        hint = _(known) if known else _("退出那个程序，设备几秒后会自己恢复")
        yield Finding(
            Verdict.ILL,
            settings.name,
            _("{path} 被 {program}（进程 {pid}）占用").format(
                path=place, program=holder.name, pid=holder.pid
            ),
            hint,
        )
    if not holders and not machine.sees_all():
        yield Finding(
            Verdict.WARNING,
            settings.name,
            _("{path} 被别的用户的程序占用，看不到是谁").format(path=place),
            _("用 sudo 运行 yichuang doctor 就能看到"),
        )


def _grabbers(unfit: Iterable[AnyDevice], machine: Machine) -> Iterator[Finding]:
    """Programs that run and are known to take devices of the kind that cannot be opened."""
    unfit = list(unfit)
    serial = any(_is_serial(each) for each in unfit)
    usb_printer = any(
        isinstance(each, PrinterSettings) and each.transport in ("usb", "file") for each in unfit
    )
    names = [*(["ModemManager", "brltty"] if serial else [])]
    names += ["cupsd", "cups-browsed"] if usb_printer else []
    for name in machine.running(*names):
        yield Finding(
            Verdict.WARNING,
            name,
            _("这个程序在运行，可能占用了上面打不开的设备"),
            _(_GRABBERS[name]),
        )


def _is_serial(settings: AnyDevice) -> bool:
    if isinstance(settings, InputSettings):
        return settings.input == "serial"
    return isinstance(settings, LinkSettings) and settings.transport == "serial"


# --- what the drivers need ------------------------------------------------------------------------


def libraries(devices: Iterable[AnyDevice], voice: VoiceSettings) -> Iterator[Finding]:
    """Libraries, fonts and programs that the hall's devices need and this machine lacks."""
    devices = list(devices)
    links = [each for each in devices if isinstance(each, LinkSettings)]
    if any(each.transport == "usb" for each in links) and not _has_libusb():
        yield Finding(
            Verdict.ILL,
            "libusb",
            _("没有 libusb，USB 设备打不开"),
            _("pip install libusb-package，或 sudo apt install libusb-1.0-0"),
        )
    serial = any(_is_serial(each) for each in devices)
    if serial and find_spec("serial") is None:
        yield Finding(
            Verdict.ILL, "pyserial", _("没有 pyserial，串口打不开"), _("pip install pyserial")
        )
    printers = [each for each in devices if isinstance(each, PrinterSettings)]
    if any(_draws(each) for each in printers) and not _has_font(printers):
        yield Finding(
            Verdict.ILL,
            _("字体"),
            _("没有中文字体，打印机要画的字打不出来"),
            _("sudo apt install fonts-wqy-zenhei，或在 hall.toml 写 font"),
        )
    if voice.enabled:
        yield from _voice(voice)


def _has_libusb() -> bool:
    from ctypes.util import find_library

    return find_spec("libusb_package") is not None or find_library("usb-1.0") is not None


def _draws(settings: PrinterSettings) -> bool:
    return settings.encoding == "raster" or settings.rare == "raster"


def _has_font(printers: Iterable[PrinterSettings]) -> bool:
    from yichuang.hardware.drawing import system_fonts

    return any(each.font and Path(each.font).is_file() for each in printers) or any(system_fonts())


def _voice(voice: VoiceSettings) -> Iterator[Finding]:
    from shutil import which

    from yichuang.hardware.voice.player import find_player

    if find_player(voice) is None:
        yield Finding(
            Verdict.ILL,
            _("语音"),
            PlayerMissing().message,
            PlayerMissing().hint,
        )
    speaks = find_spec("espeakng_loader") is not None or which("espeak-ng") is not None
    if voice.engine in ("auto", "espeak") and not voice.pack and not speaks:
        yield Finding(
            Verdict.WARNING,
            _("语音"),
            _("没有 espeak-ng，也没有录好的语音，只能响提示音"),
            _("pip install espeakng-loader，或 sudo apt install espeak-ng"),
        )
