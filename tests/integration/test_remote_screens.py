"""Screens at the far end of an SSH line: what is drawn, typed, dropped and repainted there."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.integration.ssh_terminal import (
    Desk,
    Tour,
    Window,
    connecting,
    narrow_socket,
    open_window,
    server_for,
    window_on,
)
from tests.screens.frame import frame
from tests.waiting import DEADLINE, until
from yichuang.config import RemoteSettings
from yichuang.errors import HostKeyUnusable, SshPortTaken
from yichuang.queue.service import Hall
from yichuang.tui.app import HallApp
from yichuang.tui.entry import screen_for
from yichuang.tui.remote.driver import MOST_WAITING, PIECE, SshDriver
from yichuang.tui.remote.link import HIGH_WATER
from yichuang.tui.remote.reception import Entrant, Terminal, Why
from yichuang.tui.remote.server import WINDOW, RemoteServer, serving


@pytest.fixture
def desk() -> Desk:
    """Who lets in."""
    return Desk()


@pytest.fixture
async def server(desk: Desk, tmp_path: Path) -> AsyncIterator[RemoteServer]:
    """A server that shows a pad."""
    async with server_for(desk, tmp_path) as server:
        yield server


async def test_a_screen_comes_up_takes_keys_and_gives_the_terminal_back(
    server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server) as window:
        await window.until("便笺 第1页")
        window.channel.write("号码12".encode())
        window.channel.write(b"\x1b[A")
        await window.until("号码12")
        await until(lambda: "up" in desk.tours[0].pad.typed)
        (session,) = server.sessions
        assert (session.name, session.origin) == ("-", "127.0.0.1")
        assert session.terminal == Terminal(
            kind="xterm-256color",
            columns=80,
            rows=24,
            has_colour=True,
            is_ascii=False,
            language=None,
            origin="127.0.0.1",
        )
        window.channel.write(b"\x1bOQ")
        await window.until_closed()
        assert window.status == 0
    raw = bytes(window.picture.raw)
    assert raw.startswith(b"\x1b[?1049h\x1b[?25l")
    assert raw.endswith(b"\x1b[?1049l\x1b[?25h")
    assert desk.tours[0].reasons == [Why.FINISHED]
    for never in (
        b"\x1b[?1000h",
        b"\x1b[>",
        b"$p",
        b"\x1b[c",
        b"\x1b[6n",
        b"\x1b[?1004h",
        b"\x1b]",
    ):
        assert never not in raw
    assert server.sessions == []


async def test_the_screen_follows_the_size_of_the_window(server: RemoteServer, desk: Desk) -> None:
    async with window_on(server, size=(100, 30)) as window:
        await window.until("大小 100x30")
        window.picture.screen.resize(24, 81)
        window.channel.change_terminal_size(81, 24)
        await window.until("大小 81x24")
        window.channel.change_terminal_size(1_000_000, 4_000_000_000)
        await until(lambda: desk.tours[0].pad.size == (500, 200))
        window.channel.change_terminal_size(0, 0)
        await until(lambda: desk.tours[0].pad.size == (80, 24))


async def test_the_language_is_the_clients_and_each_session_has_its_own(
    server: RemoteServer,
) -> None:
    async with (
        window_on(server, env={"LANG": "en_US.UTF-8", "HOME": "/x"}) as english,
        window_on(server, env={"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}) as chinese,
    ):
        await english.until("语言 en")
        await chinese.until("语言 zh_CN")


async def test_apps_follow_one_another_until_there_is_none(
    server: RemoteServer, desk: Desk
) -> None:
    desk.turns, desk.signs_in_as = 2, Entrant("1007", is_staff=True)
    async with window_on(server) as window:
        await window.until("便笺 第1页")
        window.channel.write(b"\x1bOQ")
        await window.until("1007 第2页")
        assert server.sessions[0].name == "1007"
        window.channel.write(b"\x1bOQ")
        await window.until_closed()
    assert desk.tours[0].reasons == [Why.FINISHED]


async def test_a_lone_escape_is_a_key_and_a_split_sequence_is_one(
    server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server) as window:
        await window.until("便笺")
        window.channel.write(b"\x1b")
        await until(lambda: desk.tours[0].pad.typed == ["escape"])
        window.channel.write(b"\x1b[")
        window.channel.write(b"B")
        await until(lambda: len(desk.tours[0].pad.typed) > 1)
        assert desk.tours[0].pad.typed == ["escape", "down"]


async def test_what_is_typed_in_gbk_is_dropped_and_hinted_at_once(
    server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server) as window:
        await window.until("便笺")
        window.channel.write("王".encode("gbk") + b"7")
        await window.until("请改成 UTF-8")
        await window.until("7")
        assert desk.tours[0].pad.field == "7"


async def test_a_flood_of_keys_is_held_back_and_none_is_lost(
    server: RemoteServer, desk: Desk
) -> None:
    async with window_on(server) as window:
        await window.until("便笺")
        window.channel.write(b"\x1b[A" * 500)
        window.channel.write(b"7")
        # The field takes its key at once; the others go on from there to the app.
        await until(lambda: desk.tours[0].pad.field == "7" and len(desk.tours[0].pad.typed) >= 500)
        assert desk.tours[0].pad.typed == ["up"] * 500


async def test_keys_for_an_app_that_is_busy_wait_at_the_client(
    server: RemoteServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.attendance.END_SECONDS", 0.2)
    async with window_on(server) as window:
        await window.until("便笺")
        pad = desk.tours[0].pad
        window.channel.write(b"\x1b[15~")
        await until(lambda: pad.hangs)
        window.channel.write(b"\x1b[A" * 100_000)
        driver = pad._driver
        assert isinstance(driver, SshDriver)
        await until(lambda: pad.message_queue_size > MOST_WAITING)
        former, quiet = -1, 0
        async with asyncio.timeout(DEADLINE):
            while quiet < 20:  # until nothing moves any more
                await asyncio.sleep(0.005)
                held = window.channel.get_write_buffer_size()
                quiet, former = (quiet + 1, held) if held == former else (0, held)
        assert held > 200_000
        assert 0 < len(driver._inbox) <= WINDOW
        assert MOST_WAITING < pad.message_queue_size <= MOST_WAITING + PIECE
    await until(lambda: not server.sessions)


@pytest.mark.parametrize(
    ("term", "is_coloured"), [("linux", True), ("vt100", False), ("vt220", False)]
)
async def test_consoles_get_no_alternate_screen_and_colour_where_they_have_it(
    server: RemoteServer, desk: Desk, term: str, is_coloured: bool
) -> None:
    async with window_on(server, term=term) as window:
        await window.until("便笺")
        assert server.sessions[0].terminal.has_colour is is_coloured
        window.channel.write(b"\x1bOQ" if term != "linux" else b"\x1b[[B")
        await window.until_closed()
    raw = bytes(window.picture.raw)
    assert b"1049" not in raw
    assert raw.endswith(b"\x1b[2J\x1b[H\x1b[?25h")
    codes = {
        int(code)
        for sgr in re.findall(rb"\x1b\[([\d;]*)m", raw)
        for code in sgr.split(b";")
        if code
    }
    assert any(30 <= code <= 49 or code >= 90 for code in codes) is is_coloured
    assert b"\x1b]" not in raw


async def test_a_touch_panel_reports_clicks_where_the_visit_says_so(
    server: RemoteServer, desk: Desk
) -> None:
    desk.has_mouse = True
    async with window_on(server) as window:
        await window.until("便笺")
        window.channel.write(b"\x1bOQ")
        await window.until_closed()
    raw = bytes(window.picture.raw)
    assert b"\x1b[?1000h\x1b[?1006h" in raw
    assert b"\x1b[?1006l\x1b[?1000l" in raw
    assert b"1003" not in raw


async def test_a_crash_ends_its_own_session_with_a_word_and_the_log_has_the_rest(
    server: RemoteServer, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with window_on(server) as other, window_on(server) as window:
        await other.until("便笺")
        await window.until("便笺")
        window.channel.write(b"\x1bOR")
        await window.until_closed()
        assert window.status == 1
        await until(lambda: len(server.sessions) == 1)
        other.channel.write(b"still here")
        await other.until("still here")
        shown = bytes(window.picture.raw).decode()
    after = shown[shown.rindex("1049l") :]
    assert "屏幕出了错" in after
    assert "Traceback" not in shown
    assert "RuntimeError" not in shown
    failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(failed) == 1
    assert failed[0].exc_info is not None
    assert "as it was told to" in str(failed[0].exc_info[1])
    await until(lambda: {tuple(tour.reasons) for tour in desk.tours} == {(Why.FAULT,), (Why.GONE,)})


class FailsIn(Static):
    """Fails where it is told to."""

    def __init__(self, where: str) -> None:
        super().__init__("")
        self.where = where

    def render(self) -> str:
        """Perhaps fail."""
        if self.where == "render":
            raise ValueError(self.where)
        return ""

    def on_mount(self) -> None:
        """Perhaps fail, or let something else fail."""
        if self.where == "mount":
            raise ValueError(self.where)
        if self.where == "timer":
            self.set_timer(0.01, self.fail)
        if self.where == "worker":
            self.run_worker(self.work())

    def fail(self) -> None:
        """Fail."""
        raise ValueError(self.where)

    async def work(self) -> None:
        """Fail at work."""
        self.fail()


class Broken(App[None]):
    """Fails where it is told to."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def compose(self) -> ComposeResult:
        """Perhaps fail."""
        if self.where == "compose":
            raise ValueError(self.where)
        yield FailsIn(self.where)


