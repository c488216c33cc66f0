"""`yichuang plan`: how many windows each hour needs, and what would change with others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from yichuang.cli.columns import cells, in_lines, left, right
from yichuang.cli.options import Asked, run, takes_hall
from yichuang.config import POLICIES, SETTINGS_FILE, Level, Settings
from yichuang.language import _

if TYPE_CHECKING:
    from yichuang.config import TimeSpan
    from yichuang.foresight.demand import Demand
    from yichuang.foresight.rehearsal import Rehearsed
    from yichuang.foresight.staffing import HourNeed, Target

LOOK_BACK = timedelta(days=60)
"""How far back the hall's own past is read for the days that are asked for."""

PLAYED_DAYS = 5
"""How many days a what-if plays."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "": 60}
_WIDEST_BAR = 40


class _Duration(click.ParamType[float]):
    """`15m`, `90s`, `1h`, or a number of minutes."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", value.strip())
        if match is None or not float(match[1]):
            self.fail(_("写成 15m、90s 或 1h 这样"), param, ctx)
        return float(match[1]) * _UNITS[match[2]]


@dataclass(frozen=True, slots=True)
class _WhatIf:
    """Another number of windows, or another policy."""

    name: str
    windows: int | None = None
    policy: str | None = None


class _Change(click.ParamType["_WhatIf"]):
    """`windows=10` or `policy=fifo`."""

    name = "change"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> _WhatIf:
        if isinstance(value, _WhatIf):
            return value
        key, _sign, wanted = value.partition("=")
        if key == "windows" and wanted.isdecimal() and 1 <= int(wanted) <= 300:
            return _WhatIf(_("{count} 个窗口").format(count=int(wanted)), windows=int(wanted))
        if key == "policy" and wanted in POLICIES:
            return _WhatIf(_(POLICIES[wanted]), policy=wanted)
        known = _("、").join(POLICIES)
        text = _("写成 windows=10，或 policy= 后写 {known}")
        return self.fail(text.format(known=known), param, ctx)


@click.command(
    help=_(
        "每个时段要开几个窗口，才能让多数人的等候不超过目标；依据本大厅的过去，或一个级别的常量。"
    )
)
@click.option(
    "--target", type=_Duration(), default="15m", show_default=True, help=_("等候的目标，如 15m")
)
@click.option(
    "--share",
    type=click.FloatRange(0.01, 0.999),
    default=0.9,
    show_default=True,
    help=_("多大比例的人不超过目标"),
)
@click.option(
    "--profile", "level", type=click.Choice(get_args(Level)), help=_("不看过去，用这个级别的常量")
)
@click.option(
    "--days",
    type=click.IntRange(1, 60),
    default=20,
    show_default=True,
    help=_("看最近多少个有人来的日子"),
)
@click.option(
    "--what-if",
    "changes",
    type=_Change(),
    multiple=True,
    help=_("假如 windows=10 或 policy=fifo：把几天演一遍作比较；可写几次"),
)
@click.option("--seed", type=int, default=1, show_default=True, help=_("演的时候的随机种子"))
@takes_hall
def plan(
    asked: Asked,
    target: float,
    share: float,
    level: Level | None,
    days: int,
    changes: tuple[_WhatIf, ...],
    seed: int,
) -> None:
    """Tell how many windows each hour needs."""
    from yichuang.foresight.crowd import CROWDS
    from yichuang.foresight.demand import crowd_of, in_sessions
    from yichuang.foresight.staffing import Target, staffing

    settings, came = run(_demand(asked, level, days))
    wanted = Target(target, share)
    demand = in_sessions(came, settings.hours.weekday)
    needs = staffing(demand, wanted, len(settings.window))
    lines = [*_about(demand, wanted, is_own=level is None), ""]
    lines += [*_table(settings, needs), "", *_chart(settings, needs)]
    result: dict[str, Any] = {
        "days": demand.days,
        "visits": round(demand.visits, 1),
        "windows": len(settings.window),
        "hours": [_as_json(need) for need in needs],
    }
    if changes:
        crowd = crowd_of(came, CROWDS[level or settings.hall.level])
        played = run(_play(settings, crowd, changes, seed))
        hours = settings.hours.weekday
        kept = [_kept(each, wanted, hours) for _name, each in played]
        lines += ["", *_comparison(played, kept)]
        result["what_if"] = [
            {"name": name, **each.as_json(settings.category), "kept": part}
            for (name, each), part in zip(played, kept, strict=True)
        ]
    asked.show(result, "\n".join(lines))


