"""Terminals at the far end of an SSH line, a reception that lets them in, and apps to show there."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import shutil
import signal
import socket
import struct
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import pyte
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tests.waiting import until
from yichuang.config import RemoteSettings
from yichuang.language import _ as translated
from yichuang.language import current_language, use_language
from yichuang.tui.message import NotUtf8
from yichuang.tui.remote.reception import Entrant, Terminal, Why
from yichuang.tui.remote.server import RemoteServer, serving

DEADLINE = 15.0
"""Seconds after which something that was waited for will not come."""
OPENSSH = shutil.which("ssh")


class Picture:
    """What a terminal shows of the bytes it got."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)

    def feed(self, data: bytes) -> None:
        """Bytes come."""
        self.raw += data
        self._stream.feed(data)

    @property
    def rows(self) -> list[str]:
        """The rows, without blanks at their ends."""
        # pyte leaves an empty cell behind a wide character.
        return [row.rstrip() for row in self.screen.display]

    def has(self, text: str) -> bool:
        """Whether the text stands there."""
        return any(text in row for row in self.rows)

    async def until(self, text: str) -> None:
        """Wait for a text."""
        try:
            await until(lambda: self.has(text), text)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n" + "\n".join(self.rows)) from None


class Client(asyncssh.SSHClient):
    """A client without a password, which answers the question that is none."""

    def kbdint_auth_requested(self) -> str:
        """Try it."""
        return ""

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Any
    ) -> list[str]:
        """There is nothing to answer."""
        assert not prompts
        return []


class Window(asyncssh.SSHClientSession[bytes]):
    """The session of a client: a terminal's window."""

    def __init__(self, columns: int, rows: int) -> None:
        self.picture = Picture(columns, rows)
        self.errors = bytearray()
        self.is_closed = False
        self.channel: asyncssh.SSHClientChannel[bytes]

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Open."""
        self.channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Bytes come."""
        if datatype:
            self.errors += data
        else:
            self.picture.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed."""
        self.is_closed = True

    @property
    def status(self) -> int | None:
        """With which status it ended."""
        return self.channel.get_exit_status()

    async def until(self, text: str) -> None:
        """Wait for a text."""
        await self.picture.until(text)

    async def until_closed(self) -> None:
        """Wait for the end."""
        await until(lambda: self.is_closed, "the end")


def connecting(server: RemoteServer, **more: Any) -> Any:
    """A connection of an asyncssh client."""
    known: dict[str, Any] = {
        "known_hosts": None,
        "username": "anybody",
        "client_keys": None,
        "agent_path": None,
        "config": None,
        "client_factory": Client,
    }
    if "sock" not in more:
        known |= {"host": "127.0.0.1", "port": server.port}
    return asyncssh.connect(**(known | more))


async def open_window(
    connection: asyncssh.SSHClientConnection,
    term: str | None = "xterm-256color",
    size: tuple[int, int] = (80, 24),
    **more: Any,
) -> Window:
    """A window on a connection."""
    asked: dict[str, Any] = {"term_type": term, "term_size": size} if term is not None else {}
    _channel, window = await connection.create_session(
        lambda: Window(*size), encoding=None, **asked, **more
    )
    assert isinstance(window, Window)
    return window


async def narrow_socket(server: RemoteServer) -> socket.socket:
    """A connected socket that takes little before it is read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", server.port))
    return narrow


@asynccontextmanager
async def window_on(server: RemoteServer, **more: Any) -> AsyncIterator[Window]:
    """A window on a connection of its own; `term` and `size` are the terminal's."""
    of_window = {name: more.pop(name) for name in ("term", "size", "env", "window") if name in more}
    async with connecting(server, **more) as connection:
        yield await open_window(connection, **of_window)


# --- the other side -------------------------------------------------------------------------------


class Pad(App[str]):
    """Shows what is typed, its size and its language; F2 ends it, F3 fails, F4 prints, F5 hangs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "leave"),
        Binding("f3", "fail"),
        Binding("f4", "print"),
        Binding("f5", "hang"),
    ]
    CSS = "Input { border: none; height: 1; } Static { height: 1; } #all { height: 1fr; }"

    def __init__(self, title: str = "便笺") -> None:
        super().__init__()
        self.name_shown = title
        self.typed: list[str] = []
        self.has_ended = self.hangs = False

    def compose(self) -> ComposeResult:
        """Three lines, a field and a space."""
        yield Static(self.name_shown, id="title")
        yield Static("", id="size")
        yield Static(f"语言 {current_language()}", id="language")
        yield Input(id="field")
        yield Static("", id="hint")
        yield Static("", id="all")

    def on_mount(self) -> None:
        """The field has the keys; the cursor must not blink."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Say the size."""
        self.query_one("#size", Static).update(f"大小 {event.size.width}x{event.size.height}")

    def on_key(self, event: events.Key) -> None:
        """Note it."""
        self.typed.append(event.key)

    @property
    def field(self) -> str:
        """What stands in the field."""
        return self.query_one(Input).value

    def on_not_utf8(self, message: NotUtf8) -> None:
        """Hint."""
        self.query_one("#hint", Static).update("请改成 UTF-8")

    def fill(self, number: int) -> None:
        """Change every cell of the space."""
        width, height = self.size.width - 2, self.size.height - 8
        rows = (
            "".join(chr(33 + (number * 7 + x * y) % 90) for x in range(width))
            for y in range(height)
        )
        self.query_one("#all", Static).update("\n".join(rows).replace("[", "("))
        self.query_one("#hint", Static).update(f"第 {number} 次")

    def action_leave(self) -> None:
        """End."""
        self.exit("left")

    def action_fail(self) -> None:
        """Fail."""
        raise RuntimeError("as it was told to")

    def action_print(self) -> None:
        """Print."""
        print("a line that an app prints")  # noqa: T201 - that is what is tested

    async def action_hang(self) -> None:
        """Never come back."""
        self.hangs = True
        await asyncio.Event().wait()

    def on_unmount(self) -> None:
        """Note the end."""
        self.has_ended = True


