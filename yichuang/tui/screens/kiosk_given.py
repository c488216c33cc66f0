"""The kiosk's last page: the number that was given, and where to go with it. Pure rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.item import Item
from yichuang.queue.need import need_label
from yichuang.queue.rules import HallRules
from yichuang.queue.ticket import PriorityClass, Ticket, TicketState
from yichuang.queue.wait import Wait
from yichuang.tui.screens.waits import full_wait
from yichuang.tui.text import Line, Part


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was given. Nothing of a private item is in it, nor why it is prior (requirements 5)."""

    number: str
    category: str
    item: str
    """The alias of its first item; empty when none was chosen or when it must not be named."""
    matters: int
    """How many items it has."""
    marks: tuple[str, ...]
    """Words to be set off: 优先, 预约 09:30 起叫号, what it asks for."""
    further: tuple[str, ...]
    """The names of the categories that follow on a joint route."""
    ahead: int
    windows: tuple[int, ...]
    wait: Wait | None
    state: str
    """How it stands, where it waits no more."""
    job: int | None
    """The print job; None in a hall without a printer."""


def given_of(done: Done, rules: HallRules, items: Mapping[str, Item]) -> Given | None:
    """What the page says of a ticket; None when the command gave none."""
    ticket = done.ticket
    if ticket is None:
        return None
    first = items.get(ticket.item) if ticket.item else None
    stops = [stop.partition("@")[0] for stop in ticket.route]
    return Given(
        number=ticket.number,
        category=rules.category(ticket.category).label,
        item=first.alias if first is not None and not first.private else "",
        matters=len(ticket.items),
        marks=tuple(_marks(ticket, rules)),
        further=tuple(rules.category(code).label for code in stops),
        ahead=ticket.ahead,
        windows=done.windows,
        wait=done.expected,
        state="" if ticket.state is TicketState.WAITING else ticket.state.label,
        job=done.print_job,
    )


def _marks(ticket: Ticket, rules: HallRules) -> list[str]:
    marks: list[str] = []
    if ticket.issued_class is PriorityClass.PRIORITY:
        marks.append(_("优先"))
    if ticket.not_before is not None:
        time = f"{ticket.not_before.astimezone(rules.zone):%H:%M}"
        marks.append(_("{mark} {time} 起叫号").format(mark=_("预约"), time=time))
    if ticket.need:
        marks.append(need_label(ticket.need))
    return marks


def given_rows(given: Given) -> list[Line]:
    """Category and item, people ahead and how long it will take, where to go; three rows."""
    what: list[Part] = ["  ", (f"{given.category}  {given.item}".rstrip(), "strong")]
    if given.matters > 1:
        what += ["  ", _("共 {count} 件").format(count=given.matters)]
    for mark in given.marks:
        what += ["  ", (f" {mark} ", "alert")]
    if given.state:
        return [what, f"  {_('这个号现在：{state}').format(state=given.state)}", ""]
    ahead = _("前面还有 {count} 人").format(count=given.ahead)
    wait = _("等候{wait}").format(wait=full_wait(given.wait)) if given.wait else ""
    return [what, f"  {ahead}{_('。') if wait else ''}{wait}", f"  {_where(given)}"]


def _where(given: Given) -> str:
    windows = _("、").join(map(str, given.windows))
    if not windows:
        return _("请等候叫号")
    if not given.further:
        return _("请等候叫号，到 {windows} 号窗口办理").format(windows=windows)
    text = _("请等候叫号，先到 {windows} 号窗口；同一个号再办：{further}")
    return text.format(windows=windows, further=_("、").join(given.further))
