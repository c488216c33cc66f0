"""Simulated days through the real engine, and the command that shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean
from unicodedata import east_asian_width

import pytest

from tests.integration.command import yichuang
from yichuang.bootstrap import rehearsal_hall
from yichuang.config import Level, Settings, parse_settings
from yichuang.foresight.clock import VirtualClock
from yichuang.foresight.crowd import CROWDS, HOUR, MINUTE
from yichuang.foresight.day import DayDone, SimulatedDay
from yichuang.foresight.rehearsal import (
    FIRST_DAY,
    Plan,
    midnight,
    rehearse,
    with_policy,
    with_windows,
)
from yichuang.foresight.visitors import NEVER, Visitor, draw_visitors
from yichuang.profile import CATEGORIES, hall_toml
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, TicketState

POLICIES = ("fifo", "alternating", "accumulating")

NINE = 9 * HOUR


def settings_of(level: Level = "town") -> Settings:
    """What a new hall of the level has."""
    return parse_settings(hall_toml("hall", level), Path("hall.toml"))


async def played(visitors: list[Visitor], settings: Settings) -> tuple[DayDone, Hall]:
    """A day of these visitors, and the hall as it was left."""
    clock = VirtualClock(midnight(settings, FIRST_DAY))
    hall = rehearsal_hall(settings, clock)
    return await SimulatedDay(hall, clock, visitors).play(), hall


def at_nine(minutes: float, service: float = 5 * MINUTE, category: str = "tax") -> Visitor:
    """An ordinary visitor who comes some minutes after nine."""
    return Visitor(NINE + minutes * MINUTE, category, PriorityClass.ORDINARY, service)


async def test_the_clock_only_runs_on() -> None:
    clock = VirtualClock(midnight(settings_of(), FIRST_DAY))
    start = clock.now()
    clock.move_to(90.5)
    assert (clock.now() - start).total_seconds() == 90.5
    with pytest.raises(ValueError, match="runs on"):
        clock.move_to(90.0)


async def test_a_day_by_hand() -> None:
    """One window, three people: the second waits for the first, the third is there before nine."""
    people = [at_nine(-5), at_nine(1), at_nine(2, 10 * MINUTE)]
    done, hall = await played(people, settings_of("village"))
    assert [visit.wait for visit in done.visits] == [5 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert (done.finished, done.left, done.peak) == (3, 0, 2)
    assert [entry.event.kind.value for entry in await hall.history("D002")] == [
        "TicketIssued", "TicketCalled", "TicketStarted", "TicketFinished",
    ]  # fmt: skip


async def test_who_does_not_come_is_called_again_passed_and_may_return() -> None:
    gone = at_nine(0)._replace(comes_at=NEVER)
    back = at_nine(1)._replace(comes_at=NEVER, returns=True, away=3 * MINUTE)
    late = at_nine(2)._replace(comes_at=3, walk=10.0)
    done, hall = await played([gone, back, late], settings_of("village"))
    tickets = [await hall.ticket(visit.number) for visit in done.visits]
    assert [each.state for each in tickets] == [
        TicketState.PASSED, TicketState.FINISHED, TicketState.FINISHED,
    ]  # fmt: skip
    missed = hall.settings.missed
    assert [each.calls for each in tickets] == [missed.calls, missed.calls + 1, 3]
    assert (done.passed, done.finished, done.missed) == (2, 2, 1)
    # The window calls the first one three times and waits once more: a minute, as the second one comes.
    assert done.visits[1].wait == missed.calls * missed.gap_seconds - MINUTE


async def test_holds_and_transfers_come_to_their_end() -> None:
    held = at_nine(0)._replace(held_after=0.5, away=4 * MINUTE)
    sent = at_nine(1)._replace(sent_to="police", second_service=2 * MINUTE)
    done, hall = await played([held, sent, at_nine(2)], settings_of("town"))
    assert (done.finished, done.held, done.transferred, done.left) == (3, 1, 1, 0)
    kinds = [entry.event.kind.value for entry in await hall.history("D001")]
    assert kinds[3:6] == ["TicketHeld", "TicketResumed", "TicketCalled"]
    assert (await hall.ticket("D002")).category == "police"


async def test_an_appointment_waits_from_its_slot_on() -> None:
    early = at_nine(2)._replace(priority_class=PriorityClass.APPOINTMENT, slot=NINE + 30 * MINUTE)
    late = at_nine(63)._replace(priority_class=PriorityClass.APPOINTMENT, slot=NINE + HOUR)
    people = [early, at_nine(3), at_nine(62, 7 * MINUTE), late]
    done, hall = await played(people, settings_of("village"))
    assert [visit.wait for visit in done.visits] == [0.0, 0.0, 0.0, 6 * MINUTE]
    ticket = await hall.ticket(done.visits[0].number)
    start = midnight(hall.settings, FIRST_DAY)
    assert ticket.called_at == start + timedelta(seconds=NINE + 30 * MINUTE)
    assert ticket.priority_class is PriorityClass.APPOINTMENT


async def test_the_windows_rest_at_noon_and_go_home() -> None:
    """Who has a number is served into the break; who comes in it waits until one o'clock."""
    people = [at_nine(175, 20 * MINUTE), at_nine(178), at_nine(210)]
    done, hall = await played(people, settings_of("village"))
    assert [visit.wait for visit in done.visits] == [0.0, 17 * MINUTE, 30 * MINUTE]
    kinds = [entry.event.kind.value for entry in await hall.entries(0)]
    assert [kind for kind in kinds if kind.startswith("Window")] == [
        "WindowOpened", "WindowPaused", "WindowResumed", "WindowClosed",
    ]  # fmt: skip


