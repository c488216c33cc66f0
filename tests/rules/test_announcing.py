"""Which calls are still to be said: not those of visitors who have gone on since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.rules.fair_hall import call, fair_hall, give
from yichuang.clock import FixedClock
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState

Leaving = Callable[[Hall, str], Awaitable[object]]


async def _finish(hall: Hall, number: str) -> None:
    await hall.start(1)
    await hall.finish(1)


async def _pass(hall: Hall, number: str) -> None:
    await hall.pass_(1, reason=hall.settings.missed.reasons[0])


async def _pass_and_undo(hall: Hall, number: str) -> None:
    await _pass(hall, number)
    await hall.undo(1)


LEAVINGS: dict[str, Leaving] = {
    "passed": _pass,
    "passed and undone": _pass_and_undo,
    "cancelled": lambda hall, number: hall.cancel(number, reason="走了"),
    "held": lambda hall, number: hall.hold(1, reason="补材料"),
    "transferred": lambda hall, number: hall.transfer(1, to_window=3),
    "finished": _finish,
}


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """A hall with a voice; windows 1, 2 and 3 are open."""
    return await fair_hall(clock, 1, 2, 3, more="[voice]\nenabled = true\n")


async def _waiting(hall: Hall) -> list[tuple[str, int]]:
    return [(each.number, each.window) for each in await hall.devices.unannounced()]


@pytest.mark.parametrize("leaving", LEAVINGS)
@pytest.mark.parametrize("looks_between", [False, True])
async def test_nobody_is_called_to_a_window_they_have_left(
    hall: Hall, leaving: str, looks_between: bool
) -> None:
    gone, other = await give(hall), await give(hall)
    await call(hall, 1)
    await hall.recall(1)
    if looks_between:
        assert await _waiting(hall) == [(gone, 1), (gone, 1)]
    await call(hall, 2)
    await LEAVINGS[leaving](hall, gone)
    assert await _waiting(hall) == [(other, 2)]


async def test_whose_number_was_made_void_is_not_called(clock: FixedClock) -> None:
    missed = "calls = 1\ngap_seconds = 0\nvoid_at_once = true"
    hall = await fair_hall(clock, 1, missed=missed, more="[voice]\nenabled = true\n")
    number = await give(hall)
    await call(hall, 1)
    await _pass(hall, number)
    assert (await hall.ticket(number)).state is TicketState.VOID
    assert await _waiting(hall) == []


async def test_who_is_called_again_after_that_is_called(hall: Hall) -> None:
    number = await give(hall)
    await call(hall, 1)
    await hall.transfer(1, to_window=3)
    assert await _waiting(hall) == []
    await call(hall, 3)
    assert await _waiting(hall) == [(number, 3)]
    await hall.pass_(3, reason=hall.settings.missed.reasons[0])
    await hall.undo(3)
    assert await _waiting(hall) == []
    await hall.recall(3)
    assert await _waiting(hall) == [(number, 3)]


async def test_a_visitor_who_has_come_does_not_silence_the_call(hall: Hall) -> None:
    number = await give(hall)
    await call(hall, 1)
    await hall.start(1)
    assert await _waiting(hall) == [(number, 1)]
