"""A hall with every kind of rule in it, and short ways to make it work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.halls import memory_hall
from yichuang.clock import FixedClock
from yichuang.config import Settings, parse_settings
from yichuang.errors import NothingWaiting
from yichuang.queue.service import Hall
from yichuang.queue.ticket import Ticket

MINUTE = timedelta(minutes=1)

FAIR_HALL = """
[hall]
name = "郑陆镇为民服务中心"

[missed]
{missed}

[dispatch]
{dispatch}

[[category]]
code = "tax"
name = "纳税服务"
letter = "A"

[[category]]
code = "police"
name = "公安服务"
letter = "B"

[[category]]
code = "social"
name = "社会事务"
letter = "C"

[[window]]
number = 1
categories = ["tax"]
helps = ["police"]
skills = ["手语"]

[[window]]
number = 2
categories = ["police"]
helps = ["tax"]

[[window]]
number = 3
categories = ["tax", "police"]
kind = "servicemen"

[[window]]
number = 4
categories = ["tax"]
kind = "cross_region"

[[window]]
number = 5
categories = ["social"]
kind = "collection"
skills = ["英语"]
"""
"""1 owns tax, helps police and signs; 2 the other way round; 3 owns both and is for servicemen; 4 takes tax
from other regions only; 5 alone serves social affairs, and hands out papers there."""


def fair_settings(
    dispatch: str = "", missed: str = "calls = 1\ngap_seconds = 0", more: str = ""
) -> Settings:
    """The settings of `FAIR_HALL`."""
    return parse_settings(FAIR_HALL.format(dispatch=dispatch, missed=missed) + more, Path("h.toml"))


async def fair_hall(clock: FixedClock, *windows: int, **settings: str) -> Hall:
    """`FAIR_HALL` in memory, with these windows open."""
    hall = memory_hall(clock, fair_settings(**settings))
    for window in windows:
        await hall.open_window(window)
    return hall


async def give(hall: Hall, category: str = "tax", **asked: Any) -> str:
    """Issue a ticket; its number."""
    done = await hall.issue(category=category, **asked)
    assert done.ticket is not None
    return done.ticket.number


async def call(hall: Hall, window: int) -> str:
    """The number that the window calls next; empty when it calls nobody."""
    try:
        return ticket_of(await hall.call_next(window)).number
    except NothingWaiting:
        return ""


def ticket_of(done: object) -> Ticket:
    """The ticket of what a command did."""
    ticket = getattr(done, "ticket", None)
    assert isinstance(ticket, Ticket)
    return ticket


async def serve(hall: Hall, window: int) -> str:
    """Call the next, serve and finish it; its number, empty when nobody is called."""
    number = await call(hall, window)
    if number:
        await hall.start(window)
        await hall.finish(window)
    return number


async def pass_over(hall: Hall, window: int) -> None:
    """The window passes its called ticket."""
    await hall.pass_(window, reason="未到")


async def served(hall: Hall, window: int, count: int = 99) -> list[str]:
    """The numbers that a window serves one after another."""
    numbers: list[str] = []
    while len(numbers) < count and (number := await serve(hall, window)):
        numbers.append(number)
    return numbers
