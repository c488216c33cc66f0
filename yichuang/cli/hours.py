"""`yichuang hours`: the service days ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, takes_hall
from yichuang.clock import SystemClock
from yichuang.config import load_settings
from yichuang.language import N_, _, use_language
from yichuang.queue.hours import Opening, ServiceDay, ServiceHours, Session

_WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))

_NOON = N_("午")
"""Stands behind the noon service."""

_FLAGGED = "*"
"""Stands behind hours for flagged items only."""


@click.command(help=_("今后几天的服务时间：哪天放假，哪天调休上班。"))
@click.option(
    "--date", "first", type=click.DateTime(["%Y-%m-%d"]), help=_("从哪天起；不写从今天起")
)
@click.option(
    "--days", type=click.IntRange(1, 400), default=14, show_default=True, help=_("看几天")
)
@takes_hall
def hours(asked: Asked, first: datetime | None, days: int) -> None:
    """Show the service days."""
    settings = load_settings(asked.folder)
    if asked.language is None:
        use_language(settings.hall.language)
    found = ServiceHours(settings.hours, settings.holiday, settings.zone)
    now = SystemClock().now()
    begin = first.date() if first else now.astimezone(settings.zone).date()
    shown = [found.day(begin + timedelta(days=each)) for each in range(days)]
    years = sorted({day.date.year for day in shown})
    unknown = [year for year in years if not found.working_days.is_known(year)]
    opening = found.at(now)
    asked.show(
        {
            "hall": settings.hall.name,
            "now": _now_json(opening),
            "days": [_day_json(day, settings.zone) for day in shown],
            "unknown_years": unknown,
        },
        "\n".join(
            [
                f"{settings.hall.name}  {_now_text(opening, now, settings.zone)}",
                *table([_cells(day, settings.zone) for day in shown]),
                *_marks([session for day in shown for session in day.sessions]),
                *(_unknown_text(year) for year in unknown),
            ]
        ),
    )


def _now_json(opening: Opening) -> dict[str, Any]:
    return {
        "open": opening.is_open,
        "elastic": opening.is_elastic,
        "closing": opening.is_closing,
        "closes_at": opening.closes_at.isoformat() if opening.closes_at else None,
        "opens_next": opening.opens_next.isoformat() if opening.opens_next else None,
    }


def _day_json(day: ServiceDay, zone: tzinfo) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "kind": day.kind.value,
        "working": day.kind.is_working,
        "name": day.name,
        "source": day.source.value,
        "sessions": [
            {
                "from": _clock_text(each.start, day.date, zone),
                "to": _clock_text(each.end, day.date, zone),
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "windows": list(each.windows) if each.windows else None,
                "noon": each.is_noon,
                "flagged_only": each.flagged_only,
            }
            for each in day.sessions
        ],
    }


def _now_text(opening: Opening, now: datetime, zone: tzinfo) -> str:
    if opening.closes_at is not None:
        return _("现在开放，到 {time}").format(time=_moment_text(opening.closes_at, now, zone))
    said = _("现在只接待预约的人") if opening.is_elastic else _("现在不开放")
    if opening.opens_next is None:
        return said
    begins = _moment_text(opening.opens_next, now, zone)
    return said + _("，下次开放 {time}").format(time=begins)


def _moment_text(at: datetime, now: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"


def _cells(day: ServiceDay, zone: tzinfo) -> list[str]:
    """The day's row: date, weekday, kind, hours, why."""
    sessions = " ".join(_session_text(each, day.date, zone) for each in day.sessions)
    why = [_(day.name)] if day.name else []
    if day.source.label:
        why.append(f"({day.source.label})")
    return [
        day.date.isoformat(),
        _(_WEEKDAYS[day.date.weekday()]),
        day.kind.label if day.kind.is_working or day.name or day.source.label else "",
        sessions or _("不开放"),
        " ".join(why),
    ]


def _session_text(session: Session, on: date, zone: tzinfo) -> str:
    text = f"{_clock_text(session.start, on, zone)}-{_clock_text(session.end, on, zone)}"
    if session.is_noon:
        text += _(_NOON)
    if session.flagged_only:
        text += _FLAGGED
    return text


def _marks(sessions: Sequence[Session]) -> Iterator[str]:
    """What the marks behind the hours mean; nothing when there are none."""
    noon = next((each for each in sessions if each.is_noon), None)
    if noon is not None and noon.windows:
        numbers = _("、").join(map(str, noon.windows))
        yield _("{mark} 午间服务，只有 {windows} 号窗口").format(mark=_(_NOON), windows=numbers)
    elif noon is not None:
        yield _("{mark} 午间服务").format(mark=_(_NOON))
    if any(each.flagged_only for each in sessions):
        yield _("{mark} 只办理标为周六可办的事项").format(mark=_FLAGGED)


def _clock_text(at: datetime, on: date, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == on else "24:00"


def _unknown_text(year: int) -> str:
    return _(
        "注意：程序还没有 {year} 年的放假安排，只按星期和日期固定的节日推算，调休不知道。"
        "国务院通知公布后升级程序，或在 hall.toml 的 [[holiday]] 里写上"
    ).format(year=year)
