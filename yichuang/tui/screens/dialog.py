"""The frame of all dialogs: a heading, some rows, and the keys that answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.types import CSSPathType

from yichuang.language import N_
from yichuang.tui.painting import Painter
from yichuang.tui.widgets.key_bar import KeyBar
from yichuang.tui.widgets.rows import TextLine

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A question over a screen; Esc leaves it without an answer."""

    AUTO_FOCUS = ""
    IS_TYPED: ClassVar[bool] = False
    """Whether it asks for something to be typed, which a reader of the keyboard's kind may type too."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_dialog", N_("返回"))]
    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._compositor = Painter()
        self.heading = heading
        self._is_left = False

    def compose(self) -> ComposeResult:
        """Heading, body, keys."""
        # A screen's coming and going takes several paintings; held back a moment they are one.
        self.app.delay_update()
        with Vertical(id="dialog"):
            yield TextLine(f" {self.heading}", widget_id="heading")
            yield from self.compose_body()
            yield KeyBar()

    def compose_body(self) -> ComposeResult:
        """What stands between the heading and the keys."""
        yield from ()

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with an answer, and let the screen behind come back in one painting."""
        if self._is_left:
            # Textual would take away the screen behind.
            return AwaitComplete()
        self._is_left = True
        self.app.delay_update()
        return super().dismiss(result)

    async def on_event(self, event: events.Event) -> None:
        """Pass on what was typed ahead: on a slow line several keys come at once.

        The dialog has its answer already; they are meant for what follows it.
        """
        if self._is_left and isinstance(event, events.Key):
            self.app.post_message(events.Key(event.key, event.character))
        else:
            await super().on_event(event)

    def action_dismiss_dialog(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


def ask(
    screen: Screen[Any], dialog: Dialog[Answer], answer: Callable[[Answer], Awaitable[None]]
) -> None:
    """Show a dialog over a screen; `answer` runs with what it gives, unless it is left without."""

    async def take(value: Answer | None) -> None:
        if value is not None:
            await answer(value)

    screen.app.push_screen(dialog, take)
