"""A simulated display as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.hardware.text import width_of


def draw_box(lines: Sequence[str], columns: int, note: str = "") -> str:
    """`lines` in a frame of `columns` half-width characters, `note` beneath it."""
    edge = "-" * columns
    inside = (f"|{line}{' ' * (columns - width_of(line))}|" for line in lines)
    return "\n".join([f"+{edge}+", *inside, f"+{edge}+", *([note] if note else [])])
