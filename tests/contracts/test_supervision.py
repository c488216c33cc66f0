"""Alerts, 督办 items, notices, figures and the search through the journal, on every store."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.contracts.conftest import AnyStore
from tests.contracts.tables import TODAY, call_to, keep, new_ticket
from tests.halls import MORNING
from yichuang.errors import StoreError
from yichuang.queue.event import Event, EventKind
from yichuang.queue.oversight.alert import Alert, AlertKind, Severity
from yichuang.queue.oversight.figures import (
    BadRating,
    CategoryFigures,
    DayFigures,
    FirstCall,
    WindowFigures,
)
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.oversight.notice import Notice
from yichuang.queue.oversight.search import JournalFilter, Meant
from yichuang.queue.ports import Memory
from yichuang.queue.rating import Grade, Rating, RatingChannel
from yichuang.queue.ticket import Ticket, TicketState

LATER = MORNING + timedelta(minutes=5)
YESTERDAY = TODAY - timedelta(days=1)
WAIT = Alert("wait:tax", AlertKind.WAIT, Severity.YELLOW, "tax", 15.5)
REVIEW = Alert("review:1", AlertKind.BAD_REVIEW, Severity.RED, "A001", detail="差", window=3)
ITEM = SupervisionItem(
    0, "查一查", "1001", LATER, SupervisionState.OPEN, MORNING, "9001", note="今天办完"
)
NOTICE = Notice(0, "下午三点停电", MORNING, LATER, "9001", "供电局通知")


async def test_an_alert_is_open_once_until_it_is_cleared(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.open_alerts() == []
        assert memory.last_alert("wait:tax") is None
        first = memory.add_alert(WAIT, MORNING)
        second = memory.add_alert(REVIEW, LATER)
        assert [each.alert for each in memory.open_alerts()] == [WAIT, REVIEW]
        kept = memory.alert(first)
        assert kept is not None
        assert (kept.raised_at, kept.is_acknowledged) == (MORNING, False)
        changed = kept._replace(
            alert=WAIT._replace(severity=Severity.RED, value=31.0),
            gone_since=MORNING,
            acknowledged_by="9001",
            acknowledged_at=LATER,
            note="知道了",
        )
        memory.save_alert(changed)
        assert memory.alert(first) == memory.last_alert("wait:tax") == changed
        memory.save_alert(changed._replace(cleared_at=LATER))
        assert [each.id for each in memory.open_alerts()] == [second]
        again = memory.add_alert(WAIT, LATER)
        last = memory.last_alert("wait:tax")
        assert last is not None
        assert last.id == again != first
        assert memory.alert(99) is None

    await store.transact(work)
    with pytest.raises(StoreError):
        await store.transact(lambda memory: memory.add_alert(REVIEW, LATER))
    assert len(await store.read(lambda records: records.open_alerts())) == 2


async def test_items_stand_by_deadline_and_the_closed_ones_apart(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        alert = memory.add_alert(WAIT, MORNING)
        late = memory.add_supervision(ITEM._replace(deadline=LATER + timedelta(days=1)))
        soon = memory.add_supervision(ITEM._replace(alert=alert))
        assert [each.id for each in memory.supervisions(9)] == [soon, late]
        assert memory.supervisions(1)[0] == ITEM._replace(id=soon, alert=alert)
        closed = ITEM._replace(
            id=soon,
            alert=alert,
            state=SupervisionState.CLOSED,
            answer="办好了",
            answered_at=MORNING,
            feedback="好",
            closed_at=LATER,
            closed_by="9001",
        )
        memory.save_supervision(closed)
        assert memory.supervision(soon) == closed
        assert [each.id for each in memory.supervisions(9)] == [late]
        assert memory.supervisions(9, closed=True) == [closed]
        assert memory.supervision(99) is None

    await store.transact(work)


async def test_a_notice_is_live_until_its_time_or_until_it_is_taken_back(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        first = memory.add_notice(NOTICE)
        second = memory.add_notice(NOTICE._replace(text="请走东门", spoken=False))
        assert [each.id for each in memory.notices(MORNING)] == [second, first]
        assert memory.notices(LATER) == []
        memory.withdraw_notice(second, MORNING)
        assert memory.notices(MORNING) == [NOTICE._replace(id=first)]
        taken = memory.notice(second)
        assert taken is not None
        assert (taken.spoken, taken.shown, taken.withdrawn_at) == (False, True, MORNING)

    await store.transact(work)


def _served(memory: Memory, ticket: Ticket, minutes: int, ending: str = "finished") -> None:
    """The ticket is called after five minutes, served for so many, and ended."""
    called = call_to(memory, ticket, 3, LATER)
    assert called.call is not None
    until = LATER + timedelta(minutes=minutes)
    memory.start_call(called.call, LATER)
    memory.end_call(called.call, until, ending)
    state = TicketState.FINISHED if ending == "finished" else TicketState.WAITING
    memory.save_ticket(called._replace(state=state, ended_at=until))


async def test_a_days_figures(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        assert memory.figures(TODAY) == DayFigures()
        _served(memory, keep(memory, new_ticket(1)), 4)
        slot = MORNING + timedelta(minutes=3)
        _served(memory, keep(memory, new_ticket(2, not_before=slot)), 6, "waiting")
        keep(memory, new_ticket(3))
        passed = keep(memory, new_ticket(1, letter="B", category="police"))
        undone = call_to(memory, passed, 2, LATER)
        assert undone.call is not None
        memory.start_call(undone.call, LATER)
        memory.end_call(undone.call, LATER, "undone")
        memory.save_ticket(passed._replace(state=TicketState.PASSED))
        keep(memory, new_ticket(9, on=YESTERDAY))
        memory.add_rating(Rating(1, Grade.DISSATISFIED, RatingChannel.PAD, 3, LATER))

    await store.transact(work)
    found = await store.read(lambda records: records.figures(TODAY))
    police, tax = found.categories
    assert police == CategoryFigures("police", issued=1, passed=1)
    assert tax._replace(waited=0.0, longest_wait=0.0, served=0.0) == CategoryFigures(
        "tax", issued=3, finished=1, waiting=2, called=2, services=2, ratings=1, bad_ratings=1
    )
    assert tax.average_wait == pytest.approx((300 + 120) / 2, abs=0.01)
    assert tax.longest_wait == pytest.approx(300, abs=0.01)
    assert tax.average_service == pytest.approx(300, abs=0.01)
    second, third = found.windows
    assert second == WindowFigures(2, last_ended_at=LATER)
    assert third._replace(served=0.0) == WindowFigures(
        3, services=2, last_ended_at=LATER + timedelta(minutes=6)
    )
    assert third.served == pytest.approx(600, abs=0.01)
    calls = await store.read(lambda records: records.first_calls(TODAY))
    assert [each.at for each in calls] == [LATER, LATER]
    assert [round(each.seconds) for each in calls] == [300, 120]
    assert isinstance(calls[0], FirstCall)


async def test_bad_ratings_are_those_of_the_two_lowest_grades(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        for serial, grade in enumerate(Grade, 1):
            keep(memory, new_ticket(serial))
            memory.add_rating(Rating(serial, grade, RatingChannel.PAD, 3, LATER))

    await store.transact(work)
    assert await store.read(lambda records: records.bad_ratings(LATER)) == [
        BadRating(4, "A004", Grade.DISSATISFIED, 3, LATER),
        BadRating(5, "A005", Grade.VERY_DISSATISFIED, 3, LATER),
    ]
    assert await store.read(lambda each: each.bad_ratings(LATER + timedelta(seconds=1))) == []


@pytest.fixture
async def journal(store: AnyStore) -> AnyStore:
    """Six rows: two of yesterday, four of today."""

    def work(memory: Memory) -> None:
        old = keep(memory, new_ticket(1, on=YESTERDAY))
        new = keep(memory, new_ticket(1))
        rows: list[tuple[Event, date, str]] = [
            (Event(EventKind.TICKET_ISSUED, old.id, None, {"number": "A001"}), YESTERDAY, "kiosk"),
            (Event(EventKind.TICKET_CALLED, old.id, 3, {"number": "A001"}), YESTERDAY, "1001"),
            (Event(EventKind.TICKET_ISSUED, new.id, None, {"number": "A001"}), TODAY, "kiosk"),
            (Event(EventKind.TICKET_CALLED, new.id, 2, {"number": "A001"}), TODAY, "1002"),
            (Event(EventKind.WINDOW_PAUSED, None, 3, {"reason": "去开会"}), TODAY, "1001"),
            (Event(EventKind.ALERT_RAISED, None, None, {"at_window": 3}), TODAY, ""),
        ]
        for event, on, actor in rows:
            memory.record(event, at=MORNING, business_date=on, actor=actor)

    await store.transact(work)
    return store


NOWHERE = JournalFilter(text="不在任何一行里")
"""A text that stands nowhere: what is found is found by what is meant."""


def meaning(*facts: tuple[str, str], **more: frozenset[Any]) -> JournalFilter:
    """Asking for a text that means these facts, kinds or actors."""
    return NOWHERE._replace(meant=Meant(facts=frozenset(facts), **more))


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (NOWHERE, []),
        (NOWHERE._replace(text="kios"), [5]),
        (meaning(kinds=frozenset({EventKind.TICKET_ISSUED})), [5]),
        (meaning(actors=frozenset({"1001"})), [4, 1]),
        (meaning(actors=frozenset({"100"})), []),
        (meaning(("", "tax")), [3, 2, 1]),
        (meaning(("", "tax"), actors=frozenset({"1001"})), [4, 3, 2, 1]),
        (meaning(("", "tax"))._replace(actor="1001"), [1]),
        (meaning(("", "tax"))._replace(text="退休"), [3, 2, 1]),
        (meaning(("", "ta")), []),
        (meaning(("category", "tax")), [1]),
        (meaning(("", "police")), [4, 2]),
        (meaning(("", "number")), []),
        (meaning(("", "number"), ("", '带"的')), [6]),
        (meaning(("why", "idle")), [4]),
        (meaning(("state", "idle")), []),
    ],
)
async def test_a_text_is_found_by_what_is_meant_by_it(
    store: AnyStore, asked: JournalFilter, rows: list[int]
) -> None:
    def work(memory: Memory) -> None:
        kept: list[tuple[EventKind, dict[str, Any], str]] = [
            (EventKind.TICKET_CALLED, {"category": "tax", "number": "A001"}, "1001"),
            (EventKind.WINDOW_ASSIGNED, {"categories": ["police", "tax"], "at": 1}, "1002"),
            (EventKind.WINDOW_ASSIGNED, {"categories": ["one", "tax", "two"]}, "1002"),
            (EventKind.SIGNED_OUT, {"why": "idle", "more": [{"inner": "police"}]}, "1001"),
            (EventKind.TICKET_ISSUED, {"tax": 1, "number": "B001"}, "kiosk"),
            (EventKind.NOTICE_BROADCAST, {"at": 1, "number": 3, "text": '带"的'}, ""),
        ]
        for kind, facts, actor in kept:
            memory.record(Event(kind, None, 1, facts), at=MORNING, business_date=TODAY, actor=actor)

    await store.transact(work)
    found = await store.read(lambda records: records.search(asked, 50))
    assert [entry.seq for entry in found] == rows


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (JournalFilter(), [6, 5, 4, 3, 2, 1]),
        (JournalFilter(before=4), [3, 2, 1]),
        (JournalFilter(before=6, after=3), [5, 4]),
        (JournalFilter(text="A001", after=1, before=4), [3, 2]),
        (JournalFilter(text="A001", window=3), [2]),
        (JournalFilter(text="at_window", window=3), [6]),
        (
            JournalFilter(text="A001", number="A001", kinds=frozenset({EventKind.TICKET_CALLED})),
            [4, 2],
        ),
        (JournalFilter(first=TODAY), [6, 5, 4, 3]),
        (JournalFilter(last=YESTERDAY), [2, 1]),
        (JournalFilter(first=TODAY, last=YESTERDAY), []),
        (JournalFilter(kinds=frozenset({EventKind.TICKET_CALLED})), [4, 2]),
        (JournalFilter(actor="1001"), [5, 2]),
        (JournalFilter(actor="100"), []),
        (JournalFilter(window=3), [6, 5, 2]),
        (JournalFilter(number="A001"), [4, 3, 2, 1]),
        (JournalFilter(number="A001", first=TODAY), [4, 3]),
        (JournalFilter(number="B001"), []),
        (JournalFilter(text="开会"), [5]),
        (JournalFilter(text="%"), []),
        (JournalFilter(window=3, actor="1001", last=YESTERDAY), [2]),
    ],
)
async def test_the_journal_is_searched(
    journal: AnyStore, asked: JournalFilter, rows: list[int]
) -> None:
    found = await journal.read(lambda records: records.search(asked, 50))
    assert [entry.seq for entry in found] == rows
    first = await journal.read(lambda records: records.search(asked, 1))
    assert [entry.seq for entry in first] == rows[:1]
    assert found == [
        entry
        for entry in reversed(await journal.read(lambda records: records.entries(0, 50)))
        if entry.seq in rows
    ]


async def test_entries_of_some_kinds_in_a_span_of_days(journal: AnyStore) -> None:
    kinds = {EventKind.TICKET_CALLED, EventKind.WINDOW_PAUSED}
    both = await journal.read(lambda each: each.entries_of_days(YESTERDAY, TODAY, kinds))
    assert [entry.seq for entry in both] == [2, 4, 5]
    today = await journal.read(lambda each: each.entries_of_days(TODAY, TODAY, kinds))
    assert [entry.seq for entry in today] == [4, 5]


async def test_what_is_undone_leaves_no_trace(store: AnyStore) -> None:
    def work(memory: Memory) -> None:
        memory.add_alert(WAIT, MORNING)
        memory.add_supervision(ITEM)
        memory.add_notice(NOTICE)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.transact(work)
    assert await store.read(lambda records: records.open_alerts()) == []
    assert await store.read(lambda records: records.supervisions(9)) == []
    assert await store.read(lambda records: records.notices(MORNING)) == []
