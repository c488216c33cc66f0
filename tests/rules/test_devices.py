"""What the rules know of devices: noted once, tested, muted; papers sent again; faces; announcements."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from tests.rules.fair_hall import call, fair_hall, give
from yichuang.clock import FixedClock
from yichuang.errors import (
    CannotMute,
    InvalidHall,
    NotSurelyUnprinted,
    PaperPointless,
    PrintedSince,
    RetryNeedless,
    UnknownDevice,
    UnknownPrinter,
    UnknownPrintJob,
    UnknownTicket,
)
from yichuang.queue.announcement import AnnouncementState
from yichuang.queue.arrivals import Arrivals, Scan
from yichuang.queue.device import DeviceHealth, DeviceKind, DeviceReason, DeviceState
from yichuang.queue.event import Entry, EventKind
from yichuang.queue.face import FaceState
from yichuang.queue.item import Item
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.service import Hall
from yichuang.queue.ticket_code import read_ticket_code

DEVICES = """
[[printer]]
name = "front"
transport = "tcp"
host = "127.0.0.1"
backup = "desk"

[[printer]]
name = "desk"
transport = "file"
path = "/tmp/paper"
kiosks = ["east"]
windows = [2]

[[display]]
name = "over1"
driver = "line"
path = "/dev/ttyS0"
windows = [1]

[voice]
enabled = true

