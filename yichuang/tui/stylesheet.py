"""One reading of the style sheets for all apps of a process: a new terminal does not hold up the others."""

from __future__ import annotations

from typing import Any

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

_MOST_SHEETS = 1024

_READ: dict[frozenset[tuple[str, str]], LRUCache[Any, Any]] = {}
"""The rules of each sheet as read, by the theme's variables, which are written into them."""


class SharedStylesheet(Stylesheet):
    """A style sheet whose parts are read once for each theme; nothing changes a rule once it was read."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._share()

    def _share(self) -> None:
        read = frozenset(self._variables.items())
        self._parse_cache = _READ.setdefault(read, LRUCache(_MOST_SHEETS))

    def copy(self) -> SharedStylesheet:
        """Another one with the same sheets."""
        copy = SharedStylesheet(variables=self._variables.copy())
        copy.source = self.source.copy()
        return copy

    def set_variables(self, variables: dict[str, str]) -> None:
        """Be of another theme."""
        self._parse_cache = LRUCache(1)  # it is cleared, and the shared one must not be
        super().set_variables(variables)
        self._share()

    def reparse(self) -> None:
        """Take the rules anew; a sheet that cannot be read leaves the present ones in place."""
        self.parse()
