"""What is said where a card lies on the reader that cannot be read."""

from __future__ import annotations

from yichuang.language import _
from yichuang.tui.widgets.status_line import StatusLine

UNREAD_SECONDS = 12.0
"""So long it stands there (our own number)."""


def say_unread(status: StatusLine, *, may_take: bool = True) -> None:
    """Say it for some seconds; `may_take` tells whether a number can be had by the keys now."""
    text = _("证件没有读出来：请拿起来再放一次")
    if may_take:
        text = _("证件没有读出来：请拿起来再放一次，或直接按键取号")
    status.say(f" {text}", seconds=UNREAD_SECONDS)
