"""Devices as rows: those that need somebody's eye, for menu and overview; all of them, with their jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from yichuang.config import AnyDevice
from yichuang.language import N_, _
from yichuang.queue.announcement import AnnouncementKept, AnnouncementState
from yichuang.queue.device import DeviceKind, DeviceReason, DeviceState, DeviceStatus
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.service import Hall
from yichuang.tui.text import Line, Part, pad, pad_left, wrap

NAME_CELLS, KIND_CELLS, STATE_CELLS = 20, 15, 27
"""The columns of the list of devices."""

_WORST_FIRST = (DeviceState.MISSING, DeviceState.DEGRADED, DeviceState.UNKNOWN, DeviceState.READY)
_MARKS: Mapping[DeviceState, str] = MappingProxyType(
    {
        DeviceState.READY: "[+]",
        DeviceState.DEGRADED: "[!]",
        DeviceState.MISSING: "[x]",
        DeviceState.UNKNOWN: "[?]",
    }
)
"""A mark beside each word, so that neither a colour nor a language is needed to tell them apart."""

_STYLES: Mapping[DeviceState, str] = MappingProxyType(
    {DeviceState.MISSING: "alert", DeviceState.DEGRADED: "mark", DeviceState.UNKNOWN: "dim"}
)

_UNSPOKEN = N_("语音不可用：{why}，请口头叫号")
_BAD_JOBS = (JobState.FAILED, JobState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Seen:
    """One device as a screen tells of it."""

    kind: DeviceKind
    status: DeviceStatus
    settings: AnyDevice

    @property
    def name(self) -> str:
        """Its name in hall.toml."""
        return self.status.name

    @property
    def is_fine(self) -> bool:
        """Whether nobody needs to look after it."""
        return self.status.health.state is DeviceState.READY and not self.status.muted

    @property
    def full_name(self) -> str:
        """Its kind and its name: `打印机 kiosk`."""
        return f"{self.kind.label} {self.name}"


async def devices_of(hall: Hall) -> list[Seen]:
    """Every device of the hall as it was last seen, in the order of hall.toml."""
    return seen_in(hall, await hall.devices.statuses())


def seen_in(hall: Hall, statuses: Iterable[DeviceStatus]) -> list[Seen]:
    """The hall's devices of which these are told, each with its kind and settings."""
    named = hall.devices.named()
    return [Seen(*_kind_and(named, status)) for status in statuses]


def _kind_and(
    named: Mapping[str, tuple[DeviceKind, AnyDevice]], status: DeviceStatus
) -> tuple[DeviceKind, DeviceStatus, AnyDevice]:
    kind, settings = named[status.name]
    return kind, status, settings


# --- how a device is ------------------------------------------------------------------------------


def state_word(seen: Seen) -> str:
    """The state with its mark: `[x] 不能用`; one that would work but is muted says that instead."""
    state = seen.status.health.state
    if seen.status.muted and state in (DeviceState.READY, DeviceState.DEGRADED):
        return f"[-] {_('已静音')}"
    return f"{_MARKS[state]} {state.label}"


def state_style(seen: Seen) -> str:
    """The style of the word; never all that tells it."""
    return _STYLES.get(seen.status.health.state, "mark" if seen.status.muted else "")


def why_of(seen: Seen) -> str:
    """Why it is not ready, and what to do; empty where there is nothing to say."""
    health = seen.status.health
    if seen.status.muted and health.state in (DeviceState.READY, DeviceState.DEGRADED):
        return _("请口头叫号")
    if health.state is DeviceState.UNKNOWN and not health.reason:
        return _("打开 yichuang run 才有人管它")
    return health.reason.label


def worst_first(devices: Iterable[Seen]) -> list[Seen]:
    """Those that cannot work before those with a warning, and so on; the order of hall.toml is kept."""
    return sorted(
        devices, key=lambda each: (_WORST_FIRST.index(each.status.health.state), each.is_fine)
    )


