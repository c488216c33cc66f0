"""Playing a WAV file by a program of the system: aplay, paplay, pw-play or one of hall.toml."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from yichuang.config.device import VoiceSettings
from yichuang.queue.device import DeviceReason, DeviceTrouble

logger = logging.getLogger(__name__)

_KNOWN = ("aplay", "paplay", "pw-play")
"""In the order in which they are tried: ALSA's also works where nobody is logged in at the screen."""

_TAIL = 2000
"""Bytes kept of what a player says."""

_DYING = 2.0
"""Seconds that a killed player may take to end: one that waits for a broken sound card, or that runs as
another user, may never do so, and is left behind."""

_MOST_LEFT = 3
"""With so many left behind no further one is started: each would hang as they do."""

_left: set[Process] = set()


class Player:
    """One way to play a file. Volume is in the file's samples, so that it is the same for each."""

    def __init__(
        self, command: tuple[str, ...], *, device: str = "voice", margin: float = 5.0
    ) -> None:
        """`{file}` in `command` stands for the file; `margin` is how many seconds longer than the sound it
        may take.
        """
        self.command = command
        self._device = device
        self._margin = margin

    async def play(self, file: Path, seconds: float) -> None:
        """Play the file, which lasts `seconds`, to its end; raises DeviceTrouble with NO_SOUND.

        A player that hangs is killed, and so is one whose caller is cancelled. One that cannot be killed is
        left behind; while too many of those are about, nothing is played.
        """
        words = [each.replace("{file}", str(file)) for each in self.command]
        _left.difference_update([each for each in _left if each.returncode is not None])
        if len(_left) >= _MOST_LEFT:
            raise self._trouble(f"{len(_left)} players hang and cannot be ended")
        try:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise self._trouble(f"{words[0]} was not started: {error}") from error
        said = asyncio.create_task(_tail(process), name="voice-player")
        try:
            async with asyncio.timeout(seconds + self._margin):
                status = await process.wait()
        except TimeoutError as error:
            raise self._trouble(f"{words[0]} took longer than {seconds:.1f} s") from error
        finally:
            _kill(process)
            last = await _ended(process, said)
        if status != 0:
            raise self._trouble(f"{words[0]} ended with status {status}: {last}")

    def _trouble(self, detail: str) -> DeviceTrouble:
        return DeviceTrouble(device=self._device, reason=DeviceReason.NO_SOUND, detail=detail)


def find_player(
    settings: VoiceSettings, which: Callable[[str], str | None] = shutil.which
) -> Player | None:
    """The player of hall.toml, or the first that this machine has; None when there is none."""
    command: tuple[str, ...] = settings.command
    if command:
        if not any("{file}" in each for each in command):
            command = (*command, "{file}")
        found = which(command[0])
        return Player((found, *command[1:]), device=settings.name) if found else None
    for name in _KNOWN if settings.player == "auto" else (settings.player,):
        if which(name):
            return Player((name, *_options(name, settings.device), "{file}"), device=settings.name)
    return None


def _options(name: str, device: str) -> tuple[str, ...]:
    match name:
        case "aplay":
            return ("-q", "-D", device) if device else ("-q",)
        case "paplay":
            return (f"--device={device}",) if device else ()
        case _:
            return (f"--target={device}",) if device else ()


def _kill(process: Process) -> None:
    """End the player with all that it started."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _ended(process: Process, said: asyncio.Task[str]) -> str:
    """Wait for the end of a process that was killed or has ended; the last line it said.

    None of it waits for long: neither for a process that cannot be killed, nor for the pipe, which something
    that left the player's group may hold.
    """
    try:
        async with asyncio.timeout(_DYING):
            await process.wait()
    except TimeoutError:
        logger.warning("voice: player %d does not end; it is left behind", process.pid)
        _left.add(process)
    try:
        async with asyncio.timeout(1):
            return await said
    except TimeoutError:
        return ""


async def _tail(process: Process) -> str:
    """The last line of what the process says on stderr, however much it says."""
    kept = b""
    if process.stderr is not None:
        while data := await process.stderr.read(4096):
            kept = (kept + data)[-_TAIL:]
    lines = kept.decode("utf-8", "replace").split("\n")
    return next((each.strip() for each in reversed(lines) if each.strip()), "")
