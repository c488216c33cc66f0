"""The SSH server: who is let in, how many, and how they are sent away. A screen and nothing else.

`serving` is the one door. It is given a `Reception` and knows nothing of halls.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from yichuang.clock import Clock, SystemClock
from yichuang.config import RemoteSettings
from yichuang.errors import SshPortTaken
from yichuang.language import _, current_language, text_in
from yichuang.tui.remote.allowance import Allowance, Turns
from yichuang.tui.remote.attendance import GUESTS_A_SECOND, GUESTS_AT_ONCE, Attendance
from yichuang.tui.remote.compression import ALGORITHM, bound_compression
from yichuang.tui.remote.gate import Gate, place_of
from yichuang.tui.remote.host_key import host_key
from yichuang.tui.remote.kind import Kind
from yichuang.tui.remote.link import Link, is_runaway, narrow
from yichuang.tui.remote.prints import logged_prints
from yichuang.tui.remote.reception import Entrant, Reception, Terminal, Why
from yichuang.tui.remote.session import OnlyLanguage, ScreenSession

logger = logging.getLogger(__name__)

WINDOW = 32 * 1024
"""Bytes of keys that a client may send before they are looked at."""
MOST_OFFERS = 20
"""Keys that one connection may offer, as an agent may hold many; then it is closed."""
LINGER_SECONDS = 3.0
"""How long last words may take to arrive."""
STOP_SECONDS = 4.0
"""How long all screens together may take to end when the server stops; each has less."""
SILENCES = 2
"""Unanswered questions after which, at the next one, a client is dead: three intervals in all."""
KEY_EXCHANGES = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
"""Those that cost the server about a millisecond; a client chooses among them."""
WATCH_SECONDS = 1.0


class _Caller(asyncssh.SSHServer):
    """One connection, from its first byte."""

    def __init__(self, server: RemoteServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None
        self._candidate: Entrant | None = None
        self._entrant: Entrant | None = None
        self._offers = 0
        self._has_session = False
        self._is_admitted = False
        self._is_cut = False
        self._timer: asyncio.TimerHandle | None = None
        self.origin = "?"
        """The client's address."""

    # --- the connection -----------------------------------------------------------------------

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Somebody calls: look at the numbers before anything is done for him."""
        self._connection = conn
        peer = conn.get_extra_info("peername")
        self.origin = str(peer[0]) if peer else "?"
        self._is_admitted = self._server.admit(self)
        if not self._is_admitted:
            conn.abort()
            return
        narrow(conn)
        self._set_timer(self._server.settings.handshake_seconds, "no screen in time")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._cancel_timer()
        if self._is_admitted:
            if not self._has_session and not self._is_cut:
                logger.info("no screen for %s: %.200s", self.origin, exc or "closed")
            self._server.forget(self)
        self._connection = None

    def abort(self, why: str) -> None:
        """Cut the line."""
        if self._connection is not None and not self._is_cut:
            self._is_cut = True
            logger.info("cut off %s: %s", self.origin, why)
            self._connection.abort()

    def watch(self) -> None:
        """Cut the line if more is kept for it than any screen comes to."""
        if self._connection is not None and is_runaway(self._connection):
            self.abort("it does not read what it asks for")

    def _set_timer(self, seconds: float, why: str) -> None:
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort, why)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- who it is ----------------------------------------------------------------------------

    def begin_auth(self, username: str) -> bool:
        """Everybody must say something; the name means nothing."""
        return True

    def password_auth_supported(self) -> bool:
        """No: a PIN is asked on a screen."""
        return False

    def public_key_auth_supported(self) -> bool:
        """Yes."""
        return True

    def kbdint_auth_supported(self) -> bool:
        """Yes, without a question: it leads to the sign-in screen."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether somebody has that key. That the client has it too, asyncssh finds out after this."""
        self._candidate = None
        self._offers += 1
        if self._offers > MOST_OFFERS:
            self.abort("too many keys")
            return False
        line = " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])
        try:
            self._candidate = await self._server.reception.recognise(line, self.origin)
        except Exception:  # the client may still sign in by PIN
            logger.exception("a key from %s could not be looked up", self.origin)
        return self._candidate is not None

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        """No question."""
        self._candidate = None
        return "", "", "", []

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """Anybody may come to the sign-in screen, as nobody: keys that were only offered prove nothing."""
        self._candidate = None
        return True

    def auth_completed(self) -> None:
        """The last key that was looked up is the proven one, unless there was none."""
        self._entrant = self._candidate

    # --- its one session ----------------------------------------------------------------------

    def session_requested(
        self,
    ) -> tuple[asyncssh.SSHServerChannel[bytes], asyncssh.SSHServerSession[bytes]] | bool:
        """One channel; a second is refused."""
        if self._connection is None or self._has_session:
            return False
        self._has_session = True
        channel: asyncssh.SSHServerChannel[bytes] = self._connection.create_server_channel(
            encoding=None, window=WINDOW
        )
        channel._env = OnlyLanguage()  # noqa: SLF001 - else a client could fill the memory with it
        return channel, ScreenSession(self)

    def new_link(self, channel: asyncssh.SSHServerChannel[bytes]) -> Link:
        """The line over that channel."""
        assert self._connection is not None
        return Link(channel, self._connection)

    def attend(self, terminal: Terminal, link: Link, kind: Kind) -> Attendance | str:
        """Begin a visit; or why it may not."""
        refusal = self._server.refusal(self._entrant, self.origin)
        if refusal is not None:
            logger.info("refused %s: %s", self.origin, refusal)
            return refusal
        self._cancel_timer()
        return self._server.attend(self, self._entrant, terminal, link, kind)

    def session_ends(self) -> None:
        """The last words are on their way."""
        self._set_timer(LINGER_SECONDS, "it did not take its last words")

    def session_lost(self) -> None:
        """The channel is closed, and with it the connection."""
        if self._connection is not None:
            self._connection.close()


