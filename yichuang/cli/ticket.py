"""`yichuang ticket`: what the entrance does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime
from typing import Any

import click

from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.cli.paper import Paper, follow_paper
from yichuang.language import _
from yichuang.queue.desk import Done
from yichuang.queue.event import Entry
from yichuang.queue.need import need_label
from yichuang.queue.rating import Grade, RatingChannel
from yichuang.queue.service import Hall
from yichuang.queue.ticket import ISSUED_CLASSES, HoldKind, PriorityClass, Ticket, TicketState

_OF_DATE = click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("哪一天的号；不写看今天的"),
)


@click.group(cls=NamingGroup, help=_("取号、查号、补打、取消、恢复、置顶、改派、唤回、评价。"))
def ticket() -> None:
    """The commands on tickets."""


@ticket.command(help=_("取一个号，打印，并说明纸的下落。"))
@click.option("--category", help=_("类别的编码，例如 social_affairs；写了事项可以不写"))
@click.option("--item", "items", multiple=True, help=_("事项的编码；最多写五次，一个号办几件事"))
@click.option(
    "--class",
    "priority_class",
    type=click.Choice([each.value for each in ISSUED_CLASSES]),
    default=PriorityClass.ORDINARY.value,
    help=_("普通或优先"),
)
@click.option("--group", help=_("优先的类别，例如 elderly；只作统计，不显示、不打印"))
@click.option("--need", default="", help=_("要求的技能或专窗，例如 手语、collection（出件）"))
@click.option("--window", type=click.IntRange(1, 999), help=_("只由这个窗口叫"))
@click.option("--route", multiple=True, help=_("联办：随后要去的类别，按先后写几次"))
@click.option("--slip", help=_("优先凭条上的号"))
@click.option("--printer", help=_("打印机的名字；不写用第一台"))
@click.option("--no-print", is_flag=True, help=_("不打印"))
@takes_hall
def issue(asked: Asked, no_print: bool, **wanted: Any) -> None:
    """Give a visitor a number."""

    async def work() -> tuple[Done, Paper | None]:
        async with asked.hall() as hall:
            done = await hall.issue(on_paper=not no_print, actor=asked.actor, **wanted)
            return done, await follow_paper(hall, done.print_job)

    _show_with_paper(asked, *run(work()))


@ticket.command(help=_("再打印一张，票上标明「补打」。"))
@click.argument("number")
@click.option("--printer", help=_("打印机的名字；不写用第一台"))
@takes_hall
def reprint(asked: Asked, number: str, printer: str | None) -> None:
    """Print a ticket once more."""

    async def work() -> tuple[Done, Paper | None]:
        async with asked.hall() as hall:
            done = await hall.reprint(number, printer=printer, actor=asked.actor)
            return done, await follow_paper(hall, done.print_job)

    _show_with_paper(asked, *run(work()))


def _show_with_paper(asked: Asked, done: Done, paper: Paper | None) -> None:
    held = _the(done)
    text = paper.text if paper else _("没有打印：请把号写给办事人")
    result = {"ticket": held.as_json(), "print": paper.as_json() if paper else None}
    asked.show(result, f"{_line(held)}\n{text}")
    if paper is not None and (step := paper.next_step(held.number)):
        say(step, err=True)


@ticket.command(help=_("查一个号，和它经过的每一步。"))
@click.argument("number")
@_OF_DATE
@takes_hall
def show(asked: Asked, number: str, on: datetime | None) -> None:
    """Show a ticket and its history."""
    day = on.date() if on else None

    async def work() -> tuple[Ticket, list[str], list[dict[str, Any]]]:
        async with asked.hall() as hall:
            found = await hall.ticket(number, day)
            entries = await hall.history(number, day)
            today = await hall.business_date()
            lines = [_line(found), _about(hall, found)]
            lines += [f"  {fact}" for fact in _facts(hall, found, today)]
            lines += [_step(hall, entry) for entry in entries]
            return found, lines, [entry.as_json() for entry in entries]

    found, lines, entries = run(work())
    asked.show({"ticket": found.as_json(), "history": entries}, "\n".join(lines))


def _about(hall: Hall, held: Ticket) -> str:
    items = _("、").join(held.items)
    return f"  {_label(hall, held.category)}  {items}".rstrip()


def _label(hall: Hall, code: str) -> str:
    category = hall.rules.categories.get(code)
    return category.label if category else code


def _facts(hall: Hall, held: Ticket, today: date) -> Iterator[str]:
    """What else is to be known of a ticket, a line each; never the group."""
    if held.business_date != today:
        yield _("{date} 的号").format(date=held.business_date)
    if held.not_before is not None:
        slot = f"{held.not_before.astimezone(hall.rules.zone):%H:%M}"
        yield _("预约：{time} 起叫号").format(time=slot)
    if held.need:
        yield _("要求：{need}").format(need=need_label(held.need))
    if held.route:
        yield _("还要去：{stops}").format(
            stops=" -> ".join(_stop(hall, each) for each in held.route)
        )
    if held.state is TicketState.HELD and held.hold is not None:
        yield f"{held.hold.label}{_('：')}{_comes_back(held)}"
    if held.valid_on is not None:
        yield _slip(held, today)


def _stop(hall: Hall, stop: str) -> str:
    """A stop of the route: a category, or the window that wants the ticket back."""
    code, _mark, back_to = stop.partition("@")
    return _("转回 {window} 号窗口").format(window=back_to) if back_to else _label(hall, code)


def _comes_back(held: Ticket) -> str:
    if held.hold is HoldKind.FREE or held.window is None:
        return _("本类别任一窗口都可以取回")
    if held.hold is HoldKind.OUTSIDE:
        return _("等外面的事办好，唤回后到 {window} 号窗口").format(window=held.window)
    return _("材料在 {window} 号窗口，由它取回").format(window=held.window)


def _slip(held: Ticket, today: date) -> str:
    if held.redeemed is not None:
        stands = _("已经用过")
    elif held.valid_on is not None and held.valid_on < today:
        stands = _("已经过期")
    else:
        stands = _("还没有用")
    return _("优先凭条：{date} 有效，{stands}").format(date=held.valid_on, stands=stands)


def _step(hall: Hall, entry: Entry) -> str:
    facts = entry.event.data
    parts = [f"  {entry.at.astimezone(hall.rules.zone):%H:%M:%S}", entry.event.kind.label]
    if entry.event.window:
        parts.append(_("{window} 号窗口").format(window=entry.event.window))
    if facts.get("to_window"):
        parts.append(_("转到 {window} 号窗口").format(window=facts["to_window"]))
    if facts.get("to_category"):
        label = _label(hall, facts["to_category"])
        parts.append(_("转到「{category}」").format(category=label))
    if facts.get("grade"):
        parts.append(Grade(facts["grade"]).label)
    parts += [_(facts["reason"]) if facts.get("reason") else "", entry.actor]
    return "  ".join(part for part in parts if part)


@ticket.command("list", help=_("列出今天的号。"))
@click.option(
    "--state", type=click.Choice([each.value for each in TicketState]), help=_("只列这一状态")
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@takes_hall
def list_tickets(asked: Asked, state: str | None, limit: int) -> None:
    """List today's tickets."""

    async def work() -> list[Ticket]:
        async with asked.hall() as hall:
            return await hall.tickets(TicketState(state) if state else None, limit)

    tickets = run(work())
    text = "\n".join(_line(each) for each in tickets) or _("没有")
    asked.show({"tickets": [each.as_json() for each in tickets]}, text)


