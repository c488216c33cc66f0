"""What stands on the sheets about people, and printing one on a ticket printer."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from datetime import datetime
from itertools import groupby

from yichuang.errors import NeverPrinted
from yichuang.language import _, use_language
from yichuang.queue.desk import Desk, Done
from yichuang.queue.document import SheetLine, SheetStyle, TicketDocument
from yichuang.queue.event import EventKind
from yichuang.queue.oversight.search import IN_FACTS
from yichuang.queue.people.command import PrintSheet
from yichuang.queue.people.post import Place, Post
from yichuang.queue.people.sheet import SheetKind, SheetPerson, WhereaboutsSheet, WindowSheet
from yichuang.queue.people.staff import Staff
from yichuang.queue.personnel.view import PersonView, view_people
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules


def view_whereabouts_sheet(records: Records, rules: HallRules, now: datetime) -> WhereaboutsSheet:
    """Where everybody is now, by department."""
    people = view_people(records, rules, now)
    departments = groupby(people, key=lambda each: each.staff.department)
    return WhereaboutsSheet(
        hall=rules.settings.hall.name,
        at=_at(rules, now),
        departments=tuple((name, tuple(map(_whereabouts, found))) for name, found in departments),
        complaint_phone=rules.settings.hall.complaint_phone,
        foot=rules.settings.staff.whereabouts_board,
    )


def _whereabouts(view: PersonView) -> SheetPerson:
    state = view.state.label if view.state else "-"
    if view.duty is not None:
        state += " " + _("{window} 号窗口").format(window=view.duty.window)
    return SheetPerson(view.staff, state, view.whereabouts.note if view.whereabouts else "")


def view_window_sheet(
    records: Records, rules: HallRules, now: datetime, window: int
) -> WindowSheet:
    """The sign of a window, with whoever is on duty there, else the clerk of the post.

    Raises UnknownWindow.
    """
    settings = rules.window(window)
    people = tuple(_people_of(records, window))
    duty = rules.duty(records.window(window), None)
    first = next((each.staff for each in people), Staff("", ""))
    return WindowSheet(
        hall=rules.settings.hall.name,
        at=_at(rules, now),
        window=window,
        label=settings.name or settings.label,
        categories=tuple(rules.category(code).label for code in duty.own),
        department=first.department or rules.settings.hall.name,
        phone=next((each.staff.phone for each in people if each.staff.phone), ""),
        complaint_phone=rules.settings.hall.complaint_phone,
        people=people,
    )


def _people_of(records: Records, window: int) -> Iterator[SheetPerson]:
    """Whoever is there, then the others of the post in their order."""
    post = next((each for each in records.posts() if each.window == window), Post(window))
    duty = records.on_duty(window)
    places = dict.fromkeys(post.b, Place.B)
    if post.a is not None:
        places = {post.a: Place.A, **places}
    badges = [*([duty.badge] if duty else []), *places]
    for badge in dict.fromkeys(badges):
        person = records.staff_member(badge)
        if person is not None and person.active:
            place = places.get(badge)
            yield SheetPerson(person, place.label if place else "")


def _at(rules: HallRules, now: datetime) -> str:
    return now.astimezone(rules.zone).strftime("%Y-%m-%d %H:%M")


# --- on paper --------------------------------------------------------------------------------------


def sheet_title(kind: SheetKind) -> str:
    """What the sheet is called."""
    return {SheetKind.WHEREABOUTS: _("去向公示牌"), SheetKind.WINDOW: _("窗口标识牌")}[kind]


def sheet_lines(sheet: WhereaboutsSheet | WindowSheet) -> tuple[SheetLine, ...]:
    """The sheet as the lines of a strip of paper, before any thought of its width."""
    if isinstance(sheet, WindowSheet):
        return tuple(_window_lines(sheet))
    return tuple(_whereabouts_lines(sheet))


def _whereabouts_lines(sheet: WhereaboutsSheet) -> Iterator[SheetLine]:
    yield SheetLine(sheet.hall, SheetStyle.HEADING)
    yield SheetLine(sheet_title(SheetKind.WHEREABOUTS), SheetStyle.TITLE)
    for name, people in sheet.departments:
        yield SheetLine("", SheetStyle.RULE)
        if name:
            yield SheetLine(name, SheetStyle.HEADING)
        for each in people:
            yield SheetLine("  ".join(_known(each.staff.name, each.standing)), SheetStyle.STRONG)
            yield from map(SheetLine, _known("  ".join(_known(each.staff.phone, each.note))))
    yield from _foot(sheet.foot, sheet.complaint_phone, sheet.at)


def _window_lines(sheet: WindowSheet) -> Iterator[SheetLine]:
    yield SheetLine(sheet.hall, SheetStyle.HEADING)
    yield SheetLine(str(sheet.window), SheetStyle.NUMBER)
    yield SheetLine(sheet.label, SheetStyle.TITLE)
    yield SheetLine(_("、").join(sheet.categories), SheetStyle.HEADING)
    yield SheetLine("", SheetStyle.RULE)
    yield SheetLine(_("单位：{unit}").format(unit=sheet.department))
    if sheet.phone:
        yield SheetLine(_("联系电话：{phone}").format(phone=sheet.phone))
    for each in sheet.people:
        person = each.staff
        yield SheetLine("", SheetStyle.RULE)
        named = _("{name}  工号 {badge}").format(name=person.name, badge=person.badge)
        yield SheetLine("  ".join(_known(each.standing, named)), SheetStyle.STRONG)
        yield from map(SheetLine, _known(person.post))
        if person.duty:
            yield SheetLine(_("职责：{duty}").format(duty=person.duty))
    yield from _foot("", sheet.complaint_phone, sheet.at)


def _foot(text: str, phone: str, at: str) -> Iterator[SheetLine]:
    yield SheetLine("", SheetStyle.RULE)
    yield from map(SheetLine, _known(text))
    if phone:
        yield SheetLine(_("监督电话：{phone}").format(phone=phone), SheetStyle.STRONG)
    yield SheetLine(at)


def _known(*texts: str) -> list[str]:
    return [text for text in texts if text]


def print_sheet(desk: Desk, command: PrintSheet) -> Done:
    """Queue a sheet on a ticket printer, in the hall's own language.

    Raises UnknownPrinter, NeverPrinted without any; UnknownWindow.
    """
    printer = desk.rules.printer(command.printer, window=command.window)
    if printer is None:
        raise NeverPrinted
    document = copy_context().run(_document, desk, command)
    facts = {IN_FACTS: command.window} if command.window is not None else {}
    desk.record(EventKind.SHEET_PRINTED, sheet=command.kind.value, printer=printer, **facts)
    return Done(print_job=desk.memory.add_print_job(printer, None, document, desk.now))


def _document(desk: Desk, command: PrintSheet) -> TicketDocument:
    use_language(desk.rules.settings.hall.language)
    sheet: WhereaboutsSheet | WindowSheet
    if command.kind is SheetKind.WHEREABOUTS:
        sheet = view_whereabouts_sheet(desk.memory, desk.rules, desk.now)
    else:
        window = command.window or 0
        sheet = view_window_sheet(desk.memory, desk.rules, desk.now, window)
    return TicketDocument(
        hall=sheet.hall,
        number="",
        category=sheet_title(command.kind),
        issued_at=sheet.at,
        ahead=0,
        sheet=sheet_lines(sheet),
    )
