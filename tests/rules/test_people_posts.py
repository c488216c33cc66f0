"""Posts at windows: who may take one, who stands in, and where everybody is (B10, H01, H02, H07)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import (
    BusyElsewhere,
    NothingToUndo,
    NotOnBoard,
    NotPermitted,
    NotQualified,
    NotYourPost,
    PostMissing,
    PostTaken,
    ReasonMissing,
    UnknownStaff,
    UnknownWindow,
    WindowBusy,
)
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.people.actor import Actor, ActorKind
from yichuang.queue.people.post import OnDuty, Place
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.queue.window import WindowState

A, B, C = "1001", "1002", "1003"


@pytest.fixture(autouse=True)
async def people(hall: Hall) -> None:
    """Three clerks, one of them not trained yet, and a supervisor; window 1 is A's, B stands in."""
    await hall.people.save(
        Staff(A, "甲", (Role.CLERK,)),
        Staff(B, "乙", (Role.CLERK,)),
        Staff(C, "丙", (Role.CLERK,), qualified=False),
        Staff("9001", "督查员", (Role.SUPERVISOR,)),
    )
    await hall.people.name_post(1, A, [B])


def acting(hall: Hall, badge: str, origin: str = "10.0.0.7") -> Hall:
    """The hall in somebody's hands."""
    return hall.acting(Actor(ActorKind.STAFF, badge, origin))


async def last(hall: Hall, kind: EventKind) -> Entry:
    """The latest event of that kind."""
    return [each for each in await hall.entries(0) if each.event.kind is kind][-1]


async def window_state(hall: Hall, window: int) -> WindowState:
    """Whether the window works."""
    found = await hall.store.read(lambda records: records.windows())
    return next((each.state for each in found if each.number == window), WindowState.CLOSED)


# --- taking ----------------------------------------------------------------------------------------


async def test_a_clerk_takes_a_post(hall: Hall, clock: FixedClock) -> None:
    done = await acting(hall, A).people.take_post(1, A)
    assert done.window is not None
    assert await hall.people.on_duty(1) == OnDuty(1, A, clock.now(), "10.0.0.7")
    entry = await last(hall, EventKind.POST_TAKEN)
    assert (entry.actor, entry.event.window) == (A, 1)
    assert entry.event.data == {"badge": A, "place": "A", "origin": "10.0.0.7"}


async def test_taking_a_post_says_that_one_is_there(hall: Hall) -> None:
    await hall.people.set_whereabouts(A, Whereabouts.IN_MEETING, "二楼")
    await hall.people.take_post(1, A)
    person = await hall.people.person(A)
    assert person.state is Whereabouts.AT_POST
    assert person.whereabouts is not None
    assert person.whereabouts.note == ""
    entry = await last(hall, EventKind.WHEREABOUTS_CHANGED)
    assert entry.event.data["former"] == "in_meeting"
    await hall.people.leave_post(1, A)
    before = len(await hall.entries(0))
    await hall.people.take_post(1, A)
    kinds = [each.event.kind for each in (await hall.entries(0))[before:]]
    assert kinds == [EventKind.POST_TAKEN], "nothing about where one is when that is known"


async def test_taking_the_same_post_again_changes_nothing(hall: Hall) -> None:
    """A dropped line brings the clerk back to the same window (requirements of reconnecting)."""
    await hall.people.take_post(1, A)
    before = len(await hall.entries(0))
    await hall.people.take_post(1, A)
    assert len(await hall.entries(0)) == before


async def test_a_post_that_is_taken_is_taken_over_only_after_a_question(hall: Hall) -> None:
    await hall.people.take_post(1, A)
    with pytest.raises(PostTaken) as caught:
        await hall.people.take_post(1, B)
    assert "甲" in caught.value.message
    assert A in caught.value.message
    await hall.people.take_post(1, B, take_over=True)
    duty = await hall.people.on_duty(1)
    assert duty is not None
    assert duty.badge == B
    entry = await last(hall, EventKind.POST_TAKEN)
    assert entry.event.data["former"] == A
    assert entry.event.data["place"] == Place.B
    with pytest.raises(NotYourPost):
        await acting(hall, A).open_window(1)


async def test_the_ticket_stays_when_a_post_is_taken_over(hall: Hall, issue: Issue) -> None:
    await hall.people.take_post(1, A)
    mine, others = acting(hall, A), acting(hall, B)
    await mine.open_window(1)
    await issue()
    await mine.call_next(1)
    await mine.start(1)
    await others.people.take_post(1, B, take_over=True)
    assert await window_state(hall, 1) is WindowState.OPEN
    done = await others.finish(1)
    assert done.ticket is not None
    assert done.ticket.state is TicketState.FINISHED


