"""The kiosk: a visitor takes a number in at most three keys (A01)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer

from yichuang.language import N_, _
from yichuang.queue.item import Item
from yichuang.queue.printing import PrinterStatus
from yichuang.queue.service import Hall
from yichuang.queue.ticket import PriorityClass
from yichuang.queue.view import LineView
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.kiosk_given import (
    Given,
    cannot_print,
    given_of,
    given_rows,
    paper_rows,
)
from yichuang.tui.screens.kiosk_menu import (
    KioskMenu,
    Path,
    Want,
    inner_rows,
    spaced,
    start_rows,
)
from yichuang.tui.screens.kiosk_search import ItemSearch
from yichuang.tui.screens.question import Question
from yichuang.tui.text import Line
from yichuang.tui.widgets.fitted_number import FittedNumber
from yichuang.tui.widgets.rows import Rows, TextLine

IDLE_SECONDS = 60.0
"""After so long without a key the first page returns (our own number)."""

GUARD_SECONDS = 2.0
"""A new number's page takes no key until none was pressed for so long: a key that bounces or is
held down issues once."""

MOST_GUARD_SECONDS = 5.0
"""No hand keeps a number's page for longer than this."""

_NOT_FOR_VISITORS = ("f1", "f9", "ctrl+p", "ctrl+q", "ctrl+c")
"""Keys that do on the number's page what the key bar says."""

FRAME_ROWS = 8
"""The screen's rows around the choices: title, step, a free row, printer, status, keys."""

ACTOR = "kiosk"


