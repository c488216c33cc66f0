"""python-escpos as a builder of bytes, loaded late and without its side effects.

Importing it would put a handler on the root logger (which scribbles over a full-screen terminal),
leave a directory in $TMPDIR at every start and unpickle a cache from a shared folder;
`load_builder` prevents all three. It never gets text: it knows no Chinese.
"""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import platformdirs

from yichuang.errors import WrongPrinterLibrary

logger = logging.getLogger(__name__)

_PICKLE_DIR = "ESCPOS_CAPABILITIES_PICKLE_DIR"
_lock = threading.Lock()


def check_library() -> None:
    """Raise WrongPrinterLibrary unless the distribution `python-escpos` 3 is installed.

    Several others install the same import name `escpos`, among them one that is called just that.
    """
    try:
        found = version("python-escpos")
    except PackageNotFoundError:
        raise WrongPrinterLibrary(found="-") from None
    if not found.startswith("3."):
        raise WrongPrinterLibrary(found=found)


class EscposBytes:
    """Makes the bytes of ESC/POS commands; every method gives those of one command."""

    def __init__(self, dummy: Any) -> None:
        self._dummy = dummy

    def initialise(self) -> bytes:
        """`ESC @`."""
        self._dummy.hw("INIT")
        return self._taken()

    def align(self, side: str) -> bytes:
        """`ESC a n`; `side` is left, center or right."""
        self._dummy.set(align=side)
        return self._taken()

    def bold(self, on: bool) -> bytes:
        """`ESC E n`."""
        self._dummy.set(bold=on)
        return self._taken()

    def size(self, scale: int) -> bytes:
        """`GS ! n`: `scale` times as wide and as high, 1 to 8."""
        self._dummy.set(custom_size=True, width=scale, height=scale)
        return self._taken()

    def feed(self, lines: int) -> bytes:
        """`ESC d n`."""
        self._dummy.print_and_feed(lines)
        return self._taken()

    def cut(self) -> bytes:
        """`GS V 66 0`: feed to the cutter and cut partially."""
        self._dummy.cut(feed=False)
        return self._taken()

    def buzz(self) -> bytes:
        """`ESC B 2 2`: two short beeps."""
        self._dummy.buzzer(2, 2)
        return self._taken()

    def _taken(self) -> bytes:
        made: bytes = self._dummy.output
        self._dummy.clear()
        return made


def load_builder(cache: Path | None = None) -> EscposBytes:
    """Import python-escpos quietly and give a builder.

    It takes up to 0.3 s the first time, so call it in a thread.
    `cache` is our own cache folder (default: the user's). Raises WrongPrinterLibrary.
    """
    check_library()
    with _lock, _private_folder(cache) as folder:
        try:
            printer = _import_quietly(folder)
        except Exception as error:
            # Unpickling a cache that a killed process half wrote can raise anything.
            logger.info("printer library: its cache is of no use, made anew: %r", error)
            for broken in folder.glob("*.pickle"):
                broken.unlink(missing_ok=True)
            with tempfile.TemporaryDirectory(prefix="yichuang-") as empty:
                printer = _import_quietly(Path(empty))
    if not hasattr(printer, "Dummy"):
        raise WrongPrinterLibrary(found=str(getattr(printer, "__file__", "escpos")))
    return EscposBytes(printer.Dummy())


@contextmanager
def _private_folder(cache: Path | None) -> Iterator[Path]:
    """A folder that no other user can write: what is in it is unpickled."""
    folder = (cache or Path(platformdirs.user_cache_dir("yichuang"))) / "escpos"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    if usable:
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="yichuang-") as passing:
            yield Path(passing)


def _import_quietly(folder: Path) -> Any:
    """`escpos.printer`, imported without touching the root logger or leaving a folder in $TMPDIR.

    The library evaluates `mkdtemp()` even when the variable names a folder: it gets one inside
    ours, which is removed again. `logging.basicConfig()` does nothing while the root logger has a
    handler.
    """
    root, quiet = logging.getLogger(), logging.NullHandler()
    before, place = os.environ.get(_PICKLE_DIR), tempfile.tempdir
    root.addHandler(quiet)
    os.environ[_PICKLE_DIR], tempfile.tempdir = str(folder), str(folder)
    try:
        return importlib.import_module("escpos.printer")
    finally:
        tempfile.tempdir = place
        if before is None:
            del os.environ[_PICKLE_DIR]
        else:
            os.environ[_PICKLE_DIR] = before
        root.removeHandler(quiet)
        for left in folder.iterdir():
            if left.is_dir():
                with suppress(OSError):
                    left.rmdir()
