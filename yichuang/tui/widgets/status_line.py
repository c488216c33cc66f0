"""The two rows above the keys: what just happened, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from textual.timer import Timer

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
        self._refusing = False
        self._passing: Timer | None = None

    @property
    def keeps_error(self) -> bool:
        """Whether an error waits to be acknowledged."""
        return self._error is not None

    @property
    def is_refusing(self) -> bool:
        """Whether a refusal or an error stands there, which Esc takes away; a notice just passes."""
        return self._refusing

    def say(self, text: str, hint: str = "", *, seconds: float | None = None) -> None:
        """Show a notice, for so many seconds if they are given; an error that was not acknowledged stays."""
        if self._error is not None:
            return
        self._put([text, hint], refusing=False)
        if seconds is not None:
            self._passing = self.set_timer(seconds, self.acknowledge, name="notice")

    def refuse(self, error: YichuangError) -> None:
        """Show a refusal until the next notice, or an error until it is acknowledged."""
        text = " ".join(error.message.split())
        if isinstance(error, QueueRefusal):
            if self._error is None:
                self._put([[(f" ! {text} ", "alert")], f"   {error.hint}"], refusing=True)
            return
        self._error = error
        said = [(f" ! {_('出错')} {text} ", "error")]
        self._put([said, f"   {error.hint}{_('（按 Esc 收起）')}"], refusing=True)

    def acknowledge(self) -> None:
        """Take the text away, whatever it is."""
        self._error = None
        self._put(["", ""], refusing=False)

    def _put(self, lines: Sequence[Line], *, refusing: bool) -> None:
        if self._passing is not None:
            self._passing.stop()
            self._passing = None
        self.show(lines)
        if refusing != self._refusing:
            self._refusing = refusing
            self.screen.refresh_bindings()
