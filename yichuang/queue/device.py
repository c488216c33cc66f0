"""The hall's devices as the rules and the screens know them: which there are, and how they are (DESIGN 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from yichuang.errors import DeviceMissing
from yichuang.language import N_, _


class DeviceKind(StrEnum):
    """What a device is for; named as its section of hall.toml."""

    PRINTER = "printer"
    DISPLAY = "display"
    CALL_FEED = "call_feed"
    VOICE = "voice"
    ID_READER = "id_reader"
    RATING_PAD = "rating_pad"
    CALLER_PAD = "caller_pad"
    SCANNER = "scanner"

    @property
    def label(self) -> str:
        """The kind in the user's language."""
        return _(_KIND_LABELS[self])


_KIND_LABELS = {
    DeviceKind.PRINTER: N_("打印机"),
    DeviceKind.DISPLAY: N_("显示屏"),
    DeviceKind.CALL_FEED: N_("叫号数据口"),
    DeviceKind.VOICE: N_("语音"),
    DeviceKind.ID_READER: N_("身份证阅读器"),
    DeviceKind.RATING_PAD: N_("评价器"),
    DeviceKind.CALLER_PAD: N_("叫号器"),
    DeviceKind.SCANNER: N_("扫码器"),
}


class DeviceState(StrEnum):
    """How a device is, as far as it can be known."""

    UNKNOWN = "unknown"
    READY = "ready"
    DEGRADED = "degraded"
    """It works, with a warning."""
    MISSING = "missing"
    """It cannot work now."""

    @property
    def label(self) -> str:
        """The state in the user's language."""
        return _(_STATE_LABELS[self])


_STATE_LABELS = {
    DeviceState.UNKNOWN: N_("没有程序在管它"),
    DeviceState.READY: N_("正常"),
    DeviceState.DEGRADED: N_("能用，要留意"),
    DeviceState.MISSING: N_("不能用"),
}


class DeviceReason(StrEnum):
    """Why a device cannot work or a job is not known to be good, or what to warn of (hardware 4-6, 9-14)."""

    NONE = ""
    OFFLINE = "offline"
    """No connection, or no answer to a status request before anything was sent."""
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    PRINTER_ERROR = "printer_error"
    """A mechanical or unrecoverable state."""
    RECOVERING = "recovering"
    """It mends itself, such as a hot head, and then goes on."""
    DISK_FULL = "disk_full"
    """The disk has no room for the file that stands for a printer."""
    NO_ANSWER = "no_answer"
    """Sent, but the printer fell silent."""
    INTERRUPTED = "interrupted"
    """The program ended while sending."""
    STALE = "stale"
    """It waited past its business date and was not sent."""
    NEAR_END = "near_end"
    """Printed; the paper will soon end."""
    NO_FONT = "no_font"
    """No font for characters that must be drawn."""
    UNPLUGGED = "unplugged"
    """There is no such device at this machine now."""
    NO_PERMISSION = "no_permission"
    """The user of the program may not open it."""
    BUSY = "busy"
    """Another program has it open."""
    STALLED = "stalled"
    """It takes no more bytes."""
    BAD_ANSWER = "bad_answer"
    """What it answers is not of the configured kind of device."""
    NOT_AUTHORISED = "not_authorised"
    """The security module of an ID reader is not authorised: no setting helps."""
    NOT_A_DEVICE = "not_a_device"
    """The path of hall.toml is a folder, or a plain file where only a device can be."""
    HOST_UNKNOWN = "host_unknown"
    """Nobody knows an address for the host's name."""
    NO_LIBRARY = "no_library"
    """A library or program that the driver needs is not on this machine."""
    PORT_TAKEN = "port_taken"
    """Another program listens on the port."""
    LOW_PORT = "low_port"
    """The port is one of those that only the system's administrator may listen on."""
    NO_SOUND = "no_sound"
    """No player, or the player could not play."""
    CHIME_ONLY = "chime_only"
    """No voice was found: only a chime sounds."""
    MUTED = "muted"
    BROKEN = "broken"
    """The driver met an error that nobody foresaw; it is in the log."""

    @property
    def label(self) -> str:
        """The reason, and what to do at the device, in the user's language.

        What to do about a paper is `PrintJob.advice`: that depends on what became of it.
        """
        return _(_REASON_LABELS[self]) if self else ""


