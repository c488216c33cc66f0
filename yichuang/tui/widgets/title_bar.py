"""The first row: the hall, the screen, the time."""

from __future__ import annotations

from datetime import datetime

from yichuang.tui.text import cut, tidy, width
from yichuang.tui.widgets.rows import TextLine


class TitleBar(TextLine):
    """`hall  screen      who  HH:MM`; the time changes by the minute."""

    DEFAULT_CSS = """
    TitleBar { color: $title-ink; background: $title-paper; text-style: bold reverse; }
    """

    def __init__(self, hall: str, screen: str) -> None:
        super().__init__()
        self._hall = tidy(hall)
        self._screen = tidy(screen)
        self._time = ""
        self._who = ""

    def tell_place(self, hall: str, screen: str) -> None:
        """Show other names of the hall and of the screen."""
        if (tidy(hall), tidy(screen)) != (self._hall, self._screen):
            self._hall, self._screen = tidy(hall), tidy(screen)
            self._compose_line()

    def tell_time(self, local: datetime) -> None:
        """Show the hall's local time."""
        self._time = f"{local:%H:%M}"
        self._compose_line()

    def tell_who(self, who: str) -> None:
        """Show who has signed in here."""
        if who != self._who:
            self._who = tidy(who)
            self._compose_line()

    def on_resize(self) -> None:
        """Lay the row out for the new width."""
        self._compose_line()

    def _compose_line(self) -> None:
        right = f"{self._who}  {self._time} " if self._who else f"{self._time} "
        room = self.size.width - width(right) - 1
        left = cut(f" {self._hall}  {self._screen}", room)
        self.show_line(left + " " * (room + 1 - width(left)) + right)
