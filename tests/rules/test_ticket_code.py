"""The code on a ticket: read back, every misread found, and known in its own hall alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, memory_hall, small_settings, sqlite_hall
from yichuang.clock import FixedClock
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.ticket_code import check_character, is_code_of, read_ticket_code, ticket_code
from yichuang.queue.view import view_scanned

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEVICES = """
[[printer]]
name = "front"
transport = "tcp"
host = "127.0.0.1"

[[scanner]]
name = "scan"
path = "/dev/input/event7"
"""
TICKET = Ticket(
    id=1,
    number="A001",
    category="tax",
    priority_class=PriorityClass.ORDINARY,
    state=TicketState.WAITING,
    business_date=date(2026, 3, 2),
    serial=1,
    issued_at=MORNING,
    line_order=1,
    line_entry=1,
    since=MORNING,
    issue_order=1,
    issued_class=PriorityClass.ORDINARY,
)

tickets = st.builds(
    lambda ticket_id, number, past: TICKET._replace(
        id=ticket_id, number=number, issued_at=MORNING + past
    ),
    st.integers(1, 10**12 - 1),
    st.from_regex(r"[A-Z]{1,2}[0-9]{3,4}", fullmatch=True),
    st.timedeltas(timedelta(0), timedelta(days=1)),
)


def test_the_check_character_is_that_of_iso_7064() -> None:
    # A Global Release Identifier, which uses MOD 37,36: A1-2425G-ABC1234002-M (IFPI GRid 2.1, 5.4).
    assert check_character("A12425GABC1234002") == "M"


@given(tickets, st.data())
def test_a_code_is_read_back_and_one_wrong_character_is_found(
    ticket: Ticket, data: st.DataObject
) -> None:
    code = ticket_code(ticket)
    assert set(code) <= set(CHARACTERS)
    assert read_ticket_code(f" {code.lower()} ") == ticket.id
    assert is_code_of(ticket, f" {code.lower()} ")
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(CHARACTERS))
    wrong = code[:place] + other + code[place + 1 :]
    assert read_ticket_code(wrong) == (ticket.id if wrong == code else None)


@given(st.text(max_size=40) | st.from_regex(r"Q1[0-9]{1,13}[0-9A-Z]{5}", fullmatch=True))
def test_other_scans_are_no_ticket(text: str) -> None:
    ticket_id = read_ticket_code(text)
    tidy = text.strip().upper()
    assert ticket_id is None or (
        tidy[:2] == "Q1" and int(tidy[2:-5]) == ticket_id and check_character(tidy[:-1]) == tidy[-1]
    )


@pytest.mark.parametrize(
    "other",
    [
        TICKET._replace(number="B001"),
        TICKET._replace(business_date=date(2026, 3, 3)),
        TICKET._replace(issued_at=MORNING + timedelta(microseconds=1)),
    ],
)
def test_another_halls_or_days_ticket_of_the_same_id_has_another_code(other: Ticket) -> None:
    assert read_ticket_code(ticket_code(other)) == TICKET.id
    assert not is_code_of(TICKET, ticket_code(other))


@pytest.fixture(params=["memory", "sqlite"])
async def hall(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[Hall]:
    """A hall with a printer and a scanner, opened at no full second."""
    clock.advance(timedelta(seconds=7, microseconds=123))
    settings = small_settings(DEVICES)
    if request.param == "sqlite":
        hall = await sqlite_hall(tmp_path, clock, settings)
    else:
        hall = memory_hall(clock, settings)
    async with hall:
        yield hall


async def test_what_is_on_the_paper_finds_the_ticket_as_long_as_it_lives(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.issue(category="tax")
    (job,) = await hall.print_jobs()
    await hall.open_window(1)
    await hall.open_window(3)
    await hall.call_next(1)
    await hall.start(1)
    await hall.transfer(1, to_window=3)
    await hall.reprint("A001")
    again, first = await hall.print_jobs()
    assert again.document.code == first.document.code == job.document.code
    clock.advance(timedelta(days=1))
    found = await hall.look(view_scanned, job.document.code)
    assert found is not None
    assert (found.ticket.number, found.is_today) == ("A001", False)


async def test_another_halls_paper_is_no_ticket_here(hall: Hall) -> None:
    """Both halls' first ticket has the same id."""
    other = memory_hall(FixedClock(datetime(2026, 3, 2, 1, 0, 9, 5, tzinfo=UTC)))
    theirs = (await other.issue(category="police")).ticket
    ours = (await hall.issue(category="tax")).ticket
    assert theirs is not None
    assert ours is not None
    assert theirs.id == ours.id
    assert await hall.look(view_scanned, ticket_code(theirs)) is None
    assert await hall.look(view_scanned, "hello") is None
    # Of no ticket that was ever issued here.
    assert await hall.look(view_scanned, ticket_code(ours._replace(id=999))) is None
