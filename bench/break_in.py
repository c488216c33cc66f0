"""The intruders of `bench.intruders`, in a process of their own: they stand for other machines.

Guests type wrong PINs at the sign-in screen, clients come with keys and passwords that nobody has, and lines
are opened over which nothing more is said. One question a line comes from standard input, one answer a line
goes to standard output, both JSON, as with `bench.served`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Self

import asyncssh
import pyte

AT_ONCE = 12
"""Guests who guess at the same time: some less than a hall has places for at its sign-in screen."""
A_VISIT = 12
"""Guesses until a guest hangs up and comes again from another address."""
PAUSE = 0.25
"""Seconds between two log-ins with a wrong key or a password."""

WELCOME = "请用工号和密码登录"
OWN_PIN = "先换一个自己的密码"
"""What is shown to whoever was let in with a PIN that somebody else gave."""

FIRST_TRIED = ("123456", "111111", "000000", "654321", "888888", "666666", "222222", "999999")
"""PINs that the program gives nobody, so that none is right by chance."""

_CHECKING = "正在核对"
_QUIET = 0.1
_PATIENCE = 20.0


class _Nobody(asyncssh.SSHClient):
    """Comes without a key and answers the question that is none."""

    def kbdint_auth_requested(self) -> str:
        """Yes."""
        return ""

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Any
    ) -> list[str]:
        """Nothing is asked."""
        return []


class Guest(asyncssh.SSHClientSession[bytes]):
    """Somebody before the sign-in screen."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._count = 0
        self._last = 0.0
        self._has_guessed = False
        self._connection: asyncssh.SSHClientConnection | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self.is_gone = False

    @classmethod
    async def come(cls, port: int, address: str) -> Self:
        """Connect from one of the loopback addresses, as far as the sign-in screen.

        Raises asyncssh.Error or OSError for who is sent away before, TimeoutError when nothing is shown.
        """
        guest = cls()
        guest._connection = await asyncssh.connect(
            **_line(port, address, "guest"), client_factory=_Nobody
        )
        try:
            guest._channel, _session = await guest._connection.create_session(
                lambda: guest, term_type="xterm-256color", term_size=(80, 24), encoding=None
            )
            await guest._settle(0)
        except BaseException:
            guest._connection.abort()
            raise
        return guest

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Paint it."""
        self._count += len(data)
        self._last = time.monotonic()
        self._stream.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Sent away."""
        self.is_gone = True

    def shows(self, text: str) -> bool:
        """Whether the text stands on the screen."""
        return any(text in row for row in self._screen.display)

    @property
    def is_inside(self) -> bool:
        """Whether something else is shown than the sign-in screen."""
        return not self.is_gone and not self.shows(WELCOME)

    async def sign_in(self, badge: str, pin: str) -> bool:
        """Type it; whether there was an answer. Raises TimeoutError."""
        assert self._channel is not None
        before = self._count
        # After a wrong PIN one stands on its line, and the badge number is still there.
        again = "\x15\t\x15" if self._has_guessed else ""
        self._has_guessed = True
        with suppress(OSError):
            self._channel.write(f"{again}{badge}\r{pin}\r".encode())
        await self._settle(before)
        return not self.is_gone

    async def _settle(self, before: int) -> None:
        """Wait until something came, and the server is done with what was typed."""
        deadline = time.monotonic() + _PATIENCE
        while not self.is_gone:
            now = time.monotonic()
            if now > deadline:
                raise TimeoutError
            if self._count > before and now - self._last > _QUIET and not self._is_asking():
                return
            await asyncio.sleep(0.02)

    def _is_asking(self) -> bool:
        return self.shows(_CHECKING) or self.shows("*")

    async def leave(self) -> None:
        """Hang up."""
        assert self._connection is not None
        self._connection.close()
        await self._connection.wait_closed()


def _line(port: int, address: str, name: str) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "local_addr": (address, 0),
        "username": name,
        "client_keys": None,
        "known_hosts": None,
        "agent_path": None,
        "config": None,
        "compression_algs": ["none"],
    }


