"""Ticket numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.config import CategorySettings, TicketSettings
from yichuang.errors import UnknownTicket
from yichuang.queue.numbering import ticket_number, tidy_number
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass

TAX = CategorySettings(code="tax", name="纳税服务", english="Tax", letter="A")
ORDINARY, PRIORITY = PriorityClass.ORDINARY, PriorityClass.PRIORITY


@pytest.mark.parametrize(
    ("serial", "priority_class", "settings", "number"),
    [
        (1, ORDINARY, TicketSettings(), "A001"),
        (999, ORDINARY, TicketSettings(), "A999"),
        (1000, ORDINARY, TicketSettings(), "A1000"),
        (7, PRIORITY, TicketSettings(), "A007"),
        (7, PRIORITY, TicketSettings(priority_prefix="V"), "VA007"),
        (7, ORDINARY, TicketSettings(priority_prefix="V"), "A007"),
        (7, ORDINARY, TicketSettings(digits=4), "A0007"),
        (100, ORDINARY, TicketSettings(digits=2), "A100"),
    ],
)
def test_numbers(
    serial: int, priority_class: PriorityClass, settings: TicketSettings, number: str
) -> None:
    assert ticket_number(TAX, serial, priority_class, settings) == number


@pytest.mark.parametrize("typed", ["A012", "a012", "ａ０１２", " a 012 ", "A-012", "a　012\n"])
def test_a_number_as_hands_type_it(typed: str) -> None:
    assert tidy_number(typed) == "A012"


@given(st.text(st.characters(max_codepoint=0x7F), max_size=30))
def test_tidying_twice_is_tidying_once(typed: str) -> None:
    once = tidy_number(typed)
    assert tidy_number(once) == once
    assert not any(each.isspace() for each in once)


async def test_the_thousandth_ticket_has_four_digits(hall: Hall, issue: Issue) -> None:
    assert await issue("tax", 999) == "A999"
    assert await issue("tax") == "A1000"
    assert await issue("police") == "B001"
    assert [each.number for each in await hall.tickets(limit=3)] == ["B001", "A1000", "A999"]
    assert (await hall.ticket("a1000")).serial == 1000


async def test_both_classes_share_one_count(clock: FixedClock) -> None:
    hall = memory_hall(clock, small_settings('[ticket]\npriority_prefix = "V"\n'))
    numbers = []
    for chosen in ("ordinary", "priority", "ordinary"):
        done = await hall.issue(category="tax", priority_class=chosen)
        assert done.ticket is not None
        numbers.append(done.ticket.number)
    assert numbers == ["A001", "VA002", "A003"]
    assert (await hall.ticket("va002")).serial == 2
    with pytest.raises(UnknownTicket):
        await hall.ticket("A002")


async def test_a_cancelled_number_is_not_given_again(hall: Hall, issue: Issue) -> None:
    await hall.cancel(await issue())
    assert await issue() == "A002"
