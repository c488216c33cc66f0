"""Going by the profile of another level: a village's, a town's, a city's."""

from __future__ import annotations

from typing import Any

from yichuang.config import Level, Settings
from yichuang.config.edit import Add, Drop, Edit, Put, Remove, Spot
from yichuang.profile import CATEGORIES, WINDOW_SHARES

LEVELS: tuple[Level, ...] = ("village", "town", "city")
"""The levels that there are profiles for."""


def profile_edits(settings: Settings, level: Level) -> list[Edit]:
    """What makes a hall one of that level: its level and its windows, and the rules as a new hall has them.

    Categories, devices, hours and texts stay. Windows keep their names, zones and skills; a category of
    the hall's own that no profile knows is given to the last window.
    """
    codes = [category.code for category in settings.category]
    wanted = _profile_windows(level, codes)
    present = {window.number: window for window in settings.window}
    edits: list[Edit] = [Put(Spot("hall", path=("level",)), level)]
    for number in sorted(present.keys() - wanted.keys()):
        edits.append(Remove("window", number))
    for number, values in wanted.items():
        window = present.get(number)
        if window is None:
            edits.append(Add("window", {"number": number, **values}))
            continue
        now = {
            "kind": window.kind,
            "categories": list(window.categories),
            "helps": list(window.helps),
        }
        edits += [
            Put(Spot("window", number, (name,)), value)
            for name, value in values.items()
            if now[name] != value
        ]
    for section in _RULES:
        for name in getattr(settings, section).model_fields_set:
            if section != "dispatch" or name != "rates":
                edits.append(Drop(Spot(section, path=(name,))))
    return [*edits, Drop(Spot("dispatch", path=("rates",)))]


_RULES = ("missed", "dispatch", "pause")
"""What a profile puts back to the defaults."""


def _profile_windows(level: Level, codes: list[str]) -> dict[int, dict[str, Any]]:
    """Kind, categories and helps of each window of that level, for the categories that a hall has."""
    if level == "village":
        return {1: {"kind": "all_subject", "categories": codes, "helps": []}}
    shares = dict(zip([each.code for each in CATEGORIES], WINDOW_SHARES[level], strict=True))
    owners = [code for code in codes for _each in range(shares.get(code, 1))]
    return {
        number: {
            "kind": "integrated",
            "categories": [own],
            "helps": [code for code in codes if code != own],
        }
        for number, own in enumerate(owners, start=1)
    }
