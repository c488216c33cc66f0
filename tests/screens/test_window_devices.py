"""What a clerk sees of the rating pad and of a voice that nobody hears."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.screens.frame import assert_frame, frame, until_gone, until_seen
from tests.screens.test_devices import full_hall, note
from tests.screens.test_window import WINDOW, window_screen
from yichuang.clock import FixedClock
from yichuang.language import use_language
from yichuang.queue.device import DeviceReason, DeviceState
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.entry import screen_for
from yichuang.tui.screens.device_rows import devices_of, unheard

__all__ = ["full_hall"]

pytestmark = pytest.mark.usefixtures("foretold")


async def served(hall: Hall) -> None:
    """C001 was finished at the window."""
    await hall.issue(category="social_insurance", on_paper=False)
    await hall.open_window(WINDOW)
    await hall.call_next(WINDOW)
    await hall.start(WINDOW)
    await hall.finish(WINDOW)


async def test_a_rating_is_awaited_and_shown(full_hall: Hall) -> None:
    hall = full_hall
    await served(hall)
    async with window_screen(hall) as pilot:
        assert_frame("window-awaited-80x24", await until_seen(pilot, "C001 等待评价"))
        await hall.rate(Grade.SATISFIED, RatingChannel.PAD, window=WINDOW)
        rows = await until_seen(pilot, "C001 评价：满意")
        assert any("（评价器）" in row for row in rows)
        assert_frame("window-rated-80x24", rows)
        await hall.issue(category="social_insurance", on_paper=False)
        await pilot.press("1")
        await until_gone(pilot, "评价")


async def test_the_end_of_the_wait_is_shown_once_and_nothing_ticks(
    full_hall: Hall, clock: FixedClock
) -> None:
    hall = full_hall
    rating = hall.settings.rating.model_copy(update={"seconds": 0.3})
    hall.choose(hall.settings.model_copy(update={"rating": rating}))
    await served(hall)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "C001 等待评价")
        clock.advance(timedelta(seconds=1))
        await until_seen(pilot, "C001 未评价")
        screen = pilot.app.screen
        assert not any(timer.name == "rated" for timer in screen._timers)


async def test_a_window_without_a_pad_awaits_nothing(hall: Hall) -> None:
    await served(hall)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "手上没有号")
        assert not any("评价" in row for row in frame(pilot.app))
        await hall.rate(Grade.DISSATISFIED, RatingChannel.STAFF, number="C001")
        await until_seen(pilot, "C001 评价：不满意")


async def test_a_rating_that_was_told_is_kept_by_the_palette(full_hall: Hall) -> None:
    hall = full_hall
    await served(hall)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "C001 等待评价")
        await pilot.press("f9")
        await until_seen(pilot, "转到：导引台")
        await pilot.press(*"代录")
        await until_gone(pilot, "转到：导引台")
        await until_seen(pilot, "代录评价：C001")
        await pilot.press("down", "enter")
        await until_seen(pilot, "C001 的办事人说")
        await pilot.press("3")
        await until_seen(pilot, "C001 评价：基本满意")
        await pilot.press("f9")
        await until_seen(pilot, "转到：导引台")
        await pilot.press(*"代录")
        await until_seen(pilot, "没有这样的命令")


async def test_the_clerk_knows_that_nobody_hears_the_call(full_hall: Hall) -> None:
    hall = full_hall
    await hall.open_window(WINDOW)
    async with window_screen(hall) as pilot:
        await until_seen(pilot, "手上没有号")
        assert not any("语音" in row for row in frame(pilot.app))
        await hall.devices.mute("voice", on=True, reason="开会")
        rows = await until_seen(pilot, "语音不可用：已静音，请口头叫号")
        assert_frame("window-muted-80x24", rows)
        await hall.devices.mute("voice", on=False)
        await until_gone(pilot, "语音不可用")
        await note(hall, "voice", DeviceState.MISSING, DeviceReason.NO_SOUND)
        await until_seen(pilot, "语音不可用：放不出声音，请口头叫号")


async def test_the_supervisor_knows_it_too(full_hall: Hall) -> None:
    hall = full_hall
    await hall.devices.mute("voice", on=True)
    app = HallApp(hall, lambda place, window: screen_for(hall, place, window), "overview")
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await until_seen(pilot, "语音不可用：已静音，请口头叫号")
        assert_frame("overview-muted-80x24", rows)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("state", "reason", "muted", "is_unheard"),
    [
        (DeviceState.READY, DeviceReason.NONE, False, False),
        (DeviceState.READY, DeviceReason.NONE, True, True),
        (DeviceState.DEGRADED, DeviceReason.CHIME_ONLY, False, True),
        (DeviceState.DEGRADED, DeviceReason.MUTED, True, True),
        (DeviceState.MISSING, DeviceReason.NO_LIBRARY, False, True),
        (DeviceState.MISSING, DeviceReason.NONE, False, True),
    ],
)
async def test_when_nobody_hears(
    full_hall: Hall,
    language: str,
    state: DeviceState,
    reason: DeviceReason,
    muted: bool,
    is_unheard: bool,
) -> None:
    use_language(language)
    await full_hall.devices.mute("voice", on=muted)
    await note(full_hall, "voice", state, reason)
    said = unheard(await devices_of(full_hall))
    assert bool(said) == is_unheard
    # The hint of the reason would not fit beside the window's state.
    assert len(said) < 60
