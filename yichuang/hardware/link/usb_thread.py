"""A thread of its own for calls that block: one after the other, and one that hangs holds nobody up."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class ThreadHangs(Exception):
    """A call did not come back in time; the thread is of no use any more."""


class CallThread:
    """Runs calls in the order in which they were given, in one thread that the process does not wait for.

    A pool of `concurrent.futures` would do, but for its end: the interpreter waits for every call of one.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._hangs = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it still works, or hangs."""
        return self._thread.is_alive()

    async def run(self, call: Callable[[], T], seconds: float) -> T:
        """What `call` gives or raises; raises ThreadHangs when it takes longer than `seconds`.

        The call goes on when the caller is cancelled meanwhile; the next one waits for it.
        """
        if self._hangs:
            raise ThreadHangs
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._calls.put(lambda: _answer(loop, future, call))
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            if not future.cancelled():
                raise
            self._hangs = True
            raise ThreadHangs from None

    def end(self, last: Callable[[], object] | None = None) -> None:
        """Let the thread end after the calls that were given, and after `last`."""
        if last is not None:
            self._calls.put(last)
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            with suppress(
                Exception
            ):  # a call of `run` tells its caller; nobody is left for the last
                call()


def _answer(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], call: Callable[[], T]
) -> None:
    """Make the call and give its outcome to the event loop, if that is still there."""
    settle: Callable[[Any], None]
    outcome: Any
    try:
        outcome, settle = call(), future.set_result
    except BaseException as error:
        outcome, settle = error, future.set_exception
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: None if future.done() else settle(outcome))
