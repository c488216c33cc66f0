"""The turns of many apps in one process: order, rest, and nobody held up by one that is slow."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from yichuang.tui import pace
from yichuang.tui.pace import LONGEST_REST, REST_A_NEIGHBOUR, Pace

DEADLINE = 10.0


async def _joined(stack: AsyncExitStack, turns: Pace, apps: int) -> None:
    for _app in range(apps):
        await stack.enter_async_context(turns.joined())


async def _show(turns: Pace) -> None:
    async with turns.turn() as shown:
        shown.set_result(None)


async def test_alone_an_app_does_not_rest_and_with_others_after_each_turn() -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    turns = Pace(rest)
    async with AsyncExitStack() as stack:
        await _joined(stack, turns, 1)
        await _show(turns)
        assert rested == []
        await _joined(stack, turns, 2)
        await _show(turns)
        await _show(turns)
        assert rested == [2 * REST_A_NEIGHBOUR] * 2


async def test_each_neighbour_adds_to_the_rest_up_to_its_limit() -> None:
    turns = Pace()
    async with AsyncExitStack() as stack:
        rests = []
        for _app in range(60):
            await _joined(stack, turns, 1)
            rests.append(turns.rest)
    assert rests[:2] == [0, REST_A_NEIGHBOUR]
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST
    assert turns.rest == 0  # all have left


async def test_one_at_a_time_and_first_come_first_shown() -> None:
    turns, said = Pace(), ""

    async def show(app: str) -> None:
        nonlocal said
        async with turns.turn() as shown:
            said += app
            await asyncio.sleep(0)
            said += app
            shown.set_result(None)

    await asyncio.wait_for(asyncio.gather(*map(show, "abcde")), DEADLINE)
    assert said == "aabbccddee"


async def test_who_rests_holds_nobody_up() -> None:
    resting, awake = asyncio.Event(), asyncio.Event()

    async def rest(_seconds: float) -> None:
        resting.set()
        await awake.wait()

    turns = Pace(rest)
    async with AsyncExitStack() as stack:
        await _joined(stack, turns, 2)
        first = asyncio.create_task(_show(turns))
        await asyncio.wait_for(resting.wait(), DEADLINE)
        async with asyncio.timeout(DEADLINE), turns.turn() as shown:
            shown.set_result(None)
            awake.set()
        await first


async def test_a_screen_that_does_not_answer_lets_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "LONGEST_TURN", 0.0)
    turns = Pace()

    async def silent() -> None:
        async with turns.turn() as _shown:
            pass

    await asyncio.wait_for(asyncio.gather(silent(), silent(), _show(turns)), DEADLINE)


async def test_who_leaves_in_its_turn_or_before_it_leaves_the_turn_to_others() -> None:
    turns = Pace()

    async def show() -> None:
        async with turns.turn() as shown:
            await shown

    first, second = (asyncio.create_task(show()) for _each in range(2))
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.wait({first, second})
    await asyncio.wait_for(_show(turns), DEADLINE)


def test_there_is_one_pace_for_a_store() -> None:
    class Store:
        """Stands for a hall's store."""

    one, other = Store(), Store()
    assert Pace.of(one) is Pace.of(one)
    assert Pace.of(one) is not Pace.of(other)