async def _demand(asked: Asked, level: Level | None, days: int) -> tuple[Settings, Demand]:
    """The hall and its average day; a profile's where one is asked for or the past is too short."""
    from yichuang.config import parse_settings
    from yichuang.foresight.crowd import CROWDS
    from yichuang.foresight.demand import demand_of_hall, demand_of_profile
    from yichuang.profile import SAMPLE_PLACES, hall_name, hall_toml

    if level is not None:
        text = hall_toml(hall_name(SAMPLE_PLACES[level], level, "changzhou"), level)
        return parse_settings(text, Path(SETTINGS_FILE)), demand_of_profile(CROWDS[level])
    async with asked.hall() as hall:
        visits = await hall.past_visits(LOOK_BACK)
        profile = CROWDS[hall.settings.hall.level]
        return hall.settings, demand_of_hall(visits, hall.settings.zone, profile, days)


async def _play(
    settings: Settings, crowd: Any, changes: Sequence[_WhatIf], seed: int
) -> list[tuple[str, Rehearsed]]:
    """The present hall and each other one, played with the very same people."""
    from yichuang.bootstrap import rehearsal_hall
    from yichuang.foresight.rehearsal import Plan, rehearse, with_windows

    policy = settings.dispatch.policy
    present = Plan(settings, crowd, crowd.visitors, seed, PLAYED_DAYS)
    played = [(_("现在"), await rehearse(present, policy, rehearsal_hall))]
    for change in changes:
        other = present
        if change.windows is not None:
            other = replace(present, settings=with_windows(settings, change.windows, crowd))
        done = await rehearse(other, change.policy or policy, rehearsal_hall)
        played.append((_("假如：{change}").format(change=change.name), done))
    return played


def _about(demand: Demand, target: Target, *, is_own: bool) -> Iterator[str]:
    """What is promised, and what the figures rest on; `is_own` when the hall's own past was wanted."""
    from yichuang.foresight.demand import FEWEST_DAYS, FEWEST_VISITS

    yield _("目标：{share:.0%} 的人等候不超过 {minutes:g} 分钟").format(
        share=target.share, minutes=target.seconds / 60
    )
    if demand.days:
        text = _("依据：最近 {days} 个有人来的日子，平均每天 {visits:.0f} 人次")
        yield text.format(days=demand.days, visits=demand.visits)
        return
    text = _("依据：这一级大厅的常量，每天 {visits:.0f} 人次")
    yield text.format(visits=demand.visits)
    if is_own:
        text = _("本大厅自己的过去还不到 {days} 天或 {visits} 人次，够了就用自己的")
        yield text.format(days=FEWEST_DAYS, visits=FEWEST_VISITS)


def _table(settings: Settings, needs: Sequence[HourNeed]) -> Iterator[str]:
    letters = {each.code: each.letter for each in settings.category}
    codes = [code for code in letters if any(code in need.apart for need in needs)]
    heads = [_("人次"), *(letters[code] for code in codes)]
    heads += [_("分设"), _("合办"), _("现有"), _("达标")]
    width = max(6, *(cells(head) + 2 for head in heads))
    yield left(_("时段"), 12) + "".join(right(head, width) for head in heads)
    for need in needs:
        shown = [f"{need.visits:.0f}", *(str(need.apart.get(code, 0)) for code in codes)]
        shown += [str(sum(need.apart.values())), str(need.together), str(len(settings.window))]
        shown.append(f"{need.kept:.0%}")
        yield left(_hour(need), 12) + "".join(right(text, width) for text in shown)
    yield ""
    yield _("分设：每个窗口只办一类；合办：都是综合窗口；达标：现有窗口合办、一直这么忙时")
    yield from in_lines([f"{each.letter} {each.label}" for each in settings.category])


