"""hall.toml as frozen pydantic models: everything a hall may choose, with a sound default.

Unknown keys are refused with the nearest known name, and all mistakes are reported at once
(`yichuang.errors.InvalidHall`).
"""

from yichuang.config.alert import AlertSettings
from yichuang.config.appointment import AppointmentSettings
from yichuang.config.device import (
    CallerPadSettings,
    CallFeedSettings,
    DisplaySettings,
    IdReaderSettings,
    InputSettings,
    KioskSettings,
    LedAreaSettings,
    LinkSettings,
    PadSettings,
    RatingPadSettings,
    RatingSettings,
    ScannerSettings,
    TemplateSettings,
    VoiceSettings,
)
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
    RateSettings,
    TicketSettings,
    WindowKind,
    WindowSettings,
)
from yichuang.config.hours import HolidaySettings, HoursSettings, TimeSpan
from yichuang.config.printer import PRINTER_MODELS, PrinterSettings
from yichuang.config.remote import RemoteSettings, StaffSettings
from yichuang.config.section import Section
from yichuang.config.settings import (
    HOST_KEY_FILE,
    KEY_FILE,
    MOST_CATEGORIES,
    SETTINGS_FILE,
    STORE_FILE,
    AnyDevice,
    Settings,
    load_settings,
    parse_settings,
    text_from,
)

__all__ = [
    "HOST_KEY_FILE",
    "KEY_FILE",
    "MOST_CATEGORIES",
    "POLICIES",
    "PRINTER_MODELS",
    "SETTINGS_FILE",
    "SPECIAL_KINDS",
    "STORE_FILE",
    "WINDOW_KINDS",
    "AlertSettings",
    "AnyDevice",
    "AppointmentSettings",
    "CallFeedSettings",
    "CallerPadSettings",
    "CategorySettings",
    "DispatchSettings",
    "DisplaySettings",
    "ForecastSettings",
    "GroupSettings",
    "HallSettings",
    "HolidaySettings",
    "HoursSettings",
    "IdReaderSettings",
    "InputSettings",
    "KioskSettings",
    "LedAreaSettings",
    "Level",
    "LinkSettings",
    "MissedSettings",
    "PadSettings",
    "PauseSettings",
    "PrinterSettings",
    "RateSettings",
    "RatingPadSettings",
    "RatingSettings",
    "RemoteSettings",
    "ScannerSettings",
    "Section",
    "Settings",
    "StaffSettings",
    "TemplateSettings",
    "TicketSettings",
    "TimeSpan",
    "VoiceSettings",
    "WindowKind",
    "WindowSettings",
    "load_settings",
    "parse_settings",
    "text_from",
]
