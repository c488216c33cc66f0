"""督办, notices and incidents: who may, what is refused, what the journal tells (O02, R04)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import (
    DeadlinePast,
    NoticeUnfit,
    NotPermitted,
    NotYourSupervision,
    QueueRefusal,
    ReasonMissing,
    SupervisionOver,
    SupervisionTwice,
    TextMissing,
    UnknownAlert,
    UnknownNotice,
    UnknownStaff,
    UnknownSupervision,
)
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.alert import AlertKind
from yichuang.queue.oversight.item import SupervisionItem, SupervisionState
from yichuang.queue.oversight.notice import LONGEST_NOTICE, Notice
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.supervision.supervising import Supervision
from yichuang.queue.ticket import TicketState

A, B, BOSS, LOOKER = "1001", "1002", "9001", "9002"


@pytest.fixture(autouse=True)
async def people(hall: Hall) -> None:
    """Two clerks, a supervisor, and one who only looks."""
    await hall.people.save(
        Staff(A, "甲", (Role.CLERK,)),
        Staff(B, "乙", (Role.CLERK,)),
        Staff(BOSS, "督查员", (Role.SUPERVISOR,)),
        Staff(LOOKER, "看", (Role.OBSERVER,)),
        Staff("1009", "离职", (Role.CLERK,), active=False),
    )


@pytest.fixture
def soon(clock: FixedClock) -> datetime:
    """In an hour."""
    return clock.now() + timedelta(hours=1)


def as_one(hall: Hall, badge: str) -> Supervision:
    """Supervision in somebody's hands."""
    return hall.acting(Actor(ActorKind.STAFF, badge, "10.0.0.7")).supervision


async def last(hall: Hall) -> Entry:
    """The journal's last row."""
    return (await hall.entries(0, 10_000))[-1]


async def opened(hall: Hall, soon: datetime, alert: int | None = None) -> SupervisionItem:
    """An item for A."""
    done = await as_one(hall, BOSS).open_item(
        "查一查", owner=A, deadline=soon, note="今天", alert=alert
    )
    assert done.supervision is not None
    return done.supervision


async def long_wait(hall: Hall, clock: FixedClock, issue: Issue) -> int:
    """The id of an alert."""
    await issue("tax")
    clock.advance(timedelta(minutes=16))
    await hall.supervision.watch()
    (view,) = (await hall.supervision.view()).alerts
    return view.kept.id


# --- 督办 ------------------------------------------------------------------------------------------


async def test_a_matter_is_opened_answered_and_closed(
    hall: Hall, clock: FixedClock, soon: datetime
) -> None:
    item = await opened(hall, soon)
    entry = await last(hall)
    assert (entry.actor, entry.event.kind) == (BOSS, EventKind.SUPERVISION_OPENED)
    assert entry.event.data["badge"] == A
    assert await hall.supervision.items() == [item]
    answered = (await as_one(hall, A).answer_item(item.id, "办好了")).supervision
    assert answered is not None
    assert (answered.state, answered.answer) == (SupervisionState.ANSWERED, "办好了")
    assert not answered.is_overdue(soon + timedelta(days=9))
    await as_one(hall, BOSS).close_item(item.id)
    assert await hall.supervision.items() == []
    (closed,) = await hall.supervision.items(closed=True)
    assert (closed.state, closed.closed_by) == (SupervisionState.CLOSED, BOSS)
    with pytest.raises(SupervisionOver):
        await as_one(hall, A).answer_item(item.id, "又办了")
    with pytest.raises(SupervisionOver):
        await as_one(hall, BOSS).close_item(item.id, feedback="好")


async def test_only_its_owner_answers_and_what_is_unanswered_closes_with_words(
    hall: Hall, soon: datetime
) -> None:
    item = await opened(hall, soon)
    for other in (B, BOSS, LOOKER):
        with pytest.raises(NotYourSupervision):
            await as_one(hall, other).answer_item(item.id, "办好了")
    with pytest.raises(TextMissing):
        await as_one(hall, A).answer_item(item.id, " \x1b ")
    with pytest.raises(TextMissing):
        await as_one(hall, BOSS).close_item(item.id)
    await as_one(hall, BOSS).close_item(item.id, feedback="不用办了")
    with pytest.raises(UnknownSupervision):
        await as_one(hall, BOSS).close_item(99)


async def test_what_cannot_be_urged(hall: Hall, clock: FixedClock, soon: datetime) -> None:
    boss = as_one(hall, BOSS)
    with pytest.raises(TextMissing):
        await boss.open_item(" ", owner=A, deadline=soon)
    for nobody in ("7777", "1009"):
        with pytest.raises(UnknownStaff):
            await boss.open_item("查", owner=nobody, deadline=soon)
    with pytest.raises(DeadlinePast):
        await boss.open_item("查", owner=A, deadline=clock.now())
    with pytest.raises(UnknownAlert):
        await boss.open_item("查", owner=A, deadline=soon, alert=99)
    assert await hall.supervision.items() == []


