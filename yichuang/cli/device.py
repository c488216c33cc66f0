"""`yichuang device`: the hall's devices, how they are, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.paper import Paper, follow_paper
from yichuang.language import N_, _
from yichuang.queue.announcement import AnnouncementKept
from yichuang.queue.device import DeviceHealth, DeviceKind, DeviceState, DeviceStatus
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.service import Hall

_EXPECTED: Mapping[DeviceKind, str] = MappingProxyType(
    {
        DeviceKind.PRINTER: N_("打印机应打出一张测试页"),
        DeviceKind.DISPLAY: N_("屏上应显示测试内容几秒，然后恢复原样"),
        DeviceKind.CALL_FEED: N_("接在数据口上的程序应收到一条测试叫号"),
        DeviceKind.VOICE: N_("音箱应播一遍测试叫号"),
        DeviceKind.ID_READER: N_("阅读器应有回应；再放一张身份证，取号屏应认出来"),
        DeviceKind.RATING_PAD: N_("评价器应连得上；办结一个号后按键，评价应记下"),
        DeviceKind.CALLER_PAD: N_("叫号器应连得上；按「下一号」键，窗口应叫号"),
        DeviceKind.SCANNER: N_("扫码器应连得上；扫一张票上的码，取号屏应认出来"),
    }
)
"""What a person at the device should see or hear of a test."""


@click.group(
    cls=NamingGroup, help=_("设备：打印机、显示屏、语音、阅读器、评价器、叫号器、扫码器。")
)
def device() -> None:
    """The commands on devices."""


# --- how they are ---------------------------------------------------------------------------------


@device.command(name="list", help=_("列出每台设备：名字、种类、状态、从什么时候起、为什么。"))
@takes_hall
def list_devices(asked: Asked) -> None:
    """How every device of hall.toml is."""

    async def work() -> tuple[list[tuple[DeviceKind, DeviceStatus]], ZoneInfo]:
        async with asked.hall() as hall:
            kinds = [kind for kind, _settings in hall.devices.named().values()]
            statuses = await hall.devices.statuses()
            return list(zip(kinds, statuses, strict=True)), hall.settings.zone

    found, zone = run(work())
    rows = [[_("名字"), _("种类"), _("状态"), _("起于"), _("说明")]]
    rows += [_row(kind, status, zone) for kind, status in found]
    text = "\n".join(table(rows)) if found else _("hall.toml 里没有设备")
    asked.show({"devices": [_as_json(kind, status) for kind, status in found]}, text)


def _row(kind: DeviceKind, status: DeviceStatus, zone: ZoneInfo) -> list[str]:
    known = status.health.state is not DeviceState.UNKNOWN
    since = f"{status.since.astimezone(zone):%m-%d %H:%M:%S}" if status.since and known else "-"
    why = [status.health.reason.label] if status.health.reason else []
    if status.muted:
        why.append(_("已静音"))
    return [status.name, kind.label, status.health.state.label, since, _("；").join(why)]


def _as_json(kind: DeviceKind, status: DeviceStatus) -> dict[str, Any]:
    known = status.health.state is not DeviceState.UNKNOWN
    return {
        "name": status.name,
        "kind": kind.value,
        "state": status.health.state.value,
        "reason": status.health.reason.value or None,
        "message": status.health.label,
        "since": status.since.isoformat() if status.since and known else None,
        "muted": status.muted,
    }


@device.command(help=_("最近的打印和播报，各自结果如何。"))
@click.option("--printer", help=_("只看这一台打印机"))
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@takes_hall
def jobs(asked: Asked, printer: str | None, limit: int) -> None:
    """The latest print jobs and announcements, newest first."""

    async def work() -> tuple[list[PrintJob], list[AnnouncementKept], ZoneInfo]:
        async with asked.hall() as hall:
            if printer is not None:
                hall.rules.printer(printer)
            printed = await hall.print_jobs(500 if printer else limit)
            printed = [each for each in printed if printer in (None, each.printer)][:limit]
            said = [] if printer else await hall.devices.announcements(limit)
            return printed, said, hall.settings.zone

    printed, said, zone = run(work())
    lines = [_("打印："), *(_jobs(printed, zone) or ["  " + _("没有")])]
    if printer is None:
        lines += [_("播报："), *(_said(said, zone) or ["  " + _("没有")])]
    result: dict[str, Any] = {"jobs": [_job_as_json(each) for each in printed]}
    if printer is None:
        result["announcements"] = [_said_as_json(each) for each in said]
    asked.show(result, "\n".join(lines))


def _jobs(printed: list[PrintJob], zone: ZoneInfo) -> list[str]:
    rows = [
        [
            f"  {each.id}",
            f"{each.created_at.astimezone(zone):%m-%d %H:%M:%S}",
            each.printer,
            each.what,
            Paper(each.id, each.printer, each.state, each.reason, each.untouched).text,
        ]
        for each in printed
    ]
    return table(rows) if rows else []


def _job_as_json(job: PrintJob) -> dict[str, Any]:
    return {
        "job": job.id,
        "printer": job.printer,
        "number": job.number or None,
        "state": job.state.value,
        "reason": job.reason.value or None,
        "created_at": job.created_at.isoformat(),
        "may_retry": job.is_surely_unprinted,
        "moved_from": job.moved_from or None,
    }


def _said(said: list[AnnouncementKept], zone: ZoneInfo) -> list[str]:
    rows = [
        [
            f"  {each.at.astimezone(zone):%m-%d %H:%M:%S}",
            each.number or _("通知"),
            _("{window} 号窗口").format(window=each.window) if each.window else "",
            each.state.label,
        ]
        for each in said
    ]
    return table(rows) if rows else []


def _said_as_json(said: AnnouncementKept) -> dict[str, Any]:
    return {
        "number": said.number,
        "window": said.window,
        "state": said.state.value,
        "at": said.at.isoformat(),
    }


# --- what is asked of them ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a test brought to light; `paper` for a printer, `health` for any other device."""

    kind: DeviceKind
    paper: Paper | None = None
    health: DeviceHealth | None = None
    is_asked: bool = False
    """Whether the process that works the device was asked."""


