"""What the journal tells of people's days, of waits over a day, and of itself in words (H10, H11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import pytest

from tests.halls import MORNING
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import UnknownStaff
from yichuang.queue.event import Entry, Event, EventKind
from yichuang.queue.oversight.search import JournalFilter
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.supervision import supervising
from yichuang.queue.supervision.days import AttendanceDay
from yichuang.queue.supervision.view import WaitBucket

A, B = "1001", "1002"
MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
async def people(hall: Hall) -> None:
    """Two clerks, and one who works here no more."""
    await hall.people.save(
        Staff(A, "甲", (Role.CLERK,)),
        Staff(B, "乙", (Role.CLERK,)),
        Staff("1009", "离职", (Role.CLERK,), active=False),
    )


def acting(hall: Hall, badge: str) -> Hall:
    """The hall in somebody's hands."""
    return hall.acting(Actor(ActorKind.STAFF, badge, "10.0.0.7"))


def at(hour: int, minute: int = 0) -> datetime:
    """A time of Monday, by the hall's own clock."""
    return MORNING + timedelta(hours=hour - 9, minutes=minute)


async def serve(hall: Hall, clock: FixedClock, badge: str, seconds: int) -> None:
    """Call, serve for so long, and finish at window 1."""
    mine = acting(hall, badge)
    await mine.call_next(1)
    await mine.start(1)
    clock.advance(timedelta(seconds=seconds))
    await mine.finish(1)