async def test_the_doors_are_shut_at_night() -> None:
    """More than a day's work: what is left is told, and the loop ends."""
    people = [at_nine(each, 2 * HOUR) for each in range(12)]
    done, _hall = await played(people, settings_of("village"))
    assert done.left == 12 - done.finished > 0


@pytest.mark.parametrize("level", CROWDS)
async def test_a_day_of_each_level_leaves_nobody(level: Level) -> None:
    settings = settings_of(level)
    visitors = draw_visitors(CROWDS[level], min(CROWDS[level].visitors, 400), 5)
    done, hall = await played(visitors, settings)
    assert done.left == 0
    states = [ticket.state for ticket in await hall.tickets(None, 1000)]
    assert len(states) == len(visitors) == len(done.visits)
    assert set(states) <= {TicketState.FINISHED, TicketState.PASSED, TicketState.VOID}
    assert states.count(TicketState.FINISHED) == done.finished
    assert len(await hall.entries(0, 100_000)) == done.commands


def test_the_same_seed_the_same_people() -> None:
    crowd = CROWDS["town"]
    once, again = draw_visitors(crowd, 500, 1), draw_visitors(crowd, 500, 1)
    assert once == again
    assert draw_visitors(crowd, 500, 2) != once


def test_a_share_that_changes_leaves_all_else_as_it_was() -> None:
    """Common random numbers: one purpose, one stream."""
    crowd = CROWDS["town"]
    habits = replace(crowd.habits, hold=0.5, transfer=0.0)
    once = draw_visitors(crowd, 300, 1)
    other = draw_visitors(replace(crowd, habits=habits), 300, 1)
    assert [each._replace(held_after=None, sent_to=None) for each in once] == [
        each._replace(held_after=None, sent_to=None) for each in other
    ]
    assert sum(each.held_after is not None for each in other) > 100
    slower = draw_visitors(crowd, 300, 1, pace=2.0)
    assert [each.service for each in slower] == [2 * each.service for each in once]


def test_visitors_are_as_the_profile_says() -> None:
    crowd = CROWDS["city"]
    visitors = draw_visitors(crowd, 20_000, 3)
    assert visitors == sorted(visitors, key=lambda visitor: visitor.arrives)
    shares = dict.fromkeys(crowd.business, 0)
    for visitor in visitors:
        shares[visitor.category] += 1
    for code, business in crowd.business.items():
        assert shares[code] / 20_000 == pytest.approx(business.share, abs=0.02)
        times = [visitor.service for visitor in visitors if visitor.category == code]
        assert fmean(times) == pytest.approx(business.mean, rel=0.06)
    slots = {visitor.slot for visitor in visitors} - {None}
    assert slots == {(9 + half / 2) * HOUR for half in (*range(6), *range(8, 16))}
    rush = sum(9.5 <= each.arrives / HOUR < 10.5 for each in visitors)
    quiet = sum(11.5 <= each.arrives / HOUR < 12.5 for each in visitors)
    assert rush > 4 * quiet
    assert all(8.75 <= each.arrives / HOUR < 16.9 for each in visitors)
    seen = [visitor.comes_at == NEVER for visitor in visitors]
    assert fmean(seen) == pytest.approx(crowd.habits.no_show, abs=0.01)