def _chart(settings: Settings, needs: Sequence[HourNeed]) -> Iterator[str]:
    """The windows needed in each hour against those that there are."""
    present = len(settings.window)
    scale = max(1.0, max([present, *(need.together for need in needs)]) / _WIDEST_BAR)
    yield _("合办要的窗口（| 是现有的 {present} 个）").format(present=present)
    at = round(present / scale)
    for need in needs:
        bar = "#" * round(need.together / scale)
        bar = bar.ljust(at) + "|" if len(bar) < at else bar[:at] + "|" + bar[at:]
        short = need.together - present
        said = _("  缺 {count}").format(count=short) if short > 0 else ""
        yield f"{left(_hour(need), 12)}  {bar} {need.together}{said}"


def _hour(need: HourNeed) -> str:
    return f"{need.hour:02d}:00-{need.hour + 1:02d}:00"


def _comparison(
    played: Sequence[tuple[str, Rehearsed]], kept: Sequence[dict[str, Any]]
) -> Iterator[str]:
    yield _("演 {days} 天的比较（同样的人，真正的叫号规则；分钟）").format(days=PLAYED_DAYS)
    name_width = max(cells(name) for name, _played in played) + 2
    heads = (_("平均"), _("中位"), _("九成"), _("最长"), _("达标"))
    yield " " * name_width + "".join(right(head, 8) for head in heads)
    for (name, each), part in zip(played, kept, strict=True):
        waits = each.waits
        values = [waits.mean, waits.median, waits.ninetieth, waits.longest]
        texts = [f"{value / 60:.1f}" for value in values]
        texts.append(f"{part['all']:.0%}")
        yield left(name, name_width) + "".join(right(text, 8) for text in texts)
    yield ""
    hours = sorted({hour for part in kept for hour in part["hours"]})
    yield left(_("达标"), name_width) + "".join(right(f"{hour}:00", 7) for hour in hours)
    for (name, _each), part in zip(played, kept, strict=True):
        of_hour = part["hours"]
        yield left(name, name_width) + "".join(
            right(f"{of_hour[hour]:.0%}" if hour in of_hour else "-", 7) for hour in hours
        )
    yield _("开门前和午间来的人，算在随后第一个办公的小时里")


def _kept(played: Rehearsed, target: Target, sessions: Sequence[TimeSpan]) -> dict[str, Any]:
    """The part of the people who waited no longer than the target, in all and by the hour they came.

    Who came before the doors opened, or over noon, counts in the first hour in which windows call.
    """
    from yichuang.foresight.demand import working_hour

    came: defaultdict[int, int] = defaultdict(int)
    kept: defaultdict[int, int] = defaultdict(int)
    for day in played.days:
        for visit in day.visits:
            hour = working_hour(int(visit.visitor.arrives // 3600), sessions)
            came[hour] += 1
            kept[hour] += visit.wait is not None and visit.wait <= target.seconds
    total = sum(came.values())
    return {
        "all": round(sum(kept.values()) / total, 4) if total else 1.0,
        "hours": {hour: round(kept[hour] / came[hour], 4) for hour in sorted(came)},
    }


def _as_json(need: HourNeed) -> dict[str, Any]:
    return {
        "hour": need.hour,
        "visits": round(need.visits, 2),
        "apart": dict(need.apart),
        "together": need.together,
        "kept": round(need.kept, 4),
    }