[[scanner]]
name = "scan"
path = "/dev/input/event7"
"""

READY = DeviceHealth(DeviceState.READY)
PAPER_OUT = DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
UNTOUCHED = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True)


@pytest.fixture
async def hall(clock: FixedClock) -> Hall:
    """A hall with devices; windows 1 and 2 are open."""
    return await fair_hall(clock, 1, 2, more=DEVICES)


async def _events(hall: Hall, *kinds: EventKind) -> list[Entry]:
    return [entry for entry in await hall.entries(0, 500) if entry.event.kind in kinds]


# --- how devices are ------------------------------------------------------------------------------


async def test_every_device_of_the_hall_is_listed_in_its_order(hall: Hall) -> None:
    named = {name: kind for name, (kind, _settings) in hall.devices.named().items()}
    assert named == {
        "front": DeviceKind.PRINTER,
        "desk": DeviceKind.PRINTER,
        "over1": DeviceKind.DISPLAY,
        "voice": DeviceKind.VOICE,
        "scan": DeviceKind.SCANNER,
    }
    statuses = await hall.devices.statuses()
    assert [each.name for each in statuses] == list(named)
    assert {each.health.state for each in statuses} == {DeviceState.UNKNOWN}
    assert [each.name for each in await hall.printers()] == ["front", "desk"]


async def test_a_change_is_journaled_once_and_only_from_who_works_it(hall: Hall) -> None:
    assert await hall.store.lease("over1", "me", 60)
    for owner, health in (("me", READY), ("me", READY), ("you", PAPER_OUT), ("me", PAPER_OUT)):
        await hall.devices.note("over1", owner, health)
    told = await _events(hall, EventKind.DEVICE_CHANGED)
    assert [dict(each.event.data) for each in told] == [
        {"device": "over1", "state": "ready", "reason": ""},
        {"device": "over1", "state": "missing", "reason": "paper_out"},
    ]
    status = (await hall.devices.statuses())[2]
    assert (status.health, status.since) == (PAPER_OUT, hall.clock.now())


async def test_a_device_is_muted_and_heard_again(hall: Hall) -> None:
    await hall.devices.mute("voice", on=True, reason="开会", actor="主任")
    await hall.devices.mute("voice", on=True)
    assert (await hall.devices.statuses())[3].muted
    await hall.devices.mute("voice", on=False)
    assert not (await hall.devices.statuses())[3].muted
    told = await _events(hall, EventKind.DEVICE_MUTED, EventKind.DEVICE_UNMUTED)
    assert [(each.event.kind, each.actor) for each in told] == [
        (EventKind.DEVICE_MUTED, "主任"),
        (EventKind.DEVICE_UNMUTED, ""),
    ]


@pytest.mark.parametrize("device", ["front", "over1", "scan"])
async def test_what_has_no_voice_is_not_muted(hall: Hall, device: str) -> None:
    with pytest.raises(CannotMute) as refused:
        await hall.devices.mute(device, on=True)
    assert device in refused.value.message
    assert not any(each.muted for each in await hall.devices.statuses())
    assert not await _events(hall, EventKind.DEVICE_MUTED)


async def test_a_test_is_asked_for_in_the_journal_and_of_a_printer_as_a_job(hall: Hall) -> None:
    assert (await hall.devices.test("over1", actor="主任")).print_job is None
    done = await hall.devices.test("desk")
    assert done.print_job is not None
    job = await hall.print_job(done.print_job)
    assert job is not None
    assert (job.printer, job.ticket, job.number, job.document.test) == ("desk", None, "", True)
    told = await _events(hall, EventKind.DEVICE_TESTED)
    assert [each.event.data["device"] for each in told] == ["over1", "desk"]


async def test_an_unknown_device_is_refused(hall: Hall) -> None:
    with pytest.raises(UnknownDevice) as refused:
        await hall.devices.test("nowhere")
    assert "over1" in refused.value.hint
    with pytest.raises(UnknownDevice):
        await hall.devices.mute("nowhere", on=True)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[[scanner]]\nname = "front"\npath = "/dev/x"', "front"),
        ('[[caller_pad]]\nname = "pad"\npath = "/dev/x"\nwindow = 77', "77"),
        ('[[id_reader]]\nname = "r"\ntransport = "serial"', "path"),
    ],
)
async def test_devices_that_do_not_fit_the_hall_are_refused(
    clock: FixedClock, more: str, told: str
) -> None:
    with pytest.raises(InvalidHall) as refused:
        await fair_hall(clock, more=DEVICES + more)
    assert told in refused.value.message


async def test_a_backup_must_be_another_printer(clock: FixedClock) -> None:
    with pytest.raises(InvalidHall):
        await fair_hall(clock, more=DEVICES.replace('backup = "desk"', 'backup = "front"'))


# --- papers ---------------------------------------------------------------------------------------


async def test_each_place_has_its_printer(hall: Hall) -> None:
    number = await give(hall)
    await give(hall, origin="east")
    await hall.reprint(number, window=2)
    await hall.reprint(number, window=1)
    jobs = await hall.print_jobs()
    assert [job.printer for job in reversed(jobs)] == ["front", "desk", "desk", "front"]


async def test_a_ticket_carries_its_code_where_there_is_a_scanner(
    hall: Hall, clock: FixedClock
) -> None:
    await give(hall)
    (job,) = await hall.print_jobs()
    assert job.ticket is not None
    assert read_ticket_code(job.document.code) == job.ticket
    plain = await fair_hall(clock, 1, more=DEVICES.split("[[scanner]]")[0])
    await give(plain)
    assert (await plain.print_jobs())[0].document.code == ""


async def _failed(hall: Hall, report: PrintReport) -> int:
    await give(hall)
    assert await hall.store.lease("front", "me", 60)
    job = await hall.store.claim("front", "me")
    assert job is not None
    await hall.store.report(job.id, report, "me")
    return job.id


async def test_what_surely_printed_nothing_is_sent_again(hall: Hall) -> None:
    job = await _failed(hall, UNTOUCHED)
    await hall.devices.retry(job, actor="窗口1")
    again = await hall.print_job(job)
    assert again is not None
    assert (again.state, again.reason, again.document.reprint) == (
        JobState.QUEUED,
        DeviceReason.NONE,
        False,
    )
    claimed = await hall.store.claim("front", "me")
    assert claimed is not None
    assert claimed.id == job
    (told,) = await _events(hall, EventKind.PRINT_RETRIED)
    assert (told.actor, told.event.data["after"]) == ("窗口1", "paper_out")


async def test_no_second_paper_is_sent_beside_a_later_one(hall: Hall) -> None:
    job = await _failed(hall, UNTOUCHED)
    (number,) = [each.number for each in await hall.tickets()]
    later = (await hall.reprint(number)).print_job
    with pytest.raises(PrintedSince) as refused:
        await hall.devices.retry(job)
    assert f"第 {later} 号" in refused.value.message
    assert [each.state for each in await hall.print_jobs()] == [JobState.QUEUED, JobState.FAILED]


async def test_no_paper_is_sent_of_a_ticket_that_is_over(hall: Hall, clock: FixedClock) -> None:
    job = await _failed(hall, UNTOUCHED)
    (number,) = [each.number for each in await hall.tickets()]
    await hall.cancel(number, reason="不办了")
    with pytest.raises(PaperPointless):
        await hall.devices.retry(job)
    other = await _failed(hall, UNTOUCHED)
    clock.advance(timedelta(days=1))
    with pytest.raises(UnknownTicket):
        await hall.devices.retry(other)


async def test_the_slip_of_an_outage_is_sent_again(hall: Hall) -> None:
    await give(hall)
    assert await hall.store.lease("front", "me", 60)
    assert await hall.store.claim("front", "me") is not None
    await hall.close_day(outage=True, reason="停电")
    slip = await hall.store.claim("front", "me")
    assert slip is not None
    await hall.store.report(slip.id, UNTOUCHED, "me")
    await hall.devices.retry(slip.id)
    again = await hall.print_job(slip.id)
    assert again is not None
    assert again.state is JobState.QUEUED


async def test_nothing_is_sent_again_to_a_printer_that_the_hall_has_no_more(
    hall: Hall, clock: FixedClock
) -> None:
    job = await _failed(hall, UNTOUCHED)
    edited = (await fair_hall(clock, more=DEVICES.replace('"front"', '"new"'))).settings
    with pytest.raises(UnknownPrinter) as refused:
        await Hall(edited, hall.store, clock).devices.retry(job)
    assert "new" in refused.value.hint


@pytest.mark.parametrize(
    "report",
    [
        PrintReport(JobState.FAILED, DeviceReason.CUTTER),
        PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER),
        PrintReport(JobState.HANDED_OVER),
    ],
)
async def test_what_may_be_on_paper_is_not_sent_again(hall: Hall, report: PrintReport) -> None:
    job = await _failed(hall, report)
    with pytest.raises(NotSurelyUnprinted):
        await hall.devices.retry(job)
    with pytest.raises(UnknownPrintJob):
        await hall.devices.retry(999)


async def test_what_is_queued_or_out_need_not_be_sent_again(hall: Hall) -> None:
    job = await _failed(hall, UNTOUCHED)
    await hall.devices.retry(job)
    for _each in ("queued", "sending", "printed"):
        with pytest.raises(RetryNeedless) as refused:
            await hall.devices.retry(job)
        assert "不用再打" in refused.value.message
        if await hall.store.claim("front", "me") is None:
            await hall.store.report(job, PrintReport(JobState.PRINTED), "me")
    found = await hall.print_job(job)
    assert found is not None
    assert found.state is JobState.PRINTED


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (UNTOUCHED, "没有打出，可以再打"),
        (PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT), "看一眼出纸口，没有票就补打"),
        (PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER), "看一眼出纸口，没有票就补打"),
        (PrintReport(JobState.FAILED, DeviceReason.STALE, untouched=True), ""),
        (PrintReport(JobState.PRINTED, DeviceReason.NEAR_END), ""),
    ],
)
async def test_a_job_says_what_to_do_about_its_paper(
    hall: Hall, report: PrintReport, told: str
) -> None:
    found = await hall.print_job(await _failed(hall, report))
    assert found is not None
    assert found.advice == told
    await hall.devices.test("front")
    assert (await hall.print_jobs())[0].advice == "还在等着打印，不用再打"


@pytest.mark.parametrize("reason", DeviceReason)
def test_a_reason_leaves_the_paper_to_its_job(reason: DeviceReason) -> None:
    assert "补打" not in reason.label
    assert "再打" not in reason.label.replace("没有再打印", "")


# --- what displays show and voices say ------------------------------------------------------------


async def test_a_face_for_each_state_of_a_window(hall: Hall) -> None:
    def item(code: str, *, private: bool) -> Item:
        return Item(
            code, f"事项{code}", f"简称{code}", "税务局", "tax", "", private, False, "s", "j"
        )

    await hall.import_items([item("T1", private=False), item("T2", private=True)], source="test")

    async def face(window: int = 1) -> tuple[FaceState, str, str, str, int]:
        found = next(each for each in await hall.devices.faces() if each.window == window)
        return found.state, found.number, found.item, found.unit, found.calls

    hall_name = hall.settings.hall.name
    assert await face(5) == (FaceState.CLOSED, "", "", hall_name, 0)
    assert await face() == (FaceState.IDLE, "", "", hall_name, 0)
    number = await give(hall, items=("T1",))
    await call(hall, 1)
    assert await face() == (FaceState.CALLING, number, "简称T1", "税务局", 1)
    await hall.recall(1)
    assert (await face())[-1] == 2
    await hall.start(1)
    assert (await face())[0] is FaceState.SERVING
    await hall.finish(1)
    await hall.pause_window(1, reason="开会")
    assert await face() == (FaceState.PAUSED, "", "", hall_name, 0)
    await hall.resume_window(1)
    await give(hall, items=("T2",))
    await call(hall, 1)
    assert (await face())[2:4] == ("", hall_name)


async def test_calls_wait_to_be_announced_in_order(hall: Hall) -> None:
    first, second = await give(hall), await give(hall)
    assert await hall.devices.unannounced() == []
    await call(hall, 1)
    await hall.recall(1)
    await call(hall, 2)
    waiting = await hall.devices.unannounced()
    assert [(each.number, each.window, each.is_repeat) for each in waiting] == [
        (first, 1, False),
        (first, 1, True),
        (second, 2, False),
    ]
    await hall.devices.conclude(waiting[0].seq, AnnouncementState.SPOKEN)
    assert [each.seq for each in await hall.devices.unannounced()] == [
        each.seq for each in waiting[1:]
    ]
    (kept,) = await hall.devices.announcements()
    assert (kept.number, kept.window, kept.state) == (first, 1, AnnouncementState.SPOKEN)


async def test_an_undone_call_is_not_announced(hall: Hall, clock: FixedClock) -> None:
    number = await give(hall)
    await call(hall, 1)
    await hall.undo(1)
    assert await hall.devices.unannounced() == []
    clock.advance(timedelta(seconds=1))
    await call(hall, 1)
    (waiting,) = await hall.devices.unannounced()
    assert waiting.number == number


async def test_after_a_long_silence_only_the_latest_are_looked_for(hall: Hall) -> None:
    await give(hall)
    await call(hall, 1)
    await hall.store.lease("over1", "me", 60)
    for health, _each in zip(itertools.cycle((READY, PAPER_OUT)), range(2000), strict=False):
        await hall.devices.note("over1", "me", health)
    assert await hall.devices.unannounced() == []
    await hall.recall(1)
    assert len(await hall.devices.unannounced()) == 1


# --- arrivals -------------------------------------------------------------------------------------


def test_an_arrival_reaches_the_kiosk_that_was_shown_last() -> None:
    arrivals, heard = Arrivals(), []
    assert not arrivals.tell("", Scan("Q1"))
    stop_first = arrivals.listen("", lambda each: heard.append(("first", each)))
    stop_second = arrivals.listen("", lambda each: heard.append(("second", each)))
    arrivals.listen("east", lambda each: heard.append(("east", each)))
    assert arrivals.tell("", Scan("1"))
    stop_second()
    stop_second()
    assert arrivals.tell("", Scan("2"))
    stop_first()
    assert not arrivals.tell("", Scan("3"))
    assert heard == [("second", Scan("1")), ("first", Scan("2"))]
