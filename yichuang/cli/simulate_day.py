"""`yichuang simulate day`: how long people would wait, told by whole days on a virtual clock."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from yichuang.cli.columns import cells, right
from yichuang.cli.options import Asked, run, takes_hall
from yichuang.config import POLICIES, Level
from yichuang.language import N_, _

if TYPE_CHECKING:
    from yichuang.foresight.rehearsal import Plan, Rehearsed
    from yichuang.foresight.statistics import Summary

_LEVELS = {"village": N_("村级大厅"), "town": N_("镇级大厅"), "city": N_("市级大厅")}

_ALONE = (N_("平均"), N_("中位"), N_("九成"), N_("最长"), N_("平均误差"))
_BESIDE = (N_("平均"), N_("九成"), N_("最长"))
"""The columns for one policy, and for each of several: 九成 is what nine of ten do not exceed."""

_SILENT = 1.0
"""Work that takes less time than this, in seconds, tells nothing of its progress."""

_SAY_EVERY = 5.0
"""How often progress is told where it cannot be written over."""


@click.command(help=_("把一天演一遍（虚拟时钟、真正的叫号规则），看各类人要等多久，单位分钟。"))
@click.option(
    "--profile",
    "level",
    type=click.Choice(get_args(Level)),
    default="town",
    show_default=True,
    help=_("大厅的级别"),
)
@click.option(
    "--visitors", type=click.IntRange(1, 100_000), help=_("每天来多少人；不写就按级别的常量")
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help=_("随机种子：同样的种子，同样的人")
)
@click.option(
    "--policy",
    "policies",
    type=click.Choice(list(POLICIES)),
    multiple=True,
    help=_("叫号规则，可写几次来对比；不写就用新大厅的规则"),
)
@click.option("--days", type=click.IntRange(1, 366), default=1, show_default=True, help=_("演几天"))
@click.option("--windows", type=click.IntRange(1, 300), help=_("开几个窗口；不写就按级别的数量"))
@click.option(
    "--pace",
    type=click.FloatRange(0.01, 100),
    default=1.0,
    show_default=True,
    help=_("办理时间乘以多少：0.5 是快一倍"),
)
@takes_hall
def day(
    asked: Asked,
    level: Level,
    visitors: int | None,
    seed: int,
    policies: tuple[str, ...],
    days: int,
    **size: float | None,
) -> None:
    """Play days of a new hall of a level and show the waits, policies side by side."""
    from yichuang.bootstrap import rehearsal_hall
    from yichuang.foresight.rehearsal import rehearse

    plan = _plan(level, visitors, seed, days, size)
    chosen = list(dict.fromkeys(policies)) or [plan.settings.dispatch.policy]
    started = time.perf_counter()

    async def work() -> list[Rehearsed]:
        done = []
        for place, policy in enumerate(chosen):
            with _Progress(len(chosen), place, _(POLICIES[policy])) as progress:
                done.append(await rehearse(plan, policy, rehearsal_hall, progress))
        return done

    rehearsed = run(work())
    took = time.perf_counter() - started
    simulated = sum(each.total("seconds") for each in rehearsed)
    shown = {
        "profile": level,
        "visitors": plan.visitors,
        "days": days,
        "windows": len(plan.settings.window),
        "seed": seed,
        "pace": plan.pace,
        "load": round(plan.load, 4),
        "policies": [each.as_json(plan.settings.category) for each in rehearsed],
        "simulated_seconds": round(simulated, 3),
        "seconds": round(took, 3),
        "times_real_time": round(simulated / took, 1),
    }
    speed = _("演了 {hours:.1f} 小时，用了 {seconds:.1f} 秒：比真实时间快 {times:,.0f} 倍").format(
        hours=simulated / 3600, seconds=took, times=simulated / took
    )
    asked.show(shown, "\n".join([*_report(plan, level, rehearsed), speed]))


def _plan(
    level: Level, visitors: int | None, seed: int, days: int, size: dict[str, float | None]
) -> Plan:
    from yichuang.config import SETTINGS_FILE, parse_settings
    from yichuang.foresight.crowd import CROWDS
    from yichuang.foresight.rehearsal import Plan, with_windows
    from yichuang.profile import SAMPLE_PLACES, hall_name, hall_toml

    crowd = CROWDS[level]
    text = hall_toml(hall_name(SAMPLE_PLACES[level], level, "changzhou"), level)
    settings = parse_settings(text, Path(SETTINGS_FILE))
    windows = size["windows"]
    if windows is not None:
        settings = with_windows(settings, int(windows), crowd)
    return Plan(settings, crowd, visitors or crowd.visitors, seed, days, size["pace"] or 1.0)


def _report(plan: Plan, level: Level, rehearsed: Sequence[Rehearsed]) -> Iterator[str]:
    yield _("{level}，{windows} 个窗口，每天 {visitors} 人，{days} 天，随机种子 {seed}").format(
        level=_(_LEVELS[level]),
        windows=len(plan.settings.window),
        visitors=plan.visitors,
        days=plan.days,
        seed=plan.seed,
    )
    yield _("窗口负荷 {load:.0%}（来的工作量占上班时间的比例）").format(load=plan.load)
    if plan.load >= 1:
        yield _("来的比办得完的多：队会一直长，要加窗口或分散人流")
    yield ""
    yield from _table(plan, rehearsed)
    yield ""
    for each in rehearsed:
        yield _(
            "{policy}：来了 {came} 人 = 办结 {finished} + 过号没回来 {missed} + 作废 {void} + 没办完 {left}"
        ).format(
            policy=_(POLICIES[each.policy]),
            came=each.came,
            **{what: each.total(what) for what in ("finished", "missed", "void", "left")},
        )
        yield _(
            "  其间过号 {passed} 次，挂起 {held} 次，转移 {transferred} 次；同时等候最多 {peak} 人"
        ).format(
            peak=max(day.peak for day in each.days),
            **{what: each.total(what) for what in ("passed", "held", "transferred")},
        )


def _table(plan: Plan, rehearsed: Sequence[Rehearsed]) -> Iterator[str]:
    """Waits in minutes: everybody, each class, each category; a block of columns for each policy."""
    columns = _ALONE if len(rehearsed) == 1 else _BESIDE
    categories = plan.settings.category
    rows: list[tuple[str, list[Summary | None]]] = [(_("全部"), [each.waits for each in rehearsed])]
    classes = [each.by_class for each in rehearsed]
    for kind in classes[0]:
        rows.append((kind.label, [each.get(kind) for each in classes]))
    own = [each.by_category(categories) for each in rehearsed]
    for category in categories:
        rows.append((category.label, [each.get(category.code) for each in own]))
    first = max(cells(name) for name, _cell in rows) + 2
    least = 8 if len(rehearsed) == 1 else 6
    widths = [max(least, cells(_(column)) + 2) for column in columns]
    names = [_(POLICIES[each.policy]) for each in rehearsed]
    block = max(sum(widths), *map(cells, names)) + 2
    heads = "".join(right(_(head), width) for head, width in zip(columns, widths, strict=True))
    yield " " * (first + 6) + "".join(right(name, block) for name in names)
    yield " " * first + right(_("人数"), 6) + right(heads, block) * len(names)
    for place, (name, shown) in enumerate(rows):
        if place in (1, 1 + len(classes[0])):
            yield "-" * (first + 6 + block * len(names))
        people = next((cell.people for cell in shown if cell), 0)
        values = "".join(right(_minutes(cell, widths), block) for cell in shown)
        yield name + " " * (first - cells(name)) + f"{people:6d}" + values


def _minutes(waits: Summary | None, widths: Sequence[int]) -> str:
    if waits is None or not waits.people:
        return "".join(right("-", width) for width in widths)
    values = [waits.mean, waits.median, waits.ninetieth, waits.longest, waits.half_width]
    if len(widths) == len(_BESIDE):
        values = [waits.mean, waits.ninetieth, waits.longest]
    texts = ["-" if math.isnan(value) else f"{value / 60:.1f}" for value in values]
    if len(widths) == len(_ALONE) and texts[-1] != "-":
        texts[-1] = f"+-{texts[-1]}"
    return "".join(right(text, width) for text, width in zip(texts, widths, strict=True))


class _Progress:
    """Tells on standard error how far long work is; in a terminal, in one line that goes away."""

    def __init__(self, parts: int, place: int, name: str) -> None:
        self._parts = parts
        self._place = place
        self._name = name
        self._is_terminal = sys.stderr.isatty()
        self._next = time.monotonic() + _SILENT
        self._wrote = False

    def __enter__(self) -> Callable[[float], None]:
        return self._tell

    def __exit__(self, *_error: object) -> None:
        if self._wrote and self._is_terminal:
            click.echo("\r\033[K", nl=False, err=True)

    def _tell(self, part: float) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.2 if self._is_terminal else _SAY_EVERY)
        text = _("{place}/{parts} {policy} {done:.0%}").format(
            place=self._place + 1, parts=self._parts, policy=self._name, done=part
        )
        click.echo(f"\r{text}" if self._is_terminal else text, nl=not self._is_terminal, err=True)
        self._wrote = True
