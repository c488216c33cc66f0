"""hall.toml as frozen pydantic models: everything a hall may choose, with a sound default.

Unknown keys are refused with the nearest known name, and all mistakes are reported at once
(`yichuang.errors.InvalidHall`).
"""

from yichuang.config.hall import (
    CategorySettings,
    HallSettings,
    Level,
    MissedSettings,
    PauseSettings,
    PrinterSettings,
    TicketSettings,
    WindowSettings,
)
from yichuang.config.hours import HolidaySettings, HoursSettings, TimeSpan
from yichuang.config.section import Section
from yichuang.config.settings import (
    MOST_CATEGORIES,
    SETTINGS_FILE,
    STORE_FILE,
    Settings,
    load_settings,
    parse_settings,
)

__all__ = [
    "MOST_CATEGORIES",
    "SETTINGS_FILE",
    "STORE_FILE",
    "CategorySettings",
    "HallSettings",
    "HolidaySettings",
    "HoursSettings",
    "Level",
    "MissedSettings",
    "PauseSettings",
    "PrinterSettings",
    "Section",
    "Settings",
    "TicketSettings",
    "TimeSpan",
    "WindowSettings",
    "load_settings",
    "parse_settings",
]
