"""What supervisors are warned of: found by bounds, raised once, worse once, cleared when surely gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.halls import MORNING, PRINTER, memory_hall, small_settings
from tests.rules.conftest import Issue
from yichuang.clock import FixedClock
from yichuang.errors import InvalidHall
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.oversight.alert import Alert, AlertKind, MachineFacts, Severity
from yichuang.queue.oversight.command import NoteAlerts
from yichuang.queue.people.role import Role
from yichuang.queue.people.staff import Staff
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.supervision.noting import CLEAR_AFTER

Y, R = Severity.YELLOW, Severity.RED

NOTHING = MachineFacts()

OF_ALERTS = (EventKind.ALERT_RAISED, EventKind.ALERT_WORSENED, EventKind.ALERT_CLEARED)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def found(hall: Hall, machine: MachineFacts = NOTHING) -> dict[str, Severity]:
    """What one look finds, by key."""
    return {each.key: each.severity for each in await hall.supervision.watch(machine)}


async def told(hall: Hall) -> list[tuple[str, str]]:
    """What the journal tells of alerts: the kind of event and the alert's key."""
    entries = await hall.entries(0, 10_000)
    return [
        (each.event.kind.value, each.event.data["key"])
        for each in entries
        if each.event.kind in OF_ALERTS
    ]


@pytest.mark.parametrize(
    ("waited", "severity"), [(14.9, None), (15, Y), (29.9, Y), (30, R), (300, R)]
)
async def test_a_long_wait(
    hall: Hall, clock: FixedClock, issue: Issue, waited: float, severity: Severity | None
) -> None:
    await issue("tax")
    clock.advance(minutes(1))
    await issue("tax")
    clock.advance(minutes(waited - 1))
    assert (await found(hall)).get("wait:tax") is severity


@pytest.mark.parametrize(("count", "severity"), [(10, None), (11, Y), (20, Y), (21, R)])
async def test_a_long_line(hall: Hall, issue: Issue, count: int, severity: Severity | None) -> None:
    await issue("tax", count)
    await issue("police", 10)
    alerts = await found(hall)
    assert alerts.get("line_length:tax") is severity
    assert "line_length:police" not in alerts


@pytest.mark.parametrize(("served", "severity"), [(29.9, None), (30, Y), (60, R)])
async def test_a_long_service(
    hall: Hall,
    clock: FixedClock,
    open_windows: None,
    issue: Issue,
    served: float,
    severity: Severity | None,
) -> None:
    await issue("tax")
    await hall.call_next(1)
    clock.advance(minutes(5))
    await hall.start(1)
    clock.advance(minutes(served))
    assert (await found(hall)).get("long_service:1") is severity


async def test_a_visitor_who_is_called_and_never_begun_holds_the_window_up_too(
    hall: Hall, clock: FixedClock, open_windows: None, issue: Issue
) -> None:
    await issue("tax")
    await hall.call_next(1)
    clock.advance(minutes(31))
    (alert,) = await hall.supervision.watch()
    assert (alert.key, alert.detail, alert.window) == ("long_service:1", "A001", 1)


@pytest.mark.parametrize(("paused", "severity"), [(14.9, None), (15, Y), (30, R)])
async def test_a_long_pause(
    hall: Hall,
    clock: FixedClock,
    open_windows: None,
    paused: float,
    severity: Severity | None,
) -> None:
    clock.advance(minutes(60))
    await hall.pause_window(2, reason="去开会")
    clock.advance(minutes(paused))
    assert (await found(hall)).get("long_pause:2") is severity


async def test_an_idle_window_while_somebody_waits_whom_it_may_call(
    hall: Hall, clock: FixedClock, open_windows: None, issue: Issue
) -> None:
    clock.advance(minutes(60))
    await issue("tax")
    clock.advance(minutes(4.9))
    assert await found(hall) == {}
    clock.advance(minutes(0.1))
    # Window 2 serves only the police: it has nobody to call.
    assert await found(hall) == {"window_idle:1": Y, "window_idle:3": Y}
    await hall.call_next(1)
    assert await found(hall) == {}
    await issue("tax")
    await hall.start(1)
    clock.advance(minutes(10))
    await hall.finish(1)
    assert await found(hall) == {"window_idle:3": R}


async def test_devices_that_are_known_to_be_wrong(clock: FixedClock) -> None:
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.store.lease("kiosk", "me", 60)
        for state, reason, severity in (
            (DeviceState.READY, DeviceReason.NONE, None),
            (DeviceState.DEGRADED, DeviceReason.NEAR_END, Y),
            (DeviceState.MISSING, DeviceReason.PAPER_OUT, R),
            (DeviceState.UNKNOWN, DeviceReason.NONE, None),
        ):
            await hall.devices.note("kiosk", "me", DeviceHealth(state, reason))
            assert (await found(hall)).get("device:kiosk") is severity
        await hall.store.lease("gone", "me", 60)
        missing = DeviceHealth(DeviceState.MISSING, DeviceReason.OFFLINE)
        await hall.devices.note("gone", "me", missing)
        assert "device:gone" not in await found(hall), "hall.toml has it no more"


