"""Pictures of the screens for the docs, drawn by the program itself (`make pictures`)."""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yichuang.tui.terminal import prepare_environment

prepare_environment()

from yichuang.bootstrap import create_hall, open_hall
from yichuang.bootstrap.settings_file import SettingsFile
from yichuang.clock import FixedClock
from yichuang.config import SETTINGS_FILE
from yichuang.queue.announcement import AnnouncementState
from yichuang.queue.device import DeviceHealth, DeviceReason, DeviceState
from yichuang.queue.oversight.alert import MachineFacts
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.printing import JobState, PrintReport
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.entry import NOTHING_MORE, Means, screen_for

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MORNING = datetime(2026, 3, 2, 1, 12, tzinfo=UTC)
"""A Monday, 9:12 in Shanghai."""


async def a_busy_morning(hall: Hall, clock: FixedClock) -> None:
    """Some visitors, some windows at work, one paused, one passed, one held."""
    for window in (2, 3, 4, 5, 6, 7):
        await hall.open_window(window)
    for category, priority_class in (
        ("social_insurance", "ordinary"),
        ("police", "ordinary"),
        ("police", "ordinary"),
        ("tax", "ordinary"),
        ("social_affairs", "priority"),
        ("social_insurance", "ordinary"),
        ("social_insurance", "priority"),
        ("police", "ordinary"),
        ("police", "priority"),
        ("tax", "ordinary"),
    ):
        await hall.issue(category=category, priority_class=priority_class)
        clock.advance(timedelta(seconds=47))
    await hall.call_next(4)
    for _each in range(2):
        clock.advance(timedelta(seconds=20))
        await hall.recall(4)
    clock.advance(timedelta(seconds=20))
    await hall.pass_(4, reason="未到")
    await hall.call_next(6)
    await hall.start(6)
    await hall.hold(6, reason="补材料")
    for window in (6, 7, 5, 2):
        await hall.call_next(window)
        await hall.start(window)
        clock.advance(timedelta(minutes=3))
    await hall.pause_window(4, reason="整理材料")
    for category in ("police", "social_insurance", "police", "public_service", "tax"):
        await hall.issue(category=category)
        clock.advance(timedelta(seconds=61))
    found = next(each for each in await hall.items() if each.alias.startswith("社保卡"))
    await hall.issue(category="social_insurance", items=(found.code,))
    await hall.call(3, (await hall.tickets())[0].number)
    await hall.recall(3)
    clock.advance(timedelta(minutes=1))


STAFF = """badge,name,department,phone,roles
1001,王芳,人社所,0519-88880001,clerk
1002,李强,人社所,0519-88880002,clerk
1003,陈静,公安派出所,0519-88880003,clerk
1004,赵敏,税务所,0519-88880004,clerk
1005,刘洋,民政办,0519-88880005,clerk
2001,周勇,为民服务中心,0519-88880010,supervisor
2002,吴丹,为民服务中心,0519-88880011,guide
"""


async def who_is_where(hall: Hall, clock: FixedClock) -> None:
    """Some at their windows, some elsewhere, and somebody watches over the hall."""
    await hall.people.import_staff(STAFF.encode(), source="staff.csv")
    for window, badge in ((2, "1005"), (3, "1001"), (5, "1004"), (6, "1003")):
        await hall.people.name_post(window, a=badge, b=("1002",))
        await hall.people.take_post(window, badge)
    for badge, state, note in (
        ("1002", Whereabouts.IN_VILLAGE, "三点回"),
        ("2001", Whereabouts.IN_MEETING, ""),
        ("2002", Whereabouts.AT_POST, ""),
    ):
        clock.advance(timedelta(minutes=1))
        await hall.people.set_whereabouts(badge, state, note=note)
    await hall.supervision.watch(MachineFacts(clock_synchronised=True))


