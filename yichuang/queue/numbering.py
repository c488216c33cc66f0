"""Ticket numbers: a letter, a count, and at most one mark before them (requirements 4.1)."""

from __future__ import annotations

import re
import unicodedata

from yichuang.config import CategorySettings, TicketSettings
from yichuang.queue.ticket import PriorityClass
from yichuang.text import harmless


def ticket_number(
    category: CategorySettings, serial: int, priority_class: PriorityClass, settings: TicketSettings
) -> str:
    """The printed number, such as `A012` or `VA012`; past `A999` comes `A1000`."""
    prefixes = {
        PriorityClass.PRIORITY: settings.priority_prefix,
        PriorityClass.APPOINTMENT: settings.appointment_prefix,
    }
    prefix = prefixes.get(priority_class, "")
    return f"{prefix}{category.letter}{serial:0{settings.digits}d}"


def tidy_number(typed: str) -> str:
    """A number as a hand or an input method types it (`ａ012`, ` a 012`), in its printed form."""
    return re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", harmless(typed))).upper()