@device.command(help=_("测试一台设备：打一张测试页、显示或播报一次测试叫号、看看连不连得上。"))
@click.argument("name")
@takes_hall
def test(asked: Asked, name: str) -> int:
    """Let a device show that it works; exit status 1 when it surely does not."""

    async def work() -> _Tried:
        async with asked.hall() as hall:
            return await _try(hall, name, asked)

    tried = run(work())
    expected = _(_EXPECTED[tried.kind])
    result: dict[str, Any] = {"device": name, "kind": tried.kind.value, "expect": expected}
    if tried.paper is not None:
        paper = tried.paper
        is_lost = paper.state is JobState.FAILED
        text = paper.text if is_lost else f"{paper.text}\n{expected}"
        asked.show({**result, "print": paper.as_json()}, text)
        return 0 if paper.is_good else 1
    health = tried.health or DeviceHealth(DeviceState.UNKNOWN)
    result |= {"state": health.state.value, "reason": health.reason.value or None}
    ill = health.state is DeviceState.MISSING
    if tried.is_asked:
        text = _("已请正在管它的程序测试")
        if ill:
            text += "\n" + _("不过它现在{health}").format(health=health.label)
    else:
        text = _("试过了：{health}").format(health=health.label)
    asked.show(result, text if ill else f"{text}\n{expected}")
    return 1 if ill else 0


async def _try(hall: Hall, name: str, asked: Asked) -> _Tried:
    from yichuang.bootstrap import try_device

    kind = hall.rules.device(name)
    before = {each.name: each.health for each in await hall.devices.statuses()}
    done = await hall.devices.test(name, actor=asked.actor)
    if kind is DeviceKind.PRINTER:
        return _Tried(kind, paper=await follow_paper(hall, done.print_job))
    if before[name].state is DeviceState.UNKNOWN:
        health = await try_device(hall, name, asked.folder)
        if health is not None:
            return _Tried(kind, health=health)
    return _Tried(kind, health=before[name], is_asked=True)


@device.command(help=_("再打一张没有打出的号票。只有确实没打出的才行，别的请补打。"))
@click.argument("job", type=click.IntRange(1))
@takes_hall
def retry(asked: Asked, job: int) -> int:
    """Print a job again of which surely nothing was printed."""

    async def work() -> Paper | None:
        async with asked.hall() as hall:
            done = await hall.devices.retry(job, actor=asked.actor)
            return await follow_paper(hall, done.print_job)

    paper = run(work())
    if paper is None:
        raise AssertionError(job)
    asked.show({"print": paper.as_json()}, paper.text)
    return 0 if paper.is_good else 1


@device.command(help=_("让语音静音，或者取消静音。"))
@click.argument("name")
@click.option("--off", is_flag=True, help=_("取消静音"))
@click.option("--reason", default="", help=_("原因，记入流水"))
@takes_hall
def mute(asked: Asked, name: str, off: bool, reason: str) -> None:
    """Silence the voice, or let it be heard again."""

    async def work() -> None:
        async with asked.hall() as hall:
            await hall.devices.mute(name, on=not off, reason=reason, actor=asked.actor)

    run(work())
    text = _("{device} 不再静音") if off else _("{device} 已静音")
    asked.show({"device": name, "muted": not off}, text.format(device=name))


@device.command(help=_("教会程序一个评价器或叫号器的键：照提示按键，写进 hall.toml。"))
@click.argument("name")
@takes_hall
def teach(asked: Asked, name: str) -> None:
    """Learn the keys of a pad."""
    from yichuang.cli.teach import teach_pad

    learned = run(teach_pad(asked, name))
    if learned is None:
        asked.show({"device": name, "keys": None}, _("没有改动 hall.toml"))
        return
    text = _("{device} 的 {count} 个键已写进 hall.toml，马上就用新的")
    asked.show({"device": name, "keys": learned}, text.format(device=name, count=len(learned)))


# --- working them ---------------------------------------------------------------------------------


@device.command(
    name="run", help=_("不开界面，只管设备：打印、显示、播报。Ctrl+C 结束，也供 systemd 用。")
)
@takes_hall
def work_devices(asked: Asked) -> None:
    """Work the hall's devices until told to end."""
    from yichuang.cli.service import log_to_stderr, notify, until_ended
    from yichuang.errors import HallMissing

    if not asked.folder.is_dir():
        raise HallMissing(folder=asked.folder)
    log_to_stderr()

    async def work() -> None:
        from yichuang.bootstrap import following_settings, working_devices

        async with (
            asked.hall() as hall,
            until_ended() as ended,
            working_devices(hall, folder=asked.folder),
            following_settings(hall, asked.folder),
        ):
            of_screens = (DeviceKind.ID_READER, DeviceKind.SCANNER)
            named = hall.devices.named().items()
            ours = [name for name, (kind, _settings) in named if kind not in of_screens]
            names = _("、").join(ours) or _("没有设备")
            say(_("在管设备：{names}").format(names=names), err=True)
            if len(ours) < len(named):
                say(_("阅读器和扫码器由开着取号、导引台界面的程序管"), err=True)
            notify("READY=1")
            await ended.wait()
            notify("STOPPING=1")

    run(work())
