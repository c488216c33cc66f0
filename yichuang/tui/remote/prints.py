"""What apps print: it goes to the log, whichever app it was."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

from textual._context import active_app

logger = logging.getLogger(__name__)

_is_logging: ContextVar[bool] = ContextVar("is_logging", default=False)


class LoggedPrints(io.TextIOBase):
    """One stream for the whole process: apps' lines are logged, everybody else's pass."""

    encoding = "utf-8"

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        """Where what is not an app's goes."""

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """As the true stream says."""
        return self.stream.isatty()

    def fileno(self) -> int:
        """The true stream's."""
        return self.stream.fileno()

    def flush(self) -> None:
        """Flush the true stream."""
        self.stream.flush()

    def write(self, text: str) -> int:
        """Log an app's text; what the log itself writes here passes, or it would never end."""
        if active_app.get(None) is None or _is_logging.get():
            return self.stream.write(text)
        told = text.strip()
        if told:
            token = _is_logging.set(True)
            try:
                logger.info("printed: %.500s", told)
            finally:
                _is_logging.reset(token)
        return len(text)


@contextmanager
def logged_prints() -> Iterator[None]:
    """Send what apps print to the log, as long as there may be apps."""
    former = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = LoggedPrints(former[0]), LoggedPrints(former[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = former
