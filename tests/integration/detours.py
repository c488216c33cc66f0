"""What happens to visitors on a busy day: some miss their call, are held, sent on, or have two matters."""

from __future__ import annotations

from pathlib import Path

from yichuang.config import SETTINGS_FILE
from yichuang.errors import QueueRefusal
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import HoldKind, Ticket, TicketState

OTHER = {"tax": "police", "police": "tax"}


def let_pass_at_once(folder: Path) -> None:
    """Passing needs one call, however fresh: the workers' clock stands still."""
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    for name, value, easy in (("calls", 3, 1), ("gap_seconds", 20, 0)):
        assert f"\n{name} = {value} " in text
        text = text.replace(f"\n{name} = {value} ", f"\n{name} = {easy} ", 1)
    path.write_text(text, encoding="utf-8")


async def step(hall: Hall, window: int, ticket: Ticket) -> Done:
    """The next step with the ticket that the window has: on its first visit perhaps a detour."""
    if ticket.state is TicketState.CALLED:
        if ticket.calls == 1 and ticket.serial % 9 == 1:
            return await hall.pass_(window, reason="未到")
        return await hall.start(window)
    if ticket.calls == 1 and ticket.serial % 9 in (2, 3, 4):
        kind = list(HoldKind)[ticket.serial % 9 - 2]
        return await hall.hold(window, kind=kind)
    if ticket.calls == 1 and ticket.serial % 9 == 5:
        other = OTHER.get(ticket.category, "tax")
        return await hall.transfer(window, to_category=other, and_back=ticket.serial % 2 == 0)
    return await hall.finish(window)


async def bring_back(hall: Hall, window: int) -> Done | None:
    """One held or passed ticket comes back, if another process was not quicker."""
    view = await hall.window_view(window)
    try:
        for ticket in view.held:
            if ticket.hold is HoldKind.FREE:
                return await hall.wake(ticket.number, actor="导引台")
            if ticket.window == window:
                return await hall.resume(window, ticket.number)
        for ticket in view.passed:
            return await hall.reinstate(ticket.number, actor="导引台")
    except QueueRefusal:
        return None
    return None
