"""`yichuang plan` as a supervisor runs it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.command import yichuang
from yichuang.bootstrap import create_hall, open_hall
from yichuang.clock import FixedClock, SystemClock


def test_a_profile_is_planned_without_a_hall(tmp_path: Path) -> None:
    ran = yichuang("plan", "--profile", "town", "--json", hall=tmp_path / "nowhere")
    assert ran.status == 0
    assert ran.json["days"] == 0
    assert ran.json["visits"] == pytest.approx(340)
    assert [hour["hour"] for hour in ran.json["hours"]] == [9, 10, 11, 13, 14, 15, 16]
    shown = yichuang("plan", "--profile", "town", hall=tmp_path / "nowhere")
    assert "10:00-11:00" in shown.out
    assert all(len(line.encode("gbk")) <= 80 for line in shown.out.splitlines() if "#" in line)


def test_a_stricter_target_needs_more(tmp_path: Path) -> None:
    def needs(*words: str) -> list[int]:
        hours = yichuang("plan", "--profile", "city", "--json", *words, hall=tmp_path).json["hours"]
        return [hour["together"] for hour in hours]

    loose, strict = needs("--target", "30m", "--share", "0.8"), needs("--target", "2m")
    assert all(less <= more for less, more in zip(loose, strict, strict=True))
    assert sum(loose) < sum(strict)


def test_what_if_plays_the_same_days_with_other_windows(tmp_path: Path) -> None:
    words = ("--what-if", "windows=12", "--what-if", "policy=fifo", "--json")
    played = yichuang("plan", "--profile", "town", *words, hall=tmp_path).json["what_if"]
    now, more, other = (each["kept"]["all"] for each in played)
    assert more > now
    assert other > 0
    assert played[1]["all"]["n"] == played[0]["all"]["n"]
    # Who comes at 8:45 or at 12:50 is the work of 9 and of 13.
    assert list(played[0]["kept"]["hours"]) == ["9", "10", "11", "13", "14", "15", "16"]


def test_in_english_no_line_is_too_long_for_a_terminal(tmp_path: Path) -> None:
    words = ("--profile", "town", "--what-if", "windows=12")
    shown = yichuang("--lang", "en", "plan", *words, hall=tmp_path).out
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("words", [("--target", "soon"), ("--what-if", "windows=many")])
def test_what_cannot_be_understood_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = yichuang("plan", *words, hall=tmp_path)
    assert ran.status == 2
    assert "写成" in ran.err


async def test_the_halls_own_past_is_what_counts(tmp_path: Path) -> None:
    """Three days at least, and thirty visits: what is less says nothing of a hall."""
    folder = tmp_path / "hall"
    first = SystemClock().now().replace(hour=2, minute=0) - timedelta(days=4)
    await create_hall(folder, level="town", clock=FixedClock(first))
    for day in range(3):
        clock = FixedClock(first + timedelta(days=day))
        async with open_hall(folder, clock=clock) as hall:
            await hall.open_window(5)
            for _each in range(12):
                await hall.issue(category="tax", on_paper=False)
            for _each in range(12):
                await hall.call_next(5)
                await hall.start(5)
                clock.advance(timedelta(minutes=4))
                await hall.finish(5)
            await hall.close_window(5)
        if day == 1:
            early = yichuang("plan", hall=folder).out
            assert "每天 340 人次" in early
            assert "不到 3 天或 30 人次" in early
    shown = yichuang("plan", "--json", hall=folder).json
    assert (shown["days"], shown["visits"]) == (3, 12)
    assert shown["hours"][0]["hour"] == 10
    assert shown["hours"][0]["apart"] == {"tax": 2}
