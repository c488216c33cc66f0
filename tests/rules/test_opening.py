"""When the kiosk gives numbers: inside the published hours, and always to people at the desk (A06)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.halls import MORNING, SMALL_HALL, memory_hall, small_settings
from tests.rules.fair_hall import ticket_of
from yichuang.clock import FixedClock
from yichuang.config import Settings, parse_settings
from yichuang.errors import ItemNotToday, OutsideHours
from yichuang.queue.item import Item
from yichuang.queue.opening import closes_soon
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall

HOURS = """
[hours]
weekday = ["09:00-12:00", "13:00-17:00"]
saturday = ["09:00-11:00"]
"""
NINE = 9 * 60

FLAGGED = Item("S1", "居住证签注", "居住证", "", "tax", "", False, False, "s", "s", saturday=True)
UNFLAGGED = Item("U1", "企业变更", "变更", "", "tax", "", False, False, "u", "u")


def _hall(clock: FixedClock, settings: Settings | None = None) -> Hall:
    return memory_hall(clock, settings or small_settings(HOURS))


def _at(clock: FixedClock, days: int, minutes: float) -> None:
    """So many minutes after midnight, so many days after a Monday."""
    clock.at = MORNING + timedelta(days=days, minutes=minutes - NINE)


@pytest.mark.parametrize(
    ("days", "minutes", "is_open"),
    [
        (0, NINE - 0.1, False),
        (0, NINE, True),
        (0, 12 * 60 - 0.1, True),
        (0, 12 * 60, False),
        (0, 13 * 60, True),
        (0, 17 * 60 - 0.1, True),
        (0, 17 * 60, False),
        (6, NINE, False),
    ],
)
async def test_the_kiosk_keeps_the_published_hours(
    clock: FixedClock, days: int, minutes: float, is_open: bool
) -> None:
    """Inside them nobody is refused, a minute before closing either; the desk decides for itself."""
    hall = _hall(clock)
    _at(clock, days, minutes)
    if is_open:
        assert ticket_of(await hall.issue(category="tax", origin="kiosk")).origin == "kiosk"
    else:
        with pytest.raises(OutsideHours):
            await hall.issue(category="tax", origin="kiosk")
        assert await hall.tickets() == []
    assert ticket_of(await hall.issue(category="tax")).origin == ""


async def test_a_refusal_says_when_to_come(clock: FixedClock) -> None:
    hall = _hall(clock)
    _at(clock, 6, NINE)
    with pytest.raises(OutsideHours) as refused:
        await hall.issue(category="tax", origin="kiosk")
    assert "3月9日（周一）9:00" in refused.value.hint
    _at(clock, 0, 12 * 60)
    with pytest.raises(OutsideHours) as refused:
        await hall.issue(category="tax", origin="kiosk")
    assert "3月2日（周一）13:00" in refused.value.hint


@pytest.mark.parametrize(
    ("items", "refused_for"),
    [
        (("S1",), None),
        (("U1",), "变更"),
        (("S1", "U1"), "变更"),
        ((), "纳税服务"),
    ],
)
async def test_on_a_saturday_only_flagged_items(
    clock: FixedClock, items: tuple[str, ...], refused_for: str | None
) -> None:
    hall = _hall(clock)
    _at(clock, 5, NINE)
    await hall.import_items([FLAGGED, UNFLAGGED], source="test")
    if refused_for is None:
        await hall.issue(items=items, origin="kiosk")
        return
    with pytest.raises(ItemNotToday) as refused:
        await hall.issue(category="tax", items=items, origin="kiosk")
    assert refused_for in refused.value.message
    assert "3月9日" in refused.value.hint
    await hall.issue(category="tax", items=items)


async def test_on_a_saturday_for_everything(clock: FixedClock) -> None:
    hall = _hall(clock, small_settings(HOURS + "saturday_flagged_only = false\n"))
    _at(clock, 5, NINE)
    await hall.issue(category="tax", origin="kiosk")


@pytest.mark.parametrize("minutes", [0, 12.5 * 60, 23 * 60])
async def test_a_hall_for_trying_out_is_always_open(clock: FixedClock, minutes: float) -> None:
    text = SMALL_HALL.replace("[hall]", "[hall]\nsample = true") + HOURS
    settings = parse_settings(text, Path("hall.toml"))
    hall = _hall(clock, settings)
    _at(clock, 6, minutes)
    await hall.issue(category="tax", origin="kiosk")
    assert closes_soon(HallRules(settings), clock.now(), MORNING.date()) is None


async def test_a_second_press_is_answered_when_the_session_is_just_over(clock: FixedClock) -> None:
    hall = _hall(clock)
    _at(clock, 0, 12 * 60 - 0.01)
    first = await hall.issue(category="tax", origin="kiosk")
    clock.advance(timedelta(seconds=1))
    again = await hall.issue(category="tax", origin="kiosk")
    assert (again.is_repeat, again.ticket) == (True, first.ticket)


@pytest.mark.parametrize(
    ("minutes", "closes"), [(11.7 * 60, None), (11.75 * 60, 12), (12.5 * 60, None), (16.9 * 60, 17)]
)
def test_near_closing_the_kiosk_warns(
    clock: FixedClock, minutes: float, closes: int | None
) -> None:
    """It asks, and refuses nobody (A06)."""
    _at(clock, 0, minutes)
    found = closes_soon(HallRules(small_settings(HOURS)), clock.now(), MORNING.date())
    assert found == (None if closes is None else MORNING + timedelta(hours=closes - 9))


async def test_what_was_issued_is_served(clock: FixedClock) -> None:
    """A ticket from before closing is called after it."""
    hall = _hall(clock)
    await hall.open_window(1)
    _at(clock, 0, 17 * 60 - 1)
    await hall.issue(category="tax", origin="kiosk")
    _at(clock, 0, 18 * 60)
    assert (await hall.call_next(1)).ticket is not None


async def test_a_clock_that_is_known_to_be_wrong_sends_nobody_away(clock: FixedClock) -> None:
    hall = _hall(clock)
    _at(clock, 0, NINE)
    await hall.issue(category="tax", origin="kiosk")
    clock.advance(timedelta(days=-1000, hours=-7))
    done = await hall.issue(category="tax", origin="kiosk", need="")
    assert done.ticket is not None
    assert done.ticket.business_date == MORNING.date()
