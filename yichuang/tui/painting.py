"""How a screen is painted where little of it has changed. It rests on Textual's inner parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor
from textual.cache import FIFOCache
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class _NoCache(FIFOCache[Any, Any]):
    """Keeps nothing."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


_NOTHING = _NoCache(1)


class Row(Strip):
    """A row that remembers nothing of how it was cut: seven caches a row were most of what a screen held."""

    __slots__ = ()

    def __init__(self, segments: Iterable[Segment], cell_length: int) -> None:
        self._segments = list(segments)
        self._cell_length = cell_length
        self._divide_cache = self._crop_cache = self._style_cache = self._filter_cache = _NOTHING
        self._line_length_cache = self._crop_extend_cache = self._offsets_cache = _NOTHING
        self._render_cache: str | None = None
        self._link_ids: set[str] | None = None
        self._cell_count: int | None = None


class Changes(ChopsUpdate):
    """The changed cells and no others: Textual's own paints a row from where its widget begins."""

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        written: list[str] = []
        for y, first, last in self.spans:
            x_written = -1
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= last or end <= first:
                    continue
                start, stop = max(x, first), min(end, last)
                if start != x_written:
                    written.append(Control.move_to(start, y).segment.text)
                if (start, stop) != (x, end):
                    strip = strip.crop(start - x, stop - x)
                written += _written(strip, console)
                x_written = stop
        return "".join(written)


def _written(strip: Strip, console: Console) -> Iterator[str]:
    for style, segments in groupby(strip, lambda segment: _beyond_default(segment.style)):
        text = "".join(segment.text for segment in segments)
        colours = console._color_system  # noqa: SLF001 - as Textual's own does: Rich has no open way
        yield style.render(text, color_system=colours) if style else text


@lru_cache(maxsize=1024)
def _beyond_default(style: Style | None) -> Style | None:
    """A style without the terminal's own colours, which are there after each reset anyway."""
    if style is None:
        return None
    ink, paper = (
        None if each is None or each.is_default else each for each in (style.color, style.bgcolor)
    )
    return style.without_color + Style.from_color(ink, paper) or None


class Painter(Compositor):
    """Looks only at the widgets that something changed on; Textual's own at all between two of them."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: frozenset[Region] | None = None

    def render_partial_update(self) -> ChopsUpdate | None:
        """What differs; None when nothing does."""
        self._changed = frozenset(self._dirty_regions)
        try:
            update = super().render_partial_update()
        finally:
            self._changed = None
        return None if update is None else Changes(update.chops, update.spans, update.chop_ends)

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        changed = self._changed or ((self.size.region if crop is None else crop),)
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            if not any(seen.overlaps(each) for each in changed):
                continue
            if _is_ground(widget):
                yield region, clip, [_ground(widget, seen.width)] * seen.height
            else:
                yield region, clip, widget.render_lines(seen.translate((-region.x, -region.y)))


_GROUNDS = frozenset({Vertical, Horizontal})


def _is_ground(widget: Widget) -> bool:
    """Whether a widget shows nothing but its colour: a container, or a screen that is painted by this."""
    is_plain = type(widget) in _GROUNDS or getattr(widget, "IS_GROUND", False)
    return is_plain and widget.styles.gutter == widget.styles.padding


def _ground(widget: Widget, width: int) -> Strip:
    """A row of what shows between the widgets: the same one for all terminals."""
    strip = Strip.blank(width, widget.visual_style.rich_style)
    for each in widget.get_line_filters():
        strip = strip.apply_filter(each, widget.background_colors[1])
    return strip
