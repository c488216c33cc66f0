"""Issuing a number, and what the entrance does with it later: reprint, cancel, reinstate."""

from __future__ import annotations

from yichuang.errors import (
    ItemElsewhere,
    NeverPrinted,
    ReturnsExhausted,
    UnknownItem,
)
from yichuang.language import N_, text_in
from yichuang.queue.command import CancelTicket, IssueTicket, ReinstateTicket, ReprintTicket
from yichuang.queue.desk import Desk, Done
from yichuang.queue.document import TicketDocument
from yichuang.queue.event import EventKind
from yichuang.queue.item import Item
from yichuang.queue.numbering import ticket_number
from yichuang.queue.ticket import Move, PriorityClass, Ticket, TicketState
from yichuang.text import one_line

PRIORITY_MARK = N_("优先")
"""What the paper says of the green channel; never why (requirements 5)."""

_WINDOWS = N_("{windows} 号窗口")


def issue_ticket(desk: Desk, command: IssueTicket) -> Done:
    """A new ticket at the end of its line, its number never given before or again that day."""
    rules = desk.rules
    category = rules.served_category(command.category)
    item = _item_of(desk, command)
    printer = rules.printer(command.printer) if command.on_paper else None
    serial = desk.memory.next_serial(category.letter, desk.today)
    number = ticket_number(category, serial, command.priority_class, rules.settings.ticket)
    ticket = Ticket(
        id=0,
        number=number,
        category=category.code,
        priority_class=command.priority_class,
        state=TicketState.WAITING,
        business_date=desk.today,
        serial=serial,
        issued_at=desk.now,
        line_order=desk.next_seq,
        line_entry=desk.next_seq,
        item=command.item,
    )
    ticket = ticket._replace(id=desk.memory.add_ticket(ticket), ahead=desk.memory.ahead_of(ticket))
    desk.record(
        EventKind.TICKET_ISSUED,
        ticket=ticket.id,
        number=number,
        category=category.code,
        priority_class=command.priority_class.value,
    )
    job = None
    if printer is not None:
        document = ticket_document(desk, ticket, item)
        job = desk.memory.add_print_job(printer, ticket.id, document, desk.now)
    return Done(ticket=ticket, print_job=job)


def _item_of(desk: Desk, command: IssueTicket) -> Item | None:
    if command.item is None:
        return None
    item = desk.memory.item(command.item)
    if item is None:
        raise UnknownItem(item=command.item)
    if item.category != command.category:
        belongs = desk.rules.category(item.category)
        category = desk.rules.category(command.category)
        raise ItemElsewhere(item=item.name, belongs=belongs, category=category)
    return item


def ticket_document(
    desk: Desk, ticket: Ticket, item: Item | None, *, reprint: bool = False
) -> TicketDocument:
    """The ticket's paper. An item of a private kind is not named on it (requirements 5)."""
    settings = desk.rules.settings
    shown = item if item is not None and not item.private else None
    is_priority = ticket.priority_class is PriorityClass.PRIORITY
    return TicketDocument(
        hall=settings.hall.name,
        number=ticket.number,
        category=desk.rules.category(ticket.category).name_in(settings.hall.language),
        issued_at=ticket.issued_at.astimezone(desk.rules.zone).strftime("%Y-%m-%d %H:%M:%S"),
        ahead=ticket.ahead,
        windows=_where_to_wait(desk, ticket.category),
        item=shown.name if shown else "",
        item_alias=shown.alias if shown else "",
        mark=text_in(settings.hall.language, PRIORITY_MARK) if is_priority else "",
        hints=tuple(text_in(settings.hall.language, hint) for hint in settings.ticket.hints),
        complaint_phone=settings.hall.complaint_phone,
        reprint=reprint,
    )


def _where_to_wait(desk: Desk, category: str) -> str:
    """The windows of a category, with their zones where the hall has any (A07)."""
    language = desk.rules.settings.hall.language
    zones: dict[str, list[str]] = {}
    for number in desk.rules.windows_owning(category):
        zones.setdefault(desk.rules.windows[number].zone, []).append(str(number))
    mark = text_in(language, "、")
    places = [f"{zone} {mark.join(numbers)}".strip() for zone, numbers in zones.items()]
    return text_in(language, _WINDOWS).format(windows=mark.join(places))


def reprint_ticket(desk: Desk, command: ReprintTicket) -> Done:
    """Queue one more copy, marked 补打 by its document; raises NeverPrinted without a printer."""
    printer = desk.rules.printer(command.printer)
    if printer is None:
        raise NeverPrinted
    ticket = desk.numbered(command.number)
    if ticket.state is TicketState.WAITING:
        ticket = ticket._replace(ahead=desk.memory.ahead_of(ticket))
    item = desk.memory.item(ticket.item) if ticket.item else None
    desk.record(EventKind.TICKET_REPRINTED, ticket=ticket.id, number=ticket.number)
    document = ticket_document(desk, ticket, item, reprint=True)
    job = desk.memory.add_print_job(printer, ticket.id, document, desk.now)
    return Done(ticket=ticket, print_job=job)


def cancel_ticket(desk: Desk, command: CancelTicket) -> Done:
    """End a ticket that was not served; its number is not given again."""
    before = desk.numbered(command.number)
    state = before.moved(Move.CANCEL)
    if before.state is TicketState.CALLED and before.call is not None:
        desk.memory.end_call(before.call, desk.now, state)
    reason = one_line(command.reason or "") or None
    ticket = before._replace(state=state, ended_at=desk.now, reason=reason, target_window=None)
    desk.memory.save_ticket(ticket)
    desk.record(
        EventKind.TICKET_CANCELLED,
        ticket=ticket.id,
        window=before.window if before.state is TicketState.CALLED else None,
        number=ticket.number,
        reason=reason,
        former=before.state.value,
    )
    return Done(ticket=ticket)


def reinstate_ticket(desk: Desk, command: ReinstateTicket) -> Done:
    """Bring a passed ticket back behind `put_back` others of its line (requirements 4.5, 4.11)."""
    before = desk.numbered(command.number)
    state = before.moved(Move.REINSTATE)
    missed = desk.rules.settings.missed
    if before.reinstated >= missed.returns:
        raise ReturnsExhausted(number=before.number, times=before.reinstated)
    place = before.line_order
    if missed.put_back:
        behind = desk.memory.nth_waiting(before.category, before.priority_class, missed.put_back)
        place = behind.line_order if behind else before.line_order
    ticket = before._replace(
        state=state,
        window=None,
        called_at=None,
        started_at=None,
        ended_at=None,
        reason=None,
        reinstated=before.reinstated + 1,
        line_order=max(place, before.line_order),
        line_entry=desk.next_seq,
    )
    desk.memory.save_ticket(ticket)
    desk.record(EventKind.TICKET_REINSTATED, ticket=ticket.id, number=ticket.number)
    return Done(ticket=ticket._replace(ahead=desk.memory.ahead_of(ticket)))
