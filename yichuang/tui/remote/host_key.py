"""The key by which clients know this hall's server again."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

import asyncssh

from yichuang.errors import HostKeyUnusable

logger = logging.getLogger(__name__)


def host_key(path: Path) -> asyncssh.SSHKey:
    """The server's ed25519 key; it is made, readable by its owner alone, where there is none.

    Raises HostKeyUnusable when the file cannot be read or written, or holds something else.
    """
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            logger.warning("%s can be read by others than its owner: chmod 600 %s", path, path)
        return asyncssh.read_private_key(path)
    except (OSError, asyncssh.KeyImportError) as error:
        raise HostKeyUnusable(path=path, detail=str(error)) from error


def _make(path: Path) -> None:
    """Write a new key whole or not at all; another process may do the same at this moment."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment="yichuang")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key.export_private_key())
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
        logger.info("made the server's key %s", path)
    except FileExistsError:
        logger.info("the server's key %s was made meanwhile", path)
    finally:
        Path(name).unlink()
