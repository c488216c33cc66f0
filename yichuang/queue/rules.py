"""What this hall has chosen, in the form the rules use: its categories, windows and limits."""

from __future__ import annotations

from datetime import timedelta

from yichuang.config import CategorySettings, Settings, WindowSettings
from yichuang.errors import CategoryUnserved, UnknownCategory, UnknownPrinter, UnknownWindow
from yichuang.language import _
from yichuang.queue.dispatch import DispatchPolicy, StrictOrder

UNDO_WITHIN = timedelta(seconds=30)
"""How long a slipped key can be undone."""


class HallRules:
    """The settings of one hall, looked up by code and number."""

    def __init__(self, settings: Settings, policy: DispatchPolicy | None = None) -> None:
        self.settings = settings
        self.zone = settings.zone
        self.policy = policy or StrictOrder()
        self.categories = {category.code: category for category in settings.category}
        self.windows = {window.number: window for window in settings.window}
        self._printers = [printer.name for printer in settings.printer]
        self._serving = {
            code: [number for number, window in self.windows.items() if code in window.serves]
            for code in self.categories
        }

    def category(self, code: str) -> CategorySettings:
        """The category with that code; raises UnknownCategory."""
        try:
            return self.categories[code]
        except KeyError:
            known = _("、").join(f"{each.code} ({each.label})" for each in self.categories.values())
            raise UnknownCategory(category=code, known=known) from None

    def served_category(self, code: str) -> CategorySettings:
        """The category, which some window serves; raises UnknownCategory or CategoryUnserved."""
        category = self.category(code)
        if not self._serving[code]:
            raise CategoryUnserved(category=category)
        return category

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

    def windows_owning(self, code: str) -> list[int]:
        """The windows for which the category is their own, else those that help with it."""
        own = [number for number, each in self.windows.items() if code in each.categories]
        return own or self._serving[code]

    def printer(self, name: str | None) -> str | None:
        """The printer of that name, or the first; None where the hall has none.

        Raises UnknownPrinter.
        """
        if name is None:
            return self._printers[0] if self._printers else None
        if name not in self._printers:
            raise UnknownPrinter(printer=name, known=_("、").join(self._printers) or "-")
        return name