class _Crowd:
    """What is asked of this process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._luck = random.Random(7)
        self._lines: dict[asyncio.Task[None], None] = {}
        self._told: Counter[str] = Counter()

    async def guess(
        self, guesses: int, keys: int, badges: Sequence[str], addresses: Sequence[str]
    ) -> dict[str, int]:
        """Type so many wrong PINs, for known badge numbers and for unknown ones in turn; beside it, come
        with so many wrong keys and as many passwords.

        What these clients saw of it is told; how many PINs were given, the server knows.
        """
        self._told = Counter(inside=0, keys=0, passwords=0)
        known = (self._luck.choice(badges) for _each in itertools.count())
        unknown = (f"9{self._luck.randrange(1000):03}" for _each in itertools.count())
        either = itertools.chain.from_iterable(zip(known, unknown, strict=True))
        left = itertools.islice(either, guesses)
        places = itertools.cycle(addresses)
        await asyncio.gather(
            self._try_keys(keys, addresses),
            *(self._guess(left, places) for _each in range(AT_ONCE)),
        )
        return dict(self._told)

    async def _guess(self, left: Iterator[str], places: Iterator[str]) -> None:
        """Come again and again until no badge number is left to try."""
        while mine := list(itertools.islice(left, A_VISIT)):
            try:
                guest = await Guest.come(self._port, next(places))
            except (asyncssh.Error, OSError, TimeoutError):
                self._told["sent away before the screen"] += 1
                left = itertools.chain(mine, left)
                await asyncio.sleep(PAUSE)
                continue
            try:
                for badge in mine:
                    if not await guest.sign_in(badge, self._luck.choice(FIRST_TRIED)):
                        self._told["sent away"] += 1
                        break
                    self._told["guesses"] += 1
                    self._told["inside"] += guest.is_inside
            except TimeoutError:
                self._told["no answer"] += 1
            await guest.leave()

    async def _try_keys(self, count: int, addresses: Sequence[str]) -> None:
        """Keys and passwords in turn, so many of each."""
        for number in range(2 * count):
            line = _line(self._port, self._luck.choice(addresses), "root")
            kind = "keys" if number % 2 == 0 else "passwords"
            if kind == "keys":
                key = asyncssh.generate_private_key("ssh-ed25519")
                line |= {"client_keys": [key], "preferred_auth": "publickey"}
            else:
                line |= {"password": "123456", "preferred_auth": "password"}
            try:
                connection = await asyncssh.connect(**line)
            except asyncssh.PermissionDenied:
                self._told[kind] += 1
            except (asyncssh.Error, OSError):
                self._told["sent away before the screen"] += 1
            else:
                self._told["inside"] += 1
                connection.abort()
            await asyncio.sleep(PAUSE)

    async def flood(self, count: int, addresses: Sequence[str]) -> dict[str, int]:
        """Open so many lines as fast as they come, and say nothing on them, or no more than a banner."""
        for number in range(count):
            hold = self._hold(addresses[number % len(addresses)], has_banner=number % 2 == 0)
            task = asyncio.create_task(hold)
            self._lines[task] = None
            task.add_done_callback(lambda each: self._lines.pop(each, None))
        return {"begun": count}

    async def _hold(self, address: str, *, has_banner: bool) -> None:
        """Keep a line for as long as the server does."""
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=(address, 0)
            )
            try:
                self._told["opened"] += 1
                if has_banner:
                    writer.write(b"SSH-2.0-half-open\r\n")
                while await reader.read(4096):
                    pass
            finally:
                writer.close()

    async def lines(self) -> dict[str, int]:
        """How many lines were opened in all.

        How many are left is for the server to say: a line that the server's kernel dropped before it was
        accepted looks open here for ever, as nothing is sent on it.
        """
        return {"opened": self._told["opened"]}

    async def give_up(self) -> None:
        """Close what the server did not."""
        held = list(self._lines)
        for each in held:
            each.cancel()
        await asyncio.gather(*held, return_exceptions=True)


async def _obey(port: int) -> None:
    crowd = _Crowd(port)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        answer = await getattr(crowd, asked.pop("do"))(**asked)
        print(json.dumps(answer or {}), flush=True)
    await crowd.give_up()


if __name__ == "__main__":
    # Other machines would not take the hall's processor.
    os.nice(10)
    asyncio.run(_obey(int(sys.argv[1])))