class KioskScreen(HallScreen):
    """Category, sub-group, item by digit; then the number, large, and the truth about its paper."""

    CSS_PATH = "kiosk.tcss"
    NAME = N_("取号")
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                digit_keys(digit),
                f"choose({digit})",
                N_("选择"),
                key_display="1-9",
                show=digit == 1,
            )
            for digit in range(1, 9)
        ),
        Binding(digit_keys(9), "priority", N_("绿色通道"), key_display="9"),
        Binding(digit_keys(9), "choose(9)", show=False),
        Binding(f"{digit_keys(0)},slash,／", "search_first", N_("查事项"), key_display="0 /"),
        Binding("slash,／", "search", N_("查事项"), key_display="/"),
        Binding(f"{digit_keys(0)},enter", "direct", N_("直接取号"), key_display="0 Enter"),
        Binding("pageup,left,minus", "turn(-1)", N_("上一页"), key_display="PgUp"),
        Binding("pagedown,right,plus", "turn(1)", N_("下一页"), key_display="PgDn"),
        Binding("escape", "acknowledge", N_("收起", "key")),
        Binding("escape", "step_back", N_("上一步")),
        Binding("escape", "back", N_("返回")),
    ]
    HOW_TO = (
        N_("按业务的数字，再按 0：两个键取号。要选事项就再按数字。"),
        N_("按 0 或 / 查事项：sbk 找到社保卡。按 9 选绿色通道。"),
        N_("没有人按键 60 秒，回到第一页。"),
    )

    def __init__(
        self,
        hall: Hall,
        *,
        idle_seconds: float = IDLE_SECONDS,
        guard_seconds: float = GUARD_SECONDS,
    ) -> None:
        super().__init__(hall)
        self.idle_seconds = idle_seconds
        self.guard_seconds = guard_seconds
        self._codes = [category.code for category in hall.settings.category]
        self._menu: KioskMenu | None = None
        self._lines: tuple[LineView, ...] = ()
        self._printer: PrinterStatus | None = None
        self._path = Path()
        self._wanted: Want | None = None
        self._given: Given | None = None
        self._idle: Timer | None = None
        self._guard: Timer | None = None
        self._guard_ends = 0.0

    def compose_body(self) -> ComposeResult:
        """The choices, and in their place, later, the number that was given."""
        with Vertical(id="choosing"):
            yield TextLine(widget_id="step")
            yield Rows(widget_id="choices")
            yield TextLine(widget_id="printer")
        with Vertical(id="given"):
            yield Rows([f"  {_('您的号码')}", ""], widget_id="told")
            yield FittedNumber(widget_id="number")
            yield Rows(["", "", ""], widget_id="facts")
            yield Rows(["", "", ""], widget_id="paper")
            yield TextLine(f"  {_('按任意键返回；没有人按键时自动返回')}", widget_id="leave")

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the lines, the printer and the paper under way, and show the present page."""
        self._lines = await self.hall.lines()
        self._know_printer(await self.hall.printers())
        if self._menu is None:
            self._menu = KioskMenu(await self.hall.items(), self._codes)
        if self._given is None:
            self._show_choices(self._menu)
        else:
            await self._show_given(self._given)

    def _know_printer(self, printers: Sequence[PrinterStatus]) -> None:
        self._printer = printers[0] if printers else None

    def _show_choices(self, menu: KioskMenu) -> None:
        self._turn_to("choosing")
        self.query_one("#step", TextLine).show_line([(f" {self._step(menu)}", "section")])
        pane = self.query_one("#choices", Rows)
        if self._path.is_start:
            rows = start_rows(self._lines, priority=self._path.priority)
        else:
            rows = inner_rows(menu, self._path)
        pane.show(spaced(rows, self.size.height - FRAME_ROWS))
        why = cannot_print(self._printer)
        notice: Line = ""
        if why:
            notice = [(f" {_('{why}：取号后请记下号码').format(why=why)} ", "alert")]
        self.query_one("#printer", TextLine).show_line(notice)

    def _step(self, menu: KioskMenu) -> str:
        path = self._path
        if path.is_start:
            return _("请按数字选择要办的业务")
        parts = [self.hall.rules.category(path.category).label]
        if path.priority:
            parts.append(_("优先"))
        if path.group:
            parts.append(path.group)
        parts.append(_("请选一类") if menu.at_groups(path) else _("请选事项"))
        if menu.pages(path) > 1:
            page = _("第 {page}/{pages} 页")
            parts.append(page.format(page=path.page + 1, pages=menu.pages(path)))
        return "  ".join(parts)

    async def _show_given(self, given: Given) -> None:
        self._turn_to("given")
        job = await self.hall.print_job(given.job) if given.job is not None else None
        self.query_one("#number", FittedNumber).show(given.number)
        self.query_one("#facts", Rows).show(["", *given_rows(given)])
        self.query_one("#paper", Rows).show(["", *paper_rows(job)])

    def _turn_to(self, page: str) -> None:
        for each in ("choosing", "given"):
            container = self.query_one(f"#{each}")
            if container.display != (each == page):
                container.display = each == page
                for child in container.children:
                    # What changed while it was hidden was not painted.
                    child.refresh()

    def on_resize(self) -> None:
        """Space the choices for the new height."""
        self.call_after_refresh(self.reload)

    # --- keys ---------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """See that someone is there; any key leads away from the number's page.

        A digit counts for the next visitor at once. A hand that still presses keys does not lead away,
        but it cannot keep the page for longer than `MOST_GUARD_SECONDS`.
        """
        self.someone_is_there()
        if self._wanted is not None:
            event.stop()
        elif self._given is not None and event.key not in _NOT_FOR_VISITORS:
            if self._guard is not None:
                event.stop()
                self._raise_guard()
                return
            await self.go_home()
            self.someone_is_there()
            if not event.key.isdigit():
                event.stop()

    def someone_is_there(self) -> None:
        """Begin to wait for the next key."""
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(self.idle_seconds, self.go_home, name="idle")

    def _raise_guard(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._guard is None:
            self._guard_ends = now + self.guard_seconds * MOST_GUARD_SECONDS / GUARD_SECONDS
        else:
            self._guard.stop()
        wait = max(0.001, min(self.guard_seconds, self._guard_ends - now))
        self._guard = self.set_timer(wait, self._lower_guard, name="guard")

    def _lower_guard(self) -> None:
        self._guard = None

    async def go_home(self) -> None:
        """Show the first page for the next visitor; dialogs that were left open are closed."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        if all(isinstance(screen, ModalScreen) for screen in above):
            for _each in above:
                self.app.pop_screen()
        for timer in (self._idle, self._guard):
            if timer is not None:
                timer.stop()
        self._idle = self._guard = None
        self._path, self._wanted, self._given = Path(), None, None
        self._menu = None
        self.status.acknowledge()
        await self.reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each page has its own keys."""
        start = self._path.is_start
        if self._given is not None:
            return action not in _CHOOSING and super().check_action(action, parameters)
        if action == "priority" or (action == "choose" and parameters == (9,)):
            return start == (action == "priority")
        if action == "search_first":
            return start
        if action in ("direct", "step_back", "search"):
            return not start
        if action == "turn":
            return not start and self._menu is not None and self._menu.pages(self._path) > 1
        return super().check_action(action, parameters)

    @property
    def is_public(self) -> bool:
        """A terminal that was opened as a kiosk belongs to the visitors."""
        return self.app.screen_stack[0] is self

    # --- choosing -----------------------------------------------------------------------------

    async def _follow(self, chosen: Path | Want | None) -> None:
        if isinstance(chosen, Path):
            self._path = chosen
            self.status.say("")
            await self.reload()
        elif chosen is not None:
            await self._want(chosen)

    async def action_choose(self, digit: int) -> None:
        """Take the entry of that digit."""
        if self._menu is None:
            return
        if not self._path.is_start:
            await self._follow(self._menu.choose(self._path, digit))
        elif digit <= len(self._codes):
            await self._follow(self._menu.enter(self._path, self._codes[digit - 1]))

    async def action_priority(self) -> None:
        """Choose the green channel, or not."""
        await self._follow(replace(self._path, priority=not self._path.priority))

    async def action_turn(self, pages: int) -> None:
        """Show another page."""
        if self._menu is not None:
            await self._follow(self._menu.turned(self._path, pages))

    async def action_step_back(self) -> None:
        """Go one step back."""
        await self._follow(self._path.back())

    async def action_direct(self) -> None:
        """Take a number of the category without an item."""
        await self._want(Want(self._path.category))

    def action_search_first(self) -> None:
        """Find an item, from the first page."""
        self.action_search()

    def action_search(self) -> None:
        """Find an item by its initials."""
        if self._menu is None:
            return
        names = {each.code: each.label for each in self.hall.settings.category}
        self.app.push_screen(
            ItemSearch(self._menu.items, names, self.someone_is_there), self._take_found
        )

    async def _take_found(self, item: Item | None) -> None:
        if item is not None:
            await self._want(Want(item.category, item))

    # --- issuing ------------------------------------------------------------------------------

    async def _want(self, want: Want) -> None:
        """Issue, after asking when the printer cannot print."""
        self._wanted = want
        printers = await self.look(self.hall.printers())
        if printers is None:
            self._wanted = None
            return
        self._know_printer(printers)
        why = cannot_print(self._printer)
        if not why:
            await self._issue(want)
            return
        text = _("{why}，出不了票。仍然取号，自己记下号码吗？").format(why=why)
        self.app.push_screen(Question(text), self._answer)

    async def _answer(self, sure: bool | None) -> None:
        want, self._wanted = self._wanted, None
        self.someone_is_there()
        if sure and want is not None:
            await self._issue(want)

    async def _issue(self, want: Want) -> None:
        self._wanted = want
        try:
            await self.act(self._take_number(want))
        finally:
            self._wanted = None

    async def _take_number(self, want: Want) -> None:
        chosen = PriorityClass.PRIORITY if self._path.priority else PriorityClass.ORDINARY
        done = await self.hall.issue(
            category=want.category,
            items=(want.item.code,) if want.item else (),
            priority_class=chosen,
            actor=ACTOR,
        )
        if done.ticket is None:
            return
        category = self.hall.rules.category(want.category)
        self._given = given_of(done.ticket, category, want.item, list(done.windows), done.print_job)
        self._raise_guard()
        self.someone_is_there()


_CHOOSING = (
    "choose", "priority", "search", "search_first", "direct", "turn", "step_back",
)  # fmt: skip
"""What cannot be done on the number's page."""