class Tour:
    """A visit: a few apps, one after the other."""

    def __init__(self, desk: Desk, entrant: Entrant | None, terminal: Terminal) -> None:
        self.entrant = entrant
        self.entered = 0
        self.terminal = terminal
        self.has_mouse = desk.has_mouse
        self.apps: list[App[Any]] = []
        self.reasons: list[Why] = []
        self._desk = desk

    def next_app(self) -> App[Any] | None:
        """As the desk says."""
        use_language(self.terminal.language or "zh_CN")
        app = self._desk.next_app(self)
        if app is not None:
            self.apps.append(app)
        return app

    async def left(self, why: Why) -> None:
        """Note it."""
        await asyncio.sleep(0)
        self.reasons.append(why)

    @property
    def pad(self) -> Pad:
        """The app now."""
        app = self.apps[-1]
        assert isinstance(app, Pad)
        return app


class Desk:
    """A reception: knows keys by their lines, and keeps what happened."""

    def __init__(self) -> None:
        self.known: dict[str, Entrant] = {}
        self.asked: list[str] = []
        self.tours: list[Tour] = []
        self.has_mouse = False
        self.signs_in_as: Entrant | None = None
        self.turns = 1

    async def recognise(self, key: str, origin: str) -> Entrant | None:
        """Look the key up."""
        await asyncio.sleep(0)
        self.asked.append(key)
        return self.known.get(key)

    def receive(self, entrant: Entrant | None, terminal: Terminal) -> Tour:
        """Begin a tour."""
        self.tours.append(Tour(self, entrant, terminal))
        return self.tours[-1]

    def next_app(self, tour: Tour) -> App[Any] | None:
        """The pad, as often as there are turns; after the first, one is signed in."""
        if tour.apps and self.signs_in_as is not None:
            tour.entrant = self.signs_in_as
            tour.entered += 1
        if len(tour.apps) >= self.turns:
            return None
        name = tour.entrant.name if tour.entrant is not None else translated("便笺")
        return Pad(f"{name} 第{len(tour.apps) + 1}页")


SETTINGS: Mapping[str, Any] = {"listen": "127.0.0.1", "port": 0, "connections_a_minute": 1000}


@asynccontextmanager
async def server_for(desk: Any, folder: Path, **settings: Any) -> AsyncIterator[RemoteServer]:
    """A server on a free port of this machine."""
    # A copy, as some tests have less time than hall.toml may give.
    chosen = RemoteSettings().model_copy(update=dict(SETTINGS) | settings)
    async with serving(desk, chosen, folder / "hall.ssh_key") as server:
        yield server


# --- the real client ------------------------------------------------------------------------------


class OpenSsh:
    """The system's ssh on a pseudo-terminal of its own."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.master = master
        self.picture = Picture()
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            self.picture.feed(os.read(self.master, 65536))
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(self.master)

    def press(self, data: bytes) -> None:
        """Press keys."""
        os.write(self.master, data)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.picture.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    async def until(self, text: str) -> None:
        """Wait for a text."""
        await self.picture.until(text)

    async def ended(self) -> int:
        """Wait for its end; returns its status."""
        return await asyncio.wait_for(self.process.wait(), DEADLINE)


@asynccontextmanager
async def openssh(
    server: RemoteServer, *options: str, command: tuple[str, ...] = (), term: str = "xterm-256color"
) -> AsyncIterator[OpenSsh]:
    """The system's client, started with options and perhaps a command; ended at the end."""
    assert OPENSSH is not None
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    quiet = ("-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR")
    more = ("-o", "UserKnownHostsFile=/dev/null", "-o", "IdentityAgent=none")
    place = ("-p", str(server.port), "anybody@127.0.0.1")
    process = await asyncio.create_subprocess_exec(
        OPENSSH,
        *quiet,
        *more,
        *options,
        *place,
        *command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={"TERM": term, "PATH": os.environ["PATH"], "LANG": "zh_CN.UTF-8"},
    )
    os.close(slave)
    client = OpenSsh(process, master)
    try:
        yield client
    finally:
        asyncio.get_running_loop().remove_reader(master)
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(master)