async def test_policies_meet_the_same_people_and_treat_them_differently() -> None:
    settings = settings_of("town")
    plan = Plan(settings, CROWDS["town"], 420, seed=4, days=2)
    told: list[float] = []
    rehearsed = [await rehearse(plan, each, rehearsal_hall, told.append) for each in POLICIES]
    people = [
        sorted((visit.visitor for visit in done.days[1].visits), key=lambda each: each.arrives)
        for done in rehearsed
    ]
    assert people[0] == people[1] == people[2]
    assert told[-1] == 1.0
    assert [told.count(1.0), told.count(0.5)] == [3, 3 * 2]
    again = await rehearse(plan, "fifo", rehearsal_hall)
    assert again.as_json(settings.category) == rehearsed[0].as_json(settings.category)
    priority = [done.by_class[PriorityClass.PRIORITY].mean for done in rehearsed]
    ordinary = [done.by_class[PriorityClass.ORDINARY].mean for done in rehearsed]
    assert priority[2] < priority[0]
    assert ordinary[2] > ordinary[0]
    assert len(set(priority)) == 3


@pytest.mark.parametrize("count", [1, 3, 6, 20])
def test_windows_are_shared_out_by_work(count: int) -> None:
    crowd = CROWDS["town"]
    settings = with_policy(with_windows(settings_of("town"), count, crowd), "fifo")
    assert [window.number for window in settings.window] == list(range(1, count + 1))
    codes = {category.code for category in CATEGORIES}
    assert {code for window in settings.window for code in window.categories} == codes
    assert all(set(window.serves) == codes for window in settings.window)
    if count == 20:
        owning = [
            sum(code in each.categories for each in settings.window) for code in crowd.business
        ]
        assert max(owning) == owning[list(crowd.business).index("social_insurance")]
    with pytest.raises(ValueError, match="policy"):
        with_policy(settings, "unheard_of")


# --- the command ------------------------------------------------------------------------------


def test_the_command_shows_a_table() -> None:
    ran = yichuang("simulate", "day", "--profile", "village", "--seed", 3)
    assert ran.status == 0, ran.err
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert "村级大厅，1 个窗口" in lines[0]
    assert "倍" in lines[-1]
    table = [line for line in lines if line.startswith(("全部", "普通", "法人事务", "-"))]
    assert len({cells(line) for line in table}) == 1
    again = yichuang("simulate", "day", "--profile", "village", "--seed", 3)
    assert again.out.splitlines()[:-1] == lines[:-1]


def test_policies_stand_side_by_side() -> None:
    words = [word for policy in POLICIES for word in ("--policy", policy)]
    ran = yichuang("simulate", "day", "--visitors", 120, "--windows", 4, "--days", 2, *words)
    assert ran.status == 0, ran.err
    heads = next(line for line in ran.out.splitlines() if "先到先叫" in line)
    assert heads.index("先到先叫") < heads.index("按比例交替") < heads.index("累积优先")
    assert all(cells(line) <= 80 for line in ran.out.splitlines())


def test_the_figures_for_scripts() -> None:
    ran = yichuang(
        "simulate", "day", "--visitors", 90, "--policy", "fifo", "--policy", "fifo", "--json"
    )
    assert ran.status == 0, ran.err
    assert ran.json["visitors"] == 90
    assert ran.json["times_real_time"] > 1
    (only,) = ran.json["policies"]
    assert only["policy"] == "fifo"
    ends = [only[end] for end in ("finished", "missed", "void", "left")]
    assert sum(ends) == only["came"] == 90
    assert only["passed"] >= only["missed"] > 0
    assert only["all"]["n"] == sum(each["n"] for each in only["classes"].values()) == 90
    assert only["all"]["n"] == sum(each["n"] for each in only["categories"].values())
    assert set(only["all"]) == {"n", "mean", "half_width", "median", "p90", "longest"}


def test_what_cannot_be_played_is_refused() -> None:
    for words in (["--policy", "lottery"], ["--visitors", 0], ["--profile", "moon"]):
        assert yichuang("simulate", "day", *words, "--json").status == 2


def cells(text: str) -> int:
    """The width in a terminal."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