@pytest.mark.parametrize("badge", ["9001", "404"])
async def test_only_clerks_are_at_windows(hall: Hall, badge: str) -> None:
    refusal = UnknownStaff if badge == "404" else NotPermitted
    with pytest.raises(refusal):
        await hall.people.take_post(1, badge)
    assert await hall.people.on_duty(1) is None


async def test_a_post_is_at_a_window_that_there_is(hall: Hall) -> None:
    with pytest.raises(UnknownWindow):
        await hall.people.take_post(77, A)


async def test_nobody_takes_a_post_for_somebody_else(hall: Hall) -> None:
    with pytest.raises(NotPermitted):
        await acting(hall, B).people.take_post(1, A)


async def test_who_works_here_no_more_takes_no_post(hall: Hall) -> None:
    await hall.people.save(Staff(B, "乙", (Role.CLERK,), active=False))
    with pytest.raises(UnknownStaff):
        await hall.people.take_post(2, B)


# --- one window a person ---------------------------------------------------------------------------


async def test_a_clerk_who_sits_down_elsewhere_has_left_the_first_window(hall: Hall) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await mine.people.take_post(2, A)
    assert await hall.people.on_duty(1) is None
    assert (await hall.people.person(A)).duty == await hall.people.on_duty(2)
    assert await window_state(hall, 1) is WindowState.CLOSED


async def test_not_while_a_visitor_is_at_the_first_one(hall: Hall, issue: Issue) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await issue()
    await mine.call_next(1)
    with pytest.raises(BusyElsewhere) as caught:
        await mine.people.take_post(2, A)
    assert "A001" in caught.value.message
    assert await hall.people.on_duty(2) is None
    duty = await hall.people.on_duty(1)
    assert duty is not None, "what is refused has changed nothing"


# --- leaving and handing over ----------------------------------------------------------------------


async def test_leaving_closes_the_window_and_counts_the_minutes(
    hall: Hall, clock: FixedClock
) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    clock.advance(timedelta(minutes=90))
    await mine.people.leave_post(1, A)
    assert await hall.people.on_duty(1) is None
    assert await window_state(hall, 1) is WindowState.CLOSED
    entry = await last(hall, EventKind.POST_LEFT)
    assert entry.event.data["minutes"] == 90
    assert (await last(hall, EventKind.WINDOW_CLOSED)).event.data["reason"] == "离岗"


async def test_nobody_leaves_a_visitor(hall: Hall, issue: Issue) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await issue()
    await mine.call_next(1)
    with pytest.raises(WindowBusy):
        await mine.people.leave_post(1, A)
    duty = await hall.people.on_duty(1)
    assert duty is not None


@pytest.mark.parametrize("badge", [B, "404"])
async def test_who_is_not_there_cannot_leave(hall: Hall, badge: str) -> None:
    await hall.people.take_post(1, A)
    with pytest.raises(PostMissing):
        await hall.people.leave_post(1, badge)
    with pytest.raises(PostMissing):
        await hall.people.leave_post(2, A)


async def test_a_hands_over_to_b_with_the_visitor(
    hall: Hall, issue: Issue, clock: FixedClock
) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await issue()
    await mine.call_next(1)
    clock.advance(timedelta(minutes=30))
    proposed = await hall.people.stand_in(1)
    assert proposed is not None
    assert proposed.staff.badge == B
    await mine.people.leave_post(1, A, to=B)
    duty = await hall.people.on_duty(1)
    assert duty is not None
    assert duty.badge == B
    assert await window_state(hall, 1) is WindowState.OPEN
    entry = await last(hall, EventKind.POST_HANDED_OVER)
    assert entry.event.data == {"badge": A, "to": B, "minutes": 30}
    assert entry.actor == A
    await acting(hall, B).start(1)
    with pytest.raises(NotYourPost):
        await mine.finish(1)


async def test_a_hand_over_to_oneself_is_leaving(hall: Hall) -> None:
    await hall.people.take_post(1, A)
    await hall.people.leave_post(1, A, to=A)
    assert await hall.people.on_duty(1) is None


