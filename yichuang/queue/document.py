"""What stands on a ticket, before any thought of paper width or printer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple


class SheetStyle(StrEnum):
    """How a line of a sheet stands out."""

    TITLE = "title"
    NUMBER = "number"
    HEADING = "heading"
    STRONG = "strong"
    PLAIN = "plain"
    RULE = "rule"
    """A line across the paper, without a text."""


class SheetLine(NamedTuple):
    """A line of a sheet that is no ticket, before any thought of paper width."""

    text: str
    style: SheetStyle = SheetStyle.PLAIN


@dataclass(frozen=True, slots=True)
class TicketDocument:
    """The ticket as a document; a printer lays it out (requirements 4.3).

    It never holds a name, an ID number or the reason of a priority: only the mark 优先 (requirements 5).
    Every text is already in the hall's language.
    """

    hall: str
    """The hall's full name."""
    number: str
    """The ticket number, printed large."""
    category: str
    """The category's name."""
    issued_at: str
    """Date and time in the hall's zone, `YYYY-MM-DD HH:MM:SS`."""
    ahead: int
    """How many tickets are ahead."""
    windows: str = ""
    """Where to wait for the call, such as `3、4 号窗口`; empty when not known."""
    item: str = ""
    """The item's name; empty when none was chosen or when it is of a private kind."""
    item_alias: str = ""
    """A short name of the item for narrow paper; empty when there is none."""
    more_items: tuple[str, ...] = ()
    """Short names of further items, four at most."""
    route: str = ""
    """The categories of a joint route, such as `联办：社会事务 → 纳税服务`; empty for one."""
    mark: str = ""
    """优先 for the green channel, 预约 with its time for an appointment, else empty."""
    need: str = ""
    """A skill or a special kind of window that was asked for."""
    expected: str = ""
    """How long it will likely take, as a phrase; empty when not known."""
    valid_on: str = ""
    """For a priority slip the date on which it is good, `YYYY-MM-DD`; the paper is then titled so."""
    hints: tuple[str, ...] = ()
    """Lines of advice at the foot."""
    complaint_phone: str = ""
    """The complaint phone (C08)."""
    reprint: bool = False
    """Whether this is a second copy; it then carries 补打."""
    code: str = ""
    """What the code on the paper says, for rating and enquiry; empty for none."""
    test: bool = False
    """Whether this is a test page of the printer, and no ticket."""
    sheet: tuple[SheetLine, ...] = ()
    """The lines of a sheet, which is no ticket either: nothing else of the document is then printed."""

    def as_json(self) -> dict[str, Any]:
        """The document for a device job's row."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TicketDocument:
        """The document back from a device job's row."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in data.items() if name in known}
        lists = {name: tuple(kept.get(name, ())) for name in ("hints", "more_items")}
        sheet = tuple(SheetLine(text, SheetStyle(style)) for text, style in kept.get("sheet", ()))
        return cls(**{**kept, **lists, "sheet": sheet})
