"""How a screen of ours is painted where little of it has changed. Rests on Textual's inner parts, and alone does."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


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
                written.append(strip.render(console))
                x_written = stop
        return "".join(written)


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
        if self._changed is None:
            return super()._get_renders(crop)
        return self._get_changed(self._changed)

    def _get_changed(
        self, changed: frozenset[Region]
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            if not any(seen.overlaps(each) for each in changed):
                continue
            yield region, clip, widget.render_lines(seen.translate((-region.x, -region.y)))
