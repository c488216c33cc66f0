"""`yichuang settings`: hall.toml changed, looked at and taken back while the hall is open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from yichuang.cli.columns import table
from yichuang.cli.options import Asked, NamingGroup, run, takes_hall
from yichuang.cli.outcome import say
from yichuang.language import _, use_language

if TYPE_CHECKING:
    from yichuang.bootstrap.settings_file import SettingsFile
    from yichuang.config import Settings
    from yichuang.config.edit import Edit
    from yichuang.queue.revision.version import SettingsVersion
    from yichuang.queue.service import Hall

_reason = click.option("--reason", default="", help=_("为什么这样改，记进流水"))
_place = click.argument("place")


@click.group(cls=NamingGroup, help=_("查看和修改大厅的设置（hall.toml），不用停下大厅；可以撤销。"))
def settings() -> None:
    """The commands on hall.toml."""


@asynccontextmanager
async def _file(asked: Asked) -> AsyncIterator[tuple[Hall, SettingsFile]]:
    from yichuang.bootstrap.settings_file import SettingsFile

    async with _hall(asked) as hall:
        yield hall, SettingsFile(hall, asked.folder)


@asynccontextmanager
async def _hall(asked: Asked) -> AsyncIterator[Hall]:
    """The hall; where a hand has spoiled hall.toml, by the last settings that held: so it can be mended."""
    from yichuang.bootstrap import last_good_settings
    from yichuang.config import load_settings
    from yichuang.errors import InvalidHall

    settings = None
    try:
        load_settings(asked.folder)
    except InvalidHall as spoiled:
        settings = await last_good_settings(asked.folder)
        if settings is None:
            raise
        use_language(asked.language or settings.hall.language)
        if not asked.as_json:
            text = _("hall.toml 有错，大厅仍按原来的设置：{problem}")
            say(text.format(problem=_("；").join(spoiled.problems)), err=True)
    async with asked.hall(settings) as hall:
        yield hall


@settings.command(help=_("显示设置；PLACE 例如 window、window.3、missed.calls，不写就全部显示。"))
@click.argument("place", required=False)
@takes_hall
def show(asked: Asked, place: str | None) -> None:
    """Show what is in force, defaults too."""
    from yichuang.config.difference import whole
    from yichuang.config.field import spot_from

    async def work() -> Any:
        async with _hall(asked) as hall:
            values: Any = whole(hall.settings)
        if place is None:
            return values
        spot, _field = spot_from(place)
        return _at(values, spot.section, spot.element, spot.path, place)

    found = run(work())
    asked.show({"place": place or "", "value": found}, "\n".join(_lines(found, place or "")))


def _at(values: Any, section: str, element: Any, path: Sequence[str], place: str) -> Any:
    from yichuang.config.difference import ELEMENT_KEYS
    from yichuang.errors import SettingsUneditable

    found = values[section]
    if element is not None:
        key = ELEMENT_KEYS[section]
        found = next((each for each in found if str(each[key]) == str(element)), None)
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None and not path:
        raise SettingsUneditable(place=place)
    return found


def _lines(value: Any, place: str) -> list[str]:
    from yichuang.config.difference import ELEMENT_KEYS
    from yichuang.config.labels import value_text

    if isinstance(value, Mapping):
        return [
            line
            for name, each in value.items()
            for line in _lines(each, f"{place}.{name}" if place else name)
        ]
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        key = ELEMENT_KEYS.get(place, "name")
        return [line for each in value for line in _lines(each, f"{place}.{each[key]}")]
    return [f"{place} = {value_text(value)}"]


@settings.command(
    "set", help=_("改一项，例如 yichuang settings set missed.calls 2；几个值用 | 隔开。")
)
@_place
@click.argument("value")
@_reason
@takes_hall
def set_(asked: Asked, place: str, value: str, reason: str) -> None:
    """Change one value."""
    from yichuang.config.edit import Drop, Put
    from yichuang.config.field import spot_from, written_value
    from yichuang.errors import SettingsUneditable

    spot, field = spot_from(place)
    if field is None:
        raise SettingsUneditable(place=place)
    wanted = written_value(field, value)
    _change(asked, [Drop(spot) if wanted is None else Put(spot, wanted)], reason)


@settings.command(help=_("把一项恢复成默认。"))
@_place
@_reason
@takes_hall
def unset(asked: Asked, place: str, reason: str) -> None:
    """Let the default hold again."""
    from yichuang.config.edit import Drop
    from yichuang.config.field import spot_from
    from yichuang.errors import SettingsUneditable

    spot, field = spot_from(place)
    if field is None:
        raise SettingsUneditable(place=place)
    _change(asked, [Drop(spot)], reason)


@settings.command(
    help=_("添加一个窗口、类别、节假日或设备，例如 add window number=9 categories=tax。")
)
@click.argument("section")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
@_reason
@takes_hall
def add(asked: Asked, section: str, values: Sequence[str], reason: str) -> None:
    """One element more."""
    from yichuang.config.difference import ELEMENT_KEYS
    from yichuang.config.edit import Add
    from yichuang.config.field import fields_of, section_model, spot_from, written_value
    from yichuang.errors import SettingsUneditable

    spot_from(section)
    if section not in ELEMENT_KEYS:
        raise SettingsUneditable(place=section)
    known = {each.name: each for each in fields_of(section_model(section))}
    given: dict[str, Any] = {}
    for each in values:
        name, _is, typed = each.partition("=")
        if name not in known:
            raise SettingsUneditable(place=f"{section}.{name}")
        given[name] = written_value(known[name], typed)
    _change(asked, [Add(section, given)], reason)


@settings.command(help=_("删除一个窗口、类别、节假日或设备，例如 remove window.9。"))
@_place
@_reason
@takes_hall
def remove(asked: Asked, place: str, reason: str) -> None:
    """Take an element out."""
    from yichuang.config.edit import Remove
    from yichuang.config.field import spot_from
    from yichuang.errors import SettingsUneditable

    spot, _field = spot_from(place)
    if spot.element is None or spot.path:
        raise SettingsUneditable(place=place)
    _change(asked, [Remove(spot.section, spot.element)], reason)


def _change(asked: Asked, edits: Sequence[Edit], reason: str) -> None:
    from yichuang.config.edit import edited

    async def work() -> tuple[Settings, Settings]:
        async with _file(asked) as (hall, file):
            before, present = hall.settings, await file.read()
            text = edited(present.text, edits)
            after = await file.keep(hall, text, was=present.hash, reason=reason, actor=asked.actor)
            return before, after

    _tell(asked, *run(work()))


def _tell(asked: Asked, before: Settings, after: Settings) -> None:
    from yichuang.config.difference import differences
    from yichuang.config.labels import difference_text

    found = differences(before, after)
    told = [difference_text(each) for each in found] or [_("意思没有变")]
    asked.show({"changes": [each._asdict() for each in found]}, "\n".join(told))


@settings.command(help=_("撤销上一次修改；再撤销就再往回退一次。"))
@_reason
@takes_hall
def undo(asked: Asked, reason: str) -> None:
    """Take the last change back."""

    async def work() -> tuple[Settings, Settings]:
        async with _file(asked) as (hall, file):
            before = hall.settings
            return before, await file.undo(hall, reason=reason, actor=asked.actor)

    _tell(asked, *run(work()))


@settings.command(help=_("取回历史里的一版设置，VERSION 是 history 列出的号。"))
@click.argument("version", type=click.IntRange(1))
@_reason
@takes_hall
def restore(asked: Asked, version: int, reason: str) -> None:
    """Take a former version back."""

    async def work() -> tuple[Settings, Settings]:
        async with _file(asked) as (hall, file):
            before = hall.settings
            after = await file.restore(hall, version, reason=reason, actor=asked.actor)
            return before, after

    _tell(asked, *run(work()))


@settings.command(help=_("列出改过的设置：第几版、什么时候、谁、为什么、改了什么。"))
@click.option("-n", "count", type=click.IntRange(1, 10_000), default=20, show_default=True)
@takes_hall
def history(asked: Asked, count: int) -> None:
    """List the versions, newest first."""

    async def work() -> tuple[Sequence[SettingsVersion], Any]:
        async with _file(asked) as (hall, file):
            await file.note()
            return await file.history(count), hall.settings.zone

    versions, zone = run(work())
    rows = [
        [
            str(each.id),
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}",
            each.kind.label,
            each.actor,
            each.reason,
            *_told(each),
        ]
        for each in versions
    ]
    asked.show({"versions": [_as_json(each) for each in versions]}, "\n".join(table(rows)))


def _told(version: SettingsVersion) -> list[str]:
    from yichuang.config.difference import Difference
    from yichuang.config.labels import difference_text

    texts = [difference_text(Difference(**each)) for each in version.changes]
    return [_("；").join(texts)]


def _as_json(version: SettingsVersion) -> dict[str, Any]:
    return {
        **version._asdict(),
        "at": version.at.isoformat(),
        "kind": version.kind.value,
        "changes": [dict(each) for each in version.changes],
    }
