"""The entrance: issue, reprint, cancel, reinstate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.halls import MISSED, MORNING, PRINTER, SMALL_HALL, memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.config import parse_settings
from yichuang.errors import ItemElsewhere, QueueRefusal
from yichuang.queue.item import Item
from yichuang.queue.printing import JobState, PrintJob
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState


def _item(code: str, *, private: bool = False, category: str = "tax") -> Item:
    return Item(
        code=code,
        name="个人所得税申报",
        alias="个税",
        department="",
        category=category,
        group="",
        private=private,
        sample=False,
        initials="grsdssb",
        alias_initials="gs",
    )


@pytest.fixture
def printing(clock: FixedClock) -> Hall:
    """A hall with a printer."""
    return memory_hall(clock, small_settings(PRINTER))


async def _paper(hall: Hall, job: int | None) -> PrintJob:
    assert job is not None
    found = await hall.print_job(job)
    assert found is not None
    return found


async def _waiting(hall: Hall) -> list[str]:
    return [each.number for each in await hall.tickets(TicketState.WAITING)]


async def test_a_ticket_knows_how_many_are_ahead(hall: Hall, issue: Issue) -> None:
    await issue("tax", 3)
    await issue("tax", 2, "priority")
    await issue("police", 1)
    done = await hall.issue(category="tax", actor="1001")
    assert done.ticket is not None
    assert done.ticket.ahead == 5
    assert (done.ticket.issued_at, done.print_job) == (MORNING, None)
    done = await hall.issue(category="tax", priority_class="priority")
    assert done.ticket is not None
    assert done.ticket.ahead == 2
    assert (await hall.ticket("A006")).ahead == 6
    (step,) = await hall.history("A006")
    assert step.actor == "1001"


async def test_the_paper_says_what_a_visitor_needs(printing: Hall) -> None:
    await printing.issue(category="tax")
    await printing.import_items([_item("T1"), _item("T2", private=True)], source="test")
    done = await printing.issue(category="tax", items=("T1",))
    job = await _paper(printing, done.print_job)
    assert (job.printer, job.state, job.number) == ("kiosk", JobState.QUEUED, "A002")
    paper = job.document
    assert (paper.number, paper.category, paper.ahead) == ("A002", "纳税服务", 1)
    assert (paper.item, paper.item_alias) == ("个人所得税申报", "个税")
    assert paper.issued_at == "2026-03-02 09:00:00"
    assert paper.windows == "1、3 号窗口"
    assert paper.complaint_phone == "12345"
    assert (paper.mark, paper.reprint) == ("", False)


async def test_a_private_item_and_a_priority_are_not_explained(printing: Hall) -> None:
    await printing.import_items([_item("T2", private=True)], source="test")
    done = await printing.issue(category="tax", items=("T2",), priority_class="priority")
    paper = (await _paper(printing, done.print_job)).document
    assert (paper.item, paper.item_alias, paper.mark) == ("", "", "优先")


async def test_an_item_belongs_to_its_category(printing: Hall) -> None:
    await printing.import_items([_item("T1")], source="test")
    with pytest.raises(ItemElsewhere) as refused:
        await printing.issue(category="police", items=("T1",))
    assert "纳税服务" in refused.value.message
    assert "纳税服务" in refused.value.hint
    assert await printing.tickets() == []


async def test_no_paper_when_none_is_wanted(printing: Hall) -> None:
    assert (await printing.issue(category="tax", on_paper=False)).print_job is None
    assert await printing.print_jobs() == []


async def test_a_reprint_says_so(printing: Hall) -> None:
    await printing.issue(category="tax")
    await printing.issue(category="tax")
    job = await _paper(printing, (await printing.reprint("A002")).print_job)
    assert (job.document.reprint, job.document.ahead) == (True, 1)
    assert len(await printing.print_jobs()) == 3
    with pytest.raises(QueueRefusal) as refused:
        await printing.reprint("A002", printer="none")
    assert refused.value.code == "unknown_printer"


@pytest.mark.usefixtures("open_windows")
async def test_cancelling_the_called_frees_the_window(hall: Hall, issue: Issue) -> None:
    await issue("tax", 2)
    await hall.call_next(1)
    done = await hall.cancel("A001", reason="走了")
    assert done.ticket is not None
    assert (done.ticket.state, done.ticket.reason) == (TicketState.CANCELLED, "走了")
    called = (await hall.call_next(1)).ticket
    assert called is not None
    assert called.number == "A002"


@pytest.mark.parametrize(
    ("put_back", "waiting", "order"),
    [
        (3, 5, ["A002", "A003", "A004", "A001", "A005", "A006"]),
        (3, 3, ["A002", "A003", "A004", "A001"]),
        (3, 1, ["A002", "A001"]),
        (3, 0, ["A001"]),
        (0, 3, ["A001", "A002", "A003", "A004"]),
        (1, 3, ["A002", "A001", "A003", "A004"]),
    ],
)
async def test_a_passed_ticket_comes_back_behind_some(
    clock: FixedClock, put_back: int, waiting: int, order: list[str]
) -> None:
    hall = memory_hall(clock, small_settings(missed=f"{MISSED}put_back = {put_back}"))
    await hall.open_window(1)
    for _each in range(waiting + 1):
        await hall.issue(category="tax")
    await hall.call_next(1)
    await hall.pass_(1, reason="未到")
    done = await hall.reinstate("A001")
    assert await _waiting(hall) == order
    assert done.ticket is not None
    assert done.ticket.ahead == order.index("A001")
    if order[0] == "A001" and waiting:
        # The window that passed it calls somebody else first.
        order = [order[1], order[0], *order[2:]]
    for number in order:
        called = (await hall.call_next(1)).ticket
        assert called is not None
        assert called.number == number
        await hall.start(1)
        await hall.finish(1)


@pytest.mark.usefixtures("open_windows")
async def test_putting_back_is_by_line(hall: Hall, issue: Issue) -> None:
    """Others behind whom it stands are of its own category and class."""
    await issue("tax", 2)
    await issue("police", 5)
    await issue("tax", 2, "priority")
    await hall.call(1, "A002")
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A002")
    assert (await hall.ticket("A002")).ahead == 3


@pytest.mark.usefixtures("open_windows")
async def test_nobody_gains_by_being_passed(hall: Hall, issue: Issue) -> None:
    """A late number that was called out of order does not come back in front of its own place."""
    await issue("tax", 9)
    await hall.call(1, "A009")
    await hall.pass_(1, reason="未到")
    await hall.reinstate("A009")
    assert (await _waiting(hall))[-1] == "A009"


@pytest.mark.usefixtures("open_windows")
async def test_several_come_back_in_turn(hall: Hall, issue: Issue) -> None:
    await issue("tax", 6)
    for number in ("A001", "A002"):
        await hall.call(1, number)
        await hall.pass_(1, reason="未到")
    await hall.reinstate("A001")
    await hall.reinstate("A002")
    assert await _waiting(hall) == ["A003", "A004", "A005", "A001", "A002", "A006"]


async def test_an_import_twice_changes_nothing(hall: Hall) -> None:
    assert (await hall.import_items([_item("T1")], source="test")).counts == (1, 0)
    rows = await hall.entries(0)
    assert (await hall.import_items([_item("T1")], source="test")).counts == (0, 0)
    assert await hall.entries(0) == rows
    changed = await hall.import_items([_item("T1", private=True)], source="test")
    assert changed.counts == (0, 1)


async def test_the_paper_names_the_zones_of_the_windows(clock: FixedClock) -> None:
    """A07: window 1 stands in zone A; window 3, of the same category, in none, and is not sought in A."""
    settings = parse_settings(
        SMALL_HALL.replace("number = 1\n", 'number = 1\nzone = "A区"\n') + PRINTER,
        Path("hall.toml"),
    )
    hall = memory_hall(clock, settings)
    job = await hall.print_job((await hall.issue(category="tax")).print_job or 0)
    assert job is not None
    assert job.document.windows == "A区 1 号窗口，3 号窗口"


async def test_letters_changed_at_midday_give_no_number_twice(clock: FixedClock) -> None:
    """Tax and police change letters: each goes on where the letter stood."""
    hall = memory_hall(clock)
    for category in ("tax", "tax", "police"):
        await hall.issue(category=category)
    swapped = SMALL_HALL.replace('"A"', '"?"').replace('"B"', '"A"').replace('"?"', '"B"')
    later = Hall(parse_settings(swapped, Path("hall.toml")), hall.store, clock)
    numbers = []
    for category in ("tax", "police"):
        ticket = (await later.issue(category=category)).ticket
        assert ticket is not None
        numbers.append(ticket.number)
    assert numbers == ["B002", "A003"]
