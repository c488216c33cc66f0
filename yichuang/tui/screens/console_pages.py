"""The console's pages by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from yichuang.tui.screens.console_alerts import AlertsScreen
from yichuang.tui.screens.console_clerk import ClerkScreen
from yichuang.tui.screens.console_day import DayScreen
from yichuang.tui.screens.console_history import HistoryScreen
from yichuang.tui.screens.console_items import ItemsScreen
from yichuang.tui.screens.console_journal import JournalScreen
from yichuang.tui.screens.console_notices import NoticesScreen
from yichuang.tui.screens.console_people import PeopleScreen
from yichuang.tui.screens.console_tickets import TicketsScreen
from yichuang.tui.screens.console_windows import WindowsScreen
from yichuang.tui.screens.overview_acts import SupervisingScreen

PAGES: Mapping[str, Callable[..., SupervisingScreen]] = MappingProxyType(
    {
        "windows": WindowsScreen,
        "tickets": TicketsScreen,
        "alerts": AlertsScreen,
        "items": ItemsScreen,
        "day": DayScreen,
        "journal": JournalScreen,
        "people": PeopleScreen,
        "notices": NoticesScreen,
        "history": HistoryScreen,
        "clerk": ClerkScreen,
    }
)
"""How each is made, of a hall; the history also of a ticket's number and date, the day of a badge number."""
