"""Which heads a window may call now: own lines before help lines, and when help comes all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from yichuang.config import SPECIAL_KINDS, DispatchSettings, WindowSettings
from yichuang.queue.dispatch.head import Head, waited
from yichuang.queue.window import Surge, Window


class HelpCause(StrEnum):
    """Why a window calls from a help category."""

    OWN_EMPTY = "own_empty"
    LONG = "long"
    WAITED = "waited"


class Duty(NamedTuple):
    """What one window serves at this moment."""

    window: int
    own: tuple[str, ...]
    helps: tuple[str, ...]
    needs: tuple[str, ...]
    """What tickets may ask for and get here; `""` for those that ask for nothing."""
    help_needs: tuple[str, ...]
    """The same in its help categories."""
    is_green: bool = False
    """Whether it calls the priority class first (军人优先)."""

    @property
    def serves(self) -> tuple[str, ...]:
        """Own categories, then help categories."""
        return self.own + self.helps

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Every (category, need) whose lines it calls from."""
        own = [(code, need) for code in self.own for need in self.needs]
        return own + [(code, need) for code in self.helps for need in self.help_needs]

    def may_call(self, category: str, need: str) -> bool:
        """Whether a ticket of that category which asks for `need` can be served here."""
        if category in self.own:
            return need in self.needs
        return category in self.helps and need in self.help_needs


def duty_of(
    settings: WindowSettings, window: Window, surge: Surge | None, all_categories: Sequence[str]
) -> Duty:
    """What the window serves: as hall.toml says, as re-assigned since, and everything in a surge."""
    own = settings.categories if window.categories is None else window.categories
    helps = settings.helps if window.helps is None else window.helps
    if surge is not None:
        helps = tuple(all_categories)
    special = (settings.kind,) if settings.kind in SPECIAL_KINDS else ()
    is_closed_to_others = bool(special) and surge is None
    return Duty(
        window=settings.number,
        own=own,
        helps=tuple(code for code in helps if code not in own),
        needs=(*(() if is_closed_to_others else ("",)), *special, *settings.skills),
        help_needs=("", *settings.skills),
        is_green=settings.kind == "servicemen",
    )


def contenders(
    heads: Sequence[Head],
    duty: Duty,
    now: datetime,
    settings: DispatchSettings,
    lengths: Callable[[Sequence[str], int, datetime], Mapping[str, int]],
) -> tuple[Sequence[Head], Mapping[str, HelpCause]]:
    """The heads between which the policy decides, and why help categories are among them.

    Help lines count when the own lines are empty, when the help category has more than
    `help_longer_than` waiting, or when the head has waited `help_after_minutes` (requirements 4.9).
    `lengths(categories, limit, now)` counts who waits undirected in each, up to a limit; it is asked only
    when the answer matters.
    """
    own = [head for head in heads if head.target_window is not None or head.category in duty.own]
    if len(own) == len(heads):
        return heads, {}
    if not own:
        return heads, {head.category: HelpCause.OWN_EMPTY for head in heads}
    late = timedelta(minutes=settings.help_after_minutes)
    help_heads = [head for head in heads if head.target_window is None]
    help_heads = [head for head in help_heads if head.category not in duty.own]
    causes = {head.category: HelpCause.WAITED for head in help_heads if waited(head, now) >= late}
    asked = {head.category for head in help_heads} - causes.keys()
    if asked:
        limit = settings.help_longer_than
        counts = lengths(sorted(asked), limit + 1, now)
        causes |= {code: HelpCause.LONG for code in asked if counts.get(code, 0) > limit}
    return own + [head for head in help_heads if head.category in causes], causes
