"""The hall's voice: what is said of a call, who says it, who plays it, and the order of it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.config.device import VoiceSettings

if TYPE_CHECKING:
    from yichuang.clock import Clock
    from yichuang.hardware.voice.announcer import AnnouncementSource, Announcer
    from yichuang.hardware.voice.speaker import Speaker
    from yichuang.queue.announcement import Announcement


def open_voice(
    settings: VoiceSettings,
    source: AnnouncementSource,
    *,
    clock: Clock,
    announce: Callable[[Announcement], None],
    is_muted: Callable[[], Awaitable[bool]],
    folder: Path | None = None,
) -> Announcer:
    """The announcer of `[voice]`; nothing is started before it is opened.

    `announce` is told of each call when it begins to be said. A relative `pack` in hall.toml counts from
    `folder`.
    """
    from yichuang.hardware.voice.announcer import Announcer

    speaker = open_speaker(settings, folder)
    return Announcer(settings, source, speaker, clock=clock, announce=announce, is_muted=is_muted)


def open_speaker(
    settings: VoiceSettings, folder: Path | None = None, cache: Path | None = None
) -> Speaker:
    """What makes and plays calls; `cache` is where sounds are kept, else the user's cache folder."""
    import platformdirs

    from yichuang.hardware.voice.cache import SoundCache
    from yichuang.hardware.voice.speaker import Speaker, engines_of

    kept = SoundCache(cache or Path(platformdirs.user_cache_dir("yichuang")) / "voice")
    return Speaker(settings, engines_of(settings, folder), kept)
