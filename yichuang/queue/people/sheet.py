"""Sheets about people that hang in the hall: the whereabouts board and a window's sign."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from yichuang.queue.people.staff import Staff


class SheetKind(StrEnum):
    """What is printed."""

    WHEREABOUTS = "whereabouts"
    """去向公示牌 (H02, H03)."""
    WINDOW = "window"
    """窗口标识牌 (B14, C02, C03, C07)."""


class SheetPerson(NamedTuple):
    """One person as a sheet names that one."""

    staff: Staff
    standing: str
    """Where the person is, or which place the person has at the window."""
    note: str = ""


class WhereaboutsSheet(NamedTuple):
    """Everybody by department (H03: department, name, photo, telephone, state)."""

    hall: str
    at: str
    """The date and the time at which it was right."""
    departments: tuple[tuple[str, tuple[SheetPerson, ...]], ...]
    complaint_phone: str
    foot: str = ""


class WindowSheet(NamedTuple):
    """One window's sign (B14: number, department, telephones, clerk's name and badge number)."""

    hall: str
    at: str
    window: int
    label: str
    """What the window is called besides its number."""
    categories: tuple[str, ...]
    department: str
    phone: str
    """Where to call the window; empty when nobody's number is known."""
    complaint_phone: str
    """The supervision telephone."""
    people: tuple[SheetPerson, ...]
    """Its clerk, then those who stand in."""
