"""What a supervisor does is in the journal with the reason that was given; without one nothing is added."""

from __future__ import annotations

from typing import Any

import pytest

from tests.halls import PRINTER, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.queue import command as commands
from yichuang.queue.command import Command
from yichuang.queue.event import Event, EventKind
from yichuang.queue.people.command import LeavePost
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.service import Hall

WHY = "督查安排"


async def prepared(clock: FixedClock) -> Hall:
    """A hall where each of these commands can be done."""
    hall = memory_hall(clock, small_settings(PRINTER))
    for window in (2, 3):
        await hall.open_window(window)
    for category in ("tax", "tax", "police", "police"):
        await hall.issue(category=category)
    await hall.pin("A001", reason="急事", actor="督查")
    await hall.call_next(2)
    await hall.pass_(2, reason="未到")
    await hall.call_next(2)
    await hall.hold(2)
    await hall.pause_window(3, reason="开会")
    await hall.set_surge(True, reason="人多")
    await hall.people.save(Staff("007", "王芳", (Role.CLERK,)))
    await hall.people.take_post(2, "007")
    return hall


CASES: list[tuple[Any, EventKind]] = [
    (commands.OpenWindow(1, reason=WHY), EventKind.WINDOW_OPENED),
    (commands.ResumeWindow(3, reason=WHY), EventKind.WINDOW_RESUMED),
    (commands.CloseWindow(3, reason=WHY), EventKind.WINDOW_CLOSED),
    (commands.AssignWindow(1, ("police",), reason=WHY), EventKind.WINDOW_ASSIGNED),
    (commands.SetSurge(False, reason=WHY), EventKind.SURGE_ENDED),
    (commands.ReprintTicket("A002", reason=WHY), EventKind.TICKET_REPRINTED),
    (commands.UnpinTicket("A001", reason=WHY), EventKind.TICKET_UNPINNED),
    (commands.RerouteTicket("A002", "police", reason=WHY), EventKind.TICKET_REROUTED),
    (commands.ReinstateTicket("B001", reason=WHY), EventKind.TICKET_REINSTATED),
    (commands.WakeTicket("B002", reason=WHY), EventKind.TICKET_RESUMED),
    (LeavePost(2, "007", reason=WHY), EventKind.POST_LEFT),
]


async def done(hall: Hall, command: Command, kind: EventKind) -> Event:
    """What the journal says of it."""
    before = (await hall.entries(0))[-1].seq
    await hall.do(command, "督查")
    return next(each.event for each in await hall.entries(before) if each.event.kind is kind)


@pytest.mark.parametrize(("command", "kind"), CASES, ids=lambda each: type(each).__name__)
async def test_the_reason_is_in_the_journal(
    clock: FixedClock, command: Any, kind: EventKind
) -> None:
    async with await prepared(clock) as hall:
        assert (await done(hall, command, kind)).data["reason"] == WHY
    async with await prepared(clock) as hall:
        told = (await done(hall, command._replace(reason=" \x1b\n "), kind)).data
        assert "reason" not in told


async def test_only_a_pauses_reason_stays_with_the_window(clock: FixedClock) -> None:
    async with await prepared(clock) as hall:
        assert (await hall.window_view(3)).window.reason == "开会"
        opened = (await hall.do(commands.OpenWindow(1, reason=WHY))).window
        resumed = (await hall.do(commands.ResumeWindow(3, reason=WHY))).window
        assert opened is not None
        assert resumed is not None
        assert (opened.reason, resumed.reason) == (None, None)


async def test_a_call_in_words_names_the_category_that_was_helped(hall: Hall) -> None:
    await hall.open_window(1)
    await hall.issue(category="police")
    await hall.call_next(1)
    names = await hall.supervision.names()
    said = hall.supervision.sentence((await hall.entries(0))[-1], names)
    assert "帮办「公安服务」" in said
