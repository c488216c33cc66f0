"""Issuing a number: which line it joins, what it carries, and that nobody gets two by one press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from yichuang.config import CategorySettings
from yichuang.errors import (
    CategoryUnserved,
    DayIsClosed,
    DuplicateTicket,
    ItemElsewhere,
    NeedUnserved,
    NothingAsked,
    RouteRepeats,
    TargetClosed,
    TooManyItems,
    UnknownClass,
    UnknownItem,
    UnknownSlip,
)
from yichuang.language import _
from yichuang.queue.command import IssueTicket
from yichuang.queue.desk import Desk, Done
from yichuang.queue.dispatch import Duty
from yichuang.queue.event import EventKind
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.numbering import ticket_number, tidy_number
from yichuang.queue.opening import refuse_outside_hours
from yichuang.queue.paper import ticket_document, windows_of
from yichuang.queue.ticket import ISSUED_CLASSES, PriorityClass, Ticket, TicketState
from yichuang.queue.wait import Wait
from yichuang.queue.window import WindowState

MOST_ITEMS = 5
"""Items on one ticket (requirements 4.2: "One ticket may carry up to five compatible items")."""

DOUBLE_PRESS = timedelta(seconds=2)
"""The same choice at the same kiosk within this time is one press that bounced."""


def issue_ticket(desk: Desk, command: IssueTicket) -> Done:
    """A new ticket at the end of its line, its number never given before or again that day."""
    slip = _slip(desk, command.slip) if command.slip else None
    if slip is not None:
        command = _as_the_slip_says(command, slip)
    elif command.priority_class not in ISSUED_CLASSES:
        raise UnknownClass(priority_class=command.priority_class.value)
    items = asked_items(desk, command.items)
    command = command._replace(items=tuple(item.code for item in items))
    stops = _slip_stops(desk, slip) if slip is not None else stops_of(desk, command, items)
    category = stops[0]
    if command.group is not None:
        desk.rules.group(command.group)
        command = command._replace(priority_class=PriorityClass.PRIORITY)
    _refuse_unserved(desk, command, stops)
    if command.origin:
        repeated = _pressed_twice(desk, command, category)
        if repeated is not None:
            return repeated
        refuse_closed_day(desk)
        refuse_outside_hours(desk.rules, desk.now, desk.today, category, items)
    refuse_duplicate(desk, command.person, category)
    ticket = draft(desk, category, command.priority_class)._replace(
        items=command.items,
        route=tuple(each.code for each in stops[1:]),
        group=command.group,
        need=command.need,
        person=command.person,
        origin=command.origin,
        target_window=command.window,
    )
    printer = (
        desk.rules.printer(command.printer, kiosk=command.origin) if command.on_paper else None
    )
    done = admit(desk, ticket, items, printer, command.expected)
    if slip is not None and done.ticket is not None:
        desk.memory.save_ticket(slip._replace(redeemed=done.ticket.id))
    return done


def draft(
    desk: Desk,
    category: CategorySettings,
    priority_class: PriorityClass,
    not_before: datetime | None = None,
) -> Ticket:
    """A ticket with its number, at the end of its line; an appointment's place is its slot's."""
    serial = desk.memory.next_serial(category.letter, desk.today)
    slot = None if not_before is None else int(not_before.timestamp())
    return Ticket(
        id=0,
        number=ticket_number(category, serial, priority_class, desk.rules.settings.ticket),
        category=category.code,
        priority_class=priority_class,
        state=TicketState.WAITING,
        business_date=desk.today,
        serial=serial,
        issued_at=desk.now,
        line_order=desk.next_seq if slot is None else slot,
        line_entry=desk.next_seq,
        since=desk.now if not_before is None else max(desk.now, not_before),
        issue_order=desk.next_seq,
        issued_class=priority_class,
        not_before=not_before,
    )


def admit(
    desk: Desk,
    drafted: Ticket,
    items: list[Item],
    printer: str | None,
    expected: Wait | None,
    *,
    appointment: int | None = None,
) -> Done:
    """Keep the ticket, tell the journal, and queue its paper where there is a `printer`.

    `appointment` is the id of the booking that it is given for.
    """
    drafted = desk.in_reach(drafted)
    ticket = desk.placed(drafted._replace(id=desk.memory.add_ticket(drafted)))
    facts: dict[str, Any] = {
        "items": list(ticket.items),
        "route": list(ticket.route),
        "need": ticket.need,
        "origin": ticket.origin,
        "to_window": ticket.target_window,
        "not_before": ticket.not_before.isoformat() if ticket.not_before else None,
        "appointment": appointment,
    }
    desk.record(
        EventKind.TICKET_ISSUED,
        ticket=ticket.id,
        number=ticket.number,
        category=ticket.category,
        priority_class=ticket.priority_class.value,
        **{name: fact for name, fact in facts.items() if fact},
        **(expected.as_facts() if expected is not None else {}),
    )
    job = None
    if printer is not None:
        document = ticket_document(desk, ticket, items, expected)
        job = desk.memory.add_print_job(printer, ticket.id, document, desk.now)
    windows = tuple(windows_of(desk, ticket))
    return Done(ticket=ticket, print_job=job, windows=windows, expected=expected)


def _slip(desk: Desk, typed: str) -> Ticket:
    number = tidy_number(typed)
    slip = desk.memory.slip(number, desk.today)
    if slip is None:
        raise UnknownSlip(number=number)
    return slip


def _as_the_slip_says(command: IssueTicket, slip: Ticket) -> IssueTicket:
    """Who was sent home by an outage asks again for the same, in the priority class (4.10)."""
    return command._replace(
        category=slip.category,
        items=slip.items,
        route=slip.route,
        priority_class=PriorityClass.PRIORITY,
        group=slip.group,
        need=slip.need,
        person=slip.person,
        window=None,
    )


def _slip_stops(desk: Desk, slip: Ticket) -> list[CategorySettings]:
    """What was left to do when the outage came: the stop that it had reached, and those behind it."""
    codes = [slip.category, *(stop.partition("@")[0] for stop in slip.route)]
    return [desk.rules.category(code) for code in dict.fromkeys(codes)]


def asked_items(desk: Desk, codes: tuple[str, ...]) -> list[Item]:
    """The items with those codes, each once; raises TooManyItems or UnknownItem."""
    codes = tuple(dict.fromkeys(codes))
    if len(codes) > MOST_ITEMS:
        raise TooManyItems(most=MOST_ITEMS, count=len(codes))
    return [find_item(desk, code) for code in codes]


def find_item(desk: Desk, code: str) -> Item:
    """The item with that code; raises UnknownItem."""
    item = desk.memory.item(code)
    if item is None or not item.active:
        raise UnknownItem(item=code)
    return item


def stops_of(desk: Desk, command: IssueTicket, items: list[Item]) -> list[CategorySettings]:
    """The categories to visit, in order: the one asked for, those of the items, the further route."""
    codes = list(dict.fromkeys(item.category for item in items))
    if command.category is not None:
        if codes and command.category not in codes:
            belongs = desk.rules.category(codes[0])
            category = desk.rules.category(command.category)
            raise ItemElsewhere(item=items[0].name, belongs=belongs, category=category)
        codes = [command.category, *(code for code in codes if code != command.category)]
    for code in command.route:
        if code in codes[:1] or command.route.count(code) > 1:
            raise RouteRepeats(category=desk.rules.category(code))
        if code not in codes:
            codes.append(code)
    if not codes:
        raise NothingAsked
    return [desk.rules.category(code) for code in codes]


def refuse_closed_day(desk: Desk) -> None:
    """Raises DayIsClosed in a hall that was closed for the day by hand: nobody would call the number."""
    closing = desk.memory.closing(desk.today)
    if closing is not None:
        raise DayIsClosed(reason=closing.reason or _("收工"))


def _refuse_unserved(desk: Desk, command: IssueTicket, stops: list[CategorySettings]) -> None:
    duties = desk.duties()
    if command.window is not None:
        refuse_closed_target(desk, command.window)
    # Also of a ticket for one window: others get it when that window closes.
    if command.need and not any(duty.may_call(stops[0].code, command.need) for duty in duties):
        here = {need for duty in duties for code, need in duty.lines if code == stops[0].code}
        known = sorted(need for need in here if need)
        raise NeedUnserved(
            category=stops[0],
            need=need_label(command.need),
            known=_("、").join(need_label(need) for need in known) or "-",
        )
    for category in stops:
        refuse_unserved(duties, category)


def refuse_unserved(duties: Sequence[Duty], category: CategorySettings) -> None:
    """Raises CategoryUnserved when no window serves the category: its tickets would wait for ever."""
    if not any(category.code in duty.serves for duty in duties):
        raise CategoryUnserved(category=category)


def refuse_closed_target(desk: Desk, window: int) -> None:
    """Raises UnknownWindow, or TargetClosed for a window where nobody is on duty."""
    desk.rules.window(window)
    if desk.memory.window(window).state is WindowState.CLOSED:
        raise TargetClosed(window=window)


def served_category(desk: Desk, code: str) -> CategorySettings:
    """The category with that code; raises UnknownCategory or CategoryUnserved."""
    category = desk.rules.category(code)
    refuse_unserved(desk.duties(), category)
    return category


def _pressed_twice(desk: Desk, command: IssueTicket, category: CategorySettings) -> Done | None:
    last = desk.memory.last_from(command.origin, desk.today)
    # A clock that was put back must not make everybody's press the former visitor's.
    if last is None or abs(desk.now - last.issued_at) >= DOUBLE_PRESS:
        return None
    asked = last._replace(category=category.code, need=command.need)
    is_same = (last.category, last.items, last.issued_class, last.need, last.person) == (
        category.code,
        command.items,
        command.priority_class,
        desk.in_reach(asked).need,
        command.person,
    )
    if not is_same:
        return None
    return Done(
        desk.placed(last),
        print_job=desk.memory.last_print_job(last.id),
        windows=tuple(windows_of(desk, last)),
        is_repeat=True,
    )


def refuse_duplicate(desk: Desk, person: str | None, category: CategorySettings) -> None:
    """One open ticket per person and category, where a person is known (4.2); raises DuplicateTicket."""
    if person is None:
        return
    found = desk.memory.open_ticket_of(person, category.code, desk.today)
    if found is not None:
        raise DuplicateTicket(category=category, number=found.number, state=found.state)
