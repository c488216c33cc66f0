"""The commands on devices, in processes of their own, beside simulated devices on real ptys and sockets."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import Ran, environment, yichuang
from tests.waiting import until
from yichuang.bootstrap import create_hall, open_hall, working_devices
from yichuang.cli.simulate_log import Log, ShownDisplay
from yichuang.clock import SystemClock
from yichuang.hardware.pad.press import DEBOUNCE_SECONDS
from yichuang.hardware.simulator.line_display import SimulatedLineDisplay
from yichuang.hardware.simulator.pads import SimulatedCallerPad, SimulatedRatingPad
from yichuang.hardware.simulator.printer import Failure, SimulatedPrinter
from yichuang.hardware.simulator.shown import draw_box
from yichuang.profile import printer_toml


@pytest.fixture
async def printer() -> AsyncIterator[SimulatedPrinter]:
    """A simulated printer on a port of its own."""
    async with SimulatedPrinter() as printer:
        yield printer


@pytest.fixture
async def display(tmp_path: Path) -> AsyncIterator[SimulatedLineDisplay]:
    """A simulated line display on a pty."""
    async with SimulatedLineDisplay(link=tmp_path / "line-display") as display:
        yield display


@pytest.fixture
async def hall(tmp_path: Path, printer: SimulatedPrinter, display: SimulatedLineDisplay) -> Path:
    """A village hall with one printer, one display, and a pad that is not plugged in."""
    lines = printer_toml("kiosk", host="127.0.0.1", port=printer.port, width=80)
    lines += "print_seconds = 0.5\nanswer_seconds = 0.3\n"
    lines += display.toml("over1", (1,))
    lines += '[[rating_pad]]\nname = "pad"\nwindow = 1\npath = "/dev/input/by-id/none"\n'
    folder = tmp_path / "hall"
    await create_hall(folder, level="village", printers=lines, sample=True)
    return folder


async def run(hall: Path, *words: str) -> Ran:
    """Run a command beside the simulated devices."""
    return await asyncio.to_thread(yichuang, "device", *words, "--json", hall=hall)


async def states(hall: Path) -> dict[str, dict[str, Any]]:
    """What `device list` says, by name."""
    return {each["name"]: each for each in (await run(hall, "list")).json["devices"]}


async def test_devices_are_listed_with_kind_state_and_reason(hall: Path) -> None:
    found = await states(hall)
    assert {name: each["kind"] for name, each in found.items()} == {
        "kiosk": "printer",
        "over1": "display",
        "pad": "rating_pad",
    }
    assert {each["state"] for each in found.values()} == {"unknown"}
    async with open_hall(hall) as open_one, working_devices(open_one):
        async for _change in open_one.changes(0.05):
            found = await states(hall)
            if all(each["state"] != "unknown" for each in found.values()):
                break
        text = await asyncio.to_thread(yichuang, "device", "list", hall=hall)
    assert (found["over1"]["state"], found["over1"]["reason"]) == ("ready", None)
    assert (found["pad"]["state"], found["pad"]["reason"]) == ("missing", "unplugged")
    assert found["pad"]["since"]
    assert "没有接上" in text.out


async def test_a_test_page_comes_out_of_a_printer(hall: Path, printer: SimulatedPrinter) -> None:
    ran = await run(hall, "test", "kiosk")
    assert (ran.status, ran.json["print"]["state"]) == (0, "processed")
    assert len(printer.papers) == 1
    await printer.fail(Failure.PAPER_OUT)
    ran = await run(hall, "test", "kiosk")
    assert (ran.status, ran.json["print"]["reason"]) == (1, "paper_out")
    text = await asyncio.to_thread(yichuang, "device", "test", "kiosk", hall=hall)
    assert "缺纸" in text.out
    assert "应打出" not in text.out


async def test_a_device_that_nobody_works_is_tried_here(
    hall: Path, display: SimulatedLineDisplay
) -> None:
    ran = await run(hall, "test", "over1")
    assert (ran.status, ran.json["state"]) == (0, "ready")
    assert ran.json["expect"]
    assert display.screen.errors == []
    ran = await run(hall, "test", "pad")
    assert (ran.status, ran.json["state"], ran.json["reason"]) == (1, "missing", "unplugged")


async def test_a_device_that_another_process_works_is_tested_there(hall: Path) -> None:
    async with open_hall(hall) as open_one, working_devices(open_one):
        async for _change in open_one.changes(0.05):
            if (await states(hall))["over1"]["state"] == "ready":
                break
        ran = await run(hall, "test", "over1")
        assert (ran.status, ran.json["state"]) == (0, "ready")


async def test_an_unknown_device_is_refused_with_the_known_ones(hall: Path) -> None:
    ran = await run(hall, "test", "nothing")
    assert ran.error["code"] == "unknown_device"
    assert "over1" in ran.error["message"] + ran.error["hint"]


async def test_jobs_and_retry(hall: Path, printer: SimulatedPrinter) -> None:
    await printer.fail(Failure.PAPER_OUT)
    await run(hall, "test", "kiosk")
    [job] = (await run(hall, "jobs", "--printer", "kiosk")).json["jobs"]
    assert (job["state"], job["reason"], job["may_retry"]) == ("failed", "paper_out", True)
    await printer.fail(None)
    ran = await run(hall, "retry", str(job["job"]))
    assert (ran.status, ran.json["print"]["state"]) == (0, "processed")
    again = await run(hall, "retry", str(job["job"]))
    assert again.error["code"] == "retry_needless"
    assert "不用再打" in again.error["message"]
    text = await asyncio.to_thread(yichuang, "device", "jobs", hall=hall)
    assert "测试页" in text.out
    assert (await run(hall, "jobs")).json["announcements"] == []


async def test_mute_and_unmute(hall: Path) -> None:
    with (hall / "hall.toml").open("a", encoding="utf-8") as file:
        file.write("[voice]\nenabled = true\n")
    assert (await run(hall, "mute", "voice", "--reason", "午休")).json["muted"] is True
    assert (await states(hall))["voice"]["muted"] is True
    assert (await run(hall, "mute", "voice", "--off")).json["muted"] is False
    assert (await states(hall))["voice"]["muted"] is False
    assert (await run(hall, "mute", "kiosk")).error["code"] == "cannot_mute"
    assert (await states(hall))["kiosk"]["muted"] is False


# --- working without a screen ---------------------------------------------------------------------


@asynccontextmanager
async def process(*words: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that goes on until it is ended; a traceback fails the test."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "yichuang",
        *words,
        env=environment(**more),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            _out, err = await started.communicate()
        assert b"Traceback" not in err, err.decode()


async def test_devices_are_worked_without_a_screen_until_told_to_end(
    hall: Path, tmp_path: Path, printer: SimulatedPrinter, display: SimulatedLineDisplay
) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        place = tmp_path / "notify"
        manager.bind(str(place))
        manager.setblocking(False)
        async with process(
            "device", "run", YICHUANG_HALL=str(hall), NOTIFY_SOCKET=str(place)
        ) as service:
            async with asyncio.timeout(20):
                assert await loop.sock_recv(manager, 100) == b"READY=1"
            async with open_hall(hall) as open_one:
                await open_one.issue(category="tax")
                await printer.wait_for_papers(1)
                await open_one.open_window(1)
                async for _change in open_one.changes(0.05):
                    if any("01" in line for line in display.screen.lines):
                        break
            service.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                assert await service.wait() == 0
                assert await loop.sock_recv(manager, 100) == b"STOPPING=1"
    assert {each["state"] for each in (await states(hall)).values()} == {"unknown"}


async def test_a_device_that_is_added_to_hall_toml_is_worked_at_once(
    tmp_path: Path, display: SimulatedLineDisplay
) -> None:
    folder = tmp_path / "hall"
    await create_hall(folder, level="village")
    async with process("device", "run", YICHUANG_HALL=str(folder)) as service:
        assert service.stderr is not None
        async with asyncio.timeout(30):
            while "在管设备" not in (await service.stderr.readline()).decode():
                pass
            with (folder / "hall.toml").open("a", encoding="utf-8") as file:
                file.write("\n" + display.toml("over1", (1,)))
            async with open_hall(folder) as open_one:
                await open_one.open_window(1)
                async for _change in open_one.changes(0.05):
                    if any("01" in line for line in display.screen.lines):
                        break


# --- teach-in -------------------------------------------------------------------------------------


async def pressed_until(press: Callable[[], None], effect: Coroutine[Any, Any, Any]) -> None:
    """Press, again where it counted as a bounce of the press before, until it has its effect."""
    async with asyncio.timeout(30):
        waiting = asyncio.create_task(effect)
        try:
            while not waiting.done():
                press()
                await asyncio.wait({waiting}, timeout=2 * DEBOUNCE_SECONDS)
        finally:
            waiting.cancel()
        await waiting


async def test_a_pad_is_taught_key_by_key(tmp_path: Path) -> None:
    async with SimulatedRatingPad(show=lambda text: None, link=tmp_path / "pad") as pad:
        folder = tmp_path / "hall"
        await create_hall(folder, level="village", printers=pad.toml(), sample=True)
        words = ("device", "teach", "sim-rating", "--json", "--lang", "zh_CN")
        async with process(*words, YICHUANG_HALL=str(folder)) as teaching:
            assert teaching.stderr is not None
            assert teaching.stdin is not None

            async def until_asked(meaning: str) -> None:
                assert teaching.stderr is not None
                async with asyncio.timeout(20):
                    while f"「{meaning}」" not in (await teaching.stderr.readline()).decode():
                        pass

            await until_asked("非常满意")
            await pressed_until(lambda: pad.press("5"), until_asked("满意"))
            await pressed_until(lambda: pad.press("4"), until_asked("基本满意"))
            teaching.stdin.write(b"s\n")
            await until_asked("不满意")
            await pressed_until(lambda: pad.press("2"), until_asked("非常不满意"))
            await pressed_until(lambda: pad.press("1"), teaching.wait())
            assert teaching.returncode == 0
        [section] = tomllib.loads((folder / "hall.toml").read_text())["rating_pad"]
        assert section["keys"] == {
            "0x35": "very_satisfied",
            "0x34": "satisfied",
            "0x32": "dissatisfied",
            "0x31": "very_dissatisfied",
        }


async def test_teaching_is_given_up_or_refused_without_a_change(tmp_path: Path) -> None:
    async with SimulatedCallerPad(show=lambda text: None, link=tmp_path / "caller") as pad:
        folder = tmp_path / "hall"
        await create_hall(folder, level="village", printers=pad.toml(), sample=True)
        before = (folder / "hall.toml").read_bytes()
        async with process("device", "teach", "sim-caller", YICHUANG_HALL=str(folder)) as teaching:
            assert teaching.stdin is not None
            teaching.stdin.write(b"q\n")
            async with asyncio.timeout(20):
                assert await teaching.wait() == 0
        async with open_hall(folder) as open_one:
            assert await open_one.store.lease("sim-caller", "another", 30)
            ran = await asyncio.to_thread(
                yichuang, "device", "teach", "sim-caller", "--json", hall=folder
            )
            assert ran.error["code"] == "device_in_use"
        assert (folder / "hall.toml").read_bytes() == before


# --- simulated devices ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "section", "typed"),
    [
        ("line-display", "display", ""),
        ("led", "display", ""),
        ("id-reader", "id_reader", "\n"),
        ("rating-pad", "rating_pad", "3"),
        ("caller-pad", "caller_pad", "+"),
        ("scanner", "scanner", "Q1ABC\n"),
        ("printer", "printer", ""),
    ],
)
async def test_a_simulated_device_tells_how_hall_toml_uses_it(
    tmp_path: Path, kind: str, section: str, typed: str
) -> None:
    path = tmp_path / "devices" / kind
    async with process("simulate", kind, "--path", str(path)) as simulated:
        assert simulated.stdout is not None
        assert simulated.stdin is not None
        toml = ""
        async with asyncio.timeout(20):
            while f"[[{section}]]" not in (line := (await simulated.stdout.readline()).decode()):
                pass
            while line.strip():
                toml += line
                line = (await simulated.stdout.readline()).decode()
        [found] = tomllib.loads(toml)[section]
        assert found["path"] == str(path)
        assert path.exists()
        simulated.stdin.write(typed.encode())
        if typed:
            async with asyncio.timeout(20):
                while (typed.strip() or "放上") not in (await simulated.stdout.readline()).decode():
                    pass
    assert not path.exists()


async def test_a_file_of_others_is_no_place_for_a_simulated_device(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear")
    ran = await asyncio.to_thread(yichuang, "simulate", "led", "--path", str(path), "--json")
    assert ran.error["code"] == "folder_unusable"
    assert path.read_text() == "dear"


async def test_a_whole_simulated_hall_works(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with process("simulate", "hall", "--folder", str(folder)) as simulated:
        assert simulated.stdout is not None
        assert simulated.stdin is not None

        async def until_told(*words: str) -> None:
            assert simulated.stdout is not None
            async with asyncio.timeout(30):
                while True:
                    line = (await simulated.stdout.readline()).decode()
                    assert line, words
                    if all(word in line for word in words):
                        return

        await until_told("转移")
        await until_told("[QR")
        await until_told("Ctrl+C")
        async with open_hall(folder) as open_one, working_devices(open_one, kiosks={""}):
            done = await open_one.issue(category="social_affairs")
            assert done.ticket is not None
            [job] = await open_one.print_jobs()
            assert job.document.code
            await until_told("请留意")
            await until_told("[QR", job.document.code)
            statuses = {}
            async for _change in open_one.changes(0.1):
                statuses = {each.name: each for each in await open_one.devices.statuses()}
                # Without a sound library only a chime sounds; all others must be ready.
                if {str(each.health.state) for each in statuses.values()} <= {"ready", "degraded"}:
                    break
            simulated.stdin.write(b"call /\n")
            await until_told("数据口", "idle")
            simulated.stdin.write(b"call\n")
            await until_told(f"{done.ticket.number}请到1号")
            await until_told("语音")
            simulated.stdin.write(b"call .\n")
            await until_told("数据口", "serving")
            finish = partial(simulated.stdin.write, b"call .\n")
            await pressed_until(finish, until_told("数据口", "idle"))
            simulated.stdin.write(b"rate 2\n")
            async for _change in open_one.changes(0.1):
                view = await open_one.store.read(lambda records: records.rating_of(1))
                if view is not None:
                    assert view.grade.value == "satisfied"
                    break


async def test_a_real_hall_is_not_taken_for_a_simulated_one(hall: Path) -> None:
    ran = await asyncio.to_thread(yichuang, "simulate", "hall", "--folder", str(hall), "--json")
    assert ran.error["code"] == "folder_unusable"


async def test_a_simulated_hall_is_named_once_and_by_either_option(hall: Path) -> None:
    ran = await asyncio.to_thread(yichuang, "simulate", "hall", "--hall", str(hall), "--json")
    assert ran.error["code"] == "folder_unusable", "it is the hall of --hall that was looked at"
    words = ("simulate", "hall", "--hall", str(hall), "--folder", str(hall / "more"), "--json")
    ran = await asyncio.to_thread(yichuang, *words)
    assert (ran.status, ran.error["code"]) == (2, "usage")
    assert not (hall / "more").exists()


async def test_a_simulated_hall_that_is_open_elsewhere_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        lines = printer_toml("sim-printer", host="127.0.0.1", port=port, width=80)
        await create_hall(
            folder, level="village", printers=lines + '[[call_feed]]\nname = "sim-feed"\n'
        )
        words = ("simulate", "hall", "--folder", str(folder), "--json")
        ran = await asyncio.to_thread(yichuang, *words)
    assert ran.error["code"] == "hall_port_taken"
    assert str(port) in ran.error["message"]
    assert "--folder" in ran.error["hint"]
    assert "--port" not in ran.error["hint"]


async def test_a_display_is_told_of_when_its_text_changes_and_blinking_in_one_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.cli.simulate_log.DARK_SECONDS", 0.05)
    shown = ShownDisplay(Log(), "屏")
    dark, first = draw_box(["", ""], 8), draw_box(["A001", "1"], 8, "红")
    for drawn in (first, *[dark, first] * 6, dark, draw_box(["A002", "1"], 8, "红")):
        shown.show(drawn)
    shown.show(draw_box(["A002", "1"], 8))
    told = capsys.readouterr().out
    assert [told.count(word) for word in ("A001", "闪烁", "A002")] == [1, 1, 1]
    shown.show(dark)
    await until(lambda: "|        |" in capsys.readouterr().out, "that it stayed dark")
    shown.show(draw_box(["B001", "2"], 8, "闪烁"))
    shown.show(draw_box(["B001", "2"], 8))
    assert capsys.readouterr().out.count("B001") == 1
    shown.close()


def test_times_in_a_simulated_hall_are_the_hall_s(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()
    log.zone = timezone(timedelta(hours=5, minutes=45))
    log.tell("屏", "一")
    said = capsys.readouterr().out.split()[0]
    now = SystemClock().now().astimezone(log.zone)
    assert said[:5] in {f"{now - timedelta(seconds=back):%H:%M}" for back in (0, 60)}


def test_simulated_keys_leave_the_terminal_as_it_was(tmp_path: Path) -> None:
    import pty
    import termios

    far, near = pty.openpty()
    before = termios.tcgetattr(near)
    with subprocess.Popen(
        [sys.executable, "-m", "yichuang", "simulate", "rating-pad", "--path", str(tmp_path / "p")],
        stdin=near,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    ) as child:
        assert child.stdout is not None
        while "Ctrl+C" not in child.stdout.readline().decode():
            pass
        os.write(far, b"4")
        assert "4" in child.stdout.readline().decode(), "a key counts without Enter"
        child.send_signal(signal.SIGINT)
        child.wait(20)
    assert termios.tcgetattr(near) == before
    os.close(far)
    os.close(near)
