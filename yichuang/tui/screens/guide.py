"""The guide desk (导引台): it issues, mends and finds numbers, and calls none (A08)."""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from yichuang.language import N_, _
from yichuang.queue import command as commands
from yichuang.queue.appointment import Appointment
from yichuang.queue.arrivals import Unread
from yichuang.queue.desk import Done
from yichuang.queue.service import Hall
from yichuang.queue.ticket import TicketState
from yichuang.tui.keys import digit_keys
from yichuang.tui.message import Arrived
from yichuang.tui.screens import guide_rows as rows
from yichuang.tui.screens.guide_acts import ACTOR, EntranceScreen
from yichuang.tui.screens.guide_arrivals import Arriving
from yichuang.tui.screens.guide_booking import Bookings
from yichuang.tui.screens.guide_issue import Issuing
from yichuang.tui.screens.kiosk_given import given_of
from yichuang.tui.screens.unread import say_unread
from yichuang.tui.screens.waits import waits_of
from yichuang.tui.text import Line
from yichuang.tui.widgets.big_number import BigNumber
from yichuang.tui.widgets.rows import Rows, TextLine
from yichuang.tui.widgets.scroll_rows import ScrollRows

LIST_LENGTH = 60
"""The longest list of one state."""

RESULT_ROWS = 5
"""Beneath the last number: three of what it is, two of its paper."""

_WANTS = {
    "reinstate": TicketState.PASSED,
    "wake": TicketState.HELD,
}
"""Steps that are possible only while there is a ticket of that state."""


def _key(digit: str, action: str, label: str) -> Binding:
    return Binding(digit_keys(digit), action, label, key_display=digit, id=f"guide.{action}")


