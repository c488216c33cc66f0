"""People at terminals: over the system's OpenSSH with a forced command, and over the hall's own server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.integration.ssh_terminal import Window, window_on
from tests.screens.people import LI, PIN, WANG, employ, give_pin, in_hands
from tests.screens.test_entry import Terminal
from yichuang.bootstrap import create_hall, open_hall
from yichuang.config import RemoteSettings
from yichuang.queue.event import EventKind
from yichuang.queue.service import Hall
from yichuang.tui.entry import Means
from yichuang.tui.remote.reception import Entrant, Why
from yichuang.tui.remote.server import RemoteServer, serving
from yichuang.tui.remote.visits import Visits, attend

CLIENT = "192.0.2.7 50000 192.0.2.1 22"


@pytest.fixture
async def hall_folder(tmp_path: Path) -> Path:
    """A town hall with its people; Li and Wang have PINs."""
    folder = tmp_path / "hall"
    await create_hall(folder, level="town", place="郑陆镇")
    async with open_hall(folder) as hall:
        await employ(hall)
        await give_pin(hall, LI)
        await give_pin(hall, WANG)
    return folder


@pytest.fixture
async def hall(hall_folder: Path) -> AsyncIterator[Hall]:
    """The hall, open."""
    async with open_hall(hall_folder) as hall:
        yield hall


@pytest.fixture
async def server(hall: Hall, tmp_path: Path) -> AsyncIterator[RemoteServer]:
    """The hall's screens over SSH."""
    # As `yichuang serve` does: the visits ask who has too many screens which one to close.
    settings = RemoteSettings(listen="127.0.0.1", port=0, most_per_person=20)
    key = tmp_path / "host_key"
    async with serving(Visits(hall, Means()), settings, key, hall.clock) as server:
        yield server


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals to be closed when the test ends."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def screen(
    folder: Path, terminals: list[Terminal], *words: str, command: str = "screen"
) -> Terminal:
    """`yichuang screen` at a terminal, as sshd runs it for a forced command."""
    terminal = Terminal(
        *words,
        program=("-m", "yichuang", command),
        YICHUANG_HALL=str(folder),
        SSH_CONNECTION=CLIENT,
        LC_ALL="C.UTF-8",
    )
    terminals.append(terminal)
    return terminal


async def signs(hall: Hall, badge: str) -> list[tuple[EventKind, str, str]]:
    """When somebody signed in and out: what, from where, and how or why."""
    kinds = (EventKind.SIGNED_IN, EventKind.SIGNED_OUT)
    return [
        (
            each.event.kind,
            each.event.data["origin"],
            str(each.event.data.get("why", each.event.data.get("by_key"))),
        )
        for each in await hall.entries(0)
        if each.event.kind in kinds
        and each.event.data["badge"] == badge
        and each.event.data["origin"]
    ]


async def test_a_forced_command_trusts_the_key_and_notes_a_hang_up(
    hall_folder: Path, hall: Hall, terminals: list[Terminal]
) -> None:
    terminal = screen(hall_folder, terminals, "--badge", LI)
    await asyncio.to_thread(terminal.until, "窗口没有开")
    duty = await hall.people.on_duty(3)
    assert duty is not None
    assert (duty.badge, duty.origin) == (LI, "192.0.2.7")
    await asyncio.to_thread(terminal.hang_up)
    assert await signs(hall, LI) == [
        (EventKind.SIGNED_IN, "192.0.2.7", "True"),
        (EventKind.SIGNED_OUT, "192.0.2.7", "gone"),
    ]
    assert await hall.people.on_duty(3) == duty


async def test_a_forced_command_for_nobody_is_refused(
    hall_folder: Path, terminals: list[Terminal]
) -> None:
    terminal = screen(hall_folder, terminals, "--badge", "9999")
    await asyncio.to_thread(terminal.until, "没有工号 9999")
    assert await asyncio.to_thread(terminal.exit_status) == 3


async def test_signing_in_at_a_terminal_of_the_host(
    hall_folder: Path, hall: Hall, terminals: list[Terminal]
) -> None:
    terminal = screen(hall_folder, terminals, "--sign-in")
    await asyncio.to_thread(terminal.until, "请用工号和密码登录")
    terminal.press(f"{LI}\r{PIN}\r")
    await asyncio.to_thread(terminal.until, "窗口没有开")
    terminal.press("\x11")
    await asyncio.to_thread(terminal.until, "只退出")
    terminal.press("1")
    assert await asyncio.to_thread(terminal.exit_status) == 0
    assert [each[0] for each in await signs(hall, LI)] == [
        EventKind.SIGNED_IN,
        EventKind.SIGNED_OUT,
    ]