@ticket.command(help=_("取消一个还没办的号。"))
@click.argument("number")
@click.option("--reason", help=_("原因"))
@takes_hall
def cancel(asked: Asked, number: str, reason: str | None) -> None:
    """Take a ticket out for good."""

    _do(asked, lambda hall: hall.cancel(number, reason=reason, actor=asked.actor))


@ticket.command(help=_("把过号的号恢复到队里。"))
@click.argument("number")
@takes_hall
def reinstate(asked: Asked, number: str) -> None:
    """Bring a passed ticket back into its line."""

    _do(asked, lambda hall: hall.reinstate(number, actor=asked.actor))


@ticket.command(help=_("说明这个号上一次为什么轮到它。"))
@click.argument("number")
@_OF_DATE
@takes_hall
def why(asked: Asked, number: str, on: datetime | None) -> None:
    """Tell why a ticket was called."""
    day = on.date() if on else None

    async def work() -> str:
        async with asked.hall() as hall:
            found = await hall.why(number, day)
            return found or _("{number} 还没有叫过").format(
                number=(await hall.ticket(number, day)).number
            )

    sentence = run(work())
    asked.show({"why": sentence}, sentence)


@ticket.command(help=_("置顶一个等候的号：窗口下一次就叫它。要写明负责人（--actor）和原因。"))
@click.argument("number")
@click.option("--reason", required=True, help=_("原因"))
@takes_hall
def pin(asked: Asked, number: str, reason: str) -> None:
    """Put a waiting ticket before all others."""

    _do(asked, lambda hall: hall.pin(number, reason=reason, actor=asked.actor))


