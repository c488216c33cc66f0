"""Sounds that were made once: WAV files by what made them, bounded in size, the longest unused goes first."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from yichuang.hardware.voice.sound import Sound, SoundUnusable, read_wav, write_wav

logger = logging.getLogger(__name__)

_DRAFTS_LIVE = 3600
"""Seconds after which a file that was never finished is taken away."""


def cache_key(*, engine: str, voice: str, text: str, speed: int, volume: int) -> str:
    """The name of a sound: another engine, voice, text, speed or volume gives another."""
    told = json.dumps([engine, voice, text, speed, volume], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class SoundCache:
    """A private folder of WAV files. Nothing of it raises: without room, sounds are made anew."""

    def __init__(self, folder: Path, limit: int = 64 * 1024 * 1024) -> None:
        """`limit` is in bytes."""
        self._folder = folder
        self._limit = limit

    def find(self, key: str) -> Sound | None:
        """The sound of that name, marked as used now; None when it is not kept, or broken."""
        path = self._path(key)
        if not path.exists():
            return None
        try:
            sound = read_wav(path)
            os.utime(path)
        except (SoundUnusable, OSError) as error:
            logger.warning("voice: %s is left: %s", path, error)
            with suppress(OSError):
                path.unlink()
            return None
        return sound

    def keep(self, key: str, sound: Sound) -> None:
        """Keep the sound, and let the longest unused go when there are too many."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_wav(self._path(key), sound)
            self._prune()
        except OSError as error:
            logger.warning("voice: nothing is kept in %s: %s", self._folder, error)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.wav"

    def _prune(self) -> None:
        kept = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process of the hall prunes too
                facts = path.stat()
                if path.suffix == ".wav":
                    kept.append((facts.st_mtime_ns, facts.st_size, path))
                elif path.suffix == ".tmp" and abs(time.time() - facts.st_mtime) > _DRAFTS_LIVE:
                    path.unlink()
        size = sum(each[1] for each in kept)
        for _used, bytes_, path in sorted(kept):
            if size <= self._limit:
                return
            path.unlink(missing_ok=True)
            size -= bytes_
