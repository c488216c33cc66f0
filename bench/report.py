"""Figures and the table that they are shown in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing."""

    name: str
    value: str
    """As measured, with its unit."""
    reference: str = ""
    """What ran beside it, as measured."""
    ratio: float | None = None
    """How the two compare; the target says which way round."""
    target: str = ""
    met: bool | None = None
    """None: told, without a target."""


Run = Callable[[], list[Figure]]

_HEAD = ("figure", "value", "reference", "ratio", "target", "")


def at_least(name: str, ratio: float, least: float, value: str, reference: str) -> Figure:
    """A figure whose ratio must not be below `least`."""
    return Figure(name, value, reference, ratio, f">= {least:g}", ratio >= least)


def at_most(name: str, ratio: float, most: float, value: str, reference: str) -> Figure:
    """A figure whose ratio must not be above `most`."""
    return Figure(name, value, reference, ratio, f"<= {most:g}", ratio <= most)


def exactly(name: str, count: int, wanted: int) -> Figure:
    """A count that must be what was wanted: correctness, not speed."""
    return Figure(name, str(count), target=str(wanted), met=count == wanted)


def table(figures: Iterable[Figure]) -> str:
    """The figures as text, one a row."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(_cells(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(
            text + " " * (width - _cells(text)) for text, width in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def say(text: str) -> None:
    """Tell how the run gets on, apart from its result."""
    print(text, file=sys.stderr, flush=True)


def main(run: Run) -> None:
    """Run one benchmark and print its table; the exit status is 1 when a target was missed."""
    started = time.monotonic()
    figures = run()
    print(table(figures))
    say(f"{time.monotonic() - started:.0f} s")
    sys.exit(any(figure.met is False for figure in figures))


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    met = {None: "", True: "met", False: "MISSED"}[figure.met]
    return (figure.name, figure.value, figure.reference, ratio, figure.target, met)


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
