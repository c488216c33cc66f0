"""The roll against the engine itself, and what a forecast says in each state of a hall."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, PRINTER, memory_hall, small_settings
from yichuang.clock import FixedClock
from yichuang.config import DispatchSettings, Settings, parse_settings
from yichuang.errors import InvalidHall, NothingWaiting
from yichuang.foresight.rehearsal import with_policy
from yichuang.profile import hall_toml
from yichuang.queue.dispatch import (
    DispatchPolicy,
    Duty,
    Head,
    Turn,
    contenders,
    policy_for,
)
from yichuang.queue.dispatch.head import Choice
from yichuang.queue.event import EventKind
from yichuang.queue.forecast import foretelling
from yichuang.queue.forecast.forecast import Curve, Forecast, foresee
from yichuang.queue.forecast.learning import GRID, Learnt, Stay, learn
from yichuang.queue.forecast.roll import runs_for
from yichuang.queue.forecast.sight import LIMIT, see
from yichuang.queue.forecast.swift import Asking, Guest, as_head, helped, pick_for
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.queue.wait import Wait

POLICIES = ("fifo", "alternating", "accumulating")
ORDINARY, PRIORITY = PriorityClass.ORDINARY, PriorityClass.PRIORITY
MINUTE = 60.0
FIVE = 5 * MINUTE
NOBODY = [0.0] * 96
"""A pattern of the day in which nobody comes."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets that wait for their forecast, however busy this machine is."""
    monkeypatch.setattr(foretelling, "PATIENCE", 60.0)


def certain(settings: Settings, seconds: float = FIVE) -> Learnt:
    """Everything takes just so long, and nobody comes."""
    stay = Stay(seconds, [1.0] * GRID, 0.0)
    codes = [each.code for each in settings.category]
    return Learnt(1, dict.fromkeys(codes, stay), {}, {}, doubt=0.0, pattern=NOBODY)


def unlearnt(settings: Settings) -> Learnt:
    """What a new hall supposes."""
    return learn(settings.forecast, [each.code for each in settings.category], settings.zone, [])


async def foreseen(hall: Hall, learnt: Learnt | None = None) -> Forecast:
    """The hall of this moment, as if so much had been learnt."""
    known = learnt or certain(hall.settings)
    now = hall.clock.now()
    sight = await hall.store.read(lambda records: see(records, hall.rules, now))
    return foresee(sight, hall.rules, known)


async def issued(hall: Hall, category: str = "tax", **asked: Any) -> Ticket:
    """A new ticket."""
    done = await hall.issue(category=category, **asked)
    assert done.ticket is not None
    return done.ticket


# --- the roll and the engine ------------------------------------------------------------------


def town(policy: str) -> Settings:
    """Eight windows which help each other."""
    return with_policy(parse_settings(hall_toml("hall", "town"), Path("hall.toml")), policy)


async def crowded(settings: Settings, seed: int) -> tuple[Hall, FixedClock]:
    """A hall whose windows have somebody, and forty waiting, of both classes."""
    clock, random = FixedClock(MORNING), Random(seed)
    hall = memory_hall(clock, settings)
    codes = [each.code for each in settings.category]
    for window in settings.window:
        await hall.open_window(window.number)
    for place in range(48):
        clock.advance(timedelta(seconds=random.randrange(1, 60)))
        priority_class = "priority" if random.random() < 0.25 else "ordinary"
        category = random.choices(codes, [5, 1, 2, 1, 3, 1])[0]
        directed = random.randrange(1, 9) if random.random() < 0.1 else None
        await hall.issue(category=category, priority_class=priority_class, window=directed)
        if place in (10, 20, 30):
            await _call(hall, random.randrange(1, 9))
    for window in settings.window:
        await _call(hall, window.number)
    return hall, clock


async def _call(hall: Hall, window: int) -> bool:
    view = await hall.window_view(window)
    if view.ticket is not None:
        return False
    try:
        await hall.call_next(window)
    except NothingWaiting:
        return False
    return True


