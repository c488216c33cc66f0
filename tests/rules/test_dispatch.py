"""Who is next."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall, sqlite_hall
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.config import WindowSettings
from yichuang.errors import NothingWaiting
from yichuang.queue.dispatch import CallRule, StrictOrder
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.store.sqlite import SqliteMemory, SqliteStore

WINDOW = WindowSettings(number=1, categories=("tax", "police"), helps=("help",))


def _head(
    place: int, category: str = "tax", *, is_priority: bool = False, target: int | None = None
) -> Ticket:
    return Ticket(
        id=place,
        number=f"A{place:03d}",
        category=category,
        priority_class=PriorityClass.PRIORITY if is_priority else PriorityClass.ORDINARY,
        state=TicketState.WAITING,
        business_date=date(2026, 3, 2),
        serial=place,
        issued_at=MORNING,
        line_order=place,
        line_entry=place,
        target_window=target,
    )


@pytest.mark.parametrize(
    ("heads", "chosen", "rule"),
    [
        ([_head(5), _head(2, "police")], 2, CallRule.OWN),
        ([_head(5), _head(2, "help")], 5, CallRule.OWN),
        ([_head(9, "help"), _head(7, "help", is_priority=True)], 7, CallRule.HELP),
        ([_head(1), _head(9, "police", is_priority=True)], 9, CallRule.OWN),
        ([_head(9), _head(1, "help", is_priority=True)], 9, CallRule.OWN),
        ([_head(1, is_priority=True), _head(9, "far", target=1)], 9, CallRule.DIRECTED),
        ([_head(4), _head(5)._replace(line_order=4, line_entry=3)], 5, CallRule.OWN),
    ],
)
def test_strict_order(heads: list[Ticket], chosen: int, rule: CallRule) -> None:
    for order in (heads, heads[::-1]):
        choice = StrictOrder().choose(order, WINDOW, MORNING)
        assert choice is not None
        assert (choice.head.id, choice.rule) == (chosen, rule)


def test_nobody_waits() -> None:
    assert StrictOrder().choose([], WINDOW, MORNING) is None


@pytest.mark.usefixtures("open_windows")
async def test_a_call_keeps_why(hall: Hall, issue: Issue) -> None:
    """A05: own line, help line, out of order by the clerk, meant for this window."""
    await issue("tax", 3)
    await issue("police", 1)

    async def called(window: int, number: str | None = None) -> tuple[str, str]:
        done = await (hall.call(window, number) if number else hall.call_next(window))
        assert done.ticket is not None
        step = (await hall.history(done.ticket.number))[-1]
        assert step.event.kind is EventKind.TICKET_CALLED
        return done.ticket.number, step.event.data["rule"]

    assert await called(1, "A003") == ("A003", "chosen")
    await hall.transfer(1, to_window=3)
    assert await called(3) == ("A003", "directed")
    assert await called(1) == ("A001", "own")
    await hall.hold(1)
    assert await called(1) == ("A002", "own")
    await hall.hold(1)
    assert await called(1) == ("B001", "help")
    with pytest.raises(NothingWaiting):
        await called(2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("issue"), st.sampled_from(["tax", "police"]), st.booleans()),
            st.tuples(st.just("call"), st.integers(1, 3), st.just(False)),
        ),
        max_size=60,
    )
)
def test_order_inside_a_line_is_never_broken(steps: list[tuple[str, str | int, bool]]) -> None:
    """Whatever comes between: calls of one (category, class) are in the order of issue."""
    asyncio.run(_run(steps))


async def _run(steps: list[tuple[str, str | int, bool]]) -> None:
    hall = memory_hall(FixedClock(MORNING))
    for window in (1, 2, 3):
        await hall.open_window(window)
    waiting: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for kind, what, is_priority in steps:
        if kind == "issue":
            chosen = "priority" if is_priority else "ordinary"
            done = await hall.issue(category=str(what), priority_class=chosen)
            assert done.ticket is not None
            waiting[(str(what), is_priority)].append(done.ticket.number)
            continue
        try:
            done = await hall.call_next(int(what))
        except NothingWaiting:
            served = {1: ("tax", "police"), 2: ("police",), 3: ("tax", "police")}[int(what)]
            assert not any(waiting[(each, front)] for each in served for front in (True, False))
            continue
        assert done.ticket is not None
        line = (done.ticket.category, done.ticket.priority_class is PriorityClass.PRIORITY)
        assert waiting[line].pop(0) == done.ticket.number
        await hall.start(int(what))
        await hall.finish(int(what))


async def test_choosing_costs_the_same_with_ten_and_with_thousands(
    tmp_path: Path, clock: FixedClock
) -> None:
    """Counted in steps of SQLite's own machine, not in time."""
    async with await sqlite_hall(tmp_path, clock) as hall:
        await _issue(hall, 10)
        few = await _steps_of_heads(hall)
        await _issue(hall, 3000)
        assert await _steps_of_heads(hall) == few


async def _issue(hall: Hall, count: int) -> None:
    for index in range(count):
        await hall.issue(category=("tax", "police")[index % 2])


async def _steps_of_heads(hall: Hall) -> int:
    assert isinstance(hall.store, SqliteStore)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    reader = hall.store._reader
    await reader.set_progress_handler(count, 1)
    heads = await reader.read(lambda each: SqliteMemory(each).heads(1, ["tax", "police"]))
    await reader.set_progress_handler(lambda: 0, 0)
    assert len(heads) == 2
    return steps