@pytest.mark.parametrize(
    "state", [each for each in Whereabouts if each not in ("at_post", "shortly_away")]
)
async def test_nobody_steps_in_who_is_not_there(hall: Hall, state: Whereabouts) -> None:
    await hall.people.take_post(1, A)
    await hall.people.set_whereabouts(B, state)
    assert await hall.people.stand_in(1) is None
    with pytest.raises(NotOnBoard) as caught:
        await hall.people.leave_post(1, A, to=B)
    assert state.label in caught.value.message
    duty = await hall.people.on_duty(1)
    assert duty is not None
    assert duty.badge == A


@pytest.mark.parametrize("state", ["at_post", "shortly_away"])
async def test_who_is_in_reach_steps_in(hall: Hall, state: str) -> None:
    await hall.people.take_post(1, A)
    await hall.people.set_whereabouts(B, Whereabouts(state))
    await hall.people.leave_post(1, A, to=B)
    assert (await hall.people.person(B)).state is Whereabouts.AT_POST


async def test_who_steps_in_leaves_another_window_unless_busy_there(
    hall: Hall, issue: Issue
) -> None:
    await hall.people.take_post(1, A)
    await hall.people.take_post(2, B)
    other = acting(hall, B)
    await other.open_window(2)
    await issue("police")
    await other.call_next(2)
    assert await hall.people.stand_in(1) is None, "nobody is proposed who has a visitor"
    with pytest.raises(BusyElsewhere):
        await hall.people.leave_post(1, A, to=B)
    await other.start(2)
    await other.finish(2)
    await hall.people.leave_post(1, A, to=B)
    assert await hall.people.on_duty(2) is None
    assert await window_state(hall, 2) is WindowState.CLOSED


async def test_nobody_steps_in_without_qualification(hall: Hall) -> None:
    await hall.people.take_post(1, A)
    with pytest.raises(NotQualified):
        await hall.people.leave_post(1, A, to=C)


async def test_b_is_proposed_in_order_and_a_for_b(hall: Hall) -> None:
    await hall.people.save(Staff(C, "丙", (Role.CLERK,)))
    await hall.people.name_post(1, A, [C, B, A, C])
    assert (await hall.people.posts())[0].b == (C, B), "each once, and not A beside A"
    await hall.people.take_post(1, A)
    proposed = await hall.people.stand_in(1)
    assert proposed is not None
    assert proposed.staff.badge == C
    await hall.people.leave_post(1, A, to=C)
    proposed = await hall.people.stand_in(1)
    assert proposed is not None
    assert proposed.staff.badge == A


async def test_a_supervisor_takes_somebody_off_a_post(hall: Hall) -> None:
    await hall.people.take_post(1, A)
    await acting(hall, "9001").people.leave_post(1, A, actor="9001")
    assert (await last(hall, EventKind.POST_LEFT)).actor == "9001"
    await hall.people.take_post(1, A)
    with pytest.raises(NotPermitted):
        await acting(hall, B).people.leave_post(1, A)


# --- qualification (H07) ---------------------------------------------------------------------------


async def test_an_allowance_is_for_today_and_answered_for(hall: Hall, clock: FixedClock) -> None:
    with pytest.raises(NotQualified) as caught:
        await acting(hall, C).people.take_post(2, C)
    assert "考核合格" in caught.value.message
    supervisor = acting(hall, "9001")
    with pytest.raises(ReasonMissing):
        await supervisor.people.allow_unqualified(C, reason=" \x1b ")
    with pytest.raises(NotPermitted):
        await acting(hall, A).people.allow_unqualified(C, reason="帮个忙")
    await supervisor.people.allow_unqualified(C, reason="两人请假")
    entry = await last(hall, EventKind.UNQUALIFIED_ALLOWED)
    assert (entry.actor, entry.event.data) == ("9001", {"badge": C, "reason": "两人请假"})
    await acting(hall, C).people.take_post(2, C)
    clock.advance(timedelta(days=1))
    with pytest.raises(NotQualified):
        await acting(hall, C).people.take_post(2, C)


async def test_nobody_unknown_is_allowed_anything(hall: Hall) -> None:
    with pytest.raises(UnknownStaff):
        await hall.people.allow_unqualified("404", reason="原因")


# --- the day and the window ------------------------------------------------------------------------


