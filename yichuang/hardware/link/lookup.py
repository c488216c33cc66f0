"""Where a host is: its name looked up without holding up anything else of the program.

The system's look-up cannot be given up: with a dead name server it blocks for 20 seconds or more. In the
event loop's pool of threads a few dead displays would take every thread from all that works, so each host
has one thread of its own at a time, which the program does not wait for at its end either.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress

BRIEFLY = 0.2
"""Seconds for which a fresh answer is waited for while an older one is known: a name server that is well
answers sooner."""


class HostLookup:
    """The addresses of one host, kept from the last answer."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._known: list[str] = [host] if _is_address(host) else []
        self._needs_lookup = not self._known
        self._is_looking = False
        self._answered = asyncio.Event()
        self._error = OSError()

    async def addresses(self) -> list[str]:
        """Where to connect to, first choice first. Raises OSError.

        Without an older answer it waits as long as the system does: bound it. Another look-up begins only
        after the one before has ended.
        """
        if self._needs_lookup:
            begins = not self._is_looking
            if begins:
                self._begin()
            if not self._known:
                await self._answered.wait()
            elif begins:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BRIEFLY):
                        await self._answered.wait()
        if not self._known:
            raise self._error
        return self._known

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()

        def look() -> None:
            answer = _look_up(self._host, self._port)
            with suppress(RuntimeError):  # the program has ended meanwhile
                loop.call_soon_threadsafe(self._learn, answer)

        threading.Thread(target=look, name=f"lookup-{self._host}", daemon=True).start()
        self._answered.clear()
        self._is_looking = True

    def _learn(self, answer: list[str] | OSError) -> None:
        self._is_looking = False
        if isinstance(answer, OSError):
            # The address that was good is the best guess as long as nobody knows a better one.
            self._error = answer
        else:
            self._known = answer
        self._answered.set()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _look_up(host: str, port: int) -> list[str] | OSError:
    """The addresses, or why there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError as error:  # no name that the system could be asked for
        return socket.gaierror(socket.EAI_NONAME, str(error))
    return list(dict.fromkeys(str(each[4][0]) for each in found))