async def played(hall: Hall, clock: FixedClock, seconds: float) -> dict[int, float]:
    """When the real engine calls each waiting ticket, if each visit takes so many seconds."""
    start = clock.now()
    free = []
    for window in hall.settings.window:
        ticket = (await hall.window_view(window.number)).ticket
        lasted = (start - ticket.called_at).total_seconds() if ticket and ticket.called_at else 0.0
        free.append((max(seconds - lasted, 0.0) if ticket else 0.0, window.number))
    heapq.heapify(free)
    called: dict[int, float] = {}
    while free:
        at, window_number = heapq.heappop(free)
        clock.at = start + timedelta(seconds=at)
        view = await hall.window_view(window_number)
        if view.ticket is not None:
            await hall.start(window_number)
            await hall.finish(window_number)
        if await _call(hall, window_number):
            ticket = (await hall.window_view(window_number)).ticket
            assert ticket is not None
            called[ticket.id] = at
            heapq.heappush(free, (at + seconds + 1e-6, window_number))
    return called


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_roll_calls_whom_the_engine_calls(policy: str, seed: int) -> None:
    settings = town(policy)
    hall, clock = await crowded(settings, seed)
    forecast = await foreseen(hall, certain(settings, 3600.0))
    true = await played(hall, clock, 3600.0)
    assert len(true) == forecast.waiting > 30
    told = {ticket: wait.median for ticket, wait in forecast.waits.items()}
    assert told == pytest.approx(true, abs=1e-3)


_CODES = ("own", "help", "other")


@st.composite
def guests(draw: st.DrawFn) -> list[Guest]:
    """Heads of lines: one of each line at most, their places all different."""
    lines = draw(
        st.lists(
            st.tuples(st.sampled_from(_CODES), st.sampled_from(list(PriorityClass)), st.booleans()),
            min_size=2,
            max_size=9,
            unique=True,
        )
    )
    return [
        Guest(
            since=float(draw(st.integers(-5, 3))) * 300,
            order=draw(st.integers(1, 4)),
            entry=place,
            rank=priority_class.rank,
            place=place,
            category=code,
            target=7 if is_directed else None,
            stays=(),
        )
        for place, (code, priority_class, is_directed) in enumerate(lines)
    ]


class LastCome:
    """A policy of somebody's own."""

    looks_back = 0

    def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
        """Whoever came last."""
        return Choice(max(heads, key=lambda head: (head.since, head.line_order, head.line_entry)))


@given(
    heads=guests(),
    policy=st.sampled_from([*POLICIES, "own"]),
    recent=st.lists(st.sampled_from(list(PriorityClass)), max_size=2),
    is_green=st.booleans(),
    now=st.integers(0, 3),
)
def test_the_swift_choice_is_that_of_the_policy(
    heads: list[Guest], policy: str, recent: list[PriorityClass], is_green: bool, now: int
) -> None:
    real: DispatchPolicy = LastCome()
    if policy != "own":
        real = policy_for(DispatchSettings.model_validate({"policy": policy}))
    at = MORNING + timedelta(seconds=300 * now)
    asked = [as_head(head, place, MORNING) for place, head in enumerate(heads)]
    recent = recent[: real.looks_back]
    wanted = real.choose(asked, Turn(at, recent, is_green)).head.id
    found = pick_for(real, MORNING)(heads, Asking(300.0 * now, recent, is_green))
    assert heads.index(found) == wanted


@given(
    heads=guests(),
    longest=st.integers(1, 3),
    minutes=st.integers(0, 30),
    lengths=st.fixed_dictionaries({code: st.integers(0, 4) for code in _CODES}),
    now=st.integers(0, 3),
)
def test_the_swift_help_is_that_of_the_rule(
    heads: list[Guest], longest: int, minutes: int, lengths: dict[str, int], now: int
) -> None:
    settings = DispatchSettings(help_longer_than=longest, help_after_minutes=minutes)
    duty = Duty(7, ("own",), ("help", "other"), ("",), ("",))
    own = [head for head in heads if head.target is not None or head.category == "own"]
    rest = [head for head in heads if head not in own]
    if not own or not rest:
        return
    at = MORNING + timedelta(seconds=300 * now)
    asked = [as_head(head, head.place, MORNING) for head in heads]
    wanted, _causes = contenders(asked, duty, at, settings, lambda codes, limit, now: lengths)
    found = own + helped(rest, settings, 300.0 * now, lengths)
    assert {head.place for head in found} == {head.id for head in wanted}


# --- what is told -----------------------------------------------------------------------------


