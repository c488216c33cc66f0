"""The console's pages by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.console_alerts import AlertsScreen
from yichuang.tui.screens.console_day import DayScreen
from yichuang.tui.screens.console_items import ItemsScreen
from yichuang.tui.screens.console_journal import JournalScreen
from yichuang.tui.screens.console_notices import NoticesScreen
from yichuang.tui.screens.console_people import PeopleScreen
from yichuang.tui.screens.console_tickets import TicketsScreen
from yichuang.tui.screens.console_windows import WindowsScreen

PAGES: Mapping[str, Callable[[Hall], HallScreen]] = MappingProxyType(
    {
        "windows": WindowsScreen,
        "tickets": TicketsScreen,
        "alerts": AlertsScreen,
        "items": ItemsScreen,
        "day": DayScreen,
        "journal": JournalScreen,
        "people": PeopleScreen,
        "notices": NoticesScreen,
    }
)
"""How each is made."""
