"""A screen as rows of text, and the comparison with the stored frames."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

FRAMES = Path(__file__).parent / "frames"
"""Where the stored frames are, one text file each."""


def frame(app: App[Any]) -> list[str]:
    """What the terminal shows now, one string a row. The only use of Textual's private compositor."""
    strips = app.screen._compositor.render_strips()
    return [strip.text.rstrip() for strip in strips]


def assert_frame(name: str, rows: list[str]) -> None:
    """Compare with `frames/NAME.txt`; with UPDATE_FRAMES=1 in the environment, write it instead."""
    path = FRAMES / f"{name}.txt"
    text = "\n".join(rows) + "\n"
    if os.environ.get("UPDATE_FRAMES") == "1":
        path.write_text(text, encoding="utf-8")
        return
    assert path.exists(), f"no frame {path}; look at the screen, then write it with UPDATE_FRAMES=1"
    assert text == path.read_text(encoding="utf-8")


async def until_seen(pilot: Pilot[Any], text: str, tries: int = 250) -> list[str]:
    """The frame that holds `text` and has come to rest; fails when there is none.

    A screen's parts are shown in turns of the event loop (the key bar after the lists), so a frame
    counts when the next one is the same.
    """
    former: list[str] = []
    for _each in range(tries):
        rows = frame(pilot.app)
        if rows == former and any(text in row for row in rows):
            return rows
        former = rows
        await pilot.pause(0.02)
    raise AssertionError(f"{text!r} was never seen in:\n" + "\n".join(frame(pilot.app)))


async def until_gone(pilot: Pilot[Any], text: str, tries: int = 200) -> None:
    """Wait until the frame holds `text` no more; fails when it stays."""
    for _each in range(tries):
        if not any(text in row for row in frame(pilot.app)):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{text!r} is still in:\n" + "\n".join(frame(pilot.app)))