class RemoteServer:
    """What `serving` gives: the running server."""

    def __init__(self, reception: Reception, settings: RemoteSettings, clock: Clock) -> None:
        self.reception = reception
        self.settings = settings
        self.port = 0
        """Where it listens."""
        self.fingerprint = ""
        """Of the host key, as OpenSSH shows it: SHA256:..."""
        self._clock = clock
        self._gate: Gate[_Caller] = Gate(settings)
        self._callers: dict[_Caller, None] = {}
        self._attendances: dict[Attendance, asyncio.Task[None]] = {}
        self._guests = Turns(Allowance(GUESTS_A_SECOND, GUESTS_AT_ONCE))
        self._is_stopping = False
        self._all_gone = asyncio.Event()

    @property
    def sessions(self) -> list[Attendance]:
        """Those who are before a screen, longest first: `name`, `origin`, `since`, `terminal`, `end()`."""
        return list(self._attendances)

    @property
    def connections(self) -> int:
        """How many connections there are, with a screen or not yet."""
        return len(self._callers)

    @property
    def unproved(self) -> int:
        """How many of them have not got to a screen."""
        return self._gate.unproved

    # --- callers ------------------------------------------------------------------------------

    def admit(self, caller: _Caller) -> bool:
        """Whether the handshake may begin; the oldest of whoever floods makes room."""
        if self._is_stopping or not self._gate.admits(caller, caller.origin):
            return False
        self._callers[caller] = None
        surplus = self._gate.surplus()
        if surplus is not None:
            # It no longer counts, as more may come before its end is told.
            self._gate.leave(surplus)
            surplus.abort("too many are half open")
        return True

    def forget(self, caller: _Caller) -> None:
        """The connection is closed."""
        self._gate.leave(caller)
        self._callers.pop(caller, None)
        if not self._callers:
            self._all_gone.set()

    # --- screens ------------------------------------------------------------------------------

    def refusal(self, entrant: Entrant | None, origin: str) -> str | None:
        """Why somebody may not have a screen now; a guest may have to make room."""
        if self._is_stopping:
            return _stopping()
        refusal = self.refusal_of_person(None, entrant) if entrant is not None else None
        if refusal is not None:
            return refusal
        present = [each for each in self._attendances if not each.is_ending]
        guests = [each for each in present if each.entrant is None]
        if len(present) >= self.settings.most_sessions:
            # Whoever has proved a key goes before those of whom nothing is known.
            if entrant is None or not guests:
                text = _("同时开着的屏幕已有 {most} 个，不能再多，请稍后再连接。")
                return text.format(most=self.settings.most_sessions)
            guests[0].end(Why.REFUSED, _too_many_guests())
        if entrant is not None or len(guests) < self.settings.most_guests:
            return None
        surplus = _surplus(guests, origin)
        if surplus is None:
            return _too_many_guests()
        surplus.end(Why.REFUSED, _too_many_guests())
        return None

    def refusal_of_person(self, attendance: Attendance | None, entrant: Entrant) -> str | None:
        """Why somebody may not have one more screen than those besides this one."""
        others = sum(
            each.entrant == entrant for each in self._attendances if each is not attendance
        )
        if others < self.settings.most_per_person:
            return None
        text = _("{name} 已经开着 {count} 个屏幕，先退出一个再连接。")
        return text.format(name=entrant.name, count=others)

    def attend(
        self, caller: _Caller, entrant: Entrant | None, terminal: Terminal, link: Link, kind: Kind
    ) -> Attendance:
        """Begin a visit in a task, and so a context, of its own."""
        self._gate.leave(caller)
        attendance = Attendance(
            self.reception,
            entrant,
            terminal,
            link,
            kind,
            guests=self._guests,
            since=self._clock.now(),
        )
        task = asyncio.create_task(
            attendance.run(self.refusal_of_person, self.settings.sign_in_seconds),
            name=f"visit from {caller.origin}",
        )
        self._attendances[attendance] = task

        def ended(_task: asyncio.Task[None]) -> None:
            self._attendances.pop(attendance, None)
            caller.session_ends()

        task.add_done_callback(ended)
        return attendance

    # --- from start to stop -------------------------------------------------------------------

    async def watch(self) -> None:
        """Look after runaway connections, for ever."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for caller in list(self._callers):
                caller.watch()

    async def stop(self) -> None:
        """Say so to everybody, end their apps, and close; it takes five seconds at most."""
        self._is_stopping = True
        for attendance in self.sessions:
            attendance.end(Why.STOPPED, _stopping(attendance.terminal.language))
        tasks = set(self._attendances.values())
        if tasks:
            _done, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=0.5)
        if self._callers:
            self._all_gone.clear()
            gone = asyncio.ensure_future(self._all_gone.wait())
            await asyncio.wait({gone}, timeout=0.5)
            for caller in list(self._callers):
                caller.abort("the server stops")
            await asyncio.wait({gone}, timeout=0.5)
            gone.cancel()


def _surplus(guests: Sequence[Attendance], origin: str) -> Attendance | None:
    """The oldest guest of the address that has the most, if they are more than `origin` will have."""
    places = Counter(place_of(each.origin) for each in guests)
    (most, count), *_rest = places.most_common(1)
    if count <= places[place_of(origin)] + 1:
        return None
    return next(each for each in guests if place_of(each.origin) == most)


def _too_many_guests() -> str:
    return _("等着登录的终端太多了，请稍后再连接。")


def _stopping(language: str | None = None) -> str:
    return text_in(language or current_language(), "服务正在停止，请稍后再连接。")


@asynccontextmanager
async def serving(
    reception: Reception,
    settings: RemoteSettings,
    host_key_path: Path,
    clock: Clock | None = None,
) -> AsyncIterator[RemoteServer]:
    """Serve screens over SSH while the body runs.

    Raises HostKeyUnusable and SshPortTaken. Whoever prepared the environment
    (`terminal.prepare_environment`) did so before any of this was imported.
    """
    key = host_key(host_key_path)
    server = RemoteServer(reception, settings, clock or SystemClock())
    server.fingerprint = key.get_fingerprint()
    bound_compression()
    # It tells of each packet; what matters is logged here.
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    with logged_prints():
        try:
            acceptor = await asyncssh.listen(
                settings.listen,
                settings.port,
                server_factory=lambda: _Caller(server),
                server_host_keys=[key],
                server_version="Yichuang",
                config=None,
                kex_algs=KEY_EXCHANGES,
                compression_algs=[ALGORITHM.decode(), "none"] if settings.compression else ["none"],
                gss_host=None,
                host_based_auth=False,
                password_auth=False,
                agent_forwarding=False,
                x11_forwarding=False,
                line_editor=False,
                login_timeout=settings.handshake_seconds,
                keepalive_interval=settings.keepalive_seconds,
                keepalive_count_max=SILENCES,
            )
        except OSError as error:
            raise SshPortTaken(port=settings.port, detail=error.strerror or str(error)) from error
        server.port = acceptor.get_port()
        watch = asyncio.create_task(server.watch(), name="watch over SSH")
        logger.info("SSH on port %s, host key %s", server.port, server.fingerprint)
        try:
            yield server
        finally:
            acceptor.close()
            watch.cancel()
            await server.stop()
            await asyncio.wait({watch})
