"""What this hall has chosen, in the form the rules use: its categories, windows and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from yichuang.config import (
    SPECIAL_KINDS,
    AnyDevice,
    CallerPadSettings,
    CallFeedSettings,
    CategorySettings,
    DisplaySettings,
    GroupSettings,
    IdReaderSettings,
    PrinterSettings,
    RatingPadSettings,
    ScannerSettings,
    Settings,
    VoiceSettings,
    WindowSettings,
)
from yichuang.errors import (
    PassTooSoon,
    UnknownCategory,
    UnknownDevice,
    UnknownGroup,
    UnknownPrinter,
    UnknownWindow,
)
from yichuang.language import _
from yichuang.queue.device import DeviceKind
from yichuang.queue.dispatch import DispatchPolicy, Duty, policy_for
from yichuang.queue.dispatch.eligible import duty_of
from yichuang.queue.hours import ServiceHours
from yichuang.queue.ticket import Ticket
from yichuang.queue.window import Surge, Window, WindowState

UNDO_WITHIN = timedelta(seconds=30)
"""How long a slipped key can be undone."""


class HallRules:
    """The settings of one hall, looked up by code and number."""

    def __init__(self, settings: Settings, policy: DispatchPolicy | None = None) -> None:
        self.settings = settings
        self.zone = settings.zone
        self.policy = policy or policy_for(settings.dispatch)
        self.categories = {category.code: category for category in settings.category}
        self.windows = {window.number: window for window in settings.window}
        self.hours = ServiceHours(settings.hours, settings.holiday, settings.zone)
        self.groups = {group.code: group for group in settings.group}
        self._plain_duties = {
            number: duty_of(each, Window(number, WindowState.CLOSED), None, tuple(self.categories))
            for number, each in self.windows.items()
        }
        """What the windows serve as hall.toml says: asked for many times in each command."""
        self._printers = [printer.name for printer in settings.printer]
        skills = {skill for window in settings.window for skill in window.skills}
        self._plain_needs = ("", *sorted(skills))

    def duty(self, window: Window, surge: Surge | None) -> Duty:
        """What a window serves at this moment; raises UnknownWindow."""
        settings = self.window(window.number)
        if window.categories is None and surge is None:
            return self._plain_duties[window.number]
        return duty_of(settings, window, surge, tuple(self.categories))

    def duties(self, windows: Sequence[Window], surge: Surge | None) -> list[Duty]:
        """What every window of the hall serves; those that are not among `windows` as hall.toml says."""
        if not windows and surge is None:
            return list(self._plain_duties.values())
        known = {window.number: window for window in windows}
        return [
            self.duty(known.get(number) or Window(number, WindowState.CLOSED), surge)
            for number in self.windows
        ]

    def rivals(self, need: str) -> tuple[str, ...]:
        """What those ask for who stand in one line with a ticket that asks for `need`."""
        return (need,) if need in SPECIAL_KINDS else self._plain_needs

    def seconds_to_next_count(self, ticket: Ticket, now: datetime) -> int:
        """Seconds until another call of the called ticket counts, and a pass may follow (4.5)."""
        if ticket.counted_at is None:
            return 0
        gap = timedelta(seconds=self.settings.missed.gap_seconds)
        # A clock that was put back by more than the gap must not keep a window from passing for hours.
        return max(0, math.ceil((gap - abs(now - ticket.counted_at)).total_seconds()))

    def pass_too_soon(self, ticket: Ticket, now: datetime) -> PassTooSoon | None:
        """Why the called ticket may not be passed yet; None when it may (4.5)."""
        missed, seconds = self.settings.missed, self.seconds_to_next_count(ticket, now)
        if ticket.counted >= missed.calls and not seconds:
            return None
        return PassTooSoon(
            number=ticket.number,
            called=ticket.counted,
            needed=missed.calls,
            gap=missed.gap_seconds,
            seconds=seconds,
        )

    def group(self, code: str) -> GroupSettings:
        """The priority group with that code; raises UnknownGroup."""
        try:
            return self.groups[code]
        except KeyError:
            known = _("、").join(f"{each.code} ({each.label})" for each in self.groups.values())
            raise UnknownGroup(group=code, known=known) from None

    def category(self, code: str) -> CategorySettings:
        """The category with that code; raises UnknownCategory."""
        try:
            return self.categories[code]
        except KeyError:
            known = _("、").join(f"{each.code} ({each.label})" for each in self.categories.values())
            raise UnknownCategory(category=code, known=known) from None

    def window(self, number: int | str | None) -> WindowSettings:
        """The settings of a window by its number, or by what a hand typed; raises UnknownWindow."""
        if not isinstance(number, int):
            number = (number or "").strip()
            number = int(number) if number.isdecimal() else number
        found = self.windows.get(number) if isinstance(number, int) else None
        if found is None:
            known = _("、").join(str(each) for each in sorted(self.windows))
            raise UnknownWindow(window=number, known=known)
        return found

    def printer(
        self, name: str | None, *, kiosk: str = "", window: int | None = None
    ) -> str | None:
        """The printer of that name, else that of the kiosk or window, else the first; None without any.

        Raises UnknownPrinter.
        """
        if name is None:
            printers = self.settings.printer
            of_kiosk = [each.name for each in printers if kiosk in (each.name, *each.kiosks)]
            of_window = [each.name for each in printers if window in each.windows]
            return next(iter([*of_kiosk, *of_window, *self._printers]), None)
        if name not in self._printers:
            raise UnknownPrinter(printer=name, known=_("、").join(self._printers) or "-")
        return name

    def device(self, name: str) -> DeviceKind:
        """What the device of that name is; raises UnknownDevice."""
        for each in self.settings.devices:
            if each.name == name:
                return kind_of(each)
        known = _("、").join(each.name for each in self.settings.devices)
        raise UnknownDevice(device=name, known=known or "-")


class Chosen:
    """What the hall has chosen, shared by everybody in whose hands it is."""

    __slots__ = ("rules",)

    def __init__(self, rules: HallRules) -> None:
        self.rules = rules


_KINDS: Mapping[type[AnyDevice], DeviceKind] = MappingProxyType(
    {
        PrinterSettings: DeviceKind.PRINTER,
        DisplaySettings: DeviceKind.DISPLAY,
        CallFeedSettings: DeviceKind.CALL_FEED,
        VoiceSettings: DeviceKind.VOICE,
        IdReaderSettings: DeviceKind.ID_READER,
        RatingPadSettings: DeviceKind.RATING_PAD,
        CallerPadSettings: DeviceKind.CALLER_PAD,
        ScannerSettings: DeviceKind.SCANNER,
    }
)


def kind_of(settings: AnyDevice) -> DeviceKind:
    """What the settings of a device are for."""
    return _KINDS[type(settings)]
