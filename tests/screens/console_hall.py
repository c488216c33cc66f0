"""A hall for the console's tests: people at windows, long waits, alerts, a 督办 item, a notice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from textual.pilot import Pilot

from tests.screens.frame import until_seen
from yichuang.clock import FixedClock
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import screen_for

STAFF = (
    Staff("101", "王芳", (Role.CLERK,), department="公安分局", post="综合窗口岗", phone="8765"),
    Staff("102", "李强", (Role.CLERK,), department="税务所", qualified=False),
    Staff("103", "赵敏", (Role.CLERK, Role.GUIDE), department="社保所"),
    Staff("201", "陈主任", (Role.SUPERVISOR,), department="政务办"),
    Staff("202", "周督查", (Role.OBSERVER,), department="政务办"),
)


async def a_supervised_morning(hall: Hall, clock: FixedClock) -> None:
    """Windows in every state, a dissatisfied visitor, waits that are warned of."""
    await hall.people.save(*STAFF, actor="admin")
    for number, badge in ((5, "101"), (6, "103")):
        await hall.people.take_post(number, badge)
    for window in (3, 5, 6, 7):
        await hall.open_window(window, actor="admin")
    await hall.issue(category="police")
    await hall.call_next(6, actor="103")
    await hall.start(6, actor="103")
    clock.advance(timedelta(minutes=6))
    await hall.finish(6, actor="103")
    await hall.rate(Grade.DISSATISFIED, RatingChannel.PAD, window=6)
    await hall.issue(category="legal_affairs")
    clock.advance(timedelta(minutes=14))
    for _each in range(11):
        await hall.issue(category="police")
    await hall.issue(category="police", priority_class="priority")
    await hall.issue(category="tax")
    await hall.call_next(5, actor="101")
    await hall.call_next(6, actor="103")
    clock.advance(timedelta(minutes=16))
    await hall.start(6, actor="103")
    clock.advance(timedelta(minutes=4))
    await hall.pause_window(7, reason="设备故障", actor="admin")
    await hall.issue(category="social_affairs")
    await hall.supervision.watch()
    deadline = clock.now() + timedelta(hours=3)
    await hall.supervision.open_item("打印机报修", owner="103", deadline=deadline, actor="201")
    await hall.supervision.broadcast(
        "办事人多，请耐心等候", minutes=30, reason="等候人多", actor="201"
    )


@asynccontextmanager
async def console(
    hall: Hall,
    size: tuple[int, int] = (80, 24),
    *,
    badge: str = "",
    theme: str = "default",
    language: str = "zh_CN",
) -> AsyncIterator[Pilot[Restart]]:
    """The console, up and loaded; in the hands of whoever has that badge number, else of the host."""
    mine = hall.acting(Actor(ActorKind.STAFF, badge, "10.0.0.9")) if badge else hall
    app = HallApp(
        mine,
        lambda place, window: screen_for(mine, place, window),
        "overview",
        theme=theme,
        language=language,
    )
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "2026-03-02")
        await pilot.pause()
        yield pilot


async def press_until(pilot: Pilot[Restart], key: str, text: str) -> list[str]:
    """Press a key and wait for what it brings."""
    await pilot.press(key)
    return await until_seen(pilot, text)
