"""What stands on a terminal that was made too small, until it is enlarged."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen

from yichuang.language import _
from yichuang.tui.message import ScreenShown
from yichuang.tui.terminal import LEAST_COLUMNS, LEAST_ROWS
from yichuang.tui.widgets.rows import TextLine


def is_too_small(size: Size) -> bool:
    """Whether the screens cannot be laid out in so many cells."""
    return size.width < LEAST_COLUMNS or size.height < LEAST_ROWS


class TooSmallScreen(ModalScreen[None]):
    """Covers whatever is shown, and keeps its keys from being pressed blindly."""

    DEFAULT_CSS = """
    TooSmallScreen { align: center middle; background: $ground; }
    """

    def compose(self) -> ComposeResult:
        """One sentence."""
        text = _("窗口太小，请放大到 {columns}x{rows}")
        yield TextLine(f" {text.format(columns=LEAST_COLUMNS, rows=LEAST_ROWS)}")

    def on_screen_resume(self) -> None:
        """The terminal may have been enlarged while a question stood above."""
        self.post_message(ScreenShown())
