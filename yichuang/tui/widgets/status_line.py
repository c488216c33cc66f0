"""The two rows above the keys: what just happened, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from yichuang.errors import QueueRefusal, YichuangError
from yichuang.language import _
from yichuang.tui.text import Line
from yichuang.tui.widgets.rows import Rows


class StatusLine(Rows):
    """A notice, a refusal with its hint, or an error that stays until it is acknowledged."""

    DEFAULT_CSS = """
    StatusLine { height: 2; }
    """

    def __init__(self) -> None:
        super().__init__(["", ""], widget_id="status")
        self._error: YichuangError | None = None

    @property
    def is_showing(self) -> bool:
        """Whether there is anything to take away."""
        return any(self.lines)

    @property
    def keeps_error(self) -> bool:
        """Whether an error waits to be acknowledged."""
        return self._error is not None

    def show(self, lines: Sequence[Line]) -> None:
        """Show these rows; Esc takes them away while there are any, so the keys change with them."""
        was_showing = self.is_showing
        super().show(lines)
        if was_showing != self.is_showing:
            self.screen.refresh_bindings()

    def say(self, text: str, hint: str = "") -> None:
        """Show a notice; an error that was not acknowledged stays."""
        if self._error is None:
            self.show([text, hint])

    def refuse(self, error: YichuangError) -> None:
        """Show a refusal until the next notice, or an error until it is acknowledged."""
        text = " ".join(error.message.split())
        if isinstance(error, QueueRefusal):
            if self._error is None:
                self.show([[(f" ! {text} ", "alert")], f"   {error.hint}"])
            return
        self._error = error
        acknowledge = _("（按 Esc 收起）")
        self.show([[(f" ! {_('出错')} {text} ", "error")], f"   {error.hint}{acknowledge}"])

    def acknowledge(self) -> None:
        """Take the text away, whatever it is."""
        self._error = None
        self.show(["", ""])
