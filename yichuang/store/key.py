"""The hall's secret: the file `hall.key`, made when it is first needed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from yichuang.config import KEY_FILE
from yichuang.errors import FileUnreadable, FolderUnusable, KeyBroken
from yichuang.queue.person import SECRET_BYTES, new_secret


def load_key(folder: Path) -> bytes:
    """The secret of the hall in `folder`; raises KeyBroken, FileUnreadable or FolderUnusable.

    A hall that has none gets 32 random bytes that only its owner can read. Without the same file persons
    are not recognised again: it belongs into every backup.
    """
    path = folder / KEY_FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = _make(path)
    except OSError as error:
        raise FileUnreadable(path=path, detail=error.strerror or error) from error
    if len(key) != SECRET_BYTES:
        raise KeyBroken(path=path)
    return key


def _make(path: Path) -> bytes:
    """A new secret, or that of the process which was faster: never half a file, never two."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(new_secret())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
        _settle(path.parent)
        return path.read_bytes()
    except OSError as error:
        raise FolderUnusable(folder=path.parent, detail=error.strerror or error) from error


def _settle(folder: Path) -> None:
    """Let the file's name outlive a power cut, as the bookings under it will."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
