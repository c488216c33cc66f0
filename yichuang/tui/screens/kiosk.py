"""The kiosk: a visitor takes a number in at most three keys (A01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.desk import Done
from yichuang.queue.device import DeviceStatus
from yichuang.queue.hours import Opening
from yichuang.queue.item import Item
from yichuang.queue.service import Hall
from yichuang.queue.view import LineView
from yichuang.queue.wait import Wait
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import Arrived
from yichuang.tui.screens.check_in import CheckIn
from yichuang.tui.screens.kiosk_closed import (
    closed_now,
    closed_rows,
    closing_doubt,
    flagged_notice,
    flagged_only,
    may_check_in,
    opening_time,
)
from yichuang.tui.screens.kiosk_given import Given, given_of, given_rows
from yichuang.tui.screens.kiosk_keys import KEYS, PAGES, At
from yichuang.tui.screens.kiosk_menu import Want
from yichuang.tui.screens.kiosk_paper import PaperWay, paper_rows, paper_way
from yichuang.tui.screens.kiosk_presence import Presence
from yichuang.tui.screens.kiosk_reception import Reception
from yichuang.tui.screens.kiosk_rows import Offer, spaced
from yichuang.tui.screens.kiosk_search import ItemSearch
from yichuang.tui.screens.kiosk_touch import PressedRow, TouchRows
from yichuang.tui.screens.kiosk_visit import Visit
from yichuang.tui.screens.kiosk_wish import issue_fields, stops_of
from yichuang.tui.screens.question import Question
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.text import Line
from yichuang.tui.widgets.fitted_number import FittedNumber
from yichuang.tui.widgets.rows import Rows, TextLine

IDLE_SECONDS = 60.0
"""After so long without a key the first page returns (our own number)."""

GUARD_SECONDS = 2.0
"""A new number's page takes no key until none was pressed for so long: a key that bounces or is
held down issues once."""

_NOT_FOR_VISITORS = ("f1", "f9", "ctrl+p", "ctrl+q", "ctrl+c")
"""Keys that do on the number's page what the key bar says."""

FRAME_ROWS = 8
"""The screen's rows around the choices: title, step, a free row, printer, status, keys."""

KIOSK = "kiosk"
"""The name of a hall's only kiosk."""


