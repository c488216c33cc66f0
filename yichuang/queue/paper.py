"""What stands on a ticket's paper, and printing it once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yichuang.errors import NeverPrinted
from yichuang.language import N_, text_in
from yichuang.queue.command import ReprintTicket
from yichuang.queue.desk import Desk, Done, because
from yichuang.queue.document import TicketDocument
from yichuang.queue.event import EventKind
from yichuang.queue.item import Item
from yichuang.queue.need import need_text
from yichuang.queue.ticket import PriorityClass, Ticket
from yichuang.queue.ticket_code import ticket_code
from yichuang.queue.wait import Wait

_MARKS = {
    PriorityClass.PRIORITY: N_("优先"),
    PriorityClass.APPOINTMENT: N_("预约"),
}
"""What the paper says of a class; never why (requirements 5)."""

_WINDOWS = N_("{windows} 号窗口")
_SLOT = N_("{mark} {time} 起叫号")
_ROUTE = N_("联办：{stops}")
_ABOUT = N_("约 {minutes} 分钟")
_EXPECTED = N_("约 {minutes} 分钟，多数人不超过 {high} 分钟")


def ticket_document(
    desk: Desk,
    ticket: Ticket,
    items: Sequence[Item],
    expected: Wait | None = None,
    *,
    reprint: bool = False,
) -> TicketDocument:
    """The ticket's paper. An item of a private kind is not named on it (requirements 5)."""
    settings = desk.rules.settings
    language = settings.hall.language
    shown = [item for item in items if not item.private]
    stops = [ticket.category, *(stop.partition("@")[0] for stop in ticket.route)]
    names = [desk.rules.category(code).name_in(language) for code in stops]
    return TicketDocument(
        hall=settings.hall.name,
        number=ticket.number,
        category=names[0],
        issued_at=_local(desk, ticket).strftime("%Y-%m-%d %H:%M:%S"),
        ahead=ticket.ahead,
        windows=_where_to_wait(desk, ticket),
        item=shown[0].name if shown else "",
        item_alias=shown[0].alias if shown else "",
        more_items=tuple(item.alias or item.name for item in shown[1:]),
        route=text_in(language, _ROUTE).format(stops=" → ".join(names)) if ticket.route else "",
        mark=_mark(desk, ticket, language),
        need=need_text(ticket.need, language),
        expected=_expected(expected, language),
        valid_on=ticket.valid_on.isoformat() if ticket.valid_on else "",
        hints=tuple(text_in(language, hint) for hint in settings.ticket.hints),
        complaint_phone=settings.hall.complaint_phone,
        reprint=reprint,
        code=ticket_code(ticket) if settings.prints_qr else "",
    )


def _expected(expected: Wait | None, language: str) -> str:
    if expected is None:
        return ""
    both = expected.high_minutes > expected.minutes
    return text_in(language, _EXPECTED if both else _ABOUT).format(
        minutes=expected.minutes, high=expected.high_minutes
    )


def _local(desk: Desk, ticket: Ticket) -> datetime:
    return ticket.issued_at.astimezone(desk.rules.zone)


def _mark(desk: Desk, ticket: Ticket, language: str) -> str:
    mark = text_in(language, _MARKS[ticket.issued_class]) if ticket.issued_class in _MARKS else ""
    if ticket.not_before is None:
        return mark
    slot = ticket.not_before.astimezone(desk.rules.zone).strftime("%H:%M")
    return text_in(language, _SLOT).format(mark=mark, time=slot)


def _where_to_wait(desk: Desk, ticket: Ticket) -> str:
    """The windows that may call it, with their zones where the hall has any (A07)."""
    language = desk.rules.settings.hall.language
    zones: dict[str, list[str]] = {}
    for number in windows_of(desk, ticket):
        zones.setdefault(desk.rules.windows[number].zone, []).append(str(number))
    mark = text_in(language, "、")
    windows = text_in(language, _WINDOWS)
    if len(zones) < 2:
        places = [f"{zone} {mark.join(numbers)}".strip() for zone, numbers in zones.items()]
        return windows.format(windows=places[0]) if places else ""
    # Each zone says its own windows, so that none is looked for in another one's zone.
    return text_in(language, "，").join(
        f"{zone} {windows.format(windows=mark.join(numbers))}".strip()
        for zone, numbers in sorted(zones.items(), key=lambda each: not each[0])
    )


def windows_of(desk: Desk, ticket: Ticket) -> list[int]:
    """The windows for which its category is their own, else those that help with it."""
    if ticket.target_window is not None:
        return [ticket.target_window]
    duties = [duty for duty in desk.duties() if duty.may_call(ticket.category, ticket.need)]
    session = desk.rules.hours.at(desk.now).session
    if session is not None and session.windows is not None:
        # Over noon only some windows work.
        duties = [duty for duty in duties if duty.window in session.windows] or duties
    own = [duty.window for duty in duties if ticket.category in duty.own]
    return own or [duty.window for duty in duties]


def reprint_ticket(desk: Desk, command: ReprintTicket) -> Done:
    """Queue one more copy, marked 补打 by its document; raises NeverPrinted without a printer."""
    printer = desk.rules.printer(command.printer, window=command.window)
    if printer is None:
        raise NeverPrinted
    ticket = desk.placed(desk.numbered(command.number))
    items = desk.items_of(ticket)
    desk.record(
        EventKind.TICKET_REPRINTED,
        ticket=ticket.id,
        number=ticket.number,
        **because(command.reason),
    )
    document = ticket_document(desk, ticket, items, reprint=True)
    job = desk.memory.add_print_job(printer, ticket.id, document, desk.now)
    return Done(ticket=ticket, print_job=job)
