"""The papers of simulated printers, newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.screens.frame import assert_frame, frame, until_seen
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.entry import Means, screen_for
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.papers import PapersScreen

SIZES = [(80, 24), (100, 30)]


def paper(number: str) -> str:
    """A paper of ten rows."""
    return "\n".join(["+------+", f"| {number} |", *["|      |"] * 7, "+------+"])


@asynccontextmanager
async def places(
    hall: Hall,
    papers: list[str] | None,
    place: str = "papers",
    size: tuple[int, int] = (80, 24),
    theme: str = "default",
    language: str = "zh_CN",
) -> AsyncIterator[Pilot[Restart]]:
    """The screens of a program that has these papers."""

    def open_place(place: str, window: int | None) -> HallScreen:
        return screen_for(hall, place, window, Means(None if papers is None else lambda: papers))

    app = HallApp(hall, open_place, place, theme=theme, language=language)
    async with app.run_test(size=size) as pilot:
        await until_seen(pilot, "09:30")
        await pilot.pause()
        yield pilot


@pytest.mark.parametrize("size", SIZES)
async def test_frames(hall: Hall, size: tuple[int, int]) -> None:
    papers = [paper(f"A00{number}") for number in range(1, 5)]
    async with places(hall, papers, size=size) as pilot:
        rows = await until_seen(pilot, "A004")
        assert_frame(f"papers-{size[0]}x{size[1]}", rows)
        assert rows.index("  | A004 |") < rows.index("  | A003 |")


async def test_every_paper_can_be_reached(hall: Hall) -> None:
    papers = [paper(f"A00{number}") for number in range(1, 5)]
    async with places(hall, papers) as pilot:
        await until_seen(pilot, "A004")
        await pilot.press("pagedown")
        await until_seen(pilot, "A002")
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until_seen(pilot, "A001")
        await pilot.press("home")
        rows = await until_seen(pilot, "A004")
        assert rows[3] == "  | A004 |"
        await pilot.press("down")
        assert (await until_seen(pilot, "A004"))[2] == "  | A004 |"


async def test_a_new_paper_comes_on_top(hall: Hall) -> None:
    papers: list[str] = []
    async with places(hall, papers) as pilot:
        await until_seen(pilot, "还没有打出号票")
        papers.append(paper("A001"))
        await hall.issue(category="tax")
        await until_seen(pilot, "A001")
        papers += [paper("A002"), paper("A003")]
        await hall.issue(category="tax")
        rows = await until_seen(pilot, "A003")
        assert rows[3] == "  | A003 |"


async def test_who_reads_an_old_paper_keeps_it_in_sight(hall: Hall) -> None:
    papers = [paper(f"A00{number}") for number in range(1, 5)]
    async with places(hall, papers) as pilot:
        await until_seen(pilot, "A004")
        await pilot.press("pagedown")
        before = await until_seen(pilot, "A002")
        papers.append(paper("A005"))
        await hall.issue(category="tax")
        await until_seen(pilot, "5 张号票")
        assert frame(pilot.app)[2:20] == before[2:20]


async def test_text_of_a_paper_is_no_command(hall: Hall) -> None:
    async with places(hall, ["\x1b[2J[bold]A001[/bold] \u200b│"]) as pilot:
        rows = await until_seen(pilot, "A001")
        assert rows[2].strip() == "[2J[bold]A001[/bold] |"


async def test_the_menu_offers_papers_only_where_there_are_any(hall: Hall) -> None:
    async with places(hall, None, "menu") as pilot:
        await until_seen(pilot, "取号")
        assert not any("号票" in row for row in frame(pilot.app))
    async with places(hall, [], "menu") as pilot:
        rows = await until_seen(pilot, " 号票 ")
        key = next(row.split()[0] for row in rows if " 号票 " in row)
        await pilot.press(key.lower())
        await until_seen(pilot, "还没有打出号票")
        assert isinstance(pilot.app.screen, PapersScreen)
        await pilot.press("escape")
        await until_seen(pilot, "按数字选择")
        await pilot.press("end", "enter")
        await until_seen(pilot, "还没有打出号票")


@pytest.mark.parametrize(("theme", "language"), [("plain", "zh_CN"), ("default", "en")])
async def test_frames_in_another_theme_and_language(hall: Hall, theme: str, language: str) -> None:
    async with places(hall, [paper("A001")], theme=theme, language=language) as pilot:
        assert_frame(f"papers-{theme}-{language}-80x24", await until_seen(pilot, "A001"))