class GuestApp:
    """Screens that stay until they are told to go, or for so long."""

    def __init__(self, stays: float | None = None) -> None:
        self.stays = stays
        self.told_to_go = asyncio.Event()

    async def run_async(self, *, mouse: bool) -> None:
        """Stay."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.told_to_go.wait(), self.stays)

    def exit(self) -> None:
        """Go."""
        self.told_to_go.set()


class Guest:
    """Somebody at a terminal, who signs in before the app of that number, or never."""

    def __init__(self, signs_in: int | None, *apps: GuestApp) -> None:
        self.entrant: Entrant | None = None
        self.entered = 0
        self.has_mouse = False
        self.why: Why | None = None
        self._signs_in = signs_in
        self._apps = list(enumerate(apps))

    def next_app(self) -> Any:
        """The next one."""
        number, app = self._apps.pop(0) if self._apps else (-1, None)
        if number == self._signs_in:
            self.entrant, self.entered = Entrant(LI, is_staff=True), 1
        return app

    async def left(self, why: Why) -> None:
        """Over."""
        self.why = why


async def test_who_does_not_sign_in_over_sshd_is_sent_away() -> None:
    # The second one is the same in another language: the time goes on.
    last = GuestApp()
    guest = Guest(None, GuestApp(0.01), last)
    async with asyncio.timeout(30):
        why = await attend(guest, asyncio.Event(), 0.05)
    assert (why, guest.why) == (Why.NOT_SIGNED_IN, Why.NOT_SIGNED_IN)
    assert last.told_to_go.is_set()


@pytest.mark.parametrize(("signs_in", "seconds"), [(1, 0.05), (None, None)])
async def test_who_signed_in_or_is_at_the_hall_s_own_machine_is_not(
    signs_in: int | None, seconds: float | None
) -> None:
    apps = GuestApp(0.01), GuestApp(0.2)
    guest = Guest(signs_in, *apps)
    async with asyncio.timeout(30):
        assert await attend(guest, asyncio.Event(), seconds) is Why.FINISHED
    assert not any(app.told_to_go.is_set() for app in apps)


async def test_the_hall_may_ask_at_its_own_machine_too(
    hall_folder: Path, terminals: list[Terminal]
) -> None:
    settings = hall_folder / "hall.toml"
    settings.write_text(f"{settings.read_text()}\n[staff]\nsign_in_here = true\n")
    board = screen(hall_folder, terminals, "board")
    await asyncio.to_thread(board.until, "还没有叫号")
    terminal = screen(hall_folder, terminals, command="run")
    await asyncio.to_thread(terminal.until, "请用工号和密码登录")
    terminal.press(f"{LI}\r{PIN}\r")
    await asyncio.to_thread(terminal.until, "窗口没有开")
    terminal.press("\x11")
    await asyncio.to_thread(terminal.until, "只退出")
    terminal.press("1")
    await asyncio.to_thread(terminal.until, "请用工号和密码登录")
    terminal.press("\x11")
    assert await asyncio.to_thread(terminal.exit_status) == 0


async def sign_in(window: Window, badge: str) -> None:
    """Sign in on a window of the server."""
    await window.until("请用工号和密码登录")
    window.channel.write(f"{badge}\r{PIN}\r".encode())


async def test_a_window_is_taken_over_between_two_terminals(
    server: RemoteServer, hall: Hall
) -> None:
    await hall.issue(category="social_insurance")
    async with window_on(server) as li, window_on(server) as wang:
        await sign_in(li, LI)
        await li.until("窗口没有开")
        li.channel.write(b"\x1bOQ")
        await li.until("按 1 叫下一个号")
        li.channel.write(b"1")
        await li.until("已叫 1/3 次")
        await sign_in(wang, WANG)
        await wang.until("在哪个窗口上岗")
        assert {each.name for each in server.sessions} == {LI, WANG}
        wang.channel.write(b"\r")
        await wang.until("由您接手 3 号窗口")
        wang.channel.write(b"1")
        await wang.until("已叫 1/3 次")
        await li.until("0232 王芳 在 127.0.0.1 接手了 3 号窗口")
        wang.channel.write(b"3")
        await wang.until("办理了 0 分钟")
        li.channel.write(b"\r")
        await li.until("在哪个窗口上岗")
        li.channel.write(b"\x11")
        await li.until("退出登录")
        li.channel.write(b"1")
        await li.until_closed()
        assert li.status == 0
    assert (await signs(hall, LI))[-1] == (EventKind.SIGNED_OUT, "127.0.0.1", "asked")


async def test_a_cut_line_leads_back_to_the_ticket_by_key(
    server: RemoteServer, hall: Hall, tmp_path: Path
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    await hall.people.add_key(key.export_public_key("openssh").decode(), badge=LI)
    await hall.issue(category="social_insurance")
    async with window_on(server, client_keys=[key]) as window:
        await window.until("窗口没有开")
        window.channel.write(b"\x1bOQ")
        await window.until("按 1 叫下一个号")
        window.channel.write(b"1")
        await window.until("已叫 1/3 次")
    async with window_on(server, client_keys=[key]) as window:
        await window.until("已叫 1/3 次")
        assert (await hall.window_view(3)).ticket is not None
    mine = in_hands(hall, LI)
    assert (await mine.start(3)).ticket is not None


async def test_a_third_terminal_closes_the_first(server: RemoteServer, hall: Hall) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    await hall.people.add_key(key.export_public_key("openssh").decode(), badge=LI)
    async with (
        window_on(server, client_keys=[key]) as first,
        window_on(server, client_keys=[key]) as second,
    ):
        await first.until("窗口没有开")
        await second.until("窗口没有开")
        async with window_on(server, client_keys=[key]) as third:
            await third.until("也登录着")
            third.channel.write(b"1")
            await third.until("窗口没有开")
            await first.until("您在 127.0.0.1 登录了，这里已经退出")
            assert sorted(each.name for each in server.sessions) == ["-", LI, LI]
            second.channel.write(b"\x1bOQ")
            await second.until("F2 关窗")
            await third.until("F2 关窗")
    assert [each[2] for each in await signs(hall, LI)].count("elsewhere") == 1
