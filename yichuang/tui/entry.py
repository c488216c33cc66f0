"""The one door of the face: `show` runs the screens over an open hall. The command line calls it."""

from __future__ import annotations

from yichuang.errors import UnknownWindow
from yichuang.language import use_language
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp, PrinterWatch, Restart
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.theme import DEFAULT

PLACES = ("menu", "kiosk", "board", "overview", "window")
"""The screens that one can go to."""


def screen_for(hall: Hall, place: str, window: int | None = None) -> HallScreen:
    """The screen of a place; its module is imported only now. Raises UnknownWindow."""
    if place == "window":
        from yichuang.tui.screens.window import WindowScreen

        return WindowScreen(hall, known_window(hall, window))
    if place == "kiosk":
        from yichuang.tui.screens.kiosk import KioskScreen

        return KioskScreen(hall)
    if place == "board":
        from yichuang.tui.screens.board import BoardScreen

        return BoardScreen(hall)
    if place == "overview":
        from yichuang.tui.screens.overview import OverviewScreen

        return OverviewScreen(hall)
    from yichuang.tui.screens.menu import MenuScreen

    return MenuScreen(hall)


def known_window(hall: Hall, window: int | None) -> int:
    """The number of a window that the hall has; raises UnknownWindow."""
    known = [each.number for each in hall.settings.window]
    if window is None or window not in known:
        raise UnknownWindow(window=window or 0, known="、".join(map(str, sorted(known))))
    return window


async def show(
    hall: Hall,
    place: str = "menu",
    window: int | None = None,
    *,
    language: str | None = None,
    theme: str = DEFAULT,
    printers: PrinterWatch | None = None,
) -> None:
    """Run the screens until the user leaves. Raises UnknownWindow before anything is shown.

    The environment must be prepared (`terminal.prepare_environment`) before this module is
    imported. `language` defaults to the hall's own.
    """
    language = language or hall.settings.hall.language
    use_language(language)
    if place == "window":
        known_window(hall, window)
    while True:
        app = HallApp(
            hall, screen_for, place, window, language=language, theme=theme, printers=printers
        )
        result = await app.run_async(mouse=False)
        if not isinstance(result, Restart):
            return
        language, theme = result.language, result.theme