async def test_an_alert_becomes_a_matter_once_at_a_time(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    alert = await long_wait(hall, clock, issue)
    deadline = clock.now() + timedelta(hours=1)
    item = await opened(hall, deadline, alert)
    (view,) = (await hall.supervision.view()).alerts
    assert (view.item, view.kept.acknowledged_by) == (item, BOSS)
    with pytest.raises(SupervisionTwice):
        await opened(hall, deadline, alert)
    await as_one(hall, BOSS).close_item(item.id, feedback="好")
    assert (await opened(hall, deadline, alert)).id != item.id


async def test_a_bad_review_ends_with_the_matter_that_was_made_of_it(
    hall: Hall, open_windows: None, issue: Issue, soon: datetime
) -> None:
    await issue("tax")
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.rate(Grade.DISSATISFIED, RatingChannel.PAD, window=1)
    await hall.supervision.watch()
    (view,) = (await hall.supervision.view()).alerts
    assert view.alert.kind is AlertKind.BAD_REVIEW
    item = await opened(hall, soon, view.kept.id)
    await as_one(hall, BOSS).acknowledge(view.kept.id, note="看了")
    assert len((await hall.supervision.view()).alerts) == 1
    await as_one(hall, BOSS).close_item(item.id, feedback="已道歉")
    assert (await hall.supervision.view()).alerts == ()
    with pytest.raises(UnknownAlert):
        await as_one(hall, BOSS).acknowledge(view.kept.id)


async def test_an_alert_about_a_window_keeps_its_clerk_from_no_undo(
    hall: Hall, open_windows: None, issue: Issue
) -> None:
    await issue("tax")
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.rate(Grade.DISSATISFIED, RatingChannel.PAD, window=1)
    await hall.supervision.watch()
    assert (await last(hall)).event.data["at_window"] == 1
    await hall.undo(1)
    assert (await hall.ticket("A001")).state is TicketState.SERVING


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("badge", [A, LOOKER])
async def test_only_supervisors_urge_and_announce(hall: Hall, soon: datetime, badge: str) -> None:
    one = as_one(hall, badge)
    item = await opened(hall, soon)
    asked = [
        one.open_item("查", owner=A, deadline=soon),
        one.close_item(item.id, feedback="好"),
        one.acknowledge(1),
        one.broadcast("停电", minutes=5, reason="供电局"),
        one.withdraw(1),
    ]
    for each in asked:
        with pytest.raises(NotPermitted):
            await each


async def test_nobody_raises_alerts_by_hand(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    await issue("tax")
    clock.advance(timedelta(minutes=16))
    with pytest.raises(NotPermitted):
        await as_one(hall, BOSS).watch()


# --- notices --------------------------------------------------------------------------------------


async def broadcast(
    hall: Hall, text: str = "下午三点停电", *, spoken: bool = True, shown: bool = True
) -> Notice:
    """A notice for ten minutes."""
    done = await as_one(hall, BOSS).broadcast(
        text, minutes=10, reason="供电局通知", spoken=spoken, shown=shown
    )
    assert done.notice is not None
    return done.notice


async def test_the_board_shows_the_newest_live_notice(hall: Hall, clock: FixedClock) -> None:
    usual = (await hall.board()).notice
    await broadcast(hall)
    entry = await last(hall)
    assert (entry.actor, entry.event.data["reason"]) == (BOSS, "供电局通知")
    second = await broadcast(hall, "请走东门")
    await broadcast(hall, "只播报", shown=False)
    board = await hall.board()
    assert (board.notice, board.is_broadcast) == ("请走东门", True)
    await as_one(hall, BOSS).withdraw(second.id, reason="修好了")
    assert (await hall.board()).notice == "下午三点停电"
    clock.advance(timedelta(minutes=10))
    board = await hall.board()
    assert (board.notice, board.is_broadcast) == (usual, False)
    for over in (second.id, 1, 99):
        with pytest.raises(UnknownNotice):
            await as_one(hall, BOSS).withdraw(over)


async def test_the_voice_is_given_a_notice_in_its_turn(
    hall: Hall, open_windows: None, issue: Issue
) -> None:
    await issue("tax", 2)
    await hall.call_next(1)
    await broadcast(hall)
    await broadcast(hall, "只显示", spoken=False)
    await hall.call_next(3)
    taken_back = await broadcast(hall, "作废的")
    await as_one(hall, BOSS).withdraw(taken_back.id)
    waiting = await hall.devices.unannounced()
    assert [each.notice or each.number for each in waiting] == ["A001", "下午三点停电", "A002"]
    assert waiting[1].good_for == 600


@pytest.mark.parametrize(
    ("text", "minutes", "reason", "spoken", "refusal"),
    [
        (" \x1b", 5, "停电", True, TextMissing),
        ("长" * (LONGEST_NOTICE + 1), 5, "停电", True, NoticeUnfit),
        ("停电", 0, "停电", True, NoticeUnfit),
        ("停电", 721, "停电", True, NoticeUnfit),
        ("停电", 5, " ", True, ReasonMissing),
        ("停电", 5, "停电", False, NoticeUnfit),
    ],
)
async def test_notices_that_are_refused(
    hall: Hall,
    text: str,
    minutes: int,
    reason: str,
    spoken: bool,
    refusal: type[QueueRefusal],
) -> None:
    with pytest.raises(refusal):
        await as_one(hall, BOSS).broadcast(
            text, minutes=minutes, reason=reason, spoken=spoken, shown=False
        )


async def test_a_notice_is_one_harmless_line(hall: Hall) -> None:
    notice = await broadcast(hall, "停\x1b[31m电\n请\u202e等")
    assert notice.text == "停[31m电 请等"


# --- incidents ------------------------------------------------------------------------------------


async def test_an_incident_is_written_down_with_whom_it_was_reported_to(hall: Hall) -> None:
    await as_one(hall, A).record_incident("停电", what="全厅停电", reported_to="分管领导 王某")
    entry = await last(hall)
    assert (entry.actor, entry.event.kind) == (A, EventKind.INCIDENT_RECORDED)
    sentence = hall.supervision.sentence(entry, await hall.supervision.names())
    assert sentence == "事件「停电」：全厅停电；上报 分管领导 王某"
    with pytest.raises(TextMissing):
        await as_one(hall, A).record_incident("停电", what="全厅停电", reported_to="")
    with pytest.raises(NotPermitted):
        await as_one(hall, LOOKER).record_incident("停电", what="全厅停电", reported_to="王某")
