"""What a visitor asks for besides the matter itself: a class, a skill or a desk, several at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from yichuang.config import SPECIAL_KINDS
from yichuang.queue.issuing import MOST_ITEMS
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass
from yichuang.tui.screens.kiosk_menu import Want


@dataclass(frozen=True, slots=True)
class Wish:
    """What holds for the number that is about to be taken."""

    priority: bool = False
    """The green channel."""
    group: str | None = None
    """The code of the group behind it; shown nowhere once it is chosen (requirements 5)."""
    need: str = ""
    """A special kind of window, or a skill."""
    several: bool = False
    """Several matters on one ticket."""
    picks: tuple[Want, ...] = ()
    """The matters chosen so far, when there are to be several."""

    @property
    def is_plain(self) -> bool:
        """Whether nothing was asked for."""
        return self == Wish()

    @property
    def is_full(self) -> bool:
        """Whether no further matter may be added (requirements 4.2)."""
        return len(self.picks) >= MOST_ITEMS

    def picked(self, want: Want) -> Wish:
        """With one more matter; the same one again adds nothing."""
        if self.is_full or want in self.picks:
            return self
        return replace(self, picks=(*self.picks, want))

    def without_last(self) -> Wish:
        """With the last matter taken out again."""
        return replace(self, picks=self.picks[:-1])


def stops_of(wants: tuple[Want, ...]) -> list[str]:
    """The categories to visit, in order: those with an item first, then those without one."""
    with_items = [want.category for want in wants if want.item is not None]
    without = [want.category for want in wants if want.item is None]
    return list(dict.fromkeys([*with_items, *without]))


def issue_fields(wants: tuple[Want, ...], wish: Wish) -> dict[str, Any]:
    """The fields of `IssueTicket` for these matters."""
    items = [want.item for want in wants if want.item is not None]
    stops = stops_of(wants)
    known = {stops[0], *(item.category for item in items)}
    return {
        "category": stops[0],
        "items": tuple(item.code for item in items),
        "route": tuple(stop for stop in stops if stop not in known),
        "priority_class": PriorityClass.PRIORITY if wish.priority else PriorityClass.ORDINARY,
        "group": wish.group,
        "need": wish.need,
    }


def desks_of(rules: HallRules) -> list[str]:
    """The special kinds of window that the hall has, in the standards' order (B05, B07)."""
    kinds = {window.kind for window in rules.windows.values()}
    return [kind for kind in SPECIAL_KINDS if kind in kinds]


def skills_of(rules: HallRules) -> list[str]:
    """The skills that its windows offer (H13), as the hall wrote them, in the windows' order."""
    skills = [skill for window in rules.windows.values() for skill in window.skills]
    return list(dict.fromkeys(skills))


def categories_for(rules: HallRules, need: str) -> list[str]:
    """The categories for which the hall has such a window."""
    offering = [
        window
        for window in rules.windows.values()
        if need in window.skills or (need == window.kind and need in SPECIAL_KINDS)
    ]
    return [code for code in rules.categories if any(code in each.serves for each in offering)]
