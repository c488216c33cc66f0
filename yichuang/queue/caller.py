"""What the keys of a caller pad do in the hall, and the sentence that answers each (hardware 12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

from yichuang.config.device import CallerAction
from yichuang.errors import QueueRefusal, UnknownTicket, WindowIdle
from yichuang.language import N_, _
from yichuang.queue.late import is_in_time
from yichuang.queue.numbering import ticket_number
from yichuang.queue.ports import Records
from yichuang.queue.rules import HallRules
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.view import today
from yichuang.queue.window import Window, WindowState

ACTION_LABELS: dict[CallerAction, str] = {
    "next": N_("叫下一个"),
    "recall": N_("再叫一次"),
    "start": N_("开始办理"),
    "finish": N_("办结"),
    "start_finish": N_("开始办理，再按办结"),
    "pass": N_("过号"),
    "transfer": N_("转到窗口"),
    "pause": N_("暂停或恢复服务"),
    "enter": N_("确认输入的数字"),
}
"""What each action is called, in the order in which teach-in asks for them; `_()` them where shown."""

_Act = Callable[[Hall, int, str, str], Awaitable[str]]


async def press(hall: Hall, window: int, action: CallerAction, digits: str, actor: str = "") -> str:
    """Do what the key means at that window; a short sentence that says what came of it.

    What the rules refuse is told in the sentence and changes nothing: a ticket that is called or served
    there is never lost by a press of `next`. `digits` are a number's for `enter`, and a window's for
    `transfer`. Without an `actor` it is whoever is signed in at the window (B10). Raises StoreError.
    """
    if not actor and (duty := await hall.people.on_duty(window)) is not None:
        actor = duty.badge
    try:
        return await _ACTS[action](hall, window, digits, actor)
    except QueueRefusal as refusal:
        return refusal.message


async def _next(hall: Hall, window: int, _digits: str, actor: str) -> str:
    return _told((await hall.call_next(window, actor=actor)).ticket)


async def _recall(hall: Hall, window: int, _digits: str, actor: str) -> str:
    there = await _there(hall, window)
    return _told((await hall.recall(window, ticket=there.number, actor=actor)).ticket)


async def _start(hall: Hall, window: int, _digits: str, actor: str) -> str:
    there = await _there(hall, window)
    return _told((await hall.start(window, ticket=there.number, actor=actor)).ticket)


async def _finish(hall: Hall, window: int, _digits: str, actor: str) -> str:
    there = await _there(hall, window)
    return _told((await hall.finish(window, ticket=there.number, actor=actor)).ticket)


async def _start_or_finish(hall: Hall, window: int, _digits: str, actor: str) -> str:
    """Serve who is called, end who is served."""
    there = await _there(hall, window)
    step = hall.start if there.state is TicketState.CALLED else hall.finish
    return _told((await step(window, ticket=there.number, actor=actor)).ticket)


async def _pass(hall: Hall, window: int, _digits: str, actor: str) -> str:
    there = await _there(hall, window)
    reason = hall.settings.missed.reasons[0]
    done = await hall.pass_(window, reason=reason, ticket=there.number, actor=actor)
    return _told(done.ticket)


async def _transfer(hall: Hall, window: int, digits: str, actor: str) -> str:
    if not digits.isdecimal():
        return _("转移要按窗口号，再按确认")
    there = await _there(hall, window)
    done = await hall.transfer(window, to_window=int(digits), ticket=there.number, actor=actor)
    number = done.ticket.number if done.ticket else ""
    return _("{number} 转到 {window} 号窗口").format(number=number, window=int(digits))


async def _pause(hall: Hall, window: int, _digits: str, actor: str) -> str:
    """Pause, or go on; a window that is closed opens: one without a screen could not otherwise."""
    state = (await hall.look(_window, window)).state
    if state is WindowState.OPEN:
        reason = hall.settings.pause.reasons[0]
        done = await hall.pause_window(window, reason=reason, actor=actor)
    elif state is WindowState.PAUSED:
        done = await hall.resume_window(window, actor=actor)
    else:
        done = await hall.open_window(window, actor=actor)
    label = done.window.state.label if done.window else ""
    return _("{window} 号窗口：{state}").format(window=window, state=label)


async def _enter(hall: Hall, window: int, digits: str, actor: str) -> str:
    if not digits.isdecimal():
        return _("先按号码，再按确认")
    numbers = await hall.look(numbers_of, window, int(digits))
    if not numbers:
        raise UnknownTicket(number=digits)
    if len(numbers) > 1:
        listing = _("、").join(numbers)
        return _("{digits} 可能是 {numbers}：没有叫，请在屏幕上选").format(
            digits=digits, numbers=listing
        )
    return _told((await hall.call(window, numbers[0], actor=actor)).ticket)


_ACTS: dict[CallerAction, _Act] = {
    "next": _next,
    "recall": _recall,
    "start": _start,
    "finish": _finish,
    "start_finish": _start_or_finish,
    "pass": _pass,
    "transfer": _transfer,
    "pause": _pause,
    "enter": _enter,
}


def numbers_of(
    records: Records, rules: HallRules, now: datetime, window: int, serial: int
) -> list[str]:
    """Today's numbers that a clerk at the window may mean by the digits alone.

    First of those that were sent here or are of its own categories, then of the categories that it helps:
    the ones that it may call now; without any, those in another state, for the rules to say why not.
    Last, any of the hall.
    """
    on = today(records, rules, now)
    typed = {number: records.numbered(number, on) for number in _spellings(rules, serial)}
    tickets = [ticket for ticket in typed.values() if ticket is not None]
    duty = rules.duty(records.window(window), records.surge())
    free = [each for each in tickets if each.target_window is None and not _is_over(each)]
    mine = [each for each in free if duty.may_call(each.category, each.need)]
    own = [each for each in mine if each.category in duty.own]
    own += [each for each in tickets if each.target_window == window]
    for meant in (own, mine):
        ready = [each for each in meant if _may_be_called(records, rules, each)]
        if meant:
            return [each.number for each in ready or meant]
    return [each.number for each in tickets]


def _is_over(ticket: Ticket) -> bool:
    return ticket.state in (TicketState.FINISHED, TicketState.CANCELLED, TicketState.VOID)


def _may_be_called(records: Records, rules: HallRules, ticket: Ticket) -> bool:
    if ticket.state is TicketState.PASSED:
        return is_in_time(records, rules.settings.missed, ticket)
    return ticket.state is TicketState.WAITING


def _spellings(rules: HallRules, serial: int) -> Iterator[str]:
    """Every number that a ticket with that count may have."""
    for category in rules.categories.values():
        for priority_class in PriorityClass:
            yield ticket_number(category, serial, priority_class, rules.settings.ticket)


async def _there(hall: Hall, window: int) -> Ticket:
    """The ticket at the window when the key was pressed: should another step come between, the press is not
    for the one that came instead. Raises WindowIdle."""
    ticket = await hall.look(_current, window)
    if ticket is None:
        raise WindowIdle(window=window)
    return ticket


def _current(records: Records, rules: HallRules, _now: datetime, window: int) -> Ticket | None:
    rules.window(window)
    return records.current(window)


def _window(records: Records, rules: HallRules, _now: datetime, window: int) -> Window:
    rules.window(window)
    return records.window(window)


def _told(ticket: Ticket | None) -> str:
    assert ticket is not None, "every step at a window is of a ticket"
    return _("{number} {state}").format(number=ticket.number, state=ticket.state.label)
