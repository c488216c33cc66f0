"""What a fair queue promises, whatever people do and in whatever order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall, sqlite_hall
from tests.rules.fair_hall import fair_settings
from yichuang.clock import FixedClock
from yichuang.errors import NothingWaiting, QueueRefusal
from yichuang.queue.desk import Done
from yichuang.queue.ports import LastCall, Records
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.window import WindowState

Step = tuple[str, int, int]
"""What is done, and two numbers that choose with whom and where."""

CATEGORIES = ("tax", "police", "social")
NEEDS = ("", "", "", "手语", "英语", "cross_region", "collection")
CLASSES = ("ordinary", "ordinary", "priority")
KINDS = ("free", "kept", "outside")
POLICIES = ('policy = "fifo"', 'policy = "alternating"', 'policy = "accumulating"')
OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Play:
    """A hall at work, told what to do by numbers; what is refused changes nothing."""

    def __init__(self, dispatch: str, hall: Hall | None = None) -> None:
        self.hall = hall or memory_hall(FixedClock(MORNING), fair_settings(dispatch=dispatch))
        assert isinstance(self.hall.clock, FixedClock)
        self.clock = self.hall.clock
        self.touched: set[int] = set()
        """Tickets with which anything was done since their issue."""
        self.refused: Counter[str] = Counter()
        self.called: Ticket | None = None
        """The ticket that the last step called as the next one."""

    async def do(self, step: Step) -> Done:
        """One step; `Done()` when it was refused."""
        kind, one, other = step
        self.called = None
        try:
            done: Done = await getattr(self, kind)(one, other)
        except QueueRefusal as error:
            self.refused[error.code] += 1
            return Done()
        if done.ticket is not None and kind != "issue":
            if kind == "call_next":
                self.called = done.ticket
            else:
                self.touched.add(done.ticket.id)
        return done

    # --- what is done -------------------------------------------------------------------------

    async def issue(self, one: int, other: int) -> Done:
        category = CATEGORIES[one % 3]
        route = tuple(each for each in CATEGORIES[: other % 3] if each != category)
        return await self.hall.issue(
            category=category,
            priority_class=CLASSES[other % 3],
            need=NEEDS[(one + other) % 7],
            window=self._window(other) if one % 9 == 0 else None,
            route=route if one % 4 == 0 else (),
        )

    async def open(self, one: int, other: int) -> Done:
        return await self.hall.open_window(self._window(one))

    async def close(self, one: int, other: int) -> Done:
        return await self.hall.close_window(self._window(one))

    async def pause(self, one: int, other: int) -> Done:
        return await self.hall.pause_window(self._window(one), reason="用餐")

    async def go_on(self, one: int, other: int) -> Done:
        return await self.hall.resume_window(self._window(one))

    async def assign(self, one: int, other: int) -> Done:
        chosen = [each for bit, each in enumerate(CATEGORIES) if other >> bit & 1]
        helps = [each for bit, each in enumerate(CATEGORIES) if other >> (bit + 3) & 1]
        back = other % 5 == 0
        own = None if back else chosen
        return await self.hall.assign_window(self._window(one), categories=own, helps=helps)

    async def surge(self, one: int, other: int) -> Done:
        return await self.hall.set_surge(one % 2 == 0, reason="年审")

    async def call_next(self, one: int, other: int) -> Done:
        return await self.hall.call_next(self._window(one))

    async def serve(self, one: int, other: int) -> Done:
        window = self._window(one)
        await self.hall.start(window)
        return await self.hall.finish(window)

    async def start(self, one: int, other: int) -> Done:
        return await self.hall.start(self._window(one))

    async def pass_over(self, one: int, other: int) -> Done:
        return await self.hall.pass_(self._window(one), reason="未到")

    async def hold(self, one: int, other: int) -> Done:
        return await self.hall.hold(self._window(one), kind=KINDS[other % 3])

    async def transfer(self, one: int, other: int) -> Done:
        back = other % 2 == 0
        if other % 3 == 0:
            return await self.hall.transfer(
                self._window(one), to_window=self._window(other), and_back=back
            )
        category = CATEGORIES[other % 3]
        return await self.hall.transfer(self._window(one), to_category=category, and_back=back)

    async def undo(self, one: int, other: int) -> Done:
        return await self.hall.undo(self._window(one))

    async def choose(self, one: int, other: int) -> Done:
        return await self.hall.call(self._window(one), await self._number(other))

    async def reinstate(self, one: int, other: int) -> Done:
        return await self.hall.reinstate(await self._number(other, TicketState.PASSED))

    async def take_back(self, one: int, other: int) -> Done:
        number = await self._number(other, TicketState.HELD)
        return await self.hall.resume(self._window(one), number)

    async def wake(self, one: int, other: int) -> Done:
        return await self.hall.wake(await self._number(other, TicketState.HELD))

    async def cancel(self, one: int, other: int) -> Done:
        return await self.hall.cancel(await self._number(other))

    async def pin(self, one: int, other: int) -> Done:
        number = await self._number(other, TicketState.WAITING)
        return await self.hall.pin(number, reason="急事", actor="主任")

    async def unpin(self, one: int, other: int) -> Done:
        return await self.hall.unpin(await self._number(other, TicketState.WAITING))

    async def reroute(self, one: int, other: int) -> Done:
        number = await self._number(other, TicketState.WAITING)
        if one % 2:
            return await self.hall.reroute(number, to_window=self._window(one))
        return await self.hall.reroute(number, to_category=CATEGORIES[one % 3])

    async def wait(self, one: int, other: int) -> Done:
        self.clock.advance(timedelta(seconds=(one + 1) * 20))
        return Done()

    async def jump(self, one: int, other: int) -> Done:
        self.clock.advance(timedelta(hours=one - 20, days=other % 5 - 2))
        return Done()

    def _window(self, number: int) -> int:
        return number % 5 + 1

    async def _number(self, pick: int, state: TicketState | None = None) -> str:
        found = await self.hall.tickets(state)
        return found[pick % len(found)].number if found else "Z999"

    # --- what must hold -----------------------------------------------------------------------

    async def today(self) -> list[Ticket]:
        """Every ticket of the day, the oldest first."""
        on = (await self.hall.overview()).business_date
        found = await self.hall.store.read(lambda records: records.in_state(on, None, None))
        return found[::-1]

    async def audit(self) -> None:
        """Everybody is in exactly one place, and nobody in one where no window would look."""
        await self.hall.store.read(self._audit)

    def _audit(self, records: Records) -> None:
        latest = records.latest()
        if latest is None:
            return
        tickets = records.in_state(latest.business_date, None, None)
        counts = records.state_counts(latest.business_date)
        assert sum(counts.values()) == len(tickets) == len({each.number for each in tickets})
        duties = self.hall.rules.duties(records.windows(), None)
        closed = {
            number for number in range(1, 6) if records.window(number).state is WindowState.CLOSED
        }
        for ticket in tickets:
            if ticket.state is TicketState.WAITING:
                assert ticket.target_window not in closed
                assert any(duty.may_call(ticket.category, ticket.need) for duty in duties)
            else:
                assert ticket.target_window is None or ticket.state in AT_WINDOW
        at_windows = {each.id: each.window for each in tickets if each.state in AT_WINDOW}
        assert at_windows == {each.id: each.window for each in records.active()}
        assert len(set(at_windows.values())) == len(at_windows)
        assert not closed & set(at_windows.values())

    async def drain(self) -> None:
        """All windows work until nobody waits: who waits can be called by somebody."""
        for window in range(1, 6):
            for step in ("serve", "go_on", "open"):
                await self.do((step, window - 1, 0))
            await self.do(("hold", window - 1, 0))
        before = -1
        while before != (before := await self._served_by_all()):
            pass
        assert [each for each in await self.today() if each.state is TicketState.WAITING] == []

    async def _served_by_all(self) -> int:
        for window in range(5):
            await self.do(("call_next", window, 0))
            await self.do(("serve", window, 0))
        return sum(each.state is TicketState.FINISHED for each in await self.today()) + len(
            await self.hall.entries(0, 100_000)
        )


AT_WINDOW = (TicketState.CALLED, TicketState.SERVING)
WORK = ["call_next"] * 5 + ["serve"] * 4 + ["pass_over", "hold", "transfer", "start"]
PEOPLE = ["issue"] * 5 + ["reinstate", "wake", "take_back", "cancel", "pin", "unpin", "reroute"]
DUTY = ["open", "close", "pause", "go_on", "assign", "surge"]
REST = ["undo", "choose", "wait"]
NUMBERS = st.integers(0, 39)
ANYTHING = st.lists(
    st.tuples(st.sampled_from(WORK + PEOPLE + DUTY + REST), NUMBERS, NUMBERS),
    min_size=30,
    max_size=90,
)
BEGIN: list[Step] = [("open", window, 0) for window in range(5)]
BEGIN += [("issue", one, one) for one in range(8)]


def _run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(_awaited(work))


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


@OFTEN
@given(ANYTHING, st.sampled_from(POLICIES))
def test_nobody_is_lost(steps: list[Step], dispatch: str) -> None:
    """Re-assignment, surge, pause, closing, transfer and hold at any moment; then all who wait are served."""

    async def work() -> None:
        play = Play(dispatch)
        issued = 0
        for step in [*BEGIN, *steps]:
            done = await play.do(step)
            issued += step[0] == "issue" and done.ticket is not None
            await play.audit()
            assert len(await play.today()) == issued
        await play.drain()
        await play.audit()

    _run(work)


@OFTEN
@given(ANYTHING, st.sampled_from(POLICIES))
def test_order_inside_a_line_is_never_broken(steps: list[Step], dispatch: str) -> None:
    """Who did nothing but wait is never overtaken by another of the same line who did nothing else."""

    async def work() -> None:
        play = Play(dispatch)
        for step in [*BEGIN, *steps]:
            before = {each.id: each for each in await play.today()}
            await play.do(step)
            if play.called is None or play.called.id in play.touched:
                continue
            called = before[play.called.id]
            play.touched.add(called.id)
            for each in before.values():
                if _line(each) == _line(called) and each.id not in play.touched:
                    assert each.id > called.id, (each.number, called.number)

    _run(work)


def _line(ticket: Ticket) -> tuple[object, ...]:
    return (
        ticket.state,
        ticket.category,
        ticket.priority_class,
        ticket.need,
        ticket.target_window,
    )


BY_TURNS = st.lists(
    st.tuples(
        st.sampled_from(
            ["issue"] * 4 + ["call_next"] * 5 + ["serve"] * 4 + ["hold", "wake", "take_back", "pin"]
        ),
        NUMBERS,
        NUMBERS,
    ),
    min_size=30,
    max_size=90,
)


@OFTEN
@given(BY_TURNS, st.integers(1, 3))
def test_no_ordinary_head_sees_more_than_n_go_before(steps: list[Step], front_calls: int) -> None:
    """Under `alternating`, at its window, any mix of pins, transfers and returns counted."""

    async def work() -> None:
        play = Play(f'policy = "alternating"\nfront_calls = {front_calls}')
        ahead: Counter[int] = Counter()
        for step in [*BEGIN, *steps]:
            heads = await _ordinary_heads(play.hall, step[1] % 5 + 1)
            await play.do(step)
            if play.called is None or play.called.window is None:
                continue
            window = play.called.window
            is_front = play.called.priority_class is not PriorityClass.ORDINARY
            ahead[window] = ahead[window] + 1 if is_front and heads else 0
            assert ahead[window] <= front_calls

    _run(work)


async def _ordinary_heads(hall: Hall, window: int) -> bool:
    """Whether an ordinary ticket waits that the window owns."""
    duty = (await hall.window_view(window)).duty
    return any(
        each.priority_class is PriorityClass.ORDINARY
        and (
            each.target_window == window
            or (
                each.target_window is None and each.category in duty.own and each.need in duty.needs
            )
        )
        for each in await hall.tickets(TicketState.WAITING)
    )


@OFTEN
@given(ANYTHING)
def test_nobody_waits_out_of_proportion(steps: list[Step]) -> None:
    """Under `accumulating` none of its own has gathered more than the called one, but pins and returns."""

    async def work() -> None:
        play = Play('policy = "accumulating"')
        rates = play.hall.settings.dispatch.rates.model_dump()
        for step in [*BEGIN, *steps]:
            window = step[1] % 5 + 1
            view = await play.hall.window_view(window)
            last = await _last_call(play.hall, window)
            waiting = await play.hall.tickets(TicketState.WAITING)
            await play.do(step)
            called = next((e for e in waiting if play.called and e.id == play.called.id), None)
            if called is None or _is_set_apart(called) or view.duty.is_green:
                continue
            now = play.clock.now()
            for each in waiting:
                mine = each.target_window == window or (
                    each.target_window is None
                    and each.category in view.duty.own
                    and each.need in view.duty.needs
                )
                if mine and not (last and last.ticket == each.id):
                    gathered = rates[each.priority_class.value] * (now - each.since)
                    assert gathered <= rates[called.priority_class.value] * (now - called.since)

    _run(work)


async def _last_call(hall: Hall, window: int) -> LastCall | None:
    return await hall.store.read(lambda records: records.last_call(window))


def _is_set_apart(ticket: Ticket) -> bool:
    returns = ticket.priority_class is PriorityClass.TRANSFERRED
    return ticket.priority_class is PriorityClass.PINNED or (
        returns and ticket.target_window is not None
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
async def test_under_saturation_no_class_falls_behind_for_ever(seed: int, share: float) -> None:
    """A third more come than can be served, for days on end: waits grow, and grow together.

    Where heads gather priority 4 and 1 a minute, the longest waits are as 1 to 4, whatever the mix.
    """
    chance = random.Random(seed)
    clock = FixedClock(MORNING)
    hall = memory_hall(clock, fair_settings())
    await hall.open_window(1)
    waits: dict[PriorityClass, list[float]] = defaultdict(list)
    for _each in range(1500):
        for _again in range(1 + (chance.random() < 1 / 3)):
            chosen = "priority" if chance.random() < share else "ordinary"
            await hall.issue(category="tax", priority_class=chosen)
        clock.advance(timedelta(seconds=chance.expovariate(1 / 10)))
        called = (await hall.call_next(1)).ticket
        assert called is not None
        waits[called.priority_class].append((clock.now() - called.since).total_seconds())
        await hall.start(1)
        await hall.finish(1)
    late = {each: found[-len(found) // 4 :] for each, found in waits.items()}
    ordinary, priority = late[PriorityClass.ORDINARY], late[PriorityClass.PRIORITY]
    assert min(len(ordinary), len(priority)) > 20
    ratio = (sum(ordinary) / len(ordinary)) / (sum(priority) / len(priority))
    assert 3.2 <= ratio <= 4.8
    # Nobody in line has waited longer than the last ones called, in proportion.
    head = (await hall.tickets(TicketState.WAITING, 1))[0]
    assert (clock.now() - head.since).total_seconds() <= max(ordinary) * 1.1


@OFTEN
@given(ANYTHING, st.sampled_from(POLICIES), st.booleans())
def test_every_ticket_ends_with_its_day(steps: list[Step], dispatch: str, by_hand: bool) -> None:
    async def work() -> None:
        play = Play(dispatch)
        for step in [*BEGIN, *steps]:
            await play.do(step)
        before = await play.today()
        if by_hand:
            await play.hall.close_day(outage=True, reason="停电", actor="主任")
        play.clock.advance(timedelta(days=1))
        await play.hall.issue(category="tax")
        day = before[0].business_date
        after = await play.hall.store.read(lambda records: records.in_state(day, None, None))
        assert {each.id for each in after} == {each.id for each in before}
        assert not {each.state for each in after} & OPEN
        assert all(each.ended_at is not None and each.hold is None for each in after)
        assert await play.hall.store.read(lambda records: records.active()) == []
        with pytest.raises(NothingWaiting):
            await _open_and_call(play.hall, 2, "police")

    _run(work)


OPEN = {TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD}


async def _open_and_call(hall: Hall, window: int, category: str) -> None:
    """Call at a window that serves one category alone."""
    for each in ("tax", "social", "police"):
        if each != category:
            await hall.assign_window(1, categories=CATEGORIES)
    await hall.assign_window(window, categories=[category])
    state = (await hall.window_view(window)).window.state
    if state is WindowState.CLOSED:
        await hall.open_window(window)
    elif state is WindowState.PAUSED:
        await hall.resume_window(window)
    await hall.set_surge(False)
    await hall.call_next(window)


JUMPY = st.lists(
    st.tuples(st.sampled_from(WORK + PEOPLE + ["jump"] * 8), NUMBERS, NUMBERS),
    min_size=20,
    max_size=60,
)


@OFTEN
@given(JUMPY)
def test_a_business_date_never_goes_back(steps: list[Step]) -> None:
    """Whatever the clock does; and no number is given twice on a date."""

    async def work() -> None:
        play = Play(POLICIES[2])
        numbers: set[tuple[date, str]] = set()
        for step in [*BEGIN, *steps]:
            done = await play.do(step)
            if step[0] == "issue" and done.ticket is not None:
                key = (done.ticket.business_date, done.ticket.number)
                assert key not in numbers
                numbers.add(key)
            await play.audit()
        entries = await play.hall.entries(0, 100_000)
        dates = [each.business_date for each in entries]
        assert dates == sorted(dates)
        assert [each.seq for each in entries] == list(range(1, len(entries) + 1))

    _run(work)


@pytest.mark.parametrize("seed", range(4))
async def test_both_stores_play_alike(tmp_path: Path, seed: int) -> None:
    """The same steps leave the same journal, hash by hash, and are refused alike."""
    dispatch = POLICIES[seed % 3]
    chance = random.Random(seed)
    kinds = WORK * 2 + PEOPLE * 2 + DUTY + REST + ["open", "go_on", "jump"]
    steps = [*BEGIN]
    steps += [
        (chance.choice(kinds), chance.randrange(40), chance.randrange(40)) for _ in range(300)
    ]
    settings = fair_settings(dispatch=dispatch)
    plays = [
        Play(dispatch),
        Play(dispatch, await sqlite_hall(tmp_path, FixedClock(MORNING), settings)),
    ]
    told = []
    for play in plays:
        async with play.hall:
            for step in steps:
                await play.do(step)
            entries = await play.hall.entries(0, 100_000)
            tickets = await play.today()
            views = [await play.hall.window_view(window) for window in range(1, 6)]
            lines = await play.hall.lines()
            told.append(([each.hash for each in entries], tickets, views, lines, play.refused))
    for one, other in zip(*told, strict=True):
        assert one == other
    assert len(told[0][0]) > 120


def test_the_play_does_what_it_says() -> None:
    """No step is refused always, so that the properties above mean something."""

    async def work() -> None:
        done: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        chance = random.Random(7)
        kinds = sorted({*WORK, *PEOPLE, *DUTY, *REST})
        for _each in range(30):
            play = Play(POLICIES[chance.randrange(3)])
            steps: list[Any] = [*BEGIN]
            steps += [
                (
                    chance.choice(WORK + PEOPLE + DUTY + REST),
                    chance.randrange(40),
                    chance.randrange(40),
                )
                for _again in range(60)
            ]
            for step in steps:
                before = sum(play.refused.values())
                await play.do(step)
                (refused if sum(play.refused.values()) > before else done)[step[0]] += 1
        assert [kind for kind in kinds if not done[kind]] == []

    _run(work)
