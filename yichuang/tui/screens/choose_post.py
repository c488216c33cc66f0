"""Choosing a window to go on duty at: one's own posts first, then those one stands in for (B10, H01)."""

from __future__ import annotations

from types import MappingProxyType
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from yichuang.language import N_, _
from yichuang.queue.people.command import SetWhereabouts, TakePost
from yichuang.queue.personnel.view import PostView
from yichuang.queue.service import Hall
from yichuang.queue.window import Window, WindowState
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.post_acts import ask_to_take, ask_whereabouts, take_post
from yichuang.tui.text import Line, pad
from yichuang.tui.widgets.list_pane import ListPane
from yichuang.tui.widgets.rows import Rows, TextLine

_PLACE, _WINDOW, _NAME = 7, 10, 26
"""The widths of a row's columns, in cells."""


class ChoosePostScreen(HallScreen):
    """Every window, with who is there now."""

    CSS_PATH = "choose_post.tcss"
    NAME = N_("选窗口上岗")
    HOW_TO: ClassVar[tuple[str, ...]] = (
        N_("键入窗口号或用上下键选，按 Enter 上岗。A岗、B岗是排给您的窗口。"),
        N_("别人在岗的窗口也能接手：先问一句，对方的界面马上知道。"),
        N_("没有上岗资格的，请督查今天特许，再按 Enter。"),
    )
    AUTO_FOCUS = "#posts"
    NEEDS = MappingProxyType({"whereabouts": SetWhereabouts})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "whereabouts", N_("去向")),
    ]

    def __init__(self, hall: Hall, window: int | None = None) -> None:
        """The cursor begins at `window`."""
        super().__init__(hall)
        self._wanted = window
        self._typed = ""
        self._posts: tuple[PostView, ...] = ()

    def compose_body(self) -> ComposeResult:
        """A hint, the headings, the windows."""
        yield Rows(["", f" {_('在哪个窗口上岗？')}"], widget_id="intro")
        yield TextLine([(_heading(), "section")])
        yield ListPane(widget_id="posts")

    async def load(self) -> None:
        """Show the windows with who is there."""
        chosen = self._chosen
        wanted = self._wanted or (chosen.window if chosen else None)
        self._wanted = None
        self._posts = await self.hall.people.posts_of(self.session.badge)
        pane = self._pane
        pane.show([_row(each, self._name_of(each)) for each in self._posts])
        windows = [each.window for each in self._posts]
        if wanted in windows:
            pane.move_to(windows.index(wanted))

    def _name_of(self, post: PostView) -> str:
        """What a window is called; what it serves, where it has no name."""
        rules = self.hall.rules
        plain = rules.duty(Window(post.window, WindowState.CLOSED), None)
        labels = [rules.categories[code].label for code in plain.own]
        return post.label or _("、").join(labels)

    @property
    def _pane(self) -> ListPane:
        return self.query_one("#posts", ListPane)

    @property
    def _chosen(self) -> PostView | None:
        row = self._pane.cursor
        return self._posts[row] if row is not None and row < len(self._posts) else None

    def on_key(self, event: events.Key) -> None:
        """A digit goes to the window of that number; two of them in a row make a longer one."""
        digit = event.character or ""
        if len(digit) != 1 or not digit.isdecimal():
            self._typed = ""
            return
        event.stop()
        windows = [str(each.window) for each in self._posts]
        typed = self._typed + str(int(digit))
        if typed not in windows:
            typed = str(int(digit))
        self._typed = typed
        if typed in windows:
            self._pane.move_to(windows.index(typed))

    @on(ListPane.Chosen)
    async def take_chosen(self) -> None:
        """Go on duty at the window under the cursor; where somebody else is, ask first."""
        post = self._chosen
        if post is None or not self.may(TakePost):
            return
        if post.duty is not None and post.duty.badge != self.session.badge:
            ask_to_take(self, post)
        else:
            await take_post(self, post.window)

    def action_whereabouts(self) -> None:
        """Say where one is."""
        ask_whereabouts(self)


def _heading() -> str:
    return f"   {pad('', _PLACE)}{pad(_('窗口'), _WINDOW)}{pad(_('窗口名或类别'), _NAME)}{_('现在在岗')}"


def _row(post: PostView, name: str) -> Line:
    place = post.place.label if post.place else ""
    window = _("{window} 号").format(window=post.window)
    there = ""
    if post.duty is not None:
        origin = f" ({post.duty.origin})" if post.duty.origin else ""
        there = f"{post.duty.badge} {post.holder}{origin}"
    return [
        " ",
        (pad(place, _PLACE), "mark"),
        f"{pad(window, _WINDOW)}{pad(name, _NAME)}{there}",
    ]