DEVICES = """
[[printer]]
name = "kiosk"
transport = "file"
path = "/dev/usb/lp0"
backup = "guide"

[[printer]]
name = "guide"
transport = "tcp"
host = "192.168.1.50"

[[display]]
name = "led-3"
driver = "onbon"
transport = "tcp"
host = "192.168.1.63"
windows = [3]

[voice]
enabled = true

[[id_reader]]
name = "card-1"

[[rating_pad]]
name = "pad-3"
path = "/dev/input/by-id/usb-pad-event-kbd"
window = 3

[[caller_pad]]
name = "caller-3"
path = "/dev/input/by-id/usb-keypad-event-kbd"
window = 3
"""


async def a_hall_with_devices(hall: Hall, clock: FixedClock) -> None:
    """The printer of the kiosk has no paper; the second took over what was surely not printed."""
    ready = DeviceHealth(DeviceState.READY)
    for device in hall.settings.devices:
        await hall.store.lease(device.name, "picture", 600.0)
        await hall.devices.note(device.name, "picture", ready)
    no_paper = PrintReport(JobState.FAILED, DeviceReason.PAPER_OUT, untouched=True)
    for report, backup in (
        (PrintReport(JobState.PRINTED), ""),
        (PrintReport(JobState.UNKNOWN, DeviceReason.NO_ANSWER), ""),
        (no_paper, "guide"),
    ):
        await hall.issue(category="tax", printer="kiosk")
        job = await hall.store.claim("kiosk", "picture")
        if job is not None:
            await hall.store.report(job.id, report, "picture", backup)
        clock.advance(timedelta(minutes=2))
    moved = await hall.store.claim("guide", "picture")
    if moved is not None:
        await hall.store.report(moved.id, PrintReport(JobState.PRINTED), "picture")
    health = DeviceHealth(DeviceState.MISSING, DeviceReason.PAPER_OUT)
    await hall.devices.note("kiosk", "picture", health)
    unplugged = DeviceHealth(DeviceState.MISSING, DeviceReason.UNPLUGGED)
    await hall.devices.note("pad-3", "picture", unplugged)
    await hall.open_window(3)
    await hall.call_next(3)
    for call in await hall.devices.unannounced():
        await hall.devices.conclude(call.seq, AnnouncementState.SPOKEN)


async def draw_devices(folder: Path) -> str:
    """The device screen of a hall of its own."""
    clock = FixedClock(MORNING)
    await create_hall(folder, level="town", place="郑陆镇", clock=clock)
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(DEVICES)
    async with open_hall(folder, clock=clock) as hall:
        await a_hall_with_devices(hall, clock)
        return await draw(hall, "devices", None, [])


async def draw(
    hall: Hall, place: str, window: int | None, keys: list[str], means: Means = NOTHING_MORE
) -> str:
    """One screen at 80x24 as SVG."""
    app = HallApp(hall, lambda place, window: screen_for(hall, place, window, means), place, window)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        svg = app.export_screenshot(title="")
    # The picture is the same each time it is drawn, and asks no font of the network.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", svg)


async def main() -> None:
    """Draw every picture."""
    clock = FixedClock(MORNING)
    with tempfile.TemporaryDirectory() as folder:
        await create_hall(Path(folder), level="town", place="郑陆镇", clock=clock)
        async with open_hall(folder, clock=clock) as hall:
            await a_busy_morning(hall, clock)
            await who_is_where(hall, clock)
            means = Means(settings=SettingsFile(hall, Path(folder)))
            PICTURES.mkdir(exist_ok=True)
            for name, window, keys in (
                ("window", 3, []),
                ("overview", None, []),
                ("board", None, []),
                ("kiosk", None, []),
                ("guide", None, []),
                ("plan", None, []),
                ("menu", None, []),
                ("whereabouts", None, []),
                ("admin", None, ["6", "down"]),
            ):
                svg = await draw(hall, name, window, keys, means)
                (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        svg = await draw_devices(Path(folder))
        (PICTURES / "devices.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