@pytest.mark.parametrize("by_hand", [True, False])
async def test_the_end_of_a_day_signs_everybody_out(
    hall: Hall, clock: FixedClock, by_hand: bool
) -> None:
    await hall.people.take_post(1, A)
    await hall.people.take_post(2, B)
    await acting(hall, A).open_window(1)
    if by_hand:
        await hall.close_day()
    else:
        clock.advance(timedelta(days=1))
        await hall.issue(category="tax")
    assert [await hall.people.on_duty(window) for window in (1, 2)] == [None, None]
    left = [each for each in await hall.entries(0) if each.event.kind is EventKind.POST_LEFT]
    assert {each.event.data["badge"] for each in left} == {A, B}


async def test_minutes_on_duty_are_never_less_than_none(hall: Hall, clock: FixedClock) -> None:
    await hall.people.take_post(1, A)
    clock.advance(timedelta(hours=-3))
    await hall.people.leave_post(1, A)
    assert (await last(hall, EventKind.POST_LEFT)).event.data["minutes"] == 0


async def test_there_is_nothing_to_undo_at_a_fresh_post(hall: Hall) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    with pytest.raises(NothingToUndo):
        await mine.undo(1)


async def test_a_hand_over_stands_between_a_step_and_taking_it_back(
    hall: Hall, issue: Issue
) -> None:
    mine = acting(hall, A)
    await mine.people.take_post(1, A)
    await mine.open_window(1)
    await issue()
    await mine.call_next(1)
    await mine.people.leave_post(1, A, to=B)
    with pytest.raises(NotYourPost):
        await mine.undo(1)
    with pytest.raises(NothingToUndo):
        await acting(hall, B).undo(1)
    assert (await hall.ticket("A001")).state is TicketState.CALLED


async def test_the_display_shows_who_is_there(hall: Hall) -> None:
    await hall.people.take_post(1, A)
    faces = await hall.devices.faces()
    assert [each.badge for each in faces] == [A, "", ""]
    await hall.people.leave_post(1, A, to=B)
    assert (await hall.devices.faces())[0].badge == B


# --- whereabouts -----------------------------------------------------------------------------------


async def test_everybody_says_where_one_is_and_history_is_kept(hall: Hall) -> None:
    await acting(hall, A).people.set_whereabouts(A, Whereabouts.IN_VILLAGE, "河头村\x1b[2J\n")
    person = await hall.people.person(A)
    assert person.whereabouts is not None
    assert person.whereabouts.note == "河头村[2J"
    await acting(hall, A).people.set_whereabouts(A, Whereabouts.AT_POST)
    states = [
        (each.event.data["former"], each.event.data["state"])
        for each in await hall.entries(0)
        if each.event.kind is EventKind.WHEREABOUTS_CHANGED
    ]
    assert states == [(None, "in_village"), ("in_village", "at_post")]
    with pytest.raises(NotPermitted):
        await acting(hall, A).people.set_whereabouts(B, Whereabouts.ON_LEAVE)
    await acting(hall, "9001").people.set_whereabouts(B, Whereabouts.ON_LEAVE)
    with pytest.raises(UnknownStaff):
        await hall.people.set_whereabouts("404", Whereabouts.ON_LEAVE)


async def test_the_board_lists_who_works_here_by_department(hall: Hall) -> None:
    await hall.people.save(
        Staff(A, "甲", (Role.CLERK,), department="税务所"),
        Staff(B, "乙", (Role.CLERK,), active=False),
        Staff(C, "丙", (Role.CLERK,), department="公安"),
    )
    everybody = await hall.people.everybody()
    assert [each.staff.badge for each in everybody] == ["9001", C, A]
    assert [each.state for each in everybody] == [None] * 3


async def test_a_clerk_finds_the_own_window_first(hall: Hall) -> None:
    await hall.people.name_post(3, B, [A])
    posts = await hall.people.posts_of(A)
    assert [(each.window, each.place) for each in posts] == [(1, Place.A), (3, Place.B), (2, None)]
    await hall.people.take_post(2, B)
    free, taken = [(each.holder, each.duty is not None) for each in await hall.people.posts_of(A)][
        1:
    ]
    assert (free, taken) == (("", False), ("乙", True))


@pytest.mark.parametrize(("a", "b"), [("404", ()), (A, ("404",))])
async def test_a_post_is_named_for_people_that_there_are(
    hall: Hall, a: str, b: tuple[str, ...]
) -> None:
    before = await hall.people.posts()
    with pytest.raises(UnknownStaff):
        await hall.people.name_post(2, a, b)
    with pytest.raises(UnknownWindow):
        await hall.people.name_post(77, A)
    assert await hall.people.posts() == before