def trouble_rows(devices: Sequence[Seen], most: int) -> list[Line]:
    """Only devices that need an eye, worst first, then how many are fine; `most` rows at most."""
    rows: list[Line] = []
    if not any(each.kind is DeviceKind.PRINTER for each in devices):
        rows.append(f" {_('没有设打印机：取到的号显示在屏幕上，抄给办事人')}")
    if not devices:
        return rows
    troubled = [each for each in worst_first(devices) if not each.is_fine]
    room = max(1, most - len(rows))
    shown = troubled if len(troubled) < room else troubled[: room - 1]
    if len(devices) == len(troubled) <= room:
        # Nothing is left for a last row to count.
        return rows + [_trouble_row(each) for each in troubled]
    rows += [_trouble_row(each) for each in shown]
    return [*rows, _count_row(len(devices) - len(troubled), len(troubled) - len(shown), shown)]


def _trouble_row(seen: Seen) -> Line:
    text = f" {seen.full_name}{_('：')}"
    why = why_of(seen)
    return [text, (state_word(seen), state_style(seen)), f"  {why}" if why else ""]


def _count_row(fine: int, more: int, shown: Sequence[Seen]) -> Line:
    if not more:
        text = _("其余 {fine} 台设备正常") if shown else _("设备 {fine} 台正常")
        return f" {text.format(fine=fine)}"
    text = _("另有 {more} 台设备要看，{fine} 台正常")
    if not shown:
        text = _("{more} 台设备要看，{fine} 台正常")
    return [" ", (text.format(more=more, fine=fine), "mark")]


def unheard(devices: Iterable[Seen]) -> str:
    """What a clerk must know when nobody hears the calls: why, and to call by mouth; empty otherwise.

    A hall without a voice has nothing to be unheard.
    """
    voice = next((each for each in devices if each.kind is DeviceKind.VOICE), None)
    if voice is None:
        return ""
    health = voice.status.health
    if voice.status.muted:
        return _(_UNSPOKEN).format(why=_("已静音"))
    if health.reason is DeviceReason.CHIME_ONLY:
        return _(_UNSPOKEN).format(why=_("只响提示音"))
    if health.state is DeviceState.MISSING or health.reason is DeviceReason.NO_SOUND:
        why = health.reason.label.partition("：")[0].partition(":")[0]
        return _(_UNSPOKEN).format(why=why or health.state.label)
    if health.state is DeviceState.UNKNOWN:
        return _(_UNSPOKEN).format(why=health.state.label)
    return ""


# --- the device screen ------------------------------------------------------------------------------


def heading_row(devices: Sequence[Seen]) -> Line:
    """The heads of the columns; the first says how many devices there are."""
    troubled = sum(not each.is_fine for each in devices)
    text = _("设备 {count}，{troubled} 台要看") if troubled else _("设备 {count}")
    heads = (
        pad(text.format(count=len(devices), troubled=troubled), NAME_CELLS)
        + pad(_("种类"), KIND_CELLS)
        + pad(_("状态"), STATE_CELLS)
        + _("起于")
    )
    return [(f"   {heads}", "section")]


def device_row(seen: Seen, zone: ZoneInfo, now: datetime) -> Line:
    """A device: name, kind, state, since when."""
    return [
        f" {pad(seen.name, NAME_CELLS)}{pad(seen.kind.label, KIND_CELLS)}",
        (pad(state_word(seen), STATE_CELLS - 1), state_style(seen)),
        f" {_since(seen.status.since, zone, now)}",
    ]


def _since(since: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    if since is None:
        return "-"
    local, today = since.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d}"


def detail_rows(seen: Seen | None, cells: int) -> list[Line]:
    """Why the device under the cursor is as it is, what to do, and where it is; two rows."""
    if seen is None:
        return [f" {_('hall.toml 里没有设备；接法见 docs/devices')}", ""]
    place = place_of(seen.settings)
    why = why_of(seen) or seen.status.health.state.label
    rows = [(f" {line}", "strong") for line in wrap(f"{seen.name}{_('：')}{why}", cells - 2)]
    lines: list[Line] = [[part] for part in rows[:1]]
    return [*lines, f"   {place}"] if len(rows) < 2 else [*lines, [rows[1]]]


