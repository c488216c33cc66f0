"""The keys at the foot: taken from the bindings that are really active, so that they never lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from textual import events
from textual.screen import Screen

from yichuang.language import _
from yichuang.tui.text import Part, width
from yichuang.tui.widgets.rows import Rows

ROWS = 2
"""How many rows of keys there are at most."""

_KEY_NAMES = {"escape": "Esc", "enter": "Enter", "up": "Up", "down": "Down", "space": "Space"}


def key_name(key: str) -> str:
    """A key as it is written on the keyboard: `F1`, `Esc`, `^Q`."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return _KEY_NAMES.get(key, key.upper() if key[:1] == "f" and key[1:].isdigit() else key)


@runtime_checkable
class KnowsPossible(Protocol):
    """A screen that knows which of its actions can be done now.

    An action that cannot be done stays bound, so that pressing its key gives the rule's refusal
    with what to do instead; the bar only shows it dim.
    """

    def possible(self, action: str) -> bool:
        """Whether the action can be done now."""
        ...


class Key(NamedTuple):
    """A key of the bar."""

    name: str
    label: str
    possible: bool
    """Whether its action can be done now."""
    action: str


def active_keys(screen: Screen[Any]) -> list[Key]:
    """The screen's keys, one for each action: in binding order, then palette, Esc and help."""
    keys: dict[str, Key] = {}
    knows = screen if isinstance(screen, KnowsPossible) else None
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and binding.description and binding.action not in keys:
            name = binding.key_display or key_name(binding.key)
            possible = active.enabled and (knows is None or knows.possible(binding.action))
            label = _label(binding.description)
            keys[binding.action] = Key(name, label, possible, binding.action)
    return sorted(keys.values(), key=lambda key: _LAST.get(key.name, 0))


def _label(text: str) -> str:
    """What a key is called: by a shorter word than elsewhere where the catalogue has one."""
    short = _(text, "key")
    return _(text) if short == text else short


_LAST = {"^Q": 1, "Esc": 2, "F9": 3, "F1": 4}
"""Keys that every screen has stand last, in this order."""


class KeyBar(Rows):
    """At most two rows of keys, broken between items. A key that is not possible now is dim."""

    DEFAULT_CSS = """
    KeyBar { height: 2; }
    """

    def __init__(self) -> None:
        super().__init__(["", ""], widget_id="keys")
        self._keys: list[list[Key]] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        """Break the rows for the new width."""
        self.show_keys()

    def _follow(self, _screen: Screen[Any]) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        if self.is_attached and self.size.width:
            bracketed = self.app.theme == "plain"
            self._keys = _broken(active_keys(self.screen), self.size.width, bracketed=bracketed)
            lines = [[part for key in row for part in _item(key, bracketed)] for row in self._keys]
            self.show([*lines, [], []][:ROWS])

    async def on_click(self, event: events.Click) -> None:
        """A finger on a key does what the key does: at kiosks, where the mouse is on."""
        event.stop()
        end = 0
        for key in self._keys[event.y] if event.y < len(self._keys) else ():
            end += _cells(key, self.app.theme == "plain")
            if event.x < end:
                await self.screen.run_action(key.action)
                return


def _item(key: Key, bracketed: bool) -> list[Part]:
    if key.possible and bracketed:
        return [f"[{key.name}]{key.label} "]
    if key.possible:
        return [(f" {key.name} ", "key"), f"{key.label} "]
    return [(f" {key.name} {key.label} ", "dim")]


def _cells(key: Key, bracketed: bool) -> int:
    parts = _item(key, bracketed)
    return sum(width(part if isinstance(part, str) else part[0]) for part in parts)


def _broken(keys: list[Key], cells: int, *, bracketed: bool) -> list[list[Key]]:
    """Two rows of keys; what does not fit is left out, and stands in the help, which never is."""
    rows = _filled(keys, cells, bracketed)
    while len(rows) > ROWS and len(keys) > 1:
        least = _least_needed(keys)
        keys = [key for key in keys if key is not least]
        rows = _filled(keys, cells, bracketed)
    return rows[:ROWS]


def _least_needed(keys: Sequence[Key]) -> Key:
    """An Esc that does nothing now, then leaving the program, then from before the last one."""
    for key in keys:
        if key.name == "Esc" and not key.possible:
            return key
    return next((key for key in keys if key.name == "^Q"), keys[-2])


def _filled(keys: Iterable[Key], cells: int, bracketed: bool) -> list[list[Key]]:
    rows: list[list[Key]] = [[]]
    room = cells
    for key in keys:
        size = _cells(key, bracketed)
        # The blank after the row's last item may fall off its end.
        if size > room + 1 and rows[-1]:
            rows.append([])
            room = cells
        rows[-1].append(key)
        room -= size
    return rows