class GuideScreen(EntranceScreen):
    """Lines and the last number on the left; on the right who missed, who is held, who waits."""

    CSS_PATH = "guide.tcss"
    NAME = N_("导引台")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("代人取号：按 1，再按类别的数字，再按 1 普通或 2 优先。"),
        N_("按 0 键入号码，看这个号到了哪一步，能做什么。导引台不叫号。"),
        N_("预约签到、现场和电话预约都在 7；停办发的优先凭条按 8。"),
        N_("扫号票上的码看它到了哪一步，办结的可以代为评价；扫预约码就签到。"),
    )
    NEEDS = MappingProxyType(
        {
            "issue": commands.IssueTicket,
            "redeem": commands.IssueTicket,
            "reprint": commands.ReprintTicket,
            "cancel": commands.CancelTicket,
            "reroute": commands.RerouteTicket,
            "reinstate": commands.ReinstateTicket,
            "wake": commands.WakeTicket,
            "bookings": commands.BookAppointment,
        }
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("1", "issue", N_("取号")),
        _key("2", "reprint", N_("补打")),
        _key("3", "cancel", N_("取消")),
        _key("4", "reroute", N_("改派")),
        _key("5", "reinstate", N_("恢复过号", "key")),
        _key("6", "wake", N_("唤回")),
        _key("7", "bookings", N_("预约")),
        _key("8", "redeem", N_("凭条")),
        _key("0", "find", N_("查号")),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", N_("下一页"), key_display="PgDn"),
    ]

    def __init__(self, hall: Hall) -> None:
        super().__init__(hall)
        self._counts: dict[TicketState, int] = {}
        self._job: int | None = None
        self._result: tuple[str, list[Line]] | None = None

    def compose_body(self) -> ComposeResult:
        """Hours, lines and the last number; the lists."""
        with Horizontal(id="desk"):
            with Vertical(id="left"):
                yield TextLine(widget_id="hours")
                yield Rows(widget_id="lines")
                yield TextLine(widget_id="last")
                yield BigNumber(widget_id="number")
                yield Rows([""] * RESULT_ROWS, widget_id="facts")
            yield ScrollRows(widget_id="tickets")

    @property
    def places(self) -> tuple[str, ...]:
        """The guide desk's reader and scanner, and those without a name."""
        return (ACTOR, "")

    @on(Arrived)
    def receive(self, message: Arrived) -> None:
        """A card was read or could not be, or a code scanned; a step that is under way goes on."""
        if isinstance(message.arrival, Unread):
            say_unread(self.status)
        elif self.is_busy:
            self.status.say(f" {_('先办完这一步，再扫一次码或放一次证件')}")
        else:
            self.begin(Arriving(self).take(message.arrival))

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the hall and show it."""
        overview = await self.hall.overview()
        passed = await self.hall.tickets(TicketState.PASSED, LIST_LENGTH)
        held = await self.hall.tickets(TicketState.HELD, LIST_LENGTH)
        waiting = await self.hall.tickets(TicketState.WAITING, LIST_LENGTH)
        waits = await waits_of(self.hall)
        self._counts = {TicketState.PASSED: len(passed), TicketState.HELD: len(held)}
        rules, now = self.hall.rules, overview.at
        hours = rows.opening_row(rules, self.hall.clock.now(), overview.business_date)
        self.query_one("#hours", TextLine).show_line(hours)
        self.query_one("#lines", Rows).show(rows.line_rows(overview.lines, waits, now))
        shown = rows.Shown(self.categories, now, self._pane.size.width)
        told = rows.ticket_rows(passed, held, waiting, shown)
        self._pane.show_all(told)
        await self._show_result()

    async def _show_result(self) -> None:
        number, facts = self._result or ("", [])
        heading: Line = [(_("刚才"), "section")] if number else ""
        self.query_one("#last", TextLine).show_line(heading)
        self.query_one("#number", BigNumber).show(number)
        job = await self.hall.print_job(self._job) if self._job is not None else None
        has_printer = bool(self.hall.settings.printer) or not number
        told = [row for row in facts if row] + rows.paper_rows(job, has_printer=has_printer)
        self.query_one("#facts", Rows).show([*told, *[""] * RESULT_ROWS][:RESULT_ROWS])

    @property
    def _pane(self) -> ScrollRows:
        return self.query_one("#tickets", ScrollRows)

    def on_resize(self) -> None:
        """Lay the lists out for the new width."""
        self.call_after_refresh(self.reload)

    async def tell(self, done: Done | None, said: str = "") -> None:
        """Show the ticket large, and follow its paper."""
        if done is None:
            return
        items = {item.code: item for item in await self.look(self.hall.items()) or ()}
        given = given_of(done, self.hall.rules, items)
        if given is None:
            return
        self._job = given.job
        self._result = (given.number, rows.result_rows(given))
        await self.reload()
        await super().tell(done, said)

    async def tell_booking(self, booking: Appointment) -> None:
        """Show the code large."""
        self._job = None
        self._result = (booking.code, rows.booking_rows(booking, self.hall.rules))
        await self.reload()
        self.status.say(f" {_('约好了，预约码 {code}').format(code=booking.code)}")

    def possible(self, action: str) -> bool:
        """Whether an action can be done now; the key bar shows the others dim."""
        if action == "reprint":
            return bool(self.hall.settings.printer)
        if action == "bookings":
            return self.hall.settings.appointment.enabled
        if action in _WANTS:
            return self._counts.get(_WANTS[action], 0) > 0
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Scrolling is offered when there is something to scroll to."""
        if action in ("scroll", "turn"):
            return self.is_up() and self._pane.total > self._pane.room
        return super().check_action(action, parameters)

    def action_scroll(self, by: int) -> None:
        """Show other tickets."""
        self._pane.scroll_by(by)

    def action_turn(self, pages: int) -> None:
        """Show another page of tickets."""
        self._pane.turn(pages)

    # --- steps --------------------------------------------------------------------------------

    def action_issue(self) -> None:
        """Issue a number for someone."""
        self.begin(Issuing(self).run())

    def action_reprint(self) -> None:
        """Print a ticket once more."""
        self.begin(self.reprint())

    def action_cancel(self) -> None:
        """Cancel a ticket."""
        self.begin(self.cancel())

    def action_reroute(self) -> None:
        """Send a waiting ticket elsewhere."""
        self.begin(self.reroute())

    def action_reinstate(self) -> None:
        """Bring a passed ticket back."""
        self.begin(self.reinstate())

    def action_wake(self) -> None:
        """Bring a held ticket back."""
        self.begin(self.wake())

    def action_bookings(self) -> None:
        """Check in, book or cancel an appointment."""
        self.begin(Bookings(self).run())

    def action_redeem(self) -> None:
        """Take a priority slip."""
        self.begin(self.redeem())

    def action_find(self) -> None:
        """Find a ticket."""
        self.begin(self.find())