def place_of(settings: AnyDevice) -> str:
    """Where a device is and what it belongs to, as hall.toml says it."""
    parts = []
    windows = getattr(settings, "windows", ()) or getattr(settings, "window", ())
    if windows:
        numbers = windows if isinstance(windows, tuple) else (windows,)
        parts.append(_("{windows} 号窗口").format(windows=_("、").join(map(str, numbers))))
    kiosks = getattr(settings, "kiosks", ()) or getattr(settings, "kiosk", "")
    if kiosks:
        names = kiosks if isinstance(kiosks, tuple) else (kiosks,)
        parts.append(_("取号机 {kiosks}").format(kiosks=_("、").join(names)))
    backup = getattr(settings, "backup", "")
    if backup:
        parts.append(_("备用 {backup}").format(backup=backup))
    # What is long comes last: a path may be cut, a window's number must not.
    parts.append(_wire(settings))
    return "  ".join(part for part in parts if part)


def _wire(settings: AnyDevice) -> str:
    way = getattr(settings, "transport", "") or getattr(settings, "input", "")
    path, host = getattr(settings, "path", ""), getattr(settings, "host", "")
    if way in ("tcp", "") and host:
        return f"{host}:{getattr(settings, 'port', '')}"
    if path:
        return f"{way} {path}"
    vendor = getattr(settings, "vendor", 0)
    if vendor:
        return f"{way} {vendor:04x}:{getattr(settings, 'product', 0):04x}"
    return _("引擎 {engine}").format(engine=engine) if (engine := _engine(settings)) else way


def _engine(settings: AnyDevice) -> str:
    return getattr(settings, "engine", "")


def job_rows(jobs: Sequence[PrintJob], zone: ZoneInfo, rows: int) -> list[Line]:
    """The latest print jobs, newest first."""
    heading: Line = [(f" {_('最近打印')}", "section")]
    if not jobs:
        return [heading, f" {_('还没有打印过')}"]
    return [heading, *(job_row(job, zone) for job in jobs[: rows - 1])]


def job_row(job: PrintJob, zone: ZoneInfo) -> Line:
    """A print job: when, of which ticket, on which printer, and what became of it."""
    at = f"{job.created_at.astimezone(zone):%H:%M}"
    number = job.what
    mark = "mark" if job.state in _BAD_JOBS else ""
    text = f" {at} {pad(number, 7)}{pad(job.printer, 8)} "
    why = _("；").join(part for part in (job.reason.label, job.advice) if part)
    return [text, (job.state.label, mark), f" {why}" if why else ""]


def job_choice(job: PrintJob, zone: ZoneInfo) -> Line:
    """A print job to be chosen: whether it surely printed nothing stands in it."""
    at = f"{job.created_at.astimezone(zone):%H:%M}"
    number = job.what
    known = job.advice if job.is_surely_unprinted and job.advice else job.state.label
    return f"{pad_left(str(job.id), 4)}  {at}  {pad(number, 8)}{pad(job.printer, 12)}{known}"


def unprinted_jobs(jobs: Iterable[PrintJob]) -> list[PrintJob]:
    """Those of `jobs`, newest first, that may be sent again as they are, test pages too.

    Surely nothing came out of them, their day is not over, and their ticket has no later paper.
    """
    unprinted: list[PrintJob] = []
    tickets: set[int] = set()
    for job in jobs:
        is_latest = job.ticket is None or job.ticket not in tickets
        if is_latest and job.is_surely_unprinted and job.reason is not DeviceReason.STALE:
            unprinted.append(job)
        if job.ticket is not None:
            tickets.add(job.ticket)
    return unprinted


def bad_tickets(jobs: Iterable[PrintJob]) -> list[PrintJob]:
    """Tickets whose paper did not come out, or is not known to have."""
    return [job for job in jobs if job.number and job.state in _BAD_JOBS]


def announcement_rows(kept: Sequence[AnnouncementKept], zone: ZoneInfo, rows: int) -> list[Line]:
    """The latest announcements, newest first."""
    heading: Line = [(f" {_('最近播报')}", "section")]
    if not kept:
        return [heading, f" {_('还没有播报过')}"]
    return [heading, *(_announcement_row(each, zone) for each in kept[: rows - 1])]


def _announcement_row(kept: AnnouncementKept, zone: ZoneInfo) -> Line:
    at = f"{kept.at.astimezone(zone):%H:%M}"
    to = _("{window} 号", "window").format(window=kept.window) if kept.window else ""
    is_good = kept.state is AnnouncementState.SPOKEN
    parts: list[Part] = [f" {at} {pad(kept.number or _('通知'), 7)}{pad(to, 7)}"]
    return [*parts, (kept.state.label, "" if is_good else "mark")]
