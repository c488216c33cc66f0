"""The keys at the foot: taken from the bindings that are really active, so that they never lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.screen import Screen

from yichuang.language import _
from yichuang.tui.text import Line, Part, width
from yichuang.tui.widgets.rows import Rows

_KEY_NAMES = {"escape": "Esc", "enter": "Enter", "up": "Up", "down": "Down", "space": "Space"}


def key_name(key: str) -> str:
    """A key as it is written on the keyboard: `F1`, `Esc`, `^Q`."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return _KEY_NAMES.get(key, key.upper() if key[:1] == "f" and key[1:].isdigit() else key)


def active_keys(screen: Screen[object]) -> list[tuple[str, str, bool]]:
    """The screen's keys as (key, label, possible now), one for each action, in binding order."""
    keys: dict[str, tuple[str, str, bool]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and binding.description and binding.action not in keys:
            name = binding.key_display or key_name(binding.key)
            keys[binding.action] = (name, _(binding.description), active.enabled)
    return list(keys.values())


class KeyBar(Rows):
    """At most two rows of keys, broken between items. A key that is not possible now is dim."""

    DEFAULT_CSS = """
    KeyBar { height: 2; }
    """

    def __init__(self) -> None:
        super().__init__(["", ""], widget_id="keys")

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        """Break the rows for the new width."""
        self.show_keys()

    def _follow(self, _screen: Screen[object]) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        if self.is_attached and self.size.width:
            bracketed = self.app.theme == "plain"
            self.show(_broken(_items(active_keys(self.screen), bracketed), self.size.width))


def _items(keys: Iterable[tuple[str, str, bool]], bracketed: bool) -> Iterable[list[Part]]:
    for key, label, possible in keys:
        if possible and bracketed:
            yield [f"[{key}]{label} "]
        elif possible:
            yield [(f" {key} ", "key"), f"{label} "]
        else:
            yield [(f" {key} {label} ", "dim")]


def _broken(items: Iterable[list[Part]], cells: int) -> Sequence[Line]:
    rows: list[list[Part]] = [[]]
    room = cells
    for item in items:
        size = sum(width(part if isinstance(part, str) else part[0]) for part in item)
        if size > room + 1 and rows[-1]:
            rows.append([])
            room = cells
        rows[-1] += item
        room -= size
    return [*rows, [], []][:2]
