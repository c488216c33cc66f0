"""Expected waits for the screens, where the hall foretells them."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from yichuang.language import _
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket, TicketState
from yichuang.queue.wait import Wait

logger = logging.getLogger(__name__)


async def waits_of(hall: Hall) -> Mapping[str, Wait]:
    """By category the wait of an ordinary newcomer; a forecast that fails leaves the screen without."""
    if not hall.settings.forecast.enabled:
        return {}
    try:
        forecast = await hall.forecast()
    except Exception:  # whatever it is, visitors get their numbers
        logger.exception("no forecast")
        return {}
    waits = {code: forecast.line(code) for code in hall.rules.categories}
    return {code: wait for code, wait in waits.items() if wait is not None}


async def wait_of(hall: Hall, ticket: Ticket) -> Wait | None:
    """What a waiting ticket still has to wait; None where it is not known, or where it waits no more."""
    if not hall.settings.forecast.enabled or ticket.state is not TicketState.WAITING:
        return None
    try:
        return (await hall.forecast()).ticket(ticket.id, hall.clock.now())
    except Exception:  # whatever it is, the visitor learns how many are ahead
        logger.exception("no forecast")
        return None


def short_wait(wait: Wait | None) -> str:
    """The middle wait in a few words; empty when it is not known."""
    return _("约 {minutes} 分钟").format(minutes=wait.minutes) if wait else ""


def full_wait(wait: Wait | None) -> str:
    """Both figures in a phrase, the one where they are the same; empty when they are not known."""
    if wait is None or wait.high_minutes <= wait.minutes:
        return short_wait(wait)
    text = _("约 {minutes} 分钟，多数人不超过 {high} 分钟")
    return text.format(minutes=wait.minutes, high=wait.high_minutes)
