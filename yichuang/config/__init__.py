"""hall.toml as frozen pydantic models: everything a hall may choose, with a sound default.

Unknown keys are refused with the nearest known name, and all mistakes are reported at once
(`yichuang.errors.InvalidHall`).
"""

from yichuang.config.appointment import AppointmentSettings
from yichuang.config.forecast import ForecastSettings
from yichuang.config.hall import (
    POLICIES,
    SPECIAL_KINDS,
    WINDOW_KINDS,
    CategorySettings,
    DispatchSettings,
    GroupSettings,
    HallSettings,
    Level,
    MissedSettings,
    PauseSettings,
    PrinterSettings,
    RateSettings,
    TicketSettings,
    WindowKind,
    WindowSettings,
)
from yichuang.config.hours import HolidaySettings, HoursSettings, TimeSpan
from yichuang.config.section import Section
from yichuang.config.settings import (
    KEY_FILE,
    MOST_CATEGORIES,
    SETTINGS_FILE,
    STORE_FILE,
    Settings,
    load_settings,
    parse_settings,
)

__all__ = [
    "KEY_FILE",
    "MOST_CATEGORIES",
    "POLICIES",
    "SETTINGS_FILE",
    "SPECIAL_KINDS",
    "STORE_FILE",
    "WINDOW_KINDS",
    "AppointmentSettings",
    "CategorySettings",
    "DispatchSettings",
    "ForecastSettings",
    "GroupSettings",
    "HallSettings",
    "HolidaySettings",
    "HoursSettings",
    "Level",
    "MissedSettings",
    "PauseSettings",
    "PrinterSettings",
    "RateSettings",
    "Section",
    "Settings",
    "TicketSettings",
    "TimeSpan",
    "WindowKind",
    "WindowSettings",
    "load_settings",
    "parse_settings",
]
