"""The whereabouts board (去向牌): where everybody is, changed by two keys; for visitors its pages turn."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from yichuang.language import N_, _
from yichuang.queue.people.actor import ActorKind
from yichuang.queue.people.command import PrintSheet, SetWhereabouts
from yichuang.queue.people.sheet import SheetKind
from yichuang.queue.people.staff import Staff
from yichuang.queue.people.whereabouts import Whereabouts
from yichuang.queue.permission import OF_OTHERS
from yichuang.queue.personnel.view import PersonView
from yichuang.queue.service import Hall
from yichuang.tui.hall_screen import ESCAPE
from yichuang.tui.keys import digit_keys
from yichuang.tui.screens.choice import Choice
from yichuang.tui.screens.dialog import ask
from yichuang.tui.screens.guide_dialogs import Typing
from yichuang.tui.screens.overview_acts import supervisor
from yichuang.tui.screens.paper_job import FollowsPaper
from yichuang.tui.screens.staff_search import PersonSearch
from yichuang.tui.screens.whereabouts_rows import (
    STATES,
    count_row,
    heading_row,
    key_row,
    person_row,
)
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

PAGE_SECONDS = 10.0
"""How long a page of the public board stays, where there are several."""

_NEAR = (Whereabouts.AT_POST, Whereabouts.SHORTLY_AWAY)


class PublicPage(Rows):
    """The rows of the public board, which tells when it was given room."""

    class LaidOut(Message):
        """The page has room, or another room than before."""

    def on_resize(self) -> None:
        """Tell."""
        self.post_message(self.LaidOut())


class WhereaboutsScreen(FollowsPaper):
    """Everybody who works here, one a row; a digit says where the one under the cursor is."""

    CSS_PATH = "whereabouts.tcss"
    NAME = N_("去向牌")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("光标先在自己这一行：按一个数字就改去向；或按 F2 再按数字。"),
        N_("导引台和督查可以替别人改；改动都记入流水。"),
        N_("F5 变成给群众看的样子，人多时自己翻页；再按 F5 变回来。"),
    )
    NEEDS = MappingProxyType({"print_sheet": PrintSheet})
    AUTO_FOCUS = "#people"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                digit_keys(digit),
                f"say({digit})",
                N_("改去向"),
                key_display="1-9",
                show=digit == 1,
            )
            for digit in range(1, len(STATES) + 1)
        ),
        Binding("f2", "own", N_("我的去向"), id="whereabouts.own"),
        Binding("f3", "note", N_("备注"), id="whereabouts.note"),
        Binding("f4", "find", N_("查人"), id="whereabouts.find"),
        Binding("f5", "show_public", N_("公示"), id="whereabouts.public"),
        Binding("f7", "print_sheet", N_("打印"), id="whereabouts.print"),
        Binding("escape", "leave_public", show=False),
        *ESCAPE,
    ]

    def __init__(self, hall: Hall, *, public: bool = False) -> None:
        """`public` shows for good what visitors are to see, as an unattended screen does."""
        super().__init__(hall)
        self.actor = supervisor()
        self._people: tuple[PersonView, ...] = ()
        self._wanted = hall.who.name
        self._is_unattended = public or hall.who.kind is ActorKind.POST
        self._public = self._is_unattended
        self._page = 0
        self._turning: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """How many are where, everybody, the states' digits, and a line of the hall's own."""
        yield TextLine(widget_id="count")
        yield TextLine(widget_id="heading")
        yield ListPane(widget_id="people")
        yield PublicPage(widget_id="page")
        yield TextLine(key_row(), widget_id="states")
        yield TextLine(f" {self.hall.settings.staff.whereabouts_board}", widget_id="line")

    async def on_mount(self) -> None:
        """An unattended screen begins as the public board."""
        self.set_class(self._public, "-public")
        board = self.hall.settings.staff.whereabouts_board
        self.query_one("#line", TextLine).display = bool(board)

    @property
    def is_public(self) -> bool:
        """Whether visitors stand before it."""
        return self._public

    # --- showing ------------------------------------------------------------------------------

    async def load(self) -> None:
        """Show where everybody is; the cursor stays with its person."""
        self._people = await self.hall.people.everybody()
        self._show()
        await self.follow_job()

    def _show(self) -> None:
        cells = self.size.width
        self.query_one("#heading", TextLine).show_line(heading_row(cells))
        if self._public:
            self._show_page()
            return
        self.query_one("#count", TextLine).show_line(count_row(self._people))
        pane, wanted = self._pane, self._wanted
        pane.show([self._row(view) for view in self._people])
        badges = [view.staff.badge for view in self._people]
        if wanted in badges:
            pane.move_to(badges.index(wanted))
            self._wanted = wanted

    def _row(self, view: PersonView) -> list[str | tuple[str, str]]:
        now = self.hall.clock.now()
        return [*person_row(view, self.hall.settings.zone, now, self.size.width)]

    def _show_page(self) -> None:
        pane = self.query_one("#page", Rows)
        if not pane.size.height:
            return  # It has only just taken the place of the list: `show_laid_out` comes here again.
        room = pane.size.height
        pages = max(1, -(-len(self._people) // room))
        self._page %= pages
        shown = self._people[self._page * room : (self._page + 1) * room]
        self.query_one("#count", TextLine).show_line(count_row(self._people, self._page + 1, pages))
        pane.show([["  ", *self._row(view)] for view in shown])
        if pages == 1:
            self._stop_turning()
        elif self._turning is None:
            self._turning = self.set_interval(PAGE_SECONDS, self._turn, name="page")

    @on(PublicPage.LaidOut)
    def show_laid_out(self) -> None:
        """Show the page for the room that it was given now."""
        if self._public and self._mark >= 0:
            self._show_page()

    def _turn(self) -> None:
        if self.is_current:
            self._page += 1
            self._show_page()

    def _stop_turning(self) -> None:
        if self._turning is not None:
            self._turning.stop()
            self._turning = None

    async def reload(self) -> None:
        """Read again; before visitors the rows for errors are there only while there is one."""
        await super().reload()
        if self.is_up():
            self.status.display = not self._public or self.status.keeps_error

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.call_after_refresh(self.reload)

    @property
    def _pane(self) -> ListPane:
        return self.query_one("#people", ListPane)

    @property
    def chosen(self) -> PersonView | None:
        """The person under the cursor."""
        row = self._pane.cursor if self.is_up() else None
        return self._people[row] if row is not None and row < len(self._people) else None

    @on(ListPane.Moved)
    def follow_the_cursor(self) -> None:
        """Stay with the person that the cursor came to."""
        if self.chosen is not None:
            self._wanted = self.chosen.staff.badge
        self.refresh_bindings()

    # --- keys ---------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is changed where visitors stand; one's own place is said by who signed in."""
        if not self.allows(action):
            return False
        if self._public and action in ("say", "own", "note", "find", "print_sheet"):
            return False
        if action == "own":
            return bool(self.session.badge)
        if action == "show_public":
            return not self._is_unattended
        if action == "leave_public":
            return self._public and not self._is_unattended
        if action == "back" and self._public:
            return False
        return super().check_action(action, parameters)

    def possible(self, action: str) -> bool:
        """Whether the one under the cursor may be changed from here."""
        if action.startswith(("say", "note")):
            view = self.chosen
            return view is not None and self._may_change(view.staff.badge)
        return True

    def _may_change(self, badge: str) -> bool:
        if badge == self.session.badge:
            return self.may(SetWhereabouts)
        return self.may(*OF_OTHERS[SetWhereabouts])

    async def action_say(self, digit: int) -> None:
        """Say where the one under the cursor is."""
        if self.chosen is not None:
            await self._set(self.chosen.staff, STATES[digit - 1])

    def action_own(self) -> None:
        """Say where one is oneself: ask for the digit."""
        if self.session.staff is not None:
            self._ask_state(self.session.staff)

    @on(ListPane.Chosen)
    def ask_state(self) -> None:
        """Enter on a person asks where that one is."""
        if self.chosen is not None:
            self._ask_state(self.chosen.staff)

    def _ask_state(self, person: Staff) -> None:
        heading = _("{badge} {name} 的去向").format(badge=person.badge, name=person.name)
        choices = [(state.label, state) for state in STATES]
        ask(self, Choice(heading, choices), partial(self._set, person))

    async def _set(self, person: Staff, state: Whereabouts, note: str = "") -> None:
        command = self.hall.people.set_whereabouts(person.badge, state, note, actor=self.actor)
        if await self.act(command) is None:
            return
        hint = "" if note or state is Whereabouts.AT_POST else _("按 F3 写备注")
        view = next((each for each in self._people if each.staff.badge == person.badge), None)
        if view is not None and view.duty is not None and state not in _NEAR:
            text = _("{name} 还登在 {window} 号窗口：请在窗口离岗，或由 B岗顶岗")
            hint = text.format(name=person.name, window=view.duty.window)
        said = _("{badge} {name}：{state}").format(
            badge=person.badge, name=person.name, state=state.label
        )
        self.status.say(f" {said}", f" {hint}")

    def action_note(self) -> None:
        """Add a note to where the one under the cursor is."""
        view = self.chosen
        if view is None or view.state is None:
            self.status.say(f" {_('先按数字说明去向，再写备注')}")
            return
        heading = _("{name}（{state}）的备注").format(name=view.staff.name, state=view.state.label)
        dialog = Typing(heading, _("例如去哪里、几点回来；空着就没有备注"), may_be_empty=True)
        ask(self, dialog, partial(self._set, view.staff, view.state))

    def action_find(self) -> None:
        """Put the cursor on a person by badge number or initials."""
        ask(self, PersonSearch([view.staff for view in self._people]), self._go_to)

    async def _go_to(self, person: Staff) -> None:
        self._wanted = person.badge
        await self.reload()

    # --- paper --------------------------------------------------------------------------------

    async def action_print_sheet(self) -> None:
        """Print the board as a sheet: on which printer is asked where there are several."""
        names = [each.name for each in self.hall.settings.printer]
        if len(names) > 1:
            choices = [(name, name) for name in names]
            ask(self, Choice(_("用哪台打印机打去向公示牌"), choices), self._print)
        else:
            await self._print(names[0] if names else None)

    async def _print(self, printer: str | None) -> None:
        command = self.hall.people.print_sheet(
            SheetKind.WHEREABOUTS, printer=printer, actor=self.actor
        )
        done = await self.act(command)
        if done is not None:
            self.followed = done.print_job
            await self.reload()

    # --- for visitors -------------------------------------------------------------------------

    async def action_show_public(self) -> None:
        """Show what visitors are to see, or the keys again."""
        await self._be_public(not self._public)

    async def action_leave_public(self) -> None:
        """Show the keys again."""
        await self._be_public(False)

    async def _be_public(self, public: bool) -> None:
        self._public, self._page = public, 0
        self.set_class(public, "-public")
        if not public:
            self._stop_turning()
            self._pane.focus()
        self.call_after_refresh(self.reload)
