"""The hall's voice: what is said of a call, who says it, who plays it, and the order of it all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yichuang.config.device import VoiceSettings

if TYPE_CHECKING:
    from yichuang.hardware.voice.speaker import Speaker


def open_speaker(
    settings: VoiceSettings, folder: Path | None = None, cache: Path | None = None
) -> Speaker:
    """What makes and plays calls; nothing is started before it is opened.

    A relative `pack` in hall.toml counts from `folder`. `cache` is where sounds are kept: else the user's
    cache folder.
    """
    import platformdirs

    from yichuang.hardware.voice.cache import SoundCache
    from yichuang.hardware.voice.speaker import Speaker, engines_of

    kept = SoundCache(cache or Path(platformdirs.user_cache_dir("yichuang")) / "voice")
    return Speaker(settings, engines_of(settings, folder), kept)
