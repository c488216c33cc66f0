"""Textual's driver over an SSH channel, and what an app needs so that many run in one process."""

from __future__ import annotations

import asyncio
import contextvars
import io
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, cast

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ScreenStackError
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message

from yichuang.tui.message import NotUtf8
from yichuang.tui.remote.allowance import Allowance
from yichuang.tui.remote.keyboard import PASTE_SECONDS, TICK_SECONDS, Keyboard
from yichuang.tui.remote.kind import MOUSE_OFF, MOUSE_ON, Kind
from yichuang.tui.remote.link import Link

PIECE = 32
"""Bytes of input that are looked at in one turn of the loop: the keys of one are handled in a row."""
MOST_WAITING = 32
"""Messages that may wait in the app before further keys are made of the input."""
KEYS_AT_ONCE = 512
"""Bytes of keys that are taken as fast as they come, as from a scanner, or typed ahead."""
KEYS_A_SECOND = 600
"""And in each second from then on (our own number): two hundred cursor keys. Pastes are not counted."""
WAIT_SECONDS = 0.02
"""How long the input then waits before it looks again."""
RESIZE_SECONDS = 0.05
"""A window that is dragged has many sizes; one is taken in so many seconds."""


class SshDriver(Driver):
    """The terminal at the other end of a link."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        link: Link,
        kind: Kind,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse and kind.has_mouse, size=size)
        self._link = link
        self._kind = kind
        self._context = contextvars.copy_context()
        self._keyboard = Keyboard(
            mouse=self._mouse, deliver=self.process_message, not_utf8=self._not_utf8
        )
        self._allowance = Allowance(KEYS_A_SECOND, KEYS_AT_ONCE)
        self._inbox = bytearray()
        self._is_held = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # --- out ----------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Send a frame, whole or not at all."""
        if data.startswith("\x1b]") and (not self._kind.takes_osc or data.startswith("\x1b]22;")):
            return  # the shape of a mouse's pointer; and what such a terminal would print
        self._link.put_frame(data)

    def caught_up(self) -> None:
        """Draw the present screen, whole: frames of it were dropped."""
        self._context.run(self._repaint)

    def _repaint(self) -> None:
        try:
            screen = self._app.screen
        except ScreenStackError:
            return  # it is just being ended
        screen.refresh()

    # --- in -----------------------------------------------------------------------------------

    def take(self, data: bytes) -> None:
        """Keys have come; they are made messages in the app's own context, a few in each turn."""
        self._inbox += data
        if len(self._inbox) > PIECE and not self._is_held:
            self._is_held = True
            self._link.hold()
        self._later("pump", 0, self._pump)

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size."""
        self._later("resize", RESIZE_SECONDS, self._tell_size)

    def _later(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        if name not in self._timers:

            def run() -> None:
                self._timers.pop(name, None)
                call()

            self._timers[name] = self._loop.call_later(seconds, run, context=self._context)

    def _tell_size(self) -> None:
        self._size = self._link.size
        size = Size(*self._link.size)
        self._app.post_message(events.Resize(size, size))

    def _pump(self) -> None:
        if self._waiting() > MOST_WAITING:
            self._later("pump", WAIT_SECONDS, self._pump)
            return
        piece = bytes(self._inbox[:PIECE])
        del self._inbox[:PIECE]
        self._keyboard.feed(piece)
        wait = 0.0 if self._keyboard.is_pasting else self._allowance.take(len(piece))
        if self._inbox:
            self._later("pump", wait, self._pump)
            return
        if self._is_held:
            self._is_held = False
            self._link.release()
        self._tick_later(TICK_SECONDS)

    def _tick_later(self, seconds: float) -> None:
        former = self._timers.pop("tick", None)
        if former is not None:
            former.cancel()
        self._later("tick", seconds, self._tick)

    def _tick(self) -> None:
        self._keyboard.tick()
        if self._keyboard.is_pasting:
            self._tick_later(PASTE_SECONDS)

    def _waiting(self) -> int:
        """Messages on the way of a key: in the app, its screen and the widget that has the focus."""
        waiting = self._app.message_queue_size
        try:
            screen = self._app.screen
        except ScreenStackError:
            return waiting
        focused = screen.focused
        waiting += screen.message_queue_size
        return waiting + (focused.message_queue_size if focused is not None else 0)

    def _not_utf8(self) -> None:
        if not self._link.has_hinted:
            self._link.has_hinted = True
            self._app.post_message(NotUtf8())

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; everything here runs in its loop."""
        self._app.post_message(message)

    # --- from the first to the last -----------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self._context = contextvars.copy_context()
        self._link.put((self._kind.start + (MOUSE_ON if self._mouse else "")).encode())
        self._link.listen(self)
        self._tell_size()

    def disable_input(self) -> None:
        """Hear nothing more."""
        self._link.listen(None)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._inbox.clear()
        if self._is_held:
            self._is_held = False
            self._link.release()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.disable_input()
        self._link.put(((MOUSE_OFF if self._mouse else "") + self._kind.stop).encode())

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Open nothing: the browser would be the server's."""


class Colourless(LineFilter):
    """Leaves bold, reverse and underline, and no colour at all."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without their colours."""
        return [
            Segment(text, None if style is None else _without_colour(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    return style.without_color


class _Nowhere(io.TextIOBase):
    """Takes what Textual's consoles print by themselves: no terminal is theirs."""

    def write(self, text: str) -> int:
        return len(text)


def dress(app: App[Any], link: Link, kind: Kind) -> None:
    """Prepare an app, before it runs, for a terminal at the end of a link.

    Textual takes its process to be its own: it renders colours as the environment says, captures
    standard output and restores it in the order of a single app, and prints a traceback with local
    values on the terminal. Each app is told otherwise by itself, through its attributes.
    """
    app.driver_class = cast("type[Driver]", partial(SshDriver, link=link, kind=kind))
    # All apps have the same colours: Rich's styles, which they share, remember how they were drawn.
    app.console = Console(
        color_system="standard",
        file=cast("Any", _Nowhere()),
        force_terminal=True,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        safe_box=False,
        _environ={},
    )
    app.error_console = Console(file=cast("Any", _Nowhere()), markup=False, highlight=False)
    inner = vars(app)
    if not kind.has_colour:
        app.no_color = True
        inner["_filters"].append(Colourless())
    # Redirecting a stream to what it is already leaves nothing behind, in whatever order apps end.
    inner["_capture_stdout"], inner["_capture_stderr"] = sys.stdout, sys.stderr
    inner["_fatal_error"] = app.panic


def fault_of(app: App[Any]) -> BaseException | None:
    """What ended an app, when it was a fault of the program."""
    fault = getattr(app, "_exception", None)
    return cast("BaseException | None", getattr(fault, "error", None) or fault)
