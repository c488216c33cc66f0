"""The one door of the face: `show` runs the screens over an open hall. The command line calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from yichuang.language import use_language
from yichuang.queue.service import Hall
from yichuang.queue.settings_keeper import SettingsKeeper
from yichuang.queue.teaching import Teacher
from yichuang.tui.app import HallApp, Restart
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.papers import Papers
from yichuang.tui.theme import DEFAULT


@dataclass(frozen=True, slots=True)
class Means:
    """What the screens of one terminal have besides the hall."""

    papers: Papers | None = None
    """What simulated printers printed; with it there is a screen for looking at them."""
    kiosk: str | None = None
    """Which kiosk it is, where a hall has several."""
    teacher: Teacher | None = None
    """Who teaches pads their keys."""
    settings: SettingsKeeper | None = None
    """Who reads and writes hall.toml; with it there is a screen for administration."""
    public: bool = False
    """Whether the whereabouts board is what visitors see of it."""


NOTHING_MORE = Means()


def _window(hall: Hall, window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.window import WindowScreen

    return WindowScreen(hall, hall.rules.window(window).number)


def _kiosk(hall: Hall, _window: int | None, means: Means) -> HallScreen:
    from yichuang.tui.screens.kiosk import KIOSK, KioskScreen

    return KioskScreen(hall, kiosk=means.kiosk or KIOSK)


def _guide(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.guide import GuideScreen

    return GuideScreen(hall)


def _board(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.board import BoardScreen

    return BoardScreen(hall)


def _overview(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.overview import OverviewScreen

    return OverviewScreen(hall)


def _plan(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.plan import PlanScreen

    return PlanScreen(hall)


def _devices(hall: Hall, _window: int | None, means: Means) -> HallScreen:
    from yichuang.tui.screens.devices import DevicesScreen

    return DevicesScreen(hall, means.teacher)


def _choose_post(hall: Hall, window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.choose_post import ChoosePostScreen

    return ChoosePostScreen(hall, window)


def _whereabouts(hall: Hall, _window: int | None, means: Means) -> HallScreen:
    from yichuang.tui.screens.whereabouts import WhereaboutsScreen

    return WhereaboutsScreen(hall, public=means.public)


def _staff(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.staff import StaffScreen

    return StaffScreen(hall)


def _me(hall: Hall, _window: int | None, _means: Means) -> HallScreen:
    from yichuang.tui.screens.staff_me import MeScreen

    return MeScreen(hall)


def _admin(hall: Hall, window: int | None, means: Means) -> HallScreen:
    if means.settings is None:
        return _menu(hall, window, means)
    from yichuang.tui.screens.admin import AdminScreen

    return AdminScreen(hall, means.settings)


def _papers(hall: Hall, window: int | None, means: Means) -> HallScreen:
    if means.papers is None:
        return _menu(hall, window, means)
    from yichuang.tui.screens.papers import PapersScreen

    return PapersScreen(hall, means.papers)


def _menu(hall: Hall, _window: int | None, means: Means) -> HallScreen:
    from yichuang.tui.screens.menu import MenuScreen

    known = PLACES if means.papers is not None else [each for each in PLACES if each != "papers"]
    return MenuScreen(hall, known)


_OPENERS: Mapping[str, Callable[[Hall, int | None, Means], HallScreen]] = MappingProxyType(
    {
        "menu": _menu,
        "kiosk": _kiosk,
        "guide": _guide,
        "board": _board,
        "overview": _overview,
        "plan": _plan,
        "devices": _devices,
        "window": _window,
        "papers": _papers,
        "whereabouts": _whereabouts,
        "staff": _staff,
        "admin": _admin,
        "me": _me,
        "choose_post": _choose_post,
    }
)
"""Each imports the module of its screen only when it is shown."""

PLACES = tuple(_OPENERS)
"""The screens that one can go to."""


def screen_for(
    hall: Hall, place: str, window: int | None = None, means: Means = NOTHING_MORE
) -> HallScreen:
    """The screen of a place, the menu for one that there is not. Raises UnknownWindow."""
    return _OPENERS.get(place, _menu)(hall, window, means)


async def show(
    hall: Hall,
    place: str = "menu",
    window: int | None = None,
    *,
    language: str | None = None,
    theme: str = DEFAULT,
    means: Means = NOTHING_MORE,
) -> None:
    """Run the screens until the user leaves. Raises UnknownWindow before anything is shown.

    The environment must be prepared (`terminal.prepare_environment`) before this module is
    imported. `language` defaults to the hall's own.
    """
    language = language or hall.settings.hall.language
    use_language(language)
    if place == "window":
        hall.rules.window(window)

    def open_place(place: str, window: int | None) -> HallScreen:
        return screen_for(hall, place, window, means)

    while True:
        app = HallApp(hall, open_place, place, window, language=language, theme=theme)
        # A kiosk may have a touch panel; elsewhere each move of a mouse would cost bytes.
        result = await app.run_async(mouse=place == "kiosk")
        if app.failure is not None:
            raise app.failure
        if not isinstance(result, Restart):
            return
        language, theme = result.language, result.theme
