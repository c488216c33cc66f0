"""One visitor at the kiosk: what was chosen so far, and where each key leads. Pure; the screen draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yichuang.language import _
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.rules import HallRules
from yichuang.queue.view import LineView
from yichuang.queue.wait import Wait
from yichuang.tui.screens import kiosk_rows as rows
from yichuang.tui.screens.kiosk_keys import SHEETS, At
from yichuang.tui.screens.kiosk_menu import PAGE, KioskMenu, Path, Want
from yichuang.tui.screens.kiosk_wish import Wish, categories_for, desks_of, skills_of


class Visit:
    """The choices of one visitor. Steps that decide give the matters to take a number for."""

    def __init__(self, rules: HallRules, items: Sequence[Item], *, flagged_only: bool) -> None:
        self.wish = Wish()
        self.path = Path()
        self._rules = rules
        self._codes = list(rules.categories)
        self.menu = KioskMenu(items, self._codes, flagged_only=flagged_only)
        self._groups = [(group.label, group.code) for group in rules.groups.values()]
        needs = [*desks_of(rules), *skills_of(rules)]
        self._services = [(need_label(need), need) for need in needs]
        self._sheet: At | None = None
        self._sheet_page = 0

    @property
    def at(self) -> At:
        """The page that the choices have led to."""
        return self._sheet or (At.START if self.path.is_start else At.INNER)

    @property
    def offered(self) -> list[str]:
        """The categories that can be chosen on the first page."""
        need = self.wish.need
        codes = categories_for(self._rules, need) if need else self._codes
        return [code for code in codes if self.menu.has(code)]

    @property
    def pages(self) -> int:
        """How many pages the present list has, at least 1."""
        if self.at in SHEETS:
            return max(1, -(-len(self._sheet_entries) // PAGE))
        return self.menu.pages(self.path)

    @property
    def _sheet_entries(self) -> list[tuple[str, str]]:
        return self._groups if self._sheet is At.GROUPS else self._services

    def can(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Whether an action of the present page leads anywhere."""
        wish, start = self.wish, self.at is At.START
        if action == "enter":
            return parameters[0] in range(1, len(self._codes) + 1)
        if action == "turn":
            return self.pages > 1
        if action == "several":
            return start or not wish.several
        if action == "step_back" and start:
            return bool(wish.picks)
        if action == "start_over":
            return not (wish.is_plain or wish.picks)
        possible = {
            "services": bool(self._services),
            "direct": not (self.menu.flagged_only or wish.several),
            "direct_too": wish.several and not self.menu.flagged_only,
            "add_more": not wish.is_full,
        }
        return possible.get(action, True)

    # --- steps --------------------------------------------------------------------------------

    def enter(self, digit: int) -> tuple[Want, ...]:
        """Choose the category of that digit."""
        code = self._codes[digit - 1]
        return self.follow(self.menu.enter(code)) if code in self.offered else ()

    def choose(self, digit: int) -> tuple[Want, ...]:
        """Take the entry of that digit."""
        if self.at in SHEETS:
            return self._choose_from_sheet(self._sheet_page * PAGE + digit - 1)
        return self.follow(self.menu.choose(self.path, digit))

    def _choose_from_sheet(self, index: int) -> tuple[Want, ...]:
        if index >= len(self._sheet_entries):
            return ()
        value = self._sheet_entries[index][1]
        if self._sheet is At.GROUPS:
            self.wish = replace(self.wish, group=value)
            self.to_start()
            return ()
        self.wish = replace(self.wish, need=value)
        self.to_start()
        offered = self.offered
        return self.follow(self.menu.enter(offered[0])) if len(offered) == 1 else ()

    def follow(self, chosen: Path | Want | None) -> tuple[Want, ...]:
        """Go to a page; or decide on a matter, one of several or the only one."""
        if isinstance(chosen, Path):
            self._go(None, chosen)
        elif chosen is not None and self.wish.several:
            self.wish = self.wish.picked(chosen)
            self._go(At.BASKET)
        elif chosen is not None:
            return (chosen,)
        return ()

    def _go(self, sheet: At | None, path: Path | None = None) -> None:
        self._sheet, self._sheet_page = sheet, 0
        self.path = path or Path()

    def to_start(self) -> None:
        """Show the first page; what was asked for stays."""
        self._go(None)

    def toggle_priority(self) -> None:
        """Choose the green channel, and why if one likes; or not, when it was chosen."""
        chosen = not self.wish.priority
        self.wish = replace(self.wish, priority=chosen, group=None)
        self._go(At.GROUPS if chosen and self._groups else None)

    def toggle_service(self) -> None:
        """Choose a special desk or a skill; or take the choice back."""
        if self.wish.need:
            self.wish = replace(self.wish, need="")
        else:
            self._go(At.SERVICES)

    def toggle_several(self) -> None:
        """Several matters on one ticket, or not; the page stays."""
        if self.wish.picks:
            self._go(At.BASKET)
        else:
            self.wish = replace(self.wish, several=not self.wish.several)

    def drop_last(self) -> None:
        """Take the last of several matters out again."""
        self.wish = self.wish.without_last()
        self._go(At.BASKET if self.wish.picks else None)

    def turn(self, pages: int) -> None:
        """Show another page of the list."""
        if self.at in SHEETS:
            self._sheet_page = max(0, min(self._sheet_page + pages, self.pages - 1))
        else:
            self.path = self.menu.turned(self.path, pages)

    def start_over(self) -> None:
        """Take back all that was asked for."""
        self.wish = Wish()
        self.to_start()

    def step_back(self) -> None:
        """Go one step back."""
        if self._sheet is At.GROUPS:
            self.wish = replace(self.wish, priority=False)
        basket = self.at is At.START and self.wish.picks
        self._go(At.BASKET if basket else None, self.path.back())

    # --- showing ------------------------------------------------------------------------------

    def heading(self) -> str:
        """What is to be chosen, and what was asked for so far; never the group."""
        at, marks = self.at, rows.marks_of(self.wish)
        if at is At.GROUPS:
            parts = [_("绿色通道：可以选一项，也可以不选；票上和屏幕上都不显示")]
        elif at is At.SERVICES:
            parts = [_("请选窗口或服务")]
        elif at is At.BASKET:
            parts = [_("要办的事"), *marks]
        elif at is At.START:
            parts = [_("请按数字选择要办的业务"), *marks]
        else:
            parts = [self._rules.category(self.path.category).label, *marks]
            parts += [self.path.group] if self.path.group else []
            parts.append(_("请选一类") if self.menu.at_groups(self.path) else _("请选事项"))
        if self.pages > 1:
            page = self._sheet_page if at in SHEETS else self.path.page
            text = _("第 {page}/{pages} 页")
            parts.append(text.format(page=page + 1, pages=self.pages))
        return "  ".join(parts)

    def offers(
        self, lines: Sequence[LineView], waits: Mapping[str, Wait], *, check_in: bool
    ) -> list[list[rows.Offer]]:
        """The rows of the present page, in blocks."""
        at = self.at
        if at in SHEETS:
            names = [name for name, _value in self._sheet_entries]
            zero = rows.no_group_offer() if at is At.GROUPS else None
            return rows.list_offers(names, self._sheet_page, zero)
        if at is At.BASKET:
            return rows.basket_offers(self.wish, self._rules)
        if at is At.INNER:
            return rows.inner_offers(self.menu, self.path, self.wish)
        services = [name for name, _need in self._services]
        start = rows.Start(lines, waits, frozenset(self.offered), check_in, services)
        return rows.start_offers(start, self.wish)