class BrokenStyle(Broken):
    """Fails before its first screen."""

    CSS = "Static { no such thing"


@pytest.mark.parametrize(
    "where", ["visit", "style", "compose", "mount", "render", "timer", "worker"]
)
async def test_wherever_an_app_fails_only_its_own_session_ends(
    server: RemoteServer,
    desk: Desk,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with window_on(server) as other:
        await other.until("便笺")

        def next_app(tour: Tour) -> App[Any] | None:
            if where == "visit":
                raise ValueError(where)
            return BrokenStyle(where) if where == "style" else Broken(where)

        monkeypatch.setattr(desk, "next_app", next_app)
        async with window_on(server, env={"LANG": "zh_CN.UTF-8"}) as window:
            await window.until_closed()
            assert window.status == 1
        shown = bytes(window.picture.raw).decode()
        assert shown.rstrip().endswith("告诉管理员。")
        assert "Error" not in shown
        other.channel.write(b"still here")
        await other.until("still here")
        assert len(server.sessions) == 1
    assert desk.tours[1].reasons == [Why.FAULT]
    failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.exc_info is not None for record in failed] == [True]


async def test_a_client_that_is_gone_ends_its_app_even_one_that_hangs(
    server: RemoteServer,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.attendance.END_SECONDS", 0.2)
    for key in (b"7", b"\x1b[15~"):
        async with connecting(server) as connection:
            window = await _pad_on(connection)
            window.channel.write(key)
            await until(lambda: desk.tours[-1].pad.field or desk.tours[-1].pad.hangs)
            connection.abort()
        await until(lambda: not server.sessions)
        assert desk.tours[-1].reasons == [Why.GONE]
        assert server.connections == 0
    assert desk.tours[0].pad.has_ended
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_client_that_does_not_take_its_last_words_is_cut_off(
    server: RemoteServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.server.LINGER_SECONDS", 0.2)
    async with window_on(server, window=4096) as window:
        await window.until("便笺")
        window.channel.pause_reading()
        link, numbers = server.sessions[0].link, itertools.count()
        async with asyncio.timeout(DEADLINE):
            while not link.dropped:  # it takes nothing more
                desk.tours[0].pad.fill(next(numbers))
                await asyncio.sleep(0.005)
        assert link.pending() > HIGH_WATER
        window.channel.write(b"\x1bOQ")
        await until(lambda: not server.connections)
        assert desk.tours[0].reasons == [Why.FINISHED]
        window.channel.resume_reading()


async def _pad_on(connection: asyncssh.SSHClientConnection) -> Window:
    window = await open_window(connection)
    await window.until("便笺")
    return window


async def test_what_apps_print_goes_to_the_log_in_whatever_order_they_end(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = sys.stdout, sys.stderr
    said = "a line that an app prints"
    async with server_for(desk, tmp_path) as server:
        streams = sys.stdout, sys.stderr
        async with connecting(server) as first, connecting(server) as second:
            one, two = await _pad_on(first), await _pad_on(second)
            one.channel.write(b"\x1bOS")
            await until(lambda: caplog.text.count(said) == 1)
            one.channel.write(b"\x1bOQ")
            await one.until_closed()
            two.channel.write(b"\x1bOS")
            await until(lambda: caplog.text.count(said) == 2)
            two.channel.write(b"\x1bOQ")
            await two.until_closed()
        assert (sys.stdout, sys.stderr) == streams
        assert not two.picture.has("prints")
        sys.stderr.write("this is no app's\n")
    assert (sys.stdout, sys.stderr) == before
    assert "no app's" not in caplog.text


@pytest.mark.parametrize(
    ("stalled_at", "room"), [("channel", 16 * 1024), ("socket", 64 * 1024 * 1024)]
)
async def test_a_client_that_reads_no_more_loses_frames_and_is_right_after_one_repaint(
    server: RemoteServer, desk: Desk, stalled_at: str, room: int
) -> None:
    async with (
        window_on(server, window=room, sock=await narrow_socket(server)) as window,
        window_on(server) as other,
    ):
        await window.until("便笺")
        await other.until("便笺")
        pad = desk.tours[0].pad
        link = server.sessions[0].link
        transport = window.channel.get_connection()._transport
        assert transport is not None
        if stalled_at == "channel":
            window.channel.pause_reading()
        else:
            transport.pause_reading()
        worst = number = 0
        while link.dropped < 10:
            number += 1
            assert number < 5000
            pad.fill(number)
            desk.tours[1].pad.fill(number)
            await asyncio.sleep(0.005)
            worst = max(worst, link.pending())
        assert HIGH_WATER < worst < HIGH_WATER + 32 * 1024
        assert link.repaints == 0
        await other.until(f"第 {number} 次")
        if stalled_at == "channel":
            window.channel.resume_reading()
        else:
            transport.resume_reading()
        await window.until(f"第 {number} 次")
        assert window.picture.rows == frame(pad)
        assert link.repaints == 1
        assert link.pending() == 0
        pad.fill(number + 1)
        await window.until(f"第 {number + 1} 次")
        assert window.picture.rows == frame(pad)
        assert link.repaints == 1


async def test_stopping_says_so_and_ends_every_app_even_one_that_hangs(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yichuang.tui.remote.attendance.STOP_SECONDS", 0.2)
    tasks = asyncio.all_tasks()
    async with server_for(desk, tmp_path) as server:
        connections = [await connecting(server) for _each in range(2)]
        windows = [await _pad_on(connection) for connection in connections]
        windows[1].channel.write(b"\x1b[15~")
        await until(lambda: desk.tours[1].pad.hangs)
    for window in windows:
        await window.until_closed()
        assert "服务正在停止" in bytes(window.picture.raw).decode()
    assert [tour.reasons for tour in desk.tours] == [[Why.STOPPED], [Why.STOPPED]]
    assert desk.tours[0].pad.has_ended
    for connection in connections:
        connection.close()
        await connection.wait_closed()
    await until(lambda: asyncio.all_tasks() == tasks, "the end of all tasks")


async def test_the_host_key_is_made_once_for_its_owner_alone(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "hall.ssh_key"
    async with server_for(desk, tmp_path) as server:
        first = server.fingerprint
        assert path.stat().st_mode & 0o777 == 0o600
        assert first.startswith("SHA256:")
    assert _files(tmp_path) == [path]
    path.chmod(0o644)
    async with server_for(desk, tmp_path) as server:
        assert server.fingerprint == first
        assert "chmod 600" in caplog.text
        with pytest.raises(SshPortTaken):
            async with server_for(desk, tmp_path, port=server.port):
                pass
    path.write_text("no key")
    with pytest.raises(HostKeyUnusable):
        async with server_for(desk, tmp_path):
            pass


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_halls_screens_are_shown(hall: Hall, tmp_path: Path) -> None:
    class HallDesk(Desk):
        def next_app(self, tour: Tour) -> App[Any] | None:
            if tour.apps:
                return None
            return HallApp(hall, lambda place, window: screen_for(hall, place, window), "overview")

    desk = HallDesk()
    async with (
        serving(
            desk, RemoteSettings(listen="127.0.0.1", port=0), tmp_path / "hall.ssh_key"
        ) as server,
        window_on(server) as window,
    ):
        await window.until("F1")
        await until(lambda: window.picture.rows == frame(desk.tours[0].apps[0]))
        window.channel.write("王".encode("gbk"))
        await window.until("UTF-8")
        window.channel.write(b"\x1bOP")
        await window.until("帮助")