async def test_nobody_waits_where_a_window_is_free(hall: Hall) -> None:
    await hall.open_window(1)
    forecast = await foreseen(hall)
    assert forecast.line("tax") == Wait(0.0, 0.0)
    assert forecast.newcomer("police", PRIORITY) == Wait(0.0, 0.0)
    assert forecast.line("unserved") is None
    assert forecast.newcomer("tax", need="手语") is None


async def test_a_line_takes_its_time(hall: Hall) -> None:
    await hall.open_window(1)
    for _each in range(4):
        await issued(hall)
    green = await issued(hall, priority_class="priority")
    forecast = await foreseen(hall)
    assert forecast.waiting == 5
    assert forecast.waits[green.id].median == 0.0, "all came at once, the front class goes first"
    assert forecast.waits[4].median == pytest.approx(4 * FIVE, abs=0.01)
    told = forecast.line("tax")
    assert told is not None
    assert told.median == pytest.approx(5 * FIVE, abs=0.01)
    assert told.high == pytest.approx(told.median), "nothing is uncertain here"


async def test_what_is_uncertain_is_told_wider(hall: Hall) -> None:
    await hall.open_window(1)
    for _each in range(8):
        await issued(hall)
    told = (await foreseen(hall, unlearnt(hall.settings))).line("tax")
    assert told is not None
    assert 8 * 7 * MINUTE < told.median < 8 * 9 * MINUTE
    assert 1.3 * told.median < told.high < 2.5 * told.median


async def test_the_visitor_at_the_window_is_nearly_done(hall: Hall, clock: FixedClock) -> None:
    await hall.open_window(1)
    await issued(hall)
    await hall.call_next(1)
    clock.advance(timedelta(minutes=4))
    told = (await foreseen(hall)).line("tax")
    assert told is not None
    assert told.median == pytest.approx(MINUTE, abs=0.01)


async def test_the_same_moment_is_told_the_same(hall: Hall) -> None:
    await hall.open_window(3)
    for _each in range(5):
        await issued(hall)
    learnt = unlearnt(hall.settings)
    first, second = await foreseen(hall, learnt), await foreseen(hall, learnt)
    assert first.waits == second.waits
    assert first.line("police") == second.line("police")


async def test_without_an_open_window_nothing_is_told(hall: Hall) -> None:
    """One minute would be a lie while nobody serves; a paused window is back soon."""
    await issued(hall)
    await hall.open_window(2)
    assert (await foreseen(hall)).line("tax") is None
    await hall.open_window(1)
    assert (await foreseen(hall)).line("tax") is not None
    await hall.pause_window(1, reason="用餐")
    assert (await foreseen(hall)).line("tax") is not None


async def test_who_was_left_at_a_window_overnight_delays_nobody(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.open_window(1)
    await issued(hall)
    await hall.call_next(1)
    await hall.start(1)
    clock.advance(timedelta(days=1))
    told = (await foreseen(hall)).line("tax")
    assert told is None or told.median <= FIVE


async def test_a_paused_window_does_not_serve_before_its_next_session(
    hall: Hall, clock: FixedClock
) -> None:
    for window in (1, 3):
        await hall.open_window(window)
    for _each in range(4):
        await issued(hall)
    await hall.pause_window(3, reason="用餐")
    told = (await foreseen(hall)).line("tax")
    assert told is not None
    assert told.median == pytest.approx(4 * FIVE, abs=0.01)
    await hall.resume_window(3)
    both = (await foreseen(hall)).line("tax")
    assert both is not None
    assert both.median == pytest.approx(2 * FIVE, abs=0.01)


async def test_before_the_doors_open_the_wait_is_until_then(hall: Hall, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=-20))
    told = (await foreseen(hall)).line("tax")
    assert told is not None
    assert told.median == pytest.approx(20 * MINUTE)


async def test_at_noon_the_wait_is_until_the_windows_are_back(
    hall: Hall, clock: FixedClock
) -> None:
    for window in (1, 2, 3):
        await hall.open_window(window)
    clock.advance(timedelta(hours=3, minutes=30))
    for window in (1, 2, 3):
        await hall.pause_window(window, reason="用餐")
    told = (await foreseen(hall)).line("tax")
    assert told is not None
    assert told.median == pytest.approx(30 * MINUTE)


async def test_clerks_finish_who_waits_before_they_rest(hall: Hall, clock: FixedClock) -> None:
    await hall.open_window(2)
    clock.advance(timedelta(hours=2, minutes=58))
    tickets = [await issued(hall, "police") for _each in range(3)]
    forecast = await foreseen(hall)
    waits = [forecast.waits[each.id].median for each in tickets]
    assert waits == pytest.approx([0.0, FIVE, 2 * FIVE], abs=0.01)


