"""What a ticket may ask of a window: a skill of its clerk, or a special kind of window."""

from __future__ import annotations

from yichuang.config import SPECIAL_KINDS, WINDOW_KINDS
from yichuang.language import current_language, text_in


def need_text(need: str, language: str) -> str:
    """The need in that language; a skill is said as the hall wrote it."""
    return text_in(language, WINDOW_KINDS[need] if need in SPECIAL_KINDS else need)


def need_label(need: str) -> str:
    """The need in the user's language."""
    return need_text(need, current_language())
