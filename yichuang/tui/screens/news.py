"""What others did about whoever sits at a terminal, said there at once."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from yichuang.language import _
from yichuang.tui.goings import Farewell, GoHome, SignOut, SignOutWhy, StandAt
from yichuang.tui.hall_screen import HallScreen
from yichuang.tui.screens.console_rows import day_time
from yichuang.tui.screens.notice import Notice
from yichuang.tui.screens.own_items import OwnItemsScreen
from yichuang.tui.screens.staff_me import MeScreen
from yichuang.tui.session import (
    Dismissed,
    HasSession,
    News,
    PinReset,
    PostGained,
    PostLost,
    RolesLost,
    Urged,
)


def tell_news(screen: Screen[Any], news: News) -> None:
    """Say it over whatever is shown; a post that was lost is left, one that was gained can be gone to."""
    if isinstance(news, Dismissed):
        said = _("工号 {badge} 已经停用").format(badge=news.badge)
        screen.app.post_message(SignOut(Farewell(SignOutWhy.DISMISSED, said)))
    elif isinstance(news, PinReset):
        said = _("您的密码被重设了，请重新登录")
        screen.app.post_message(SignOut(Farewell(SignOutWhy.PIN_RESET, said)))
    elif isinstance(news, PostLost):
        _tell_loss(screen, news)
    elif isinstance(news, RolesLost):
        _tell_roles(screen, news)
    elif isinstance(news, Urged):
        _tell_items(screen, news)
    else:
        _tell_gain(screen, news)


def _tell_loss(screen: Screen[Any], news: PostLost) -> None:
    app = screen.app
    rest = _("您在这里不再叫号。按 Enter 另选窗口。")
    if news.by is None:
        text = _("您已经从 {window} 号窗口离岗").format(window=news.window)
    else:
        text = _("{name} 在 {origin} 接手了 {window} 号窗口").format(
            name=f"{news.by.badge} {news.name}".strip(),
            origin=news.by.origin or _("本机"),
            window=news.window,
        )

    def go(_read: bool | None) -> None:
        app.post_message(GoHome())

    app.push_screen(Notice(_("{window} 号窗口").format(window=news.window), [text, rest]), go)


def _tell_roles(screen: Screen[Any], news: RolesLost) -> None:
    """What is shown may be for others: it is left, whether the notice is read or not."""
    app = screen.app
    roles = _("、").join(role.label for role in news.roles) or "-"
    text = _("您的角色改了，现在是：{roles}").format(roles=roles)
    if not news.roles:
        app.post_message(SignOut(Farewell(SignOutWhy.DISMISSED, text)))
        return

    def go(_read: bool | None) -> None:
        app.post_message(GoHome())

    app.push_screen(Notice(_("角色"), [text]), go)


def _tell_gain(screen: Screen[Any], news: PostGained) -> None:
    app = screen.app
    text = _("{window} 号窗口现在由您在岗。").format(window=news.window)
    rest = _("按 Enter 过去，按 Esc 以后再去。")

    def go(is_wanted: bool | None) -> None:
        if is_wanted:
            app.post_message(StandAt(news.window))
        elif news.former is not None:
            app.post_message(GoHome())

    heading = _("交接给您")
    app.push_screen(Notice(heading, [text, rest]), go)


_NAMED = 3
"""How many items a notice names."""


def _tell_items(screen: Screen[Any], news: Urged) -> None:
    """Say what is to be seen to, later where something is being typed or read; nothing where it stands."""
    app = screen.app
    if isinstance(screen, MeScreen | OwnItemsScreen):
        return
    if not isinstance(screen, HallScreen):
        if isinstance(app, HasSession):
            app.session.tell_later(news)
        return
    hall = screen.hall
    now, zone = hall.clock.now(), hall.settings.zone
    lines = []
    for item in news.items[:_NAMED]:
        text = (
            _("{title}：{time} 已到期，还没有回复")
            if item.is_overdue(now)
            else _("{title}：{time} 前回复")
        )
        lines.append(text.format(title=_(item.title), time=day_time(item.deadline, zone)))
    if len(news.items) > _NAMED:
        lines.append(_("一共 {count} 件").format(count=len(news.items)))
    rest = _("按 Enter 去回复；以后在 F9 里选「我的信息」，再按 F4。")

    def go(is_wanted: bool | None) -> None:
        if is_wanted:
            app.push_screen(OwnItemsScreen(hall))

    app.push_screen(Notice(_("督办：要您办的"), [*lines, rest]), go)