async def test_papers_that_failed_of_people_who_wait(clock: FixedClock) -> None:
    async with memory_hall(clock, small_settings(PRINTER)) as hall:
        await hall.store.lease("kiosk", "me", 600)
        for _each in range(3):
            await hall.issue(category="tax")
        for _each in range(3):
            job = await hall.store.claim("kiosk", "me")
            assert job is not None
            failed = PrintReport(JobState.FAILED, DeviceReason.OFFLINE, untouched=True)
            await hall.store.report(job.id, failed, "me")
        assert await found(hall) == {"paper": R}
        await hall.reprint("A001")
        assert await found(hall) == {"paper": Y}
        for number in ("A002", "A003"):
            await hall.cancel(number)
        assert await found(hall) == {}


async def test_the_machine(hall: Hall, clock: FixedClock, issue: Issue) -> None:
    assert await found(hall, MachineFacts(1024, True)) == {}
    assert await found(hall, MachineFacts(settings_mistakes=2)) == {"settings": Y}
    assert await found(hall, MachineFacts(1023, None)) == {"disk": Y}
    assert await found(hall, MachineFacts(255, False)) == {"disk": R, "clock": Y}
    await issue("tax")
    clock.advance(-minutes(10))
    assert (await found(hall, MachineFacts(None, True)))["clock"] is R


async def test_bounds_are_the_halls_own(clock: FixedClock) -> None:
    own = small_settings("[alert]\nwait_minutes = [2, 3]\nline_length = [1, 2]\n")
    async with memory_hall(clock, own) as hall:
        await hall.issue(category="tax")
        await hall.issue(category="tax")
        clock.advance(minutes(3))
        assert await found(hall) == {"wait:tax": R, "line_length:tax": Y}


@pytest.mark.parametrize("line", ["wait_minutes = [30, 15]", "disk_mb = [1, 2]", "x = 1"])
def test_bounds_that_make_no_sense_are_refused(line: str) -> None:
    with pytest.raises(InvalidHall):
        small_settings(f"[alert]\n{line}\n")


# --- over time ------------------------------------------------------------------------------------


