"""Which windows the hall has, asked before anything is shown or done."""

from __future__ import annotations

from yichuang.config import Settings
from yichuang.errors import UnknownWindow


def known_window(settings: Settings, window: int | str | None) -> int:
    """The number of a window that the hall has; raises UnknownWindow."""
    known = {str(each.number): each.number for each in settings.window}
    typed = "" if window is None else str(window).strip()
    if typed not in known:
        numbers = "、".join(str(number) for number in sorted(known.values()))
        raise UnknownWindow(window=typed, known=numbers)
    return known[typed]