_REASON_LABELS = {
    DeviceReason.OFFLINE: N_("没有回应：检查电源和连线"),
    DeviceReason.PAPER_OUT: N_("缺纸：请装纸"),
    DeviceReason.COVER_OPEN: N_("盖子开着：请合上"),
    DeviceReason.CUTTER: N_("切刀出错：请清理卡纸"),
    DeviceReason.PRINTER_ERROR: N_("打印机报错：请关机再开"),
    DeviceReason.RECOVERING: N_("打印机过热，会自己恢复：稍等"),
    DeviceReason.DISK_FULL: N_("磁盘满了：请腾出空间"),
    DeviceReason.NO_ANSWER: N_("送出后打印机没有回应：检查电源和连线"),
    DeviceReason.INTERRUPTED: N_("打印中途程序中断了"),
    DeviceReason.STALE: N_("过了当天，没有再打印"),
    DeviceReason.NEAR_END: N_("纸快用完了：准备换纸"),
    DeviceReason.NO_FONT: N_(
        "没有可用的中文字体：装 fonts-wqy-microhei 这类字体，或在 hall.toml 写 font"
    ),
    DeviceReason.UNPLUGGED: N_("没有接上：插好后会自己恢复"),
    DeviceReason.NO_PERMISSION: N_("没有权限打开：运行 yichuang doctor 看要加入哪个用户组"),
    DeviceReason.BUSY: N_("被别的程序占用：运行 yichuang doctor 看是谁"),
    DeviceReason.STALLED: N_("不再接收数据：检查设备，或关机再开"),
    DeviceReason.BAD_ANSWER: N_("回应不对：检查 hall.toml 里的型号和波特率"),
    DeviceReason.NOT_AUTHORISED: N_("安全模块没有授权：联系供应商"),
    DeviceReason.NOT_A_DEVICE: N_("path 写的不是设备：检查 hall.toml 里的 path"),
    DeviceReason.HOST_UNKNOWN: N_("找不到这个主机名：检查 hall.toml 里的 host 和网络"),
    DeviceReason.NO_LIBRARY: N_("缺少驱动所需的程序：运行 yichuang doctor 看缺什么"),
    DeviceReason.PORT_TAKEN: N_("端口被别的程序占用：在 hall.toml 换一个端口"),
    DeviceReason.LOW_PORT: N_("1024 以下的端口不许用：在 hall.toml 换一个 1024 以上的端口"),
    DeviceReason.NO_SOUND: N_("放不出声音：检查音箱和播放程序"),
    DeviceReason.CHIME_ONLY: N_("没有语音引擎，只响提示音"),
    DeviceReason.MUTED: N_("已静音"),
    DeviceReason.BROKEN: N_("驱动出错，会自己重试；详情在日志里"),
}


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """A device's state with the reason."""

    state: DeviceState
    reason: DeviceReason = DeviceReason.NONE

    @property
    def label(self) -> str:
        """State and reason in the user's language."""
        why = self.reason.label
        return self.state.label + (_("（{why}）").format(why=why) if why else "")


UNWATCHED = DeviceHealth(DeviceState.UNKNOWN)
"""A device that no process works."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A device as whoever works it last saw it."""

    name: str
    health: DeviceHealth
    """Unknown when no process works the device now."""
    since: datetime | None
    """Since when it is so."""
    muted: bool = False


class DeviceTrouble(DeviceMissing):
    """A device cannot work now; `reason` says why, `detail` is for the log."""

    code = "device_trouble"

    def __init__(self, *, device: str, reason: DeviceReason, detail: str = "", **more: Any) -> None:
        super().__init__(device=device, detail=detail or reason.value, **more)
        self.reason = reason


class DeviceLeases(Protocol):
    """Who works which device: a lease lets one process at a time do so."""

    async def lease(self, device: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease on `device`; False while another owner holds it.

        Taking a printer's marks jobs that a former owner left in `sending` as unknown.
        """
        ...

    async def release(self, device: str, owner: str) -> None:
        """Give the lease back; nothing happens when `owner` does not hold it."""
        ...
