"""Call displays: line displays, Onbon LED strips, strips by byte template (hardware 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yichuang.config import DisplaySettings

if TYPE_CHECKING:
    from yichuang.hardware.device import Display


def open_display(
    settings: DisplaySettings, language: str, *, follows_voice: bool = False
) -> Display:
    """The display of one `[[display]]`; nothing is connected before it is opened.

    `follows_voice`: someone announces each call, so a display of several windows waits for that.
    """
    from yichuang.hardware.display.display import build
    from yichuang.hardware.link.choose import link_for

    return build(settings, language, link_for(settings), follows_voice=follows_voice)