class KioskScreen(HallScreen):
    """Category, sub-group, item by digit; then the number, large, and the truth about its paper."""

    CSS_PATH = "kiosk.tcss"
    NAME = N_("取号")
    NEEDS = MappingProxyType(dict.fromkeys(PAGES, commands.IssueTicket))
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HOW_TO = (
        N_("按业务的数字，再按 0：两个键取号。要选事项就再按数字。"),
        N_("按 0 或 / 查事项：sbk 找到社保卡。按 9 选绿色通道。"),
        N_("先按 *，再选事项，一个号能办几件事。约好的按 7 签到。"),
        N_("没有人按键 60 秒，回到第一页。"),
    )

    def __init__(
        self,
        hall: Hall,
        *,
        kiosk: str = KIOSK,
        idle_seconds: float = IDLE_SECONDS,
        guard_seconds: float = GUARD_SECONDS,
    ) -> None:
        """`kiosk` is its name in the journal; by it the rules know its own printer."""
        super().__init__(hall)
        self.kiosk = kiosk
        self.presence = Presence(self, self.go_home, idle_seconds, guard_seconds)
        self.reception = Reception(self)
        self.printer_name = hall.rules.printer(None, kiosk=kiosk)
        self.visit = Visit(hall.rules, (), flagged_only=False)
        self._on: date | None = None
        self._is_new = True
        self._lines: tuple[LineView, ...] = ()
        self._waits: Mapping[str, Wait] = {}
        self._paper = PaperWay()
        self._shut: Opening | None = None
        self._wanted: tuple[Want, ...] = ()
        self._is_issuing = False
        self._given: Given | None = None
        self._offers: list[Offer] = []

    @property
    def heading(self) -> str:
        """What a visitor does here; staff call it issuing."""
        return _("取号", "title")

    @property
    def places(self) -> tuple[str, ...]:
        """Its reader and scanner; a hall's only kiosk has those without a name."""
        return (self.kiosk, "") if self.kiosk == KIOSK else (self.kiosk,)

    def compose_body(self) -> ComposeResult:
        """The choices, and in their place, later, the number that was given; or that it is closed."""
        with Vertical(id="choosing"):
            yield TextLine(widget_id="step")
            yield TouchRows(widget_id="choices")
            yield TextLine(widget_id="printer")
        with Vertical(id="given"):
            yield TextLine(f"  {_('您的号码')}", widget_id="told")
            yield FittedNumber(widget_id="number")
            yield Rows(["", "", "", ""], widget_id="facts")
            yield Rows(["", "", ""], widget_id="paper")
            yield TextLine(f"  {_('按任意键返回；没有人按键时自动返回')}", widget_id="leave")
        with Vertical(id="closed"):
            yield Rows(widget_id="opens")
            yield FittedNumber(widget_id="opening")

    # --- showing ------------------------------------------------------------------------------

    @property
    def at(self) -> At:
        """The page that is shown."""
        if self._given is not None:
            return At.GIVEN
        if self._shut is not None:
            return At.CLOSED
        return self.visit.at

    async def load(self) -> None:
        """Show the number that was given and its paper; else read the hall and show the present page."""
        if self._given is not None:
            await self._show_given(self._given)
            return
        self._lines = await self.hall.lines()
        self._waits = await waits_of(self.hall)
        self._know_printer(await self.hall.printers())
        await self.reception.look_around()
        now, self._on = self.hall.clock.now(), await self.hall.business_date()
        self._shut = closed_now(self.hall.rules, now, self._on)
        flagged = flagged_only(self.hall.rules, now, self._on)
        if self._is_new or self.visit.menu.flagged_only != flagged:
            self.visit = Visit(self.hall.rules, await self.hall.items(), flagged_only=flagged)
            self._is_new = False
        if self._shut is not None:
            self._show_closed(self._shut)
        else:
            self._show_choices(self.visit)

    def _know_printer(self, printers: Sequence[DeviceStatus]) -> None:
        self._paper = paper_way(self.printer_name, self.hall.settings.printer, printers)

    def _show_choices(self, visit: Visit) -> None:
        self._turn_to("choosing")
        self.query_one("#step", TextLine).show_line([(f" {visit.heading()}", "section")])
        blocks = visit.offers(self._lines, self._waits, check_in=self.takes_check_in)
        self._offers = spaced(blocks, self.size.height - FRAME_ROWS)
        self.query_one("#choices", Rows).show([offer.line for offer in self._offers])
        notice: Line = f"  {self.reception.invitation}"
        if visit.menu.flagged_only:
            notice = f"  {self._flagged_notice()}"
        if self._paper.notice:
            notice = [(f" {self._paper.notice} ", "alert")]
        self.query_one("#printer", TextLine).show_line(notice)

    def _flagged_notice(self) -> str:
        return flagged_notice(self.hall.rules, self.hall.clock.now())

    @property
    def takes_check_in(self) -> bool:
        """Appointments are checked in while the hall is open, and when it opens again that day or has
        elastic time (E03)."""
        if not self.hall.settings.appointment.enabled:
            return False
        return self._shut is None or may_check_in(
            self.hall.rules, self._shut, self.hall.clock.now()
        )

    async def _show_given(self, given: Given) -> None:
        self._turn_to("given")
        job = await self.hall.print_job(given.job) if given.job is not None else None
        self.query_one("#number", FittedNumber).show(given.number)
        self.query_one("#facts", Rows).show(["", *given_rows(given)])
        self.query_one("#paper", Rows).show(["", *paper_rows(job, self.printer_name)])

    def _show_closed(self, opening: Opening) -> None:
        self._turn_to("closed")
        said = closed_rows(self.hall.rules, opening, check_in=self.takes_check_in)
        self.query_one("#opens", Rows).show(said)
        self.query_one("#opening", FittedNumber).show(opening_time(self.hall.rules, opening))

    def _turn_to(self, page: str) -> None:
        for each in ("choosing", "given", "closed"):
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
        but it cannot keep the page for long.
        """
        self.presence.noticed()
        if self._wanted or self.reception.is_busy:
            event.stop()
        elif self._given is not None and event.key not in _NOT_FOR_VISITORS:
            if self.presence.is_guarded:
                event.stop()
                self.presence.guard()
                return
            await self.go_home()
            self.presence.noticed()
            if not event.key.isdigit():
                event.stop()

    @on(PressedRow)
    async def take_row(self, message: PressedRow) -> None:
        """A row under a finger does what its key does."""
        self.presence.noticed()
        action = self._offers[message.row].action if message.row < len(self._offers) else ""
        if action and not self._wanted and not self.reception.is_busy:
            await self.run_action(action)

    async def on_click(self, event: events.Click) -> None:
        """A finger leads away from the number's page as any key does."""
        self.presence.noticed()
        if self._given is not None and not self.presence.is_guarded:
            await self.go_home()

    async def go_home(self) -> None:
        """Show the first page for the next visitor; dialogs that were left open are closed."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        if all(isinstance(screen, ModalScreen) for screen in above):
            for _each in above:
                self.app.pop_screen()
        self.presence.rest()
        self.reception.forget()
        self._wanted, self._given, self._is_new = (), None, True
        self.status.acknowledge()
        await self.reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Each page has its own keys."""
        if action not in PAGES:
            return super().check_action(action, parameters)
        if self.at not in PAGES[action] or not self.allows(action):
            return False
        if action == "check_in":
            return self.takes_check_in
        return self.visit.can(action, parameters)

    @property
    def is_public(self) -> bool:
        """A terminal that was opened as a kiosk belongs to the visitors."""
        return self.app.screen_stack[0] is self

    # --- choosing -----------------------------------------------------------------------------

    async def _shown(self, wants: tuple[Want, ...] = ()) -> None:
        """Take the number that the last key asked for, or show where it led."""
        if wants:
            await self._want(wants)
            return
        self.status.say("")
        await self.reload()

    async def action_enter(self, digit: int) -> None:
        """Choose the category of that digit."""
        wants = self.visit.enter(digit)
        await self._shown(wants)
        if self.at is At.START and not wants and self.visit.menu.flagged_only:
            # A key that leads nowhere says why.
            self.status.say(f" {self._flagged_notice()}")

    async def action_choose(self, digit: int) -> None:
        """Take the entry of that digit."""
        await self._shown(self.visit.choose(digit))

    async def action_priority(self) -> None:
        """Choose the green channel, and why if one likes; or not, when it was chosen."""
        self.visit.toggle_priority()
        await self._shown()

    async def action_skip(self) -> None:
        """Do not say why."""
        self.visit.to_start()
        await self._shown()

    async def action_services(self) -> None:
        """Choose a special desk or a skill; or take the choice back."""
        self.visit.toggle_service()
        await self._shown()

    async def action_several(self) -> None:
        """Several matters on one ticket, or not."""
        self.visit.toggle_several()
        await self._shown()

    async def action_add_more(self) -> None:
        """Choose one more matter."""
        self.visit.to_start()
        await self._shown()

    async def action_drop_last(self) -> None:
        """Take the last matter out again."""
        self.visit.drop_last()
        await self._shown()

    async def action_turn(self, pages: int) -> None:
        """Show another page."""
        self.visit.turn(pages)
        await self._shown()

    async def action_start_over(self) -> None:
        """Take back all that was asked for."""
        self.visit.start_over()
        await self._shown()

    async def action_step_back(self) -> None:
        """Go one step back."""
        self.visit.step_back()
        await self._shown()

    async def action_direct(self) -> None:
        """Take a number of the category without an item."""
        await self._shown(self.visit.follow(Want(self.visit.path.category)))

    async def action_direct_too(self) -> None:
        """Add the category without an item to the matters that were chosen."""
        await self.action_direct()

    async def action_take(self) -> None:
        """Take one number for all that was chosen."""
        await self._want(self.visit.wish.picks)

    def action_search_first(self) -> None:
        """Find an item, from the first page."""
        self.action_search()

    def action_search(self) -> None:
        """Find an item by its initials."""
        names = {each.code: each.label for each in self.hall.settings.category}
        items = self.visit.menu.items
        self.app.push_screen(ItemSearch(items, names, self.presence.noticed), self._take_found)

    async def _take_found(self, item: Item | None) -> None:
        if item is not None:
            await self._shown(self.visit.follow(Want(item.category, item)))

    # --- issuing ------------------------------------------------------------------------------

    async def _want(self, wants: tuple[Want, ...]) -> None:
        """Issue, after asking when the printer cannot print, or when the hall closes soon."""
        if self.reception.is_busy:
            return
        self._wanted = wants
        printers = await self.look(self.hall.printers())
        if self._wanted is not wants:
            # Another visitor has come meanwhile, by a card or a code.
            return
        if printers is None:
            self._wanted = ()
            return
        self._know_printer(printers)
        wait = self._waits.get(stops_of(wants)[0])
        now = self.hall.clock.now()
        doubt = closing_doubt(self.hall.rules, now, self._on or now.date(), wait)
        if self._paper.doubt:
            doubt += self._paper.doubt
        elif doubt:
            doubt += _("还要取号吗？")
        if doubt:
            self.app.push_screen(Question(doubt), self._answer)
        else:
            await self._issue(wants)

    async def _answer(self, sure: bool | None) -> None:
        wants, self._wanted = self._wanted, ()
        self.presence.noticed()
        if sure and wants:
            await self._issue(wants)

    async def _issue(self, wants: tuple[Want, ...]) -> None:
        self._wanted, self._is_issuing = wants, True
        try:
            await self.act(self._take_number(wants))
        finally:
            self._wanted, self._is_issuing = (), False

    async def _take_number(self, wants: tuple[Want, ...]) -> None:
        fields = issue_fields(wants, self.visit.wish)
        done = await self.hall.issue(
            **fields,
            person=self.reception.person,
            origin=self.kiosk,
            printer=self.printer_name,
            is_told=True,
            actor=self.kiosk,
        )
        await self._give(done)

    async def _give(self, done: Done) -> None:
        items = {item.code: item for item in await self.hall.items()}
        self._given = given_of(done, self.hall.rules, items)
        self.presence.guard()
        self.presence.noticed()

    # --- cards, codes, checking in --------------------------------------------------------------

    async def give(self, done: Done) -> None:
        """Show the number that was given otherwise than by the menu."""
        await self._give(done)
        await self.reload()

    @property
    def is_shut(self) -> bool:
        """Whether no number is given now."""
        return self._shut is not None

    @property
    def cannot_be_left(self) -> bool:
        """Whether a number is just being issued, or was given a moment ago: it must be seen."""
        asking = (each for each in self.app.screen_stack if isinstance(each, CheckIn))
        return self._is_issuing or self.presence.is_guarded or any(each.is_busy for each in asking)

    @on(Arrived)
    async def receive(self, message: Arrived) -> None:
        """A card was read or could not be, or a code scanned."""
        await self.reception.take(message.arrival)

    def action_check_in(self) -> None:
        """Check in an appointment."""
        self.reception.ask_check_in()