async def test_a_directed_ticket_waits_for_its_window(hall: Hall) -> None:
    for window in (1, 3):
        await hall.open_window(window)
    await issued(hall)
    await hall.call_next(3)
    directed = await issued(hall, window=3)
    forecast = await foreseen(hall)
    assert forecast.waits[directed.id].median == pytest.approx(FIVE, abs=0.01)
    assert forecast.line("tax") == Wait(0.0, 0.0)


async def test_those_who_will_come_and_overtake_make_the_wait_longer(hall: Hall) -> None:
    await hall.open_window(2)
    for _each in range(6):
        await issued(hall, "police")
    busy = Learnt(
        1,
        certain(hall.settings).categories,
        {},
        {},
        doubt=0.0,
        pattern=[1 / 600] * 96,
        shares={("police", PRIORITY): 1000},
    )
    alone, crowded_out = await foreseen(hall), await foreseen(hall, busy)
    told, later = alone.line("police"), crowded_out.line("police")
    assert told is not None
    assert later is not None
    assert later.median > told.median + FIVE


async def test_a_forecast_some_seconds_old_still_answers(hall: Hall, clock: FixedClock) -> None:
    await hall.open_window(2)
    tickets = [await issued(hall, "police") for _each in range(6)]
    forecast = await foreseen(hall)
    now = clock.now() + timedelta(seconds=20)
    told = forecast.ticket(tickets[2].id, now)
    assert told is not None
    assert told.median == pytest.approx(2 * FIVE - 20, abs=0.01)
    assert forecast.ticket(tickets[0].id, now) == Wait(0.0, 0.0)
    assert forecast.ticket(99, now) is None
    waits = [forecast.newcomer("police", ahead=ahead) for ahead in (0, 3, 6, 8)]
    assert [wait and wait.median for wait in waits] == pytest.approx(
        [0.0, 3 * FIVE, 6 * FIVE, 8 * FIVE], abs=0.1
    )


def test_a_curve_never_falls_and_goes_on() -> None:
    curve = Curve([(2, Wait(120.0, 200.0, 80.0)), (4, Wait(240.0, 480.0, 120.0))], 60.0)
    medians = [curve.at(ahead).median for ahead in range(9)]
    assert medians == sorted(medians)
    assert curve.at(4) == Wait(240.0, 480.0, 120.0)
    assert curve.at(3).high == 340.0
    beyond = curve.at(6)
    assert beyond.median == 360.0
    assert beyond.spread > 120.0
    assert beyond.high - beyond.median == pytest.approx(2 * beyond.spread)
    assert Curve([(0, Wait(0.0, 0.0))], 60.0).at(3).high > 180.0


@pytest.mark.parametrize(("waiting", "runs"), [(0, 24), (52, 24), (53, 18), (300, 6), (LIMIT, 4)])
def test_the_longer_the_line_the_fewer_the_replications(waiting: int, runs: int) -> None:
    assert runs_for(waiting) == runs
    assert runs * (waiting + 60) <= 2700
    assert GRID % runs == 0


async def test_who_waits_behind_the_limit_counts_and_is_told_by_the_slope(hall: Hall) -> None:
    await hall.open_window(2)
    for _each in range(LIMIT + 50):
        await hall.issue(category="police", on_paper=False)
    slow = certain(hall.settings, 30.0)
    forecast = await foreseen(hall, slow)
    assert forecast.waiting == LIMIT + 50
    told = forecast.line("police")
    assert told is not None
    assert told.median == pytest.approx((LIMIT + 50) * 30, rel=0.001)
    first = forecast.newcomer("police", PRIORITY)
    assert first is not None
    assert first.median < 60, "only who is behind in the class counts"


async def test_of_a_crowd_only_those_who_overtake_are_looked_at(hall: Hall) -> None:
    """Where twenty come in the time of one call, the few of the front class still make the wait longer."""
    await hall.open_window(2)
    for _each in range(60):
        await issued(hall, "police")

    def learnt(front: int) -> Learnt:
        shares = {("police", ORDINARY): 10_000, ("police", PRIORITY): front}
        stays = certain(hall.settings).categories
        return Learnt(1, stays, {}, {}, doubt=0.0, pattern=[1 / 15] * 96, shares=shares)

    alone, overtaken = await foreseen(hall, learnt(0)), await foreseen(hall, learnt(200))
    told, later = alone.line("police"), overtaken.line("police")
    assert told is not None
    assert later is not None
    assert told.median == pytest.approx(60 * FIVE, rel=0.02), "nobody ordinary overtakes"
    assert later.median > 1.3 * told.median


