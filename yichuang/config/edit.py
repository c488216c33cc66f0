"""Edits of hall.toml's text that keep its remarks and its order.

An edit is made twice: in the text, and in the plain data that the text stands for. Only a text that is read
back as that data is given out, so a way of writing that this module does not know is refused, never spoiled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Item, Key, Table

from yichuang.config.difference import ELEMENT_KEYS, plain
from yichuang.config.settings import Settings
from yichuang.errors import SettingsUneditable


class Spot(NamedTuple):
    """A place in hall.toml: `Spot("window", 3, ("name",))`, `Spot("missed", path=("calls",))`."""

    section: str
    element: Any = None
    """Which one of many, by its key (`ELEMENT_KEYS`); None where there is one section."""
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        element = () if self.element is None else (str(self.element),)
        return ".".join((self.section, *element, *self.path))


class Put(NamedTuple):
    """Write a value."""

    spot: Spot
    value: Any


class Drop(NamedTuple):
    """Take a value out: the default holds again."""

    spot: Spot


class Add(NamedTuple):
    """One element more, behind the others."""

    section: str
    values: Mapping[str, Any]


class Remove(NamedTuple):
    """Take an element out, with all in it."""

    section: str
    element: Any


Edit = Put | Drop | Add | Remove
"""One change of hall.toml."""


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text of a hall.toml after these edits, one after the other; it need not be valid settings.

    Raises SettingsUneditable: there is no such element, or the file is written in a way that cannot be
    edited by program.
    """
    if len(edits) > 1:
        # Reading and writing the text is what takes time: all at once, where that goes well.
        with suppress(SettingsUneditable):
            return _edited_at_once(text, edits)
    for edit in edits:
        text = _edited_at_once(text, [edit])
    return text


def _edited_at_once(text: str, edits: Sequence[Edit]) -> str:
    edit = edits[0]
    try:
        wanted = tomllib.loads(text)
        document = tomlkit.parse(text)
        for edit in edits:
            for each in [*_defaults_written_out(wanted, edit), edit]:
                _apply_to_data(wanted, each)
                _apply_to_document(document, each)
        written = tomlkit.dumps(document)
        if _without_empty(tomllib.loads(written)) == _without_empty(wanted):
            return written
    except (TOMLKitError, TypeError, ValueError, AttributeError, LookupError) as error:
        raise SettingsUneditable(place=_place_of(edit)) from error
    raise SettingsUneditable(place=_place_of(edit))


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """A section with nothing in it is as none."""
    return {name: value for name, value in data.items() if value != {}}


def _place_of(edit: Edit) -> str:
    if isinstance(edit, Put | Drop):
        return str(edit.spot)
    return str(Spot(edit.section, edit.element if isinstance(edit, Remove) else None))


def _defaults_written_out(data: Mapping[str, Any], edit: Edit) -> Iterator[Add]:
    """Elements that a hall has without naming any are written out before one of them is changed."""
    section = edit.spot.section if isinstance(edit, Put | Drop) else edit.section
    if section not in ELEMENT_KEYS or section in data:
        return
    info = Settings.model_fields[section]
    for each in () if info.is_required() else info.default:
        yield Add(section, plain(each))


# --- the data -------------------------------------------------------------------------------------


def _apply_to_data(data: dict[str, Any], edit: Edit) -> None:
    if isinstance(edit, Add):
        data.setdefault(edit.section, []).append(plain(edit.values))
    elif isinstance(edit, Remove):
        elements = data.get(edit.section, [])
        del elements[_index_of(elements, edit.section, edit.element)]
        if not elements:
            del data[edit.section]
    elif isinstance(edit, Put) or edit.spot.section in data:
        _set_in(_home_of(data, edit.spot), edit)


def _set_in(home: Any, edit: Put | Drop) -> None:
    *path, name = edit.spot.path
    for part in path:
        home = home.setdefault(part, {}) if isinstance(edit, Put) else home.get(part, {})
    if isinstance(edit, Put):
        home[name] = plain(edit.value)
    else:
        home.pop(name, None)


def _home_of(data: dict[str, Any], spot: Spot) -> Any:
    if spot.section in ELEMENT_KEYS:
        elements = data.get(spot.section, [])
        return elements[_index_of(elements, spot.section, spot.element)]
    return data.setdefault(spot.section, {})


def _index_of(elements: Sequence[Any], section: str, element: Any) -> int:
    key = ELEMENT_KEYS[section]
    for place, each in enumerate(elements):
        if isinstance(each, Mapping) and str(each.get(key)) == str(element):
            return place
    raise SettingsUneditable(place=str(Spot(section, element)))


# --- the text -------------------------------------------------------------------------------------


def _apply_to_document(document: tomlkit.TOMLDocument, edit: Edit) -> None:
    if isinstance(edit, Add):
        _add(document, edit)
    elif isinstance(edit, Remove):
        _remove(document, edit)
    elif isinstance(edit, Put):
        _put(_table_at(document, edit.spot), edit.spot.path[-1], edit.value)
    else:
        _drop(document, edit.spot)


def _table_at(document: tomlkit.TOMLDocument, spot: Spot) -> MutableMapping[str, Any]:
    """The table that a value stands in; it is made where there is none."""
    home: Any = document
    if spot.section in ELEMENT_KEYS:
        elements = document.get(spot.section, ())
        home = elements[_index_of(elements, spot.section, spot.element)]
        names: tuple[str, ...] = spot.path[:-1]
    else:
        names = (spot.section, *spot.path[:-1])
    for name in names:
        if name not in home:
            _new_table(home, name)
        home = home[name]
    found: MutableMapping[str, Any] = home
    return found


