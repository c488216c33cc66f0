"""The hall for trying out, and a short scripted day in it for when there is no terminal."""

from __future__ import annotations

import socket
from pathlib import Path

from yichuang.cli.options import Asked
from yichuang.cli.outcome import say
from yichuang.cli.paper import Paper
from yichuang.config import SETTINGS_FILE
from yichuang.errors import UnusableTerminal
from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, TicketState
from yichuang.queue.window import WindowState

_VISITORS = (
    ("social_insurance", "ordinary"),
    ("police", "ordinary"),
    ("social_insurance", "priority"),
    ("tax", "ordinary"),
    ("social_affairs", "ordinary"),
    ("public_service", "ordinary"),
)


async def sample_hall(folder: Path) -> None:
    """Make a town hall for trying out in `folder`, unless a hall is there."""
    if (folder / SETTINGS_FILE).exists():
        return
    from yichuang.bootstrap import create_hall
    from yichuang.profile import printer_toml

    printer = printer_toml("kiosk", host="127.0.0.1", port=_free_port(), width=80, simulated=True)
    await create_hall(folder, level="town", printers=printer, sample=True)
    say(_("已在 {folder} 建立一个供试用的镇级大厅").format(folder=folder), err=True)


def _free_port() -> int:
    """A port of this hall's own, so that two halls for trying out never share a printer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def play_day(asked: Asked) -> None:
    """Play a short day in a hall for trying out and tell what happened.

    Raises UnusableTerminal in a real hall: nobody's lines are filled with scripted visitors.
    """
    from yichuang.bootstrap import simulated_printers, working_devices

    async with asked.hall() as hall:
        if not hall.settings.hall.sample:
            raise UnusableTerminal(detail=_("没有终端（不是 tty）"))
        say(_("没有终端，演一段大厅的日常：{name}").format(name=hall.settings.hall.name))
        async with simulated_printers(hall, show=_show_paper), working_devices(hall):
            await _play(hall)
    say(_("在终端里运行 make run，就能自己取号、叫号"))


async def _play(hall: Hall) -> None:
    issued = []
    for category, priority_class in _VISITORS:
        done = await hall.issue(category=category, priority_class=priority_class, actor="day")
        job = await _paper(hall, done)
        held = done.ticket
        if held is None:
            raise AssertionError(done)
        issued.append(held.number)
        label = hall.rules.category(category).label
        say(
            _("取号 {number}（{category}，{class_label}），前面 {ahead} 人：{paper}").format(
                number=held.number,
                category=label,
                class_label=held.priority_class.label,
                ahead=held.ahead,
                paper=job.text if job else "",
            )
        )
    await _serve(hall, set(issued))
    view = await hall.overview()
    say(
        _("今天共取 {issued} 个号，办结 {finished} 个，还有 {waiting} 人等候").format(
            issued=view.issued, finished=view.finished, waiting=view.waiting
        )
    )


async def _serve(hall: Hall, issued: set[str]) -> None:
    """One window serves until everybody of this day is done; who is called first lacks a copy."""
    window = max(hall.rules.windows)
    if (await hall.window_view(window)).window.state is WindowState.CLOSED:
        await hall.open_window(window, actor="day")
        say(_("{window} 号窗口开始办公").format(window=window))
    put_aside = False
    while any(each.number in issued for each in await hall.tickets(TicketState.WAITING)):
        done = await hall.call_next(window, actor="day")
        number = done.ticket.number if done.ticket else ""
        say(_("请 {number} 号到 {window} 号窗口").format(number=number, window=window))
        say(f"    {await hall.why(number)}")
        await hall.start(window, actor="day")
        if not put_aside:
            put_aside = True
            await hall.hold(window, kind=HoldKind.KEPT, actor="day")
            say(_("{number} 少一份复印件，挂起；复印好了，回到本窗口").format(number=number))
            await hall.resume(window, number, actor="day")
            continue
        await hall.finish(window, actor="day")
        say(_("{number} 办结").format(number=number))
    await hall.close_window(window, actor="day")


async def _paper(hall: Hall, done: Done) -> Paper | None:
    if done.print_job is None:
        return None
    mark = hall.store.mark()
    while True:
        job = await hall.print_job(done.print_job)
        if job is None:
            return None
        if job.state.is_final:
            return Paper(job.id, job.printer, job.state, job.reason)
        mark = await hall.store.wait_for_change(mark, 10)


def _show_paper(text: str) -> None:
    say("\n".join(f"    {line}" for line in text.splitlines()))
