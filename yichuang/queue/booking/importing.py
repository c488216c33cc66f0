"""Files of bookings that were made online: CSV in, appointments out, all or nothing (requirements E01).

The columns, in any order; all but the last four are required:

| column | |
|---|---|
| `reference` | the booking's name where it was made: taken over once, however often it comes |
| `date`, `time` | of the slot, on the hall's own clock: `2026-03-03`, `9:30` |
| `category` | a category's code; may stay empty where `items` says it |
| `name`, `id_number`, `phone` | who comes; the ID number or the telephone number is there |
| `items` | codes of items, with blanks or `;` between them |
| `code` | the six digits that the visitor was told; drawn here when empty |
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from pathlib import PurePath
from typing import NamedTuple

from yichuang.errors import InvalidBookings, InvalidItems, QueueRefusal, ReferenceDiffers
from yichuang.language import _
from yichuang.queue.appointment.appointment import CODE_DIGITS, Appointment, Channel
from yichuang.queue.booking.booking import booked
from yichuang.queue.command import BookAppointment, ImportAppointments, ImportedBooking
from yichuang.queue.csv_file import (
    Record,
    at_line,
    cells_of,
    csv_records,
    header_problem,
    is_blank,
    is_control,
    nearest,
    quoting_problem,
    shown,
)
from yichuang.queue.desk import Desk, Done
from yichuang.queue.event import EventKind
from yichuang.queue.item_import import decode_csv
from yichuang.queue.person import Visitor, as_visitor

COLUMNS = (
    "reference",
    "date",
    "time",
    "category",
    "id_number",
    "phone",
    "name",
    "items",
    "code",
)
"""The columns of a file of bookings, in any order."""

REQUIRED_COLUMNS = ("reference", "date", "time", "category")
"""Those that cannot be left out; of `id_number` and `phone` one is needed, too."""

LONGEST_REFERENCE = 64
"""Characters."""

_TIME = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})(?:[:：]00)?", re.ASCII)
_CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{7,}[Xx]?")
"""What may be an ID or a telephone number, in any column: who made the file mixed its columns up."""


class ImportContext(NamedTuple):
    """What the lines of a file are read by."""

    categories: Collection[str]
    zone: tzinfo
    """The hall's, in which its times are told."""
    secret: bytes
    """The hall's, under which persons are hashed."""
    draw: Callable[[], tuple[str, ...]]
    """Codes for a booking that brings none."""


def _problem(line: int, reason: str) -> str:
    """What is wrong with a line, fit to be shown and logged."""
    return at_line(line, _masked(reason))


def _masked(text: str) -> str:
    return _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), text)


def read_bookings(
    data: bytes, context: ImportContext, *, path: str | PurePath = "bookings.csv"
) -> list[ImportedBooking]:
    """The bookings of a CSV file in UTF-8 or GBK, who they are for hashed and masked already.

    Raises InvalidBookings with one problem for each bad line, "第 N 行：reason"; an ID or telephone number
    is never repeated in it, in whichever column it stood.
    """
    try:
        text = decode_csv(data, path=path)
    except InvalidItems as error:
        raise InvalidBookings(path=path, problems=list(map(_masked, error.problems))) from None
    records = ((line, record) for line, record in csv_records(text) if not is_blank(record))
    line, header = next(records, (1, []))
    reason = header_problem(header, COLUMNS, REQUIRED_COLUMNS)
    if reason:
        raise InvalidBookings(path=path, problems=[_problem(line, reason)])
    reader = _Reader(context, [cell.strip().casefold() for cell in cells_of(header)])
    found: list[ImportedBooking] = []
    problems: list[str] = []
    for line, record in records:
        booking, reasons = reader.read(line, record)
        if booking is not None:
            found.append(ImportedBooking(line, booking))
        if reasons:
            problems.append(_problem(line, "；".join(reasons)))
    if not found and not problems:
        problems.append(at_line(line, _("只有表头，没有预约")))
    if problems:
        raise InvalidBookings(path=path, problems=problems)
    return found


