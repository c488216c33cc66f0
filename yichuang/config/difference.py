"""What two settings differ in, and settings as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from yichuang.config.hours import TimeSpan
from yichuang.config.settings import Settings

ELEMENT_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "category": "code",
        "window": "number",
        "group": "code",
        "holiday": "date",
        "printer": "name",
        "display": "name",
        "call_feed": "name",
        "id_reader": "name",
        "rating_pad": "name",
        "caller_pad": "name",
        "scanner": "name",
    }
)
"""The sections of which there are many (`[[window]]`), and what tells their elements apart."""


def plain(value: Any) -> Any:
    """A value of the settings as TOML and JSON would have it; dates stay dates."""
    if isinstance(value, BaseModel):
        return {
            name: plain(each)
            for name in type(value).model_fields
            if name in value.model_fields_set and (each := getattr(value, name)) is not None
        }
    if isinstance(value, TimeSpan):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def whole(settings: Settings) -> dict[str, Any]:
    """All settings as JSON has them, defaults too."""
    return {name: _whole(getattr(settings, name)) for name in Settings.model_fields}


def _whole(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _whole(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple) and not isinstance(value, TimeSpan):
        return [_whole(each) for each in value]
    return _told(value)


class Difference(NamedTuple):
    """One thing in which two settings differ. Values are JSON values; None where there is none.

    hall.toml holds no secrets: PINs and keys are in the store and in files of their own.
    """

    section: str
    element: str = ""
    key: str = ""
    """Empty where the whole element was added or removed."""
    old: Any = None
    new: Any = None

    @property
    def place(self) -> str:
        """Where it is, as hall.toml names it."""
        return ".".join(part for part in (self.section, self.element, self.key) if part)


def differences(old: Settings, new: Settings) -> list[Difference]:
    """What changes from `old` to `new`, in the order of hall.toml. Defaults count as if written."""
    found: list[Difference] = []
    for section in Settings.model_fields:
        before, after = getattr(old, section), getattr(new, section)
        if before == after:
            continue
        if section in ELEMENT_KEYS:
            found += _between_elements(section, before, after)
        else:
            found += _between(section, "", before, after)
    return found


def _between_elements(
    section: str, before: Sequence[BaseModel], after: Sequence[BaseModel]
) -> Iterator[Difference]:
    key = ELEMENT_KEYS[section]
    old = {_told(getattr(each, key)): each for each in before}
    new = {_told(getattr(each, key)): each for each in after}
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Difference(section, str(name), old=_told(old[name]))
        elif name not in old:
            yield Difference(section, str(name), new=_told(new[name]))
        else:
            yield from _between(section, str(name), old[name], new[name])


def _between(
    section: str, element: str, before: BaseModel, after: BaseModel, path: str = ""
) -> Iterator[Difference]:
    for name in type(after).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(old, BaseModel) and isinstance(new, BaseModel):
            yield from _between(section, element, old, new, f"{path}{name}.")
        else:
            yield Difference(section, element, f"{path}{name}", _told(old), _told(new))


def _told(value: Any) -> Any:
    """A value as JSON has it."""
    value = plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value
