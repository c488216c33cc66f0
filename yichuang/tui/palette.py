"""The command palette's entries: what the present screen can do, where to go, theme, language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from yichuang.language import LANGUAGES, N_, _
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.message import GoTo, Speak
from yichuang.tui.text import pad
from yichuang.tui.theme import THEME_LABELS
from yichuang.tui.widgets.key_bar import active_keys

PLACE_LABELS = {
    "menu": N_("首页"),
    "kiosk": N_("取号"),
    "guide": N_("导引台"),
    "board": N_("大屏"),
    "overview": N_("总览"),
    "plan": N_("排班"),
    "devices": N_("设备"),
    "whereabouts": N_("去向牌"),
    "staff": N_("人员"),
    "admin": N_("管理"),
    "me": N_("我的信息"),
    "choose_post": N_("选窗口上岗"),
}
"""The places that need no window number, to be translated."""

LANGUAGE_LABELS = dict(zip(LANGUAGES, ("中文", "English"), strict=True))
"""Languages in their own words."""


class Entry(NamedTuple):
    """One command: its text, what it is, and what runs it."""

    text: str
    kind: str
    run: Callable[[], Any]


def entries(screen: Screen[Any]) -> Iterator[Entry]:
    """All commands that make sense on this screen."""
    app = screen.app
    for key in active_keys(screen):
        if key.possible:
            run = partial(screen.run_action, key.action)
            yield Entry(key.label, _("这个界面的按键 {key}").format(key=key.name), run)
    own = screen if isinstance(screen, HallScreen) else None
    for text, action in own.commands() if own else ():
        if own and own.allows(action):
            yield Entry(text, _("这个界面的命令"), partial(screen.run_action, action))
    if own and own.session.is_person:
        yield Entry(
            _("改密码"), _("换一个只有自己知道的密码"), partial(screen.run_action, "app.change_pin")
        )
    for place, label in _places(screen):
        yield Entry(
            _("转到：{place}").format(place=_(label)),
            _("换一个界面"),
            partial(screen.post_message, GoTo(place)),
        )
    for theme, label in THEME_LABELS.items():
        yield Entry(
            _("外观：{theme}").format(theme=_(label)),
            _("换颜色，马上生效"),
            partial(setattr, app, "theme", theme),
        )
    for language, label in LANGUAGE_LABELS.items():
        yield Entry(
            f"{_('语言')}{_('：')}{label}",
            _("换语言，界面重开一次"),
            partial(screen.post_message, Speak(language)),
        )


def _places(screen: Screen[Any]) -> Iterator[tuple[str, str]]:
    """The places that are for whoever sits here."""
    if not isinstance(screen, HallScreen):
        return
    session = screen.session
    for place, label in PLACE_LABELS.items():
        is_own = place in ("me", "choose_post")
        if session.may_visit(place) and (session.is_person or not is_own):
            yield place, label


class HallCommands(Provider):
    """Finds commands by any part of their text."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for entry in entries(self.screen):
            yield DiscoveryHit(f"{pad(entry.text, 24)}{entry.kind}", entry.run, text=entry.text)

    async def search(self, query: str) -> Hits:
        """Those that match what was typed; a line that says so when none does."""
        matcher = self.matcher(query)
        found = False
        for entry in entries(self.screen):
            score = matcher.match(entry.text)
            if score > 0:
                found = True
                yield Hit(score, matcher.highlight(entry.text), entry.run)
        if not found:
            yield Hit(0.1, _("没有这样的命令"), lambda: None)


class HallPalette(CommandPalette):
    """Textual's palette in our language; its cursor does not blink, for a blink costs bytes."""

    def on_mount(self) -> None:
        """Stop the blinking."""
        self.query_one(CommandInput).cursor_blink = False