async def one_day(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    """A comes at 8:50, serves two, lets one pass, pauses, hands over at 11:00; B closes at 16:30."""
    clock.at = at(8, 50)
    await hall.people.sign_in_by_key(A, "10.0.0.7")
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await issue("tax", 4)
    clock.at = at(9)
    await serve(hall, clock, A, 300)
    await hall.rate(Grade.VERY_SATISFIED, RatingChannel.PAD, window=1)
    await mine.call_next(1)
    await mine.undo(1)
    await serve(hall, clock, A, 100)
    await mine.call_next(1)
    await mine.pass_(1, reason="三次未到")
    clock.at = at(10)
    await mine.pause_window(1, reason="去复印")
    clock.at = at(10, 10)
    await mine.resume_window(1)
    clock.at = at(10, 55)
    await mine.pause_window(1, reason="去开会")
    clock.at = at(11)
    await mine.people.leave_post(1, A, to=B)
    await mine.people.set_whereabouts(A, Whereabouts.IN_MEETING, "二楼")
    await hall.people.sign_out(A, "10.0.0.7", "正常退出")
    clock.at = at(11, 20)
    await acting(hall, B).resume_window(1)
    await serve(hall, clock, B, 60)
    clock.at = at(16, 30)
    await acting(hall, B).people.leave_post(1, B)


async def test_one_clerks_day(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    await one_day(hall, clock, issue)
    day = await hall.supervision.clerk_day(A)
    assert (day.name, day.on) == ("甲", MONDAY)
    assert [(each.at, each.kind, each.origin) for each in day.signs] == [
        (at(8, 50), EventKind.SIGNED_IN, "10.0.0.7"),
        (at(11), EventKind.SIGNED_OUT, "10.0.0.7"),
    ]
    (post,) = day.posts
    assert (post.window, post.since, post.until, post.handed_to) == (1, at(8, 50), at(11), B)
    assert [(each.reason, each.since, each.until) for each in day.pauses] == [
        ("去复印", at(10), at(10, 10)),
        ("去开会", at(10, 55), at(11)),
    ]
    assert [(each.number, each.ending, each.seconds) for each in day.visits] == [
        ("A001", EventKind.TICKET_FINISHED, 300),
        ("A002", EventKind.TICKET_FINISHED, 100),
        ("A003", EventKind.TICKET_PASSED, None),
    ]
    assert (day.served, day.average_service, day.passed) == (2, 200, 1)
    assert [(each.number, each.grade) for each in day.ratings] == [("A001", Grade.VERY_SATISFIED)]
    assert [(each.state, each.note) for each in day.moves] == [
        (Whereabouts.AT_POST, ""),
        (Whereabouts.IN_MEETING, "二楼"),
    ]


async def test_who_steps_in_goes_on_with_the_pause_and_has_a_day_too(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    await one_day(hall, clock, issue)
    day = await hall.supervision.clerk_day(B, MONDAY)
    (post,) = day.posts
    assert (post.since, post.until, post.taken_from) == (at(11), at(16, 30), A)
    assert [(each.reason, each.since, each.until) for each in day.pauses] == [
        ("去开会", at(11), at(11, 20))
    ]
    assert [each.number for each in day.visits] == ["A004"]


async def test_a_day_of_which_the_journal_tells_nothing(hall: Hall) -> None:
    day = await hall.supervision.clerk_day(B, MONDAY - timedelta(days=400))
    assert (day.visits, day.served, day.average_service) == ((), 0, None)
    with pytest.raises(UnknownStaff):
        await hall.supervision.clerk_day("7777")


def of(days: list[AttendanceDay], badge: str) -> AttendanceDay:
    """Somebody's only day."""
    (day,) = [each for each in days if each.badge == badge]
    return day


async def test_attendance(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    await one_day(hall, clock, issue)
    clock.at = at(18)
    days = await hall.supervision.attendance(MONDAY, MONDAY)
    a, b = of(days, A), of(days, B)
    assert (a.first_in, a.last_out, a.late, a.early) == (at(8, 50), at(11), 0, 360)
    assert (a.minutes_at_post, a.paused) == (130, {"去复印": 10, "去开会": 5})
    # From 11 to noon and from 13 to 17 o'clock: nobody is missed at noon.
    assert a.away == {Whereabouts.IN_MEETING: 300}
    assert (b.first_in, b.late, b.last_out, b.early) == (at(11), 120, at(16, 30), 30)
    assert (b.away, b.is_absent) == ({}, False)
    assert {each.badge for each in days} == {A, B}


async def test_who_never_came_is_absent_unless_said_to_be_elsewhere(
    hall: Hall, clock: FixedClock
) -> None:
    await hall.people.set_whereabouts(B, Whereabouts.ON_LEAVE)
    clock.advance(timedelta(days=8))
    days = await hall.supervision.attendance(MONDAY, MONDAY + timedelta(days=30))
    assert [(each.on.day, each.is_absent) for each in days if each.badge == A] == [
        (2, True),
        (3, True),
        (4, True),
        (5, True),
        (6, True),
        (9, True),
        (10, False),  # it has only begun
    ]
    b = {each.on.day: each for each in days if each.badge == B}
    assert b[9].away == {Whereabouts.ON_LEAVE: 420}
    assert not any(each.is_absent for each in b.values())
    # A span that begins later still knows.
    (later, *_others) = await hall.supervision.attendance(
        MONDAY + timedelta(days=8), MONDAY + timedelta(days=8)
    )
    assert later.badge == A
    tuesday = await hall.supervision.attendance(
        MONDAY + timedelta(days=7), MONDAY + timedelta(days=7)
    )
    assert of(tuesday, B).away == {Whereabouts.ON_LEAVE: 420}


async def test_who_is_still_there_has_not_left(hall: Hall, clock: FixedClock) -> None:
    await acting(hall, A).people.take_post(2, A)
    clock.advance(timedelta(minutes=30))
    day = of(await hall.supervision.attendance(MONDAY, MONDAY), A)
    assert (day.last_out, day.early, day.minutes_at_post) == (None, 0, 30)
    assert day.as_json()["first_in"] == MORNING.isoformat()


Signs = Callable[[datetime, str], Awaitable[None]]
"""Signs A in at a time with the word "in", and out with any other, which is why."""


@pytest.fixture
def sign(hall: Hall, clock: FixedClock) -> Signs:
    """A's terminals."""

    async def sign_a(time: datetime, why: str) -> None:
        clock.at = time
        if why == "in":
            await hall.people.sign_in_by_key(A, "10.0.0.7")
        else:
            await hall.people.sign_out(A, "10.0.0.7", why)

    return sign_a


async def leaving(hall: Hall, clock: FixedClock, time: datetime) -> tuple[datetime | None, int]:
    """A's last sign-out of Monday and how many minutes that was too early, asked at a time."""
    clock.at = time
    day = of(await hall.supervision.attendance(MONDAY, MONDAY), A)
    return day.last_out, day.early


async def test_who_closes_one_of_two_screens_has_not_left(
    hall: Hall, clock: FixedClock, sign: Signs
) -> None:
    await sign(at(9), "in")
    await sign(at(9, 10), "in")
    await sign(at(10), "asked")
    assert await leaving(hall, clock, at(11)) == (None, 0)
    assert await leaving(hall, clock, at(18)) == (None, 0)
    await sign(at(18, 5), "asked")
    assert await leaving(hall, clock, at(18, 10)) == (at(18, 5), 0)


async def test_a_screen_that_a_third_one_closed_is_no_leaving(
    hall: Hall, clock: FixedClock, sign: Signs
) -> None:
    for minute in (0, 1, 2):
        await sign(at(9, minute), "in")
    await sign(at(9, 2), "elsewhere")
    assert await leaving(hall, clock, at(18)) == (None, 0)
    await sign(at(18, 1), "asked")
    assert await leaving(hall, clock, at(18, 2)) == (None, 0)
    await sign(at(18, 3), "asked")
    assert await leaving(hall, clock, at(18, 4)) == (at(18, 3), 0)


async def test_a_screen_left_open_overnight_is_no_coming_and_no_leaving(
    hall: Hall, clock: FixedClock, sign: Signs
) -> None:
    next_day = timedelta(days=1)
    tuesday = MONDAY + next_day
    await sign(at(9), "in")
    await sign(at(3, 29) + next_day, "asked")
    clock.at = at(18) + next_day
    day = of(await hall.supervision.attendance(tuesday, tuesday), A)
    assert (day.first_in, day.last_out, day.early) == (None, None, 0)


async def test_nobody_has_left_early_before_the_hall_closes(
    hall: Hall, clock: FixedClock, sign: Signs
) -> None:
    await sign(at(9), "in")
    await sign(at(16), "asked")
    assert await leaving(hall, clock, at(16, 59)) == (at(16), 0)
    assert await leaving(hall, clock, at(17)) == (at(16), 60)
    assert await leaving(hall, clock, at(17) + timedelta(days=3)) == (at(16), 60)


@pytest.mark.parametrize("why", ["gone", "stopped", "fault"])
async def test_a_dropped_line_is_leaving_only_for_who_has_not_come_back_when_the_hall_closes(
    hall: Hall, clock: FixedClock, sign: Signs, why: str
) -> None:
    await sign(at(9), "in")
    await sign(at(10), why)
    assert await leaving(hall, clock, at(10, 1)) == (None, 0)
    assert await leaving(hall, clock, at(17)) == (at(10), 420)
    assert await leaving(hall, clock, at(17) + timedelta(days=1)) == (at(10), 420)


async def test_who_comes_back_after_a_dropped_line_has_not_left(
    hall: Hall, clock: FixedClock, sign: Signs
) -> None:
    await sign(at(9), "in")
    await sign(at(10), "gone")
    await sign(at(10, 5), "in")
    assert await leaving(hall, clock, at(17)) == (None, 0)
    await sign(at(17, 5), "gone")
    assert await leaving(hall, clock, at(17, 6)) == (at(17, 5), 0)


# --- the chart ------------------------------------------------------------------------------------


async def test_waits_over_the_day_by_half_hours(
    hall: Hall, clock: FixedClock, open_windows: None, issue: Issue
) -> None:
    assert await hall.supervision.waits_over_day() == []
    await issue("tax", 10)
    for _each in range(10):
        clock.advance(timedelta(minutes=2))
        await hall.call_next(1)
        await hall.pass_(1, reason="三次未到")
    clock.at = at(10, 29)
    await issue("tax")
    clock.at = at(10, 31)
    await hall.call_next(1)
    assert await hall.supervision.waits_over_day() == [
        WaitBucket(at(9), 10, 660, 1080),
        WaitBucket(at(9, 30), 0, 0, 0),
        WaitBucket(at(10), 0, 0, 0),
        WaitBucket(at(10, 30), 1, 120, 120),
    ]


# --- in words -------------------------------------------------------------------------------------


async def test_entries_in_words(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    await one_day(hall, clock, issue)
    names = await hall.supervision.names()
    entries = await hall.supervision.search(JournalFilter(), 500)
    said = [hall.supervision.sentence(entry, names) for entry in reversed(entries)]
    for sentence in (
        "甲（1001） 到 1 号窗口上岗",
        "A001 取号，纳税服务",
        "1 号窗口叫号：A001（普通）等了 10 分钟，是唯一可叫的队首",
        "A003 过号（三次未到）",
        "1 号窗口暂停服务（去复印）",
        "1 号窗口由 甲（1001） 交给 乙（1002）",
        "甲（1001） 去向：开会（二楼）",
        "A001 评价：非常满意（1 号窗口）",
        "甲（1001） 退出登录，来自 10.0.0.7（正常退出）",
        "乙（1002） 离开 1 号窗口，在岗 330 分钟",
    ):
        assert sentence in said, said
    assert all(said)


async def test_a_text_is_found_piece_by_piece(
    hall: Hall, issue: Issue, open_windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "_ROWS_AT_A_TIME", 3)
    for reason in ("去开会", "去复印", "去开会", "去开会"):
        await issue("tax", 2)
        await hall.pause_window(1, reason=reason)
        await hall.resume_window(1)
    asked = JournalFilter(text="去开会")
    rows = [entry.seq for entry in await hall.supervision.search(asked)]
    assert rows == [
        entry.seq
        for entry in reversed(await hall.entries(0))
        if entry.event.data.get("reason") == "去开会"
    ]
    assert len(rows) == 3
    first = [entry.seq for entry in await hall.supervision.search(asked, 1)]
    others = await hall.supervision.search(asked._replace(before=first[0]), 5)
    assert [*first, *(entry.seq for entry in others)] == rows


@pytest.mark.parametrize("kind", list(EventKind))
async def test_every_kind_has_a_sentence_of_its_own(hall: Hall, kind: EventKind) -> None:
    facts = {"number": "A001", "rule": "own"}
    entry = Entry(1, MORNING, MONDAY, Event(kind, 1, 3, facts), "1001", "00")
    words = hall.supervision.sentence(entry, await hall.supervision.names())
    plain = {EventKind.DAY_CLOSED, EventKind.SURGE_BEGAN, EventKind.SURGE_ENDED}
    plain |= {EventKind.CLOCK_CAME_RIGHT}
    assert kind in plain or words.split() not in ([kind.label], [kind.label, "A001"])


@pytest.mark.parametrize("kind", list(EventKind))
async def test_no_entry_breaks_a_screen(hall: Hall, kind: EventKind) -> None:
    names = await hall.supervision.names()
    for data in (
        {},
        {"number": "A001", "state": "newer", "reason": 5, "grade": "newer", "start": "newer"},
        {"key": "x", "kind_of": "newer", "severity": "newer", "categories": 5, "b": 5, "why": 5},
        {"number": "A\x1b[2J001", "badge": "\x1b]0;x", "text": "\u202e"},
    ):
        entry = Entry(1, MORNING, MONDAY, Event(kind, 1, None, data), "1001", "00")
        sentence = hall.supervision.sentence(entry, names)
        assert sentence
        assert not set(sentence) & set("\x1b\u202e\n")
