"""What concerns a window: whatever is held not to changes nothing on its screen."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.halls import MORNING, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.errors import QueueRefusal
from yichuang.queue.clerk import ClerkView, view_clerk
from yichuang.queue.concern import concerns_window
from yichuang.queue.event import EventKind
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass

STEPS = 400
CATEGORIES = ("tax", "police", "unserved")
CLASSES = (PriorityClass.ORDINARY, PriorityClass.ORDINARY, PriorityClass.PRIORITY)
MORE = """
[[window]]
number = 4
categories = ["unserved"]

[[window]]
number = 5
categories = ["tax"]
skills = ["手语"]
"""


class Walk:
    """Somebody who does whatever can be done in a hall, at random."""

    def __init__(self, hall: Hall, clock: FixedClock, luck: random.Random) -> None:
        self.hall = hall
        self.clock = clock
        self.luck = luck
        self.windows = sorted(hall.rules.windows)

    async def step(self) -> None:
        """One command, refused or not."""
        hall, luck = self.hall, self.luck
        at = luck.choice(self.windows)
        another = luck.choice(self.windows)
        category = luck.choice(CATEGORIES)
        waiting = await hall.tickets()
        number = luck.choice(waiting).number if waiting else "A001"
        moves: list[Callable[[], Awaitable[object]]] = [
            *[lambda: hall.issue(category=category, priority_class=luck.choice(CLASSES))] * 6,
            lambda: hall.issue(category=category, window=another),
            lambda: hall.issue(category="tax", need="手语"),
            *[lambda: hall.call_next(at)] * 6,
            lambda: hall.call(at, number, reason="赶车"),
            lambda: hall.recall(at),
            *[lambda: hall.start(at)] * 4,
            *[lambda: hall.finish(at)] * 4,
            *[lambda: hall.pass_(at, reason="未到")] * 2,
            lambda: hall.hold(at, kind=luck.choice(("free", "kept", "outside"))),
            lambda: hall.resume(at, number),
            lambda: hall.reinstate(number),
            lambda: hall.transfer(at, to_category=category, and_back=luck.random() < 0.5),
            lambda: hall.transfer(at, to_window=another),
            *[lambda: hall.undo(at)] * 3,
            lambda: hall.cancel(number),
            lambda: hall.pin(number, reason="急"),
            lambda: hall.unpin(number),
            lambda: hall.reroute(number, to_category=category),
            lambda: hall.rate(Grade.SATISFIED, RatingChannel.PAD, window=at),
            lambda: hall.assign_window(at, categories=(category,)),
            lambda: hall.set_surge(luck.random() < 0.5, reason="人多"),
            *[lambda: hall.open_window(at)] * 3,
            lambda: hall.pause_window(at, reason="休息"),
            lambda: hall.resume_window(at),
            lambda: hall.close_window(at),
        ]
        try:
            await luck.choice(moves)()
        except QueueRefusal:
            return

    async def views(self) -> dict[int, ClerkView]:
        """What every clerk would see."""
        views = {each: await self.hall.look(view_clerk, each) for each in self.windows}
        return {window: view._replace(seq=0) for window, view in views.items()}


def _serves(view: ClerkView) -> set[str]:
    return {line.category.code for line in (*view.window.own, *view.window.help)}


@pytest.mark.parametrize("seed", range(6))
async def test_what_does_not_concern_a_window_changes_nothing_there(seed: int) -> None:
    clock = FixedClock(MORNING)
    unheard = 0
    async with memory_hall(clock, small_settings(MORE)) as hall:
        walk = Walk(hall, clock, random.Random(seed))
        for window in walk.windows:
            await hall.open_window(window)
        seq = len(await hall.entries(0))
        for _step in range(STEPS):
            clock.advance(timedelta(seconds=walk.luck.choice((1, 5, 20))))
            before = await walk.views()
            await walk.step()
            entries = await hall.entries(seq)
            seq += len(entries)
            for window, after in (await walk.views()).items():
                serves = _serves(before[window])
                if any(concerns_window(each.event, window, serves) for each in entries):
                    continue
                unheard += bool(entries)
                assert after == before[window], [each.event for each in entries]
    assert unheard > STEPS / 8


async def test_what_is_sent_on_and_called_elsewhere_is_heard_where_it_came_from(
    hall: Hall, clock: FixedClock
) -> None:
    """It is to be undone there no more, though its new line is none of that window's."""
    for window in (1, 2, 3):
        await hall.open_window(window)
    await hall.issue(category="police")
    await hall.call_next(2)
    await hall.start(2)
    await hall.transfer(2, to_category="tax")
    await hall.call_next(1)
    (called,) = await hall.entries((await hall.entries(0))[-2].seq)
    assert called.event.kind is EventKind.TICKET_CALLED
    assert concerns_window(called.event, 2, {"police"})