# --- telling ----------------------------------------------------------------------------------


async def test_a_ticket_on_paper_is_told_and_the_journal_keeps_what(clock: FixedClock) -> None:
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        for _each in range(3):
            await issued(hall, "police")
        clock.advance(timedelta(seconds=10))
        done = await hall.issue(category="police")
        assert done.expected is not None
        assert done.expected.median > 10 * MINUTE
        (entry,) = await hall.history("B004")
        assert entry.event.kind is EventKind.TICKET_ISSUED
        assert entry.event.data["expected_median"] == round(done.expected.median, 1)
        assert entry.event.data["expected_high"] > entry.event.data["expected_median"]
        assert done.print_job is not None
        job = await hall.print_job(done.print_job)
        assert job is not None
        assert str(done.expected.minutes) in job.document.expected


async def test_without_paper_only_who_asks_is_told(hall: Hall) -> None:
    await hall.open_window(2)
    assert (await hall.issue(category="police")).expected is None
    done = await hall.issue(category="police", is_told=True)
    assert done.expected is not None
    given = Wait(60.0, 90.0)
    assert (await hall.issue(category="police", is_told=True, expected=given)).expected == given


async def test_a_hall_may_tell_nothing(clock: FixedClock) -> None:
    settings = small_settings("[forecast]\nenabled = false\n" + PRINTER)
    async with memory_hall(clock, settings) as hall:
        await hall.open_window(2)
        assert (await hall.issue(category="police", is_told=True)).expected is None
        assert (await hall.forecast()).line("police") is None


async def test_one_forecast_serves_all_for_some_seconds(hall: Hall, clock: FixedClock) -> None:
    await hall.open_window(2)
    first = await hall.forecast()
    await issued(hall, "police")
    assert await hall.forecast() is first
    clock.advance(timedelta(seconds=5))
    second = await hall.forecast()
    assert second is not first
    for _each in range(5):
        await issued(hall, "police")
    third = await hall.forecast()
    assert third is not second, "much has changed"
    assert third.waiting == 6
    clock.advance(timedelta(seconds=-60))
    assert await hall.forecast() is not third, "the clock went back"


async def test_a_forecast_that_fails_stops_no_ticket(
    clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(LastCome):
        def choose(self, heads: Sequence[Head], turn: Turn) -> Choice:
            raise ArithmeticError("broken")

    settings = small_settings(PRINTER)
    async with memory_hall(clock, settings) as hall:
        await hall.open_window(1)
        for _each in range(2):
            await issued(hall, on_paper=False)
            await issued(hall, "police", on_paper=False)
        hall.rules.policy = Broken()
        with caplog.at_level(logging.ERROR):
            done = await hall.issue(category="tax", priority_class="priority")
        assert done.ticket is not None
        assert done.expected is None
        assert "broken" in caplog.text


async def test_who_waits_for_one_window_is_told_nothing(clock: FixedClock) -> None:
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        assert (await hall.issue(category="police", window=2)).expected is None


def test_a_forecast_for_an_unknown_category_is_refused() -> None:
    settings = small_settings("[forecast]\nminutes = 6.5\n[forecast.categories]\ntax = 3\n")
    assert settings.forecast.categories == {"tax": 3.0}
    with pytest.raises(InvalidHall, match="taxi"):
        small_settings("[forecast.categories]\ntaxi = 3\n")


async def test_what_was_told_comes_true_in_the_calibration(clock: FixedClock) -> None:
    """Visitors who wait much longer than told widen what the next ones are told."""
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.open_window(2)
        for _each in range(40):
            await hall.issue(category="police")
        clock.advance(timedelta(hours=12))
        for _each in range(40):
            await hall.call_next(2)
            await hall.start(2)
            await hall.finish(2)
        told = await hall.store.read(lambda records: records.told(1000))
        assert len(told) == 40
        learnt = learn(hall.settings.forecast, ["police"], hall.settings.zone, [], told)
        assert learnt.width > 1.3