@ticket.command(help=_("取消置顶，回到原来的位置。"))
@click.argument("number")
@takes_hall
def unpin(asked: Asked, number: str) -> None:
    """Give a pinned ticket its former place."""

    _do(asked, lambda hall: hall.unpin(number, actor=asked.actor))


@ticket.command(help=_("把等候的号改派到另一个类别或窗口（二者写一个）。"))
@click.argument("number")
@click.option("--to-category", help=_("类别的编码"))
@click.option("--to-window", type=click.IntRange(1, 999), help=_("窗口号"))
@takes_hall
def reroute(asked: Asked, number: str, to_category: str | None, to_window: int | None) -> None:
    """Send a waiting ticket to another line."""
    if (to_window is None) == (to_category is None):
        raise click.UsageError(_("--to-window 和 --to-category 写一个，且只写一个"))

    _do(
        asked,
        lambda hall: hall.reroute(
            number, to_category=to_category, to_window=to_window, actor=asked.actor
        ),
    )


@ticket.command(help=_("唤回挂起的号：它回到自己的窗口，或本类别的任一窗口。"))
@click.argument("number")
@takes_hall
def wake(asked: Asked, number: str) -> None:
    """A held ticket comes back into line."""

    _do(asked, lambda hall: hall.wake(number, actor=asked.actor))


@ticket.command(
    help=_("代办事人记下评价，从 very_satisfied 非常满意到 very_dissatisfied 非常不满意。")
)
@click.argument("number")
@click.argument("grade", type=click.Choice([each.value for each in Grade]))
@takes_hall
def rate(asked: Asked, number: str, grade: str) -> None:
    """Keep a rating that the visitor gave to the staff."""

    async def work() -> Ticket:
        async with asked.hall() as hall:
            return _the(
                await hall.rate(Grade(grade), RatingChannel.STAFF, number=number, actor=asked.actor)
            )

    held = run(work())
    text = _("{number} 评价：{grade}").format(number=held.number, grade=Grade(grade).label)
    asked.show({"ticket": held.as_json(), "grade": grade}, text)


def _do(asked: Asked, act: Callable[[Hall], Awaitable[Done]]) -> None:
    async def work() -> Done:
        async with asked.hall() as hall:
            return await act(hall)

    held = _the(run(work()))
    asked.show({"ticket": held.as_json()}, _line(held))


def _the(done: Done) -> Ticket:
    if done.ticket is None:
        raise AssertionError(done)
    return done.ticket


def _line(held: Ticket) -> str:
    text = f"{held.number}  {held.priority_class.label}  {held.state.label}"
    if held.window is not None:
        text += _("  {window} 号窗口").format(window=held.window)
    if held.target_window is not None and held.state is TicketState.WAITING:
        text += _("  等 {window} 号窗口").format(window=held.target_window)
    if held.state is TicketState.WAITING:
        text += _("  前面 {ahead} 人").format(ahead=held.ahead)
    return text