async def test_it_is_raised_once_worse_once_and_cleared_once(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    await issue("tax")
    clock.advance(minutes(15))
    for _each in range(20):
        await found(hall)
        clock.advance(timedelta(seconds=50))
    await hall.cancel("A001")
    for _each in range(20):
        await found(hall)
        clock.advance(timedelta(seconds=5))
    assert await told(hall) == [
        ("AlertRaised", "wait:tax"),
        ("AlertWorsened", "wait:tax"),
        ("AlertCleared", "wait:tax"),
    ]


async def test_what_comes_back_at_once_was_never_gone(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    for _each in range(10):
        await found(hall, MachineFacts(disk_free_mb=1000))
        clock.advance(CLEAR_AFTER - timedelta(seconds=1))
        await found(hall, MachineFacts(disk_free_mb=1100))
        clock.advance(timedelta(seconds=5))
    assert await told(hall) == [("AlertRaised", "disk")]
    (kept,) = (await hall.supervision.view()).alerts
    assert (kept.kept.gone_since, kept.is_lasting) != (None, True)


async def test_looks_that_find_nothing_new_write_nothing(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    await issue("tax")
    clock.advance(minutes(16))
    await found(hall)
    mark = hall.store.mark()
    clock.advance(minutes(1))
    await found(hall)
    assert hall.store.mark() == mark


async def test_the_view_shows_present_figures_and_the_worst_severity(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    await issue("tax", 21)
    clock.advance(minutes(20))
    await found(hall)
    for serial in range(1, 10):
        await hall.cancel(f"A{serial:03d}")
    views = {each.alert.key: each for each in (await hall.supervision.view()).alerts}
    line = views["line_length:tax"]
    assert (line.alert.value, line.alert.severity, line.is_lasting) == (12, R, True)
    assert views["wait:tax"].alert.value == 20
    assert [each.alert.severity for each in (await hall.supervision.view()).alerts] == [R, Y]


async def test_who_took_note_took_note_of_what_it_was_then(
    hall: Hall, clock: FixedClock, issue: Issue
) -> None:
    await issue("tax")
    clock.advance(minutes(15))
    await found(hall)
    (view,) = (await hall.supervision.view()).alerts
    await hall.supervision.acknowledge(view.kept.id, note="已加开窗口", actor="9001")
    (view,) = (await hall.supervision.view()).alerts
    assert (view.kept.acknowledged_by, view.kept.note) == ("9001", "已加开窗口")
    clock.advance(minutes(15))
    await found(hall)
    (view,) = (await hall.supervision.view()).alerts
    assert not view.kept.is_acknowledged


async def test_a_bad_review_stays_until_somebody_sees_to_it(
    hall: Hall, clock: FixedClock, open_windows: None, issue: Issue
) -> None:
    await issue("tax", 2)
    for grade in (Grade.BASICALLY_SATISFIED, Grade.DISSATISFIED):
        await hall.call_next(1)
        await hall.start(1)
        await hall.finish(1)
        await hall.rate(grade, RatingChannel.PAD, window=1)
    (review,) = [
        each for each in await hall.supervision.watch() if each.kind is AlertKind.BAD_REVIEW
    ]
    assert (review.subject, review.window, review.severity) == ("A002", 1, R)
    (view,) = (await hall.supervision.view()).alerts
    await hall.supervision.acknowledge(view.kept.id)
    assert (await hall.supervision.view()).alerts == ()
    await found(hall)
    assert await told(hall) == [("AlertRaised", review.key), ("AlertCleared", review.key)]


async def test_a_bad_review_outlives_the_day(
    hall: Hall, clock: FixedClock, open_windows: None, issue: Issue
) -> None:
    await issue("tax")
    await hall.call_next(1)
    await hall.start(1)
    await hall.finish(1)
    await hall.rate(Grade.VERY_DISSATISFIED, RatingChannel.PAD, window=1)
    await found(hall)
    for _each in range(3):
        clock.advance(timedelta(days=2))
        assert await found(hall) == {}
    (view,) = (await hall.supervision.view()).alerts
    assert (view.alert.kind, view.is_lasting) == (AlertKind.BAD_REVIEW, False)


async def test_an_item_past_its_deadline_is_an_alert(hall: Hall, clock: FixedClock) -> None:
    await hall.people.save(Staff("1001", "甲", (Role.CLERK,)))
    done = await hall.supervision.open_item(
        "查一查", owner="1001", deadline=clock.now() + minutes(30)
    )
    assert done.supervision is not None
    clock.advance(minutes(30))
    assert await found(hall) == {}
    clock.advance(minutes(1))
    assert await found(hall) == {f"overdue:{done.supervision.id}": R}
    await hall.supervision.answer_item(done.supervision.id, "办好了")
    assert await found(hall) == {}


KEYS = st.sampled_from(["wait:tax", "device:front", "window_idle:3"])
LOOKS = st.lists(
    st.tuples(
        st.dictionaries(KEYS, st.sampled_from(Severity), max_size=3),
        st.integers(min_value=0, max_value=60),
    ),
    max_size=25,
)


def _alerts(looked: dict[str, Severity]) -> tuple[Alert, ...]:
    return tuple(Alert(key, AlertKind.WAIT, severity, key) for key, severity in looked.items())


def _lives(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """What the journal tells of each key, in order: R raised, W worse, C cleared, with the severity."""
    lives: dict[str, list[str]] = {}
    for entry in entries:
        data = entry.event.data
        severity = "" if entry.event.kind is EventKind.ALERT_CLEARED else data["severity"]
        letter = entry.event.kind.value.removeprefix("Alert")[0]
        lives.setdefault(data["key"], []).append(f"{letter}{severity}")
    return lives


@given(LOOKS)
async def test_the_journal_never_tells_the_same_of_an_alert_twice_in_a_row(
    looks: list[tuple[dict[str, Severity], int]],
) -> None:
    clock = FixedClock(MORNING)
    async with memory_hall(clock) as hall:
        last_seen: dict[str, float] = {}
        before: set[str] = set()
        for looked, seconds in looks:
            await hall.do(NoteAlerts(_alerts(looked)))
            at = clock.now().timestamp()
            last_seen |= dict.fromkeys(looked, at)
            kept = {
                each.alert.key: each
                for each in await hall.store.read(lambda each: each.open_alerts())
            }
            assert set(looked) <= set(kept)
            for key in before - set(kept):
                assert at - last_seen[key] >= CLEAR_AFTER.total_seconds()
            before = set(kept)
            for key, each in kept.items():
                if key in looked:
                    assert each.alert.severity.rank >= looked[key].rank
                    assert each.gone_since is None
            clock.advance(timedelta(seconds=seconds))
        for life in _lives(await hall.entries(0, 10_000)).values():
            for former, latter in zip(["C", *life], life, strict=False):
                assert (former, latter) in {
                    ("C", "Ryellow"),
                    ("C", "Rred"),
                    ("Ryellow", "Wred"),
                    ("Ryellow", "C"),
                    ("Rred", "C"),
                    ("Wred", "C"),
                }