def _new_table(home: Any, name: str) -> None:
    if isinstance(home, InlineTable):
        home[name] = tomlkit.inline_table()
        return
    if isinstance(home, tomlkit.TOMLDocument):
        _blank_line_behind(home)
        home.append(name, tomlkit.table())
        return
    # A section of its own would have to stand before the sections that are there already.
    _put(home, name, {})


def _put(table: MutableMapping[str, Any], name: str, value: Any) -> None:
    present = table.get(name)
    if isinstance(value, Mapping) and isinstance(present, Table):
        tail = _cut_tail(present)
        for key in list(present):
            del present[key]
        for key, each in value.items():
            present[str(key)] = _item(each)
        present.value.body.extend(tail)
        return
    if present is not None or not isinstance(table, Table):
        table[name] = _item(value)
        return
    # Behind the last value, before remarks at the end and before sections of its own.
    body = table.value.body
    cut = _end_of_values(body)
    rest = body[cut:]
    if any(key is not None for key, _value in rest):
        _put_before_sections(table, name, value)
        return
    del body[cut:]
    table[name] = _item(value)
    table.value.body.extend(rest)


def _put_before_sections(table: Table, name: str, value: Any) -> None:
    """A value behind `[dispatch.rates]` would belong to that: all is taken out and put in again, in order."""
    parts = list(table.value.body)
    cut = _end_of_values(parts)
    fresh = tomlkit.table()
    fresh[name] = _item(value)
    made = list(fresh.value.body)
    _refill(table, [*parts[:cut], *made, *parts[cut:]])


def _refill(table: Table, parts: Sequence[tuple[Key | None, Item]]) -> None:
    container = table.value
    for name in [key.key for key, _value in container.body if key is not None]:
        if name in container:
            container.remove(name)
    container.body.clear()
    container._map.clear()  # noqa: SLF001 - the only way to order a table anew
    for key, item in parts:
        if key is None:
            container.body.append((key, item))
        else:
            container._raw_append(key, item)  # noqa: SLF001 - as it is, without moving it
            dict.__setitem__(table, key.key, item)


def _end_of_values(body: Sequence[tuple[Key | None, Item]]) -> int:
    """Behind which place in a table a new value belongs: its last value, sections of its own apart."""
    end = 0
    for place, (key, item) in enumerate(body):
        if key is not None and not isinstance(item, Table | AoT):
            end = place + 1
    return end


def _drop(document: tomlkit.TOMLDocument, spot: Spot) -> None:
    home: Any = document
    names = spot.path[:-1] if spot.section in ELEMENT_KEYS else (spot.section, *spot.path[:-1])
    if spot.section in ELEMENT_KEYS:
        elements = document.get(spot.section, ())
        home = elements[_index_of(elements, spot.section, spot.element)]
    for name in names:
        home = home.get(name, {})
    if spot.path[-1] in home:
        del home[spot.path[-1]]


def _add(document: tomlkit.TOMLDocument, edit: Add) -> None:
    table = tomlkit.table()
    for name, value in edit.values.items():
        table[str(name)] = _item(value)
    elements = document.get(edit.section)
    if elements is None:
        _blank_line_behind(document)
        several = tomlkit.aot()
        several.append(table)
        document.append(edit.section, several)
    elif isinstance(elements, AoT):
        last = _last_table(elements[-1])
        tail = _cut_tail(last) if last is not None else []
        if last is not None and tail:  # without one tomlkit puts a blank line itself
            last.add(tomlkit.nl())
        table.value.body.extend(tail)
        elements.append(table)
    else:
        inline = tomlkit.inline_table()
        inline.update({str(name): _item(value) for name, value in edit.values.items()})
        elements.append(inline)


def _remove(document: tomlkit.TOMLDocument, edit: Remove) -> None:
    elements: MutableSequence[Any] = document.get(edit.section, [])
    place = _index_of(elements, edit.section, edit.element)
    if isinstance(elements, AoT):
        last = _last_table(elements[place])
        tail = _cut_tail(last) if last is not None else []
        before = _before(document, edit.section, elements, place)
        if before is not None and any(not part.as_string().isspace() for _key, part in tail):
            before.value.body.extend(tail)
    del elements[place]
    if not elements:
        del document[edit.section]


def _before(
    document: tomlkit.TOMLDocument, section: str, elements: Sequence[Any], place: int
) -> Table | None:
    """The table that stands before an element, which gets the remarks behind it."""
    if place:
        return _last_table(elements[place - 1])
    former: Table | None = None
    for key, item in document.body:
        if key is not None and key.key == section:
            return former
        former = _last_table(item) or former
    return former


def _last_table(item: Any) -> Table | None:
    """The innermost table at the end of an item: what stands behind it stands behind the item."""
    if isinstance(item, AoT):
        return _last_table(item[-1]) if len(item) else None
    if not isinstance(item, Table):
        return None
    inner = [each for key, each in item.value.body if key is not None]
    found = _last_table(inner[-1]) if inner else None
    return found if found is not None else item


def _cut_tail(table: Table) -> list[tuple[Key | None, Item]]:
    """Take off the blank lines and remarks at a table's end: they belong to what comes next."""
    body = table.value.body
    end = len(body)
    while end and body[end - 1][0] is None:
        end -= 1
    tail = body[end:]
    del body[end:]
    return tail


def _blank_line_behind(document: tomlkit.TOMLDocument) -> None:
    items = [item for key, item in document.body if key is not None]
    last = _last_table(items[-1]) if items else None
    if last is not None:
        last.add(tomlkit.nl())


def _item(value: Any) -> Any:
    """A value as tomlkit writes it: lists and tables on one line."""
    value = plain(value)
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({key: _item(each) for key, each in value.items()})
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for each in value:
            array.append(_item(each))
        return array
    return tomlkit.item(value)