@dataclass(slots=True)
class _Reader:
    """Reads the lines of one file; remembers the references that it has met."""

    context: ImportContext
    names: list[str]
    lines: dict[str, int] = field(default_factory=dict)
    """Where each reference was met first."""
    problems: list[str] = field(default_factory=list)
    """Of the line that is being read."""

    def read(self, line: int, record: Record) -> tuple[BookAppointment | None, list[str]]:
        """The line's booking, or all that is wrong with it."""
        if isinstance(record, csv.Error):
            return None, [quoting_problem(record)]
        if len(record) != len(self.names):
            reason = _("应有 {expected} 列，实有 {found} 列")
            return None, [reason.format(expected=len(self.names), found=len(record))]
        row = dict.fromkeys(COLUMNS, "")
        row.update(zip(self.names, (cell.strip() for cell in record), strict=True))
        self.problems = [*self._reference_problems(line, row["reference"])]
        start, visitor = self._start(row["date"], row["time"]), self._visitor(row)
        items = tuple(re.split(r"[\s;；、]+", row["items"])) if row["items"] else ()
        codes, category = self._codes(row["code"]), self._category(row["category"], items)
        if self.problems or start is None or visitor is None:
            return None, self.problems
        booking = BookAppointment(
            start=start,
            visitor=visitor,
            category=category or None,
            items=items,
            channel=Channel.ONLINE,
            codes=codes,
            reference=row["reference"],
        )
        return booking, []

    def _reference_problems(self, line: int, reference: str) -> Iterator[str]:
        if not reference:
            yield _("没有 reference（预约在原系统的编号）")
        elif len(reference) > LONGEST_REFERENCE or any(map(is_control, reference)):
            yield _("reference「{reference}」太长，或含有控制字符").format(
                reference=shown(reference)
            )
        else:
            first = self.lines.setdefault(reference, line)
            if first != line:
                yield _("reference {reference} 与第 {first} 行重复").format(
                    reference=shown(reference), first=first
                )

    def _start(self, day: str, clock: str) -> datetime | None:
        on, at = None, None
        with suppress(ValueError):
            year, month, number = map(int, re.split(r"[-/.]", unicodedata.normalize("NFKC", day)))
            on = date(year, month, number)
        match = _TIME.fullmatch(unicodedata.normalize("NFKC", clock))
        with suppress(ValueError):
            at = time(int(match[1]), int(match[2])) if match else None
        if on is None:
            self.problems.append(
                _("date「{date}」不是日期，要写成 2026-03-03").format(date=shown(day))
            )
        if at is None:
            self.problems.append(_("time「{time}」不是时间，要写成 9:30").format(time=shown(clock)))
        return datetime.combine(on, at, self.context.zone) if on and at else None

    def _visitor(self, row: dict[str, str]) -> Visitor | None:
        if not row["id_number"] and not row["phone"]:
            self.problems.append(_("id_number 和 phone 至少要有一样"))
            return None
        secret = self.context.secret
        try:
            return as_visitor(
                secret, id_number=row["id_number"], name=row["name"], phone=row["phone"]
            )
        except QueueRefusal as error:
            self.problems.append(error.message)
            return None

    def _codes(self, code: str) -> tuple[str, ...]:
        if not code:
            return self.context.draw()
        if not _CODE.fullmatch(code):
            self.problems.append(_("code 要写六位数字，或空着"))
        return (code,)

    def _category(self, category: str, items: tuple[str, ...]) -> str:
        if not category and not items:
            self.problems.append(_("没有类别，也没有事项"))
        elif category and category not in self.context.categories:
            self.problems.append(
                _("没有「{category}」这个类别{near}").format(
                    category=shown(category), near=nearest(category, self.context.categories)
                )
            )
        return category


def import_appointments(desk: Desk, command: ImportAppointments) -> Done:
    """Book all that were not taken over before; `Done.counts` says how many are new, and how many known.

    How far ahead the day is was for the system to say in which it was booked. Everything else must hold,
    and where it does not for one booking, none is taken over: raises InvalidBookings.
    """
    new: list[Appointment] = []
    problems: list[str] = []
    known = 0
    for line, booking in command.bookings:
        try:
            found = _taken_over(desk, booking)
            if found is None:
                new.append(booked(desk, booking, any_day=True))
            else:
                known += 1
        except QueueRefusal as error:
            problems.append(_problem(line, error.message))
    if problems:
        raise InvalidBookings(path=command.source, problems=problems)
    if new:
        desk.record(
            EventKind.APPOINTMENTS_IMPORTED, source=command.source, new=len(new), known=known
        )
    return Done(counts=(len(new), known), appointments=tuple(new))


def _taken_over(desk: Desk, booking: BookAppointment) -> Appointment | None:
    """The booking as it was taken over before, whatever has become of it; raises ReferenceDiffers."""
    if booking.reference is None:
        return None
    found = desk.memory.appointment_referenced(booking.reference)
    if found is None:
        return None
    is_same = found.start == booking.start and booking.category in (None, found.category)
    if not is_same:
        raise ReferenceDiffers(reference=shown(booking.reference))
    return found
