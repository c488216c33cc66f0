"""Rows to put into a store by hand."""

from __future__ import annotations

from datetime import date, datetime

from tests.halls import MORNING
from yichuang.queue.dispatch import CallRule, Duty
from yichuang.queue.document import TicketDocument
from yichuang.queue.event import Event, EventKind
from yichuang.queue.item import Item
from yichuang.queue.ports import Memory
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState

TODAY = date(2026, 3, 2)


_BY_ISSUE = (PriorityClass.ORDINARY, PriorityClass.PRIORITY, PriorityClass.APPOINTMENT)


def new_ticket(
    serial: int,
    *,
    letter: str = "A",
    category: str = "tax",
    priority_class: PriorityClass = PriorityClass.ORDINARY,
    on: date = TODAY,
    order: int | None = None,
    entry: int | None = None,
    items: tuple[str, ...] = (),
    need: str = "",
    not_before: datetime | None = None,
    person: str | None = None,
    origin: str = "",
) -> Ticket:
    """A ticket that has just been issued."""
    place = order if order is not None else serial
    return Ticket(
        id=0,
        number=f"{letter}{serial:03d}",
        category=category,
        priority_class=priority_class,
        state=TicketState.WAITING,
        business_date=on,
        serial=serial,
        issued_at=MORNING,
        line_order=place,
        line_entry=entry if entry is not None else place,
        since=MORNING,
        issue_order=place,
        issued_class=priority_class if priority_class in _BY_ISSUE else PriorityClass.ORDINARY,
        items=items,
        need=need,
        not_before=not_before,
        person=person,
        origin=origin,
    )


def duty(window: int, *own: str, needs: tuple[str, ...] = ("",)) -> Duty:
    """A window with these categories of its own."""
    return Duty(window, own, (), needs, ())


def keep(memory: Memory, ticket: Ticket) -> Ticket:
    """Add a ticket; the ticket as the memory now has it."""
    kept = memory.ticket(memory.add_ticket(ticket))
    assert kept is not None
    return kept


def call_to(memory: Memory, ticket: Ticket, window: int, at: datetime = MORNING) -> Ticket:
    """Call a ticket to a window, as the rules do."""
    call = memory.open_call(ticket, window, at, CallRule.OWN)
    memory.save_ticket(
        ticket._replace(
            state=TicketState.CALLED,
            call=call,
            first_called_at=ticket.first_called_at or at,
            calls=ticket.calls + 1,
        )
    )
    called = memory.ticket(ticket.id)
    assert called is not None
    return called


def note(memory: Memory, ticket: int | None = None, window: int | None = None) -> int:
    """Append some event to the journal."""
    event = Event(EventKind.TICKET_ISSUED, ticket, window, {"number": "A001", "原因": None})
    return memory.record(event, at=MORNING, business_date=TODAY, actor="1001")


def document(number: str = "A001") -> TicketDocument:
    """What stands on a ticket."""
    return TicketDocument(
        hall="郑陆镇为民服务中心",
        number=number,
        category="纳税服务",
        issued_at="2026-03-02 09:00:00",
        ahead=2,
        hints=("请在等候区休息",),
    )


def item(code: str, name: str = "某事项", category: str = "tax") -> Item:
    """One item of the catalogue."""
    return Item(
        code=code,
        name=name,
        alias=name,
        department="",
        category=category,
        group="",
        private=False,
        sample=False,
        initials="msx",
        alias_initials="msx",
    )
