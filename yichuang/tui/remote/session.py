"""The one channel of a connection: a screen on a terminal, and a word to whoever asks for else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import asyncssh

from yichuang.language import _, current_language, use_language
from yichuang.tui.remote.attendance import Attendance
from yichuang.tui.remote.kind import (
    Kind,
    encoded_for,
    foreign_charset,
    kind_of,
    language_of,
    sound_size,
)
from yichuang.tui.remote.link import Link
from yichuang.tui.remote.reception import Terminal, Why

LANGUAGE_VARIABLES = frozenset({b"LANG"})
"""The variables that are taken from a client, besides those that begin with LC_."""
MOST_VARIABLE = 64
"""Bytes that the value of one may have."""


class OnlyLanguage(dict[bytes, bytes]):
    """A client's environment: what names a language, and nothing else; so it cannot grow."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if len(value) <= MOST_VARIABLE and len(self) < 16 and _is_language(name):
            super().__setitem__(name, value)


def _is_language(name: bytes) -> bool:
    return name in LANGUAGE_VARIABLES or (name.startswith(b"LC_") and len(name) <= 20)


class Host(Protocol):
    """What a session asks of its connection."""

    @property
    def origin(self) -> str:
        """The client's address."""
        ...

    def attend(self, terminal: Terminal, link: Link, kind: Kind) -> Attendance | str:
        """Begin a visit; or why it may not."""
        ...

    def new_link(self, channel: asyncssh.SSHServerChannel[bytes]) -> Link:
        """The line over that channel."""
        ...

    def session_lost(self) -> None:
        """The channel is closed."""
        ...

    def session_ends(self) -> None:
        """The last words are on their way."""
        ...


class ScreenSession(asyncssh.SSHServerSession[bytes]):
    """Takes the client's requests; a terminal's shell is the screens."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._link: Link | None = None
        self._attendance: Attendance | None = None
        self._term: str | None = None
        self._size = (0, 0)
        self._wants_command = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def pty_requested(
        self,
        term_type: str,
        term_size: tuple[int, int, int, int],
        term_modes: Mapping[int, int],
    ) -> bool:
        """Note the terminal; whether a screen can be drawn on it is seen when one is asked for."""
        self._term = term_type
        self._size = term_size[:2]
        return True

    def shell_requested(self) -> bool:
        """A screen is wanted."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Nothing is executed; it is taken on only to say so."""
        self._wants_command = True
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """There is no SFTP, nor anything of the kind."""
        return False

    def session_started(self) -> None:
        """Show the screens, or say why not."""
        if self._channel is None:
            return
        environment = self._channel.get_environment()
        language = language_of(environment)
        former = current_language()
        use_language(language or former)
        try:
            self._begin(environment, language)
        finally:
            use_language(former)

    def _begin(self, environment: Mapping[str, str], language: str | None) -> None:
        if self._channel is None:
            return
        link = self._link = self._host.new_link(self._channel)
        if self._wants_command:
            self._refuse(_("这里只有屏幕：不执行命令，也不传文件。"))
            return
        if self._term is None:
            self._refuse(_("屏幕要画在终端上：用 ssh -t 连接，输入输出不要接到文件或管道。"))
            return
        kind = kind_of(self._term)
        if kind is None:
            text = _("这种终端（TERM={term}）上画不了屏幕：设成 xterm-256color 之类，再连接。")
            self._refuse(text.format(term=ascii(self._term[:40])[1:-1]))
            return
        charset = foreign_charset(environment)
        if charset is not None:
            self._refuse_charset(charset)
            return
        link.size = sound_size(*self._size)
        columns, rows = link.size
        terminal = Terminal(
            kind=self._term,
            columns=columns,
            rows=rows,
            has_colour=kind.has_colour,
            is_ascii=kind.is_ascii,
            language=language,
            origin=self._host.origin,
        )
        attendance = self._host.attend(terminal, link, kind)
        if isinstance(attendance, str):
            self._refuse(attendance)
        else:
            self._attendance = attendance

    def _refuse_charset(self, charset: str) -> None:
        english = f"This terminal is set to {charset}. Set it and LANG to UTF-8 and connect again."
        text = _(
            "这台终端的字符集是 {charset}：在终端软件里改成 UTF-8，LANG 也改成 zh_CN.UTF-8，再连接。"
        )
        self._refuse(f"{english}\r\n{text.format(charset=charset)}", charset)

    def _refuse(self, text: str, charset: str | None = None) -> None:
        link = self._link
        if link is None:
            return
        told = encoded_for(charset, f"{text}\r\n")
        if self._term is None or self._wants_command:
            link.put_error(told)
        else:
            link.put(told)
        link.hang_up(1)
        self._host.session_ends()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keys."""
        if self._link is not None:
            self._link.received(data)

    def eof_received(self) -> bool:
        """A screen needs no keys: a board's client has no input at all."""
        return True

    def break_received(self, msec: int) -> bool:
        """Means nothing here."""
        return False

    def signal_received(self, signal: str) -> None:
        """Means nothing here."""

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The client's window has another size."""
        if self._link is not None and self._attendance is not None:
            self._link.resized(*sound_size(width, height))

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed, by whomever."""
        if self._link is not None:
            self._link.forget()
        if self._attendance is not None:
            self._attendance.end(Why.GONE)
        self._host.session_lost()
